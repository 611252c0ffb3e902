//! The grammar of RFC 4514 §3, and of RFC 2253 §4 where it was wider: one pass, never backwards.

use super::{Ava, Dn, DnError, Rdn};
use crate::{AttributeName, attribute};

pub(super) fn dn(text: &str) -> Result<Vec<Rdn>, DnError> {
    if text.len() > Dn::MAX_BYTES {
        return Err(DnError {
            at: Dn::MAX_BYTES,
            kind: "expected at most 65536 bytes, found more",
        });
    }
    let mut reader = Reader { text, at: 0 };
    let mut rdns = Vec::new();
    reader.skip_blanks();
    if reader.peek().is_none() {
        return Ok(rdns);
    }
    loop {
        if rdns.len() == Dn::MAX_RDNS {
            return Err(reader.error("expected at most 256 levels, found more"));
        }
        rdns.push(reader.rdn()?);
        match reader.peek() {
            None => return Ok(rdns),
            Some(b',' | b';') => reader.at += 1,
            Some(_) => return Err(reader.error("expected `,` or `+`")),
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rdn(&mut self) -> Result<Rdn, DnError> {
        let mut rdn = Rdn {
            first: self.ava()?,
            more: Vec::new(),
        };
        while self.peek() == Some(b'+') {
            if rdn.more.len() + 1 == Dn::MAX_AVAS {
                return Err(self.error("expected at most 32 values in one level, found more"));
            }
            self.at += 1;
            rdn.more.push(self.ava()?);
        }
        Ok(rdn)
    }

    /// One type and value with the blanks around them; ends before a separator.
    fn ava(&mut self) -> Result<Ava, DnError> {
        self.skip_blanks();
        let attribute = self.attribute()?;
        if self.peek() != Some(b'=') {
            return Err(self.error("expected `=`"));
        }
        self.at += 1;
        self.skip_blanks();
        let (value, ber) = match self.peek() {
            Some(b'#') => self.hexadecimal()?,
            Some(b'"') => (self.quoted()?, false),
            _ => (self.string()?, false),
        };
        self.skip_blanks();
        Ok(Ava {
            attribute,
            value,
            ber,
        })
    }

    fn attribute(&mut self) -> Result<AttributeName, DnError> {
        let start = self.at;
        let rest = self.rest();
        let end = rest.find(['=', ',', '+', ';', ' ']).unwrap_or(rest.len());
        let written = rest.get(..end).unwrap_or(rest);
        let name = match written.split_at_checked(4) {
            Some((prefix, oid)) if prefix.eq_ignore_ascii_case("oid.") => oid,
            _ => written,
        };
        let parsed = if attribute::is_oid(name) {
            AttributeName::parse(name).ok()
        } else {
            None
        };
        self.at += written.len();
        self.skip_blanks();
        parsed.ok_or(DnError {
            at: start,
            kind: "expected an attribute type",
        })
    }

    /// An unquoted value. Blanks at its end do not belong to it unless they are escaped.
    fn string(&mut self) -> Result<Vec<u8>, DnError> {
        let mut value = Vec::new();
        let mut kept = 0;
        loop {
            let rest = self.rest();
            let end = rest
                .find(['\\', ',', '+', ';', '"', '<', '>', '\0'])
                .unwrap_or(rest.len());
            let plain = rest.get(..end).unwrap_or(rest);
            value.extend_from_slice(plain.as_bytes());
            let blanks = plain.len() - plain.trim_end_matches(' ').len();
            if blanks < plain.len() {
                kept = value.len() - blanks;
            }
            self.at += plain.len();
            match self.peek() {
                Some(b'\\') => {
                    value.push(self.escape()?);
                    kept = value.len();
                }
                Some(b'"' | b'<' | b'>' | 0) => {
                    return Err(self.error("expected an escape for this character"));
                }
                _ => break,
            }
        }
        value.truncate(kept);
        Ok(value)
    }

    /// RFC 2253 §4: between quotes only `"` and `\` need an escape.
    fn quoted(&mut self) -> Result<Vec<u8>, DnError> {
        let start = self.at;
        self.at += 1;
        let mut value = Vec::new();
        loop {
            let rest = self.rest();
            let Some(plain) = rest.find(['\\', '"']).and_then(|end| rest.get(..end)) else {
                return Err(DnError {
                    at: start,
                    kind: "expected a closing quote for the one",
                });
            };
            value.extend_from_slice(plain.as_bytes());
            self.at += plain.len();
            if self.peek() == Some(b'"') {
                self.at += 1;
                return Ok(value);
            }
            value.push(self.escape()?);
        }
    }

    /// RFC 4514 §2.4: `#` and the BER of the value. The string types give their content, so that
    /// `#0c0141` and `A` are one value; of anything else the BER itself is kept.
    fn hexadecimal(&mut self) -> Result<(Vec<u8>, bool), DnError> {
        self.at += 1;
        let mut ber = Vec::new();
        while let [high, low, ..] = self.rest().as_bytes()
            && let Some(byte) = pair(*high, *low)
        {
            ber.push(byte);
            self.at += 2;
        }
        if ber.is_empty() || !matches!(self.peek(), None | Some(b' ' | b',' | b'+' | b';')) {
            return Err(self.error("expected two hexadecimal digits"));
        }
        Ok(match string_content(&ber) {
            Some(content) => (content.to_vec(), false),
            None => (ber, true),
        })
    }

    /// `\` and a special character or two hexadecimal digits.
    fn escape(&mut self) -> Result<u8, DnError> {
        let (byte, len) = match self.rest().as_bytes() {
            [
                _,
                special @ (b' ' | b'"' | b'#' | b'+' | b',' | b';' | b'<' | b'=' | b'>' | b'\\'),
                ..,
            ] => (*special, 2),
            [_, high, low, ..] if let Some(byte) = pair(*high, *low) => (byte, 3),
            _ => {
                return Err(
                    self.error("expected a special character or two hexadecimal digits after `\\`")
                );
            }
        };
        self.at += len;
        Ok(byte)
    }

    fn skip_blanks(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }
    fn error(&self, kind: &'static str) -> DnError {
        DnError { at: self.at, kind }
    }
}

fn pair(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    Some(digit(high)? << 4 | digit(low)?)
}

/// The content of an OCTET STRING, UTF8String, NumericString, PrintableString, IA5String or
/// VisibleString that fills `ber`; other strings are not UTF-8.
fn string_content(ber: &[u8]) -> Option<&[u8]> {
    let [0x04 | 0x0c | 0x12 | 0x13 | 0x16 | 0x1a, rest @ ..] = ber else {
        return None;
    };
    let (length, content) = match rest {
        [length @ ..=0x7f, content @ ..] => (usize::from(*length), content),
        [0x81, length, content @ ..] => (usize::from(*length), content),
        [0x82, high, low, content @ ..] => {
            (usize::from(u16::from_be_bytes([*high, *low])), content)
        }
        _ => return None,
    };
    (content.len() == length).then_some(content)
}
