//! JSON strings that a terminal shows as they are. JSON itself asks for escapes below U+0020 only:
//! DEL, the C1 controls and what turns the direction of text around would pass.

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use std::io::{self, Write};

/// Writes a string with its quotes. What is read back is what was given.
pub(super) fn string(out: &mut Vec<u8>, value: &str) -> io::Result<()> {
    value
        .serialize(&mut Serializer::with_formatter(out, Printable))
        .map_err(io::Error::from)
}

/// Escapes what `{:?}` would escape: one rule for both formats.
struct Printable;

impl Formatter for Printable {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if !fragment.chars().any(is_unprintable) {
            return out.write_all(fragment.as_bytes());
        }
        let mut bytes = [0; 4];
        for char in fragment.chars() {
            if is_unprintable(char) {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            } else {
                out.write_all(char.encode_utf8(&mut bytes).as_bytes())?;
            }
        }
        Ok(())
    }
}

/// Quotes and backslashes are not: the serialiser has taken them out already.
fn is_unprintable(char: char) -> bool {
    match char {
        ' '..='~' => false,
        _ => char.escape_debug().len() > 1,
    }
}
