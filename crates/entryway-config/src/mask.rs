//! Blanks secrets out of a text before anything else may keep it.
//!
//! A value stays readable only where the catalogue says that its setting is no secret; whatever is
//! misspelt, misplaced, not understood or a comment is blanked. It works on the letters and not on
//! the parsed tree, because a text that does not parse must not show a password either.

mod address;
mod scan;

pub(crate) use address::shown as address;

use crate::closest::distance;
use std::ops::Range;

/// Keys that hold a secret, for recognising misspelt ones.
const SECRET_KEYS: [&str; 2] = ["password", "secret"];

/// Whether a word looks like the name of a secret, where no catalogue can say.
pub(crate) fn is_secret_key(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    ["pass", "pwd", "pw", "secret", "token", "credential"]
        .iter()
        .any(|part| lower.contains(part))
        || SECRET_KEYS.iter().any(|known| distance(&lower, known) <= 2)
}

/// The text with every secret overwritten, and where.
pub(crate) fn file(text: &str) -> (String, Vec<Range<usize>>) {
    let masks = scan::file(text);
    (overwrite(text, &masks), masks)
}

/// The value of a variable that overrides the setting at `keys`, likewise.
pub(crate) fn variable(text: &str, keys: &[&str]) -> (String, Vec<Range<usize>>) {
    let masks = scan::variable(text, keys);
    (overwrite(text, &masks), masks)
}

/// Same length in bytes, and the same lines.
fn overwrite(text: &str, masks: &[Range<usize>]) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    for mask in masks {
        shown.push_str(text.get(at..mask.start).unwrap_or_default());
        let secret = text.get(mask.clone()).unwrap_or_default();
        shown.extend(
            secret
                .bytes()
                .map(|byte| if byte == b'\n' { '\n' } else { '*' }),
        );
        at = mask.end;
    }
    shown.push_str(text.get(at..).unwrap_or_default());
    shown
}

#[cfg(test)]
mod tests;
