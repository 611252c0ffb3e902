//! Values made comparable (RFC 4518 §2), approximately.
//!
//! - Map (§2.2): followed; case is folded by Unicode's lower case of each character, which is not
//!   the full folding (`ß` stays apart from `ss`, `ς` from `σ`).
//! - Normalize (§2.3): left out; an accented letter in two characters stays apart from one in one.
//! - Prohibit (§2.4): left out; such characters compare as they are.
//! - Insignificant spaces (§2.6.1): those at the ends go, inner ones count as one, for every type,
//!   as if each had a caseIgnoreMatch rule. Nothing but spaces is equal to an empty value.
//!
//! What is left out keeps names apart that RFC 4518 would call equal.

use super::hex;

/// The characters of the comparison form, before escaping.
fn prepared(text: &str) -> impl Iterator<Item = char> {
    let mut source = text
        .chars()
        .filter(|char| !is_mapped_to_nothing(*char))
        .peekable();
    let mut started = false;
    let folded = std::iter::from_fn(move || {
        let mut blank = false;
        while source.next_if(|char| is_space(*char)).is_some() {
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
    });
    folded.flat_map(char::to_lowercase)
}

pub(super) fn are_equal(one: &str, other: &str) -> bool {
    one == other || prepared(one).eq(prepared(other))
}

/// Writes the comparison form, specials as `\xx`. No control character is left to escape.
pub(super) fn write(text: &str, out: &mut String) {
    for char in prepared(text) {
        match u8::try_from(char) {
            Ok(special) if is_special(char) => escape(special, out),
            _ => out.push(char),
        }
    }
}

/// Writes a value that is not text, byte for byte. It never equals a text's form: at least one byte
/// is 0x80 or more and stands as `\xx`, and a text has no such escape.
pub(super) fn write_bytes(value: &[u8], out: &mut String) {
    for byte in value {
        let char = char::from(*byte);
        if char.is_ascii_graphic() && !is_special(char) {
            out.push(char);
        } else {
            escape(*byte, out);
        }
    }
}

fn escape(byte: u8, out: &mut String) {
    // Writing to a `String` does not fail.
    let _ = hex(out, "\\", &[byte]);
}

/// What separates or quotes somewhere in a name, whether or not it would here.
fn is_special(char: char) -> bool {
    matches!(char, ',' | '+' | '=' | '"' | '\\' | '<' | '>' | ';' | '#')
}

/// RFC 4518 §2.2, second and third paragraph: what is a space, or becomes one.
fn is_space(char: char) -> bool {
    matches!(char, ' ' | '\t'..='\r' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
        | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// RFC 4518 §2.2, first and second paragraph: characters without a meaning of their own.
fn is_mapped_to_nothing(char: char) -> bool {
    matches!(char, '\u{0}'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{6dd}' | '\u{70f}' | '\u{1806}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2063}'
        | '\u{206a}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0001}' | '\u{e0020}'..='\u{e007f}')
}
