//! Values made comparable: like RFC 4518 §2, and stricter.
//!
//! - Case is folded by Unicode's lower case of each character, which is not the full folding (`ß`
//!   stays apart from `ss`, `ς` from `σ`).
//! - Insignificant spaces (§2.6.1): those at the ends go, inner ones count as one, for every type,
//!   as if each had a caseIgnoreMatch rule. Nothing but spaces is equal to an empty value.
//! - Everything else stands for itself. §2.2 would drop zero-width and control characters and take tabs, line
//!   ends and the wide spaces for a space, §2.3 would join an accent with its letter: here no character
//!   disappears and none becomes another.
//!
//! So two names that are equal here are equal for a server (whose naming attributes ignore case, as
//! the usual ones do), and some that a server calls equal are not. That is the safe side of every use: an entry
//! whose name only looks like one under the base is no answer, and one subject never means two people.

use super::hex;

/// The characters of the comparison form, before escaping.
fn prepared(text: &str) -> impl Iterator<Item = char> {
    trimmed(text).flat_map(char::to_lowercase)
}

/// The same with their case.
fn trimmed(text: &str) -> impl Iterator<Item = char> {
    let mut source = text.chars().peekable();
    let mut started = false;
    std::iter::from_fn(move || {
        let mut blank = false;
        while source.next_if_eq(&' ').is_some() {
            blank = true;
        }
        // A blank counts only between two other characters.
        let next = *source.peek()?;
        if blank && started {
            return Some(' ');
        }
        started = true;
        source.next();
        Some(next)
    })
}

pub(super) fn are_equal(one: &str, other: &str) -> bool {
    one == other || prepared(one).eq(prepared(other))
}

/// Writes the comparison form, each byte of specials and control characters as `\xx`.
pub(super) fn write(text: &str, out: &mut String) {
    write_chars(prepared(text), out);
}

/// The same, but letters keep their case.
pub(super) fn write_keeping_case(text: &str, out: &mut String) {
    write_chars(trimmed(text), out);
}

fn write_chars(chars: impl Iterator<Item = char>, out: &mut String) {
    for char in chars {
        if is_special(char) || char.is_control() {
            escape(char.encode_utf8(&mut [0; 4]).as_bytes(), out);
        } else {
            out.push(char);
        }
    }
}

/// Writes a value that is not text, byte for byte. It never equals a text's form: unescaped, that is
/// UTF-8 again, and this is not.
pub(super) fn write_bytes(value: &[u8], out: &mut String) {
    for byte in value {
        let char = char::from(*byte);
        if char.is_ascii_graphic() && !is_special(char) {
            out.push(char);
        } else {
            escape(&[*byte], out);
        }
    }
}

fn escape(bytes: &[u8], out: &mut String) {
    // Writing to a `String` does not fail.
    let _ = hex(out, "\\", bytes);
}

/// What separates or quotes somewhere in a name, whether or not it would here.
fn is_special(char: char) -> bool {
    matches!(char, ',' | '+' | '=' | '"' | '\\' | '<' | '>' | ';' | '#')
}
