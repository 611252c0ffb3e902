//! The letters that stand for a face where there is no photo.

/// One or two letters of a name for people: of its first word and of its last, in the order in which the name is
/// said. `None` where it holds no letter and no digit.
pub fn initials(name: &str) -> Option<String> {
    // `Doe, Jane` is said the other way round.
    let said: Vec<&str> = match name.split_once(',') {
        Some((family, given)) if letter(given).is_some() => vec![given, family],
        _ => vec![name],
    };
    let mut letters = said
        .into_iter()
        .flat_map(str::split_whitespace)
        // `Jane Doe (external)` is called Jane Doe.
        .filter(|word| !word.starts_with(['(', '[']))
        .filter_map(letter);
    let first = letters.next().or_else(|| letter(name))?;
    let mut both = String::new();
    both.extend(upper(first));
    if let Some(last) = letters.next_back() {
        both.extend(upper(last));
    }
    Some(both)
}

fn letter(word: &str) -> Option<char> {
    word.chars().find(|char| char.is_alphanumeric())
}

/// A letter that has no single upper-case form stays as it is: two letters are two.
fn upper(letter: char) -> impl Iterator<Item = char> {
    let mut upper = letter.to_uppercase();
    let one = match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => letter,
    };
    std::iter::once(one)
}

#[cfg(test)]
mod tests {
    use super::initials;
    use proptest::prelude::*;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(initials(name).as_deref(), expected, "{name}");
    }

    #[test]
    fn the_first_word_and_the_last() {
        check("Jane Doe", Some("JD"));
        check("jane maria van der doe", Some("JD"));
        check("Doe, Jane", Some("JD"));
        check("Doe, Jane Maria", Some("JD"));
        check("Doe,", Some("D"));
        check("Jane Doe (external)", Some("JD"));
        check("(external)", Some("E"));
        check("Jane", Some("J"));
        check("  'Élodie'   d'Été ", Some("ÉD"));
        check("ßen ﬁsch", Some("ßﬁ"));
        check("山田 太郎", Some("山太"));
        check("4711", Some("4"));
        check("", None);
        check(" - , (", None);
    }

    proptest! {
        #[test]
        fn never_more_than_two_and_nothing_but_letters_and_digits(name in any::<String>()) {
            if let Some(letters) = initials(&name) {
                prop_assert!((1..=2).contains(&letters.chars().count()));
                prop_assert!(letters.chars().all(char::is_alphanumeric));
            }
        }
    }
}
