//! Writing LDIF (RFC 2849).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write;

/// LDIF text under construction.
#[derive(Debug, Default)]
pub(crate) struct Ldif(String);

impl Ldif {
    /// One record: its DN, then its lines as `attribute: value`.
    pub(crate) fn entry<'a>(
        &mut self,
        dn: &str,
        lines: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) {
        self.line("dn", dn.as_bytes());
        for (attribute, value) in lines {
            self.line(attribute, value.as_bytes());
        }
        self.0.push('\n');
    }

    /// Text that is LDIF already.
    pub(crate) fn raw(&mut self, text: &str) {
        self.0.push_str(text);
    }

    /// One line, in base64 where RFC 2849 §2 does not allow the value as it is.
    pub(crate) fn line(&mut self, attribute: &str, value: &[u8]) {
        let unsafe_start = matches!(value.first(), Some(b' ' | b':' | b'<'));
        let plain = !unsafe_start
            && value.last() != Some(&b' ')
            && value.iter().all(|byte| (0x20..0x7f).contains(byte));
        let written = match (plain, str::from_utf8(value)) {
            (true, Ok(text)) => writeln!(self.0, "{attribute}: {text}"),
            _ => writeln!(self.0, "{attribute}:: {}", STANDARD.encode(value)),
        };
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
    }

    /// The bytes.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// A value as it stands in a DN (RFC 4514 §2.4).
pub(crate) fn dn_value(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut text = String::new();
    for (at, c) in value.chars().enumerate() {
        let edge_blank = c == ' ' && (at == 0 || at == last);
        if edge_blank || (c == '#' && at == 0) || "\"+,;<>\\=".contains(c) {
            text.push('\\');
        }
        text.push(c);
    }
    text
}
