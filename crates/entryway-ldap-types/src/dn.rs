//! Distinguished names (RFC 4514). There is one comparison, for bases, subjects and repeated answers alike: case,
//! blanks at the ends or in a row, escapes and the spelling of types do not matter, and everything else
//! does. A server may call more names equal, because RFC 4518 drops invisible characters; here they count, so
//! that no entry passes for another by one.
//!
//! Reading the text is `parse`'s, preparing values for comparison `prepare`'s.

mod parse;
mod prepare;
mod types;

use crate::AttributeName;
use std::fmt::{self, Write};
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// A distinguished name: relative names, the entry's own first. The root DSE's name is empty.
///
/// Equality, hash and [`Dn::is_under`] compare normalised forms; `Display` writes RFC 4514.
#[derive(Clone, Default)]
pub struct Dn {
    rdns: Vec<Rdn>,
}

/// One level of a name: one or, joined by `+`, several attribute values.
#[derive(Clone)]
pub struct Rdn {
    first: Ava,
    /// Almost always empty, and then not allocated.
    more: Vec<Ava>,
}

/// An attribute type and value inside a name.
#[derive(Clone)]
pub struct Ava {
    attribute: AttributeName,
    /// The value's bytes, unescaped: UTF-8 text, or the raw bytes of a `#hex` or escaped value.
    value: Vec<u8>,
    /// Whether `value` is the BER of a `#hex` value that is not a string.
    ber: bool,
}

/// What becomes of a value's letters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Folded,
    Kept,
}

/// Why a text is not a distinguished name, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {at} of the distinguished name")]
pub struct DnError {
    /// Byte offset into the text.
    pub at: usize,
    /// What is wrong there, in words.
    pub kind: &'static str,
}

impl Dn {
    /// Longest text that is read, in bytes; directories themselves end far below.
    pub const MAX_BYTES: usize = 64 * 1024;
    /// Most levels of a name.
    pub const MAX_RDNS: usize = 256;
    /// Most attribute values that one level joins.
    pub const MAX_AVAS: usize = 32;

    /// Parses RFC 4514 text, with the blanks around `,`, `+` and `=` that RFC 2253 writers leave,
    /// and RFC 2253's `OID.` before a dotted type, `;` between levels and quoted values.
    ///
    /// Work and memory are linear in the text, which is bounded by [`Dn::MAX_BYTES`].
    pub fn parse(text: &str) -> Result<Self, DnError> {
        parse::dn(text).map(|rdns| Self { rdns })
    }
    /// The relative names, the entry's own first.
    pub fn rdns(&self) -> &[Rdn] {
        &self.rdns
    }
    /// Whether the name is the empty one (the root DSE).
    pub fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }
    /// Whether this name is `base` or lies below it. Everything is under the empty name.
    pub fn is_under(&self, base: &Dn) -> bool {
        let above = self.rdns.len().checked_sub(base.rdns.len());
        above
            .and_then(|above| self.rdns.get(above..))
            .is_some_and(|end| end == base.rdns)
    }
    /// The name one level up; `None` for the empty name.
    pub fn parent(&self) -> Option<Dn> {
        let (_, above) = self.rdns.split_first()?;
        Some(Self {
            rdns: above.to_vec(),
        })
    }
    /// The comparison form: types in lower case (well-known OIDs by their short name), AVAs sorted,
    /// values case-folded with inner blanks collapsed, specials and control characters as hex escapes so that a
    /// bare `,`, `+` or `=` always separates. Two names are equal when these are.
    pub fn normalized(&self) -> String {
        self.written(Case::Folded)
    }
    /// The comparison form, but for the case of the values, which stays: for patterns, where the
    /// administrator says whether case counts. Equal names may differ in it.
    pub fn normalized_keeping_case(&self) -> String {
        self.written(Case::Kept)
    }

    fn written(&self, case: Case) -> String {
        let mut out = String::new();
        for (at, rdn) in self.rdns.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            rdn.normalize(case, &mut out);
        }
        out
    }
}

impl Rdn {
    /// The attribute values, at least one, in the order of the text.
    pub fn avas(&self) -> impl Iterator<Item = &Ava> {
        std::iter::once(&self.first).chain(&self.more)
    }

    /// Whether this level says that an entry's `attribute` holds `value`, compared as names are.
    pub fn names(&self, attribute: &AttributeName, value: &[u8]) -> bool {
        self.avas().any(|ava| {
            types::are_equal(ava.attribute.base(), attribute.base())
                && match (ava.text(), std::str::from_utf8(value)) {
                    (Some(named), Ok(value)) => prepare::are_equal(named, value),
                    _ => !ava.ber && ava.value == value,
                }
        })
    }

