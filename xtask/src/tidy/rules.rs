//! Every rule, one module per subject.

mod cases;
mod layers;
mod names;
mod paths;
mod pure;
mod scenarios;
mod sizes;
mod unfinished;
mod units;

use super::Finding;
use super::source::Source;
use super::tree::Tree;

/// Everything that is wrong.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let rules = [
        pure::check,
        layers::check,
        sizes::check,
        names::check,
        paths::check,
        unfinished::check,
        cases::check,
        scenarios::check,
        units::check,
    ];
    rules.iter().flat_map(|rule| rule(tree)).collect()
}

/// What is not wrong but should not last.
pub(super) fn warnings(tree: &Tree) -> Vec<String> {
    sizes::warnings(tree)
}

/// A finding at a line of a file (0: the whole file).
fn finding(path: &str, line: usize, rule: &'static str, what: String, remedy: &str) -> Finding {
    Finding {
        path: path.to_owned(),
        line,
        rule,
        what,
        remedy: remedy.to_owned(),
    }
}

/// Whether `line` holds `text` as whole words: the characters around it belong to no identifier.
fn holds(line: &str, text: &str) -> bool {
    let is_word = super::source::is_word;
    let starts_in_word = text.starts_with(is_word);
    let ends_in_word = text.ends_with(is_word);
    line.match_indices(text).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let after = line
            .get(at + text.len()..)
            .and_then(|after| after.chars().next());
        let joined_before = starts_in_word && before.is_some_and(is_word);
        let joined_after = ends_in_word && after.is_some_and(is_word);
        !joined_before && !joined_after
    })
}

/// The product lines of a file that hold one of `texts`, with what they hold.
fn lines_with<'a>(
    file: &'a Source,
    texts: &'a [&'a str],
) -> impl Iterator<Item = (usize, &'a str)> {
    file.product_lines().flat_map(move |(number, line)| {
        texts
            .iter()
            .filter(move |text| holds(line, text))
            .map(move |text| (number, *text))
    })
}

#[cfg(test)]
mod tests;
