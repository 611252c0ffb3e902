//! Blanks secrets out of a text before anything else may keep it.
//!
//! It works on the letters and not on the parsed tree, because a text that does not parse, or a
//! misspelt key, must not show a password either. Too much is blanked rather than too little.

use crate::closest::distance;
use std::ops::Range;

/// Keys that look like a secret's and are none.
const OPEN_KEYS: [&str; 1] = ["allow_clear_text_passwords"];

/// Keys that hold a secret, for recognising misspelt ones.
const SECRET_KEYS: [&str; 2] = ["password", "secret"];

/// Keys inside a secret's own table that say where it is, not what.
const SOURCE_KEYS: [&str; 3] = ["file", "env", "credential"];

/// Whether the value of this key is to be blanked.
pub(crate) fn is_secret_key(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    if OPEN_KEYS.contains(&lower.as_str()) {
        return false;
    }
    ["pass", "pwd", "secret", "token"]
        .iter()
        .any(|part| lower.contains(part))
        || SECRET_KEYS.iter().any(|known| distance(&lower, known) <= 2)
}

/// The text with every secret overwritten, and where.
pub(crate) fn file(text: &str) -> (String, Vec<Range<usize>>) {
    let mut masks = Vec::new();
    let mut at = 0;
    while let Some((key, value)) = next_assignment(text, at) {
        at = value;
        if text.get(key).is_some_and(is_secret_key) {
            let end = mask_value(text, value, &mut masks);
            at = end.max(value);
        }
    }
    (overwrite(text, &masks), masks)
}

/// A variable's value, overwritten from end to end.
pub(crate) fn whole(text: &str) -> (String, Vec<Range<usize>>) {
    let masks: Vec<_> = std::iter::once(0..text.len()).collect();
    (overwrite(text, &masks), masks)
}

/// The next `key =` from `at` on: the key's last part, and where its value starts.
fn next_assignment(text: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let equals = at + text.get(at..)?.find('=')?;
    let before = text
        .get(at..equals)?
        .trim_end_matches([' ', '\t', '"', '\'']);
    let key_end = at + before.len();
    let name_length = before
        .bytes()
        .rev()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        .count();
    let rest = text.get(equals + 1..)?;
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    Some((key_end - name_length..key_end, equals + 1 + blanks))
}

/// Masks the value that starts at `at`; gives where it ends.
fn mask_value(text: &str, at: usize, masks: &mut Vec<Range<usize>>) -> usize {
    let Some(rest) = text.get(at..) else {
        return at;
    };
    let quoted = ["\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find(|quote| rest.starts_with(quote));
    if let Some(quote) = quoted {
        let inside = at + quote.len();
        let end = closing(text, inside, quote);
        masks.push(inside..end);
        return end + quote.len();
    }
    let end = if rest.starts_with('[') {
        list_end(text, at)
    } else {
        bare_end(text, at)
    };
    if !rest.starts_with('{') {
        if at < end {
            masks.push(at..end);
        }
        return end;
    }
    mask_table(text, at, masks)
}

/// `{ file = "…" }` stays readable; any other key in there is not known to be harmless.
fn mask_table(text: &str, at: usize, masks: &mut Vec<Range<usize>>) -> usize {
    let mut at = at + 1;
    loop {
        let line_end = end_of_line(text, at);
        let close = text
            .get(at..line_end)
            .and_then(|line| line.find('}'))
            .map_or(line_end, |brace| at + brace);
        match next_assignment(text, at) {
            Some((key, value)) if value <= close => {
                let known = text.get(key).is_some_and(|key| SOURCE_KEYS.contains(&key));
                let mut own = Vec::new();
                at = mask_value(text, value, &mut own).max(value);
                if !known {
                    masks.append(&mut own);
                }
            }
            _ => return close,
        }
    }
}

fn end_of_line(text: &str, at: usize) -> usize {
    text.get(at..)
        .and_then(|rest| rest.find('\n'))
        .map_or(text.len(), |end| at + end)
}

/// Where a quoted value ends: before its closing quote, or where its line (or the text) does.
fn closing(text: &str, inside: usize, quote: &str) -> usize {
    let limit = if quote.len() == 1 {
        end_of_line(text, inside)
    } else {
        text.len()
    };
    let Some(body) = text.get(inside..limit) else {
        return limit;
    };
    let mut skip = false;
    for (offset, char) in body.char_indices() {
        if skip {
            skip = false;
        } else if char == '\\' && quote.starts_with('"') {
            skip = true;
        } else if body
            .get(offset..)
            .is_some_and(|rest| rest.starts_with(quote))
        {
            return inside + offset;
        }
    }
    limit
}

fn list_end(text: &str, at: usize) -> usize {
    text.get(at..)
        .and_then(|rest| rest.find(']'))
        .map_or(text.len(), |end| at + end + 1)
}

/// To the end of the line: an unquoted secret may hold anything.
fn bare_end(text: &str, at: usize) -> usize {
    at + text
        .get(at..end_of_line(text, at))
        .unwrap_or_default()
        .trim_end()
        .len()
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