    fn normalize(&self, case: Case, out: &mut String) {
        if self.more.is_empty() {
            return self.first.normalize(case, out);
        }
        // Sorted without case in either form, so that the order is the same in both.
        let mut avas: Vec<&Ava> = self.avas().collect();
        avas.sort_by_cached_key(|ava| (ava.normalized(Case::Folded), ava.normalized(case)));
        for (at, ava) in avas.into_iter().enumerate() {
            if at > 0 {
                out.push('+');
            }
            ava.normalize(case, out);
        }
    }
}

impl Ava {
    /// The attribute's type, as written.
    pub fn attribute(&self) -> &AttributeName {
        &self.attribute
    }
    /// The value's bytes, unescaped; the content of a `#hex` value that is a string, else its BER.
    pub fn value(&self) -> &[u8] {
        &self.value
    }
    /// The value as text; `None` when it is not UTF-8, or the BER of something other than a string.
    pub fn text(&self) -> Option<&str> {
        if self.ber {
            None
        } else {
            std::str::from_utf8(&self.value).ok()
        }
    }

    fn normalized(&self, case: Case) -> String {
        let mut out = String::new();
        self.normalize(case, &mut out);
        out
    }

    fn normalize(&self, case: Case, out: &mut String) {
        for char in types::canonical(self.attribute.base()).chars() {
            out.push(char.to_ascii_lowercase());
        }
        out.push('=');
        match self.text() {
            Some(text) if case == Case::Kept => prepare::write_keeping_case(text, out),
            Some(text) => prepare::write(text, out),
            None if self.ber => {
                out.push('#');
                // Writing to a `String` does not fail.
                let _ = hex(out, "", &self.value);
            }
            None => prepare::write_bytes(&self.value, out),
        }
    }
}

impl PartialEq for Ava {
    fn eq(&self, other: &Self) -> bool {
        types::are_equal(self.attribute.base(), other.attribute.base())
            && match (self.text(), other.text()) {
                (Some(one), Some(other)) => prepare::are_equal(one, other),
                (None, None) => self.ber == other.ber && self.value == other.value,
                _ => false,
            }
    }
}

impl PartialEq for Rdn {
    fn eq(&self, other: &Self) -> bool {
        match (self.more.as_slice(), other.more.as_slice()) {
            ([], []) => self.first == other.first,
            (one, other_more) if one.len() == other_more.len() => {
                let mut forms = (String::new(), String::new());
                self.normalize(Case::Folded, &mut forms.0);
                other.normalize(Case::Folded, &mut forms.1);
                forms.0 == forms.1
            }
            _ => false,
        }
    }
}

impl PartialEq for Dn {
    fn eq(&self, other: &Self) -> bool {
        self.rdns == other.rdns
    }
}

impl Eq for Ava {}
impl Eq for Rdn {}
impl Eq for Dn {}

impl Hash for Dn {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.normalized().hash(state);
    }
}

impl FromStr for Dn {
    type Err = DnError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// RFC 4514 §2: types and values as they were read, with no more escapes than needed.
impl fmt::Display for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, rdn) in self.rdns.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            rdn.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Rdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)?;
        self.more.iter().try_for_each(|ava| write!(f, "+{ava}"))
    }
}

impl fmt::Display for Ava {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.attribute.base())?;
        if self.ber {
            f.write_str("#")?;
            return hex(f, "", &self.value);
        }
        let last = self.value.len().saturating_sub(1);
        let mut at = 0;
        for chunk in self.value.utf8_chunks() {
            for char in chunk.valid().chars() {
                match char {
                    '"' | '+' | ',' | ';' | '<' | '>' | '\\' => write!(f, "\\{char}")?,
                    // RFC 4514 §2.4: a blank or `#` would be lost or misread at the beginning, a blank at the end.
                    ' ' if at == 0 || at == last => f.write_str("\\ ")?,
                    '#' if at == 0 => f.write_str("\\#")?,
                    control if control.is_control() => {
                        let mut buffer = [0; 4];
                        hex(f, "\\", control.encode_utf8(&mut buffer).as_bytes())?;
                    }
                    other => f.write_char(other)?,
                }
                at += char.len_utf8();
            }
            hex(f, "\\", chunk.invalid())?;
            at += chunk.invalid().len();
        }
        Ok(())
    }
}

impl fmt::Debug for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

impl fmt::Debug for Rdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

impl fmt::Debug for Ava {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

/// Each byte as two hexadecimal digits after `mark`.
fn hex(out: &mut impl Write, mark: &str, bytes: &[u8]) -> fmt::Result {
    bytes
        .iter()
        .try_for_each(|byte| write!(out, "{mark}{byte:02x}"))
}

#[cfg(test)]
mod tests;
