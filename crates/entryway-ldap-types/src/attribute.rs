//! Attribute names (RFC 4512 §1.4, §2.5): compared without case and without options.
//!
//! One is built for every attribute of every received entry, so parsing allocates once and
//! comparing does not allocate.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// An attribute description: a short name or dotted OID, with options such as `;binary`.
///
/// Equality, order and hash look at the base name alone, in lower case: a server may answer
/// `usercertificate;binary` to a request for `userCertificate`. The spelling is kept for display.
#[derive(Clone)]
pub struct AttributeName {
    /// As written, options included.
    spelling: Cow<'static, str>,
    /// How many bytes of `spelling` are the base name.
    base_len: usize,
}

/// Why a text is not an attribute name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttributeNameError {
    /// No name at all.
    #[error("an attribute name is empty")]
    Empty,
    /// A character that neither a short name nor an OID may hold, at least not there.
    #[error(
        "attribute name `{}` holds `{}`, expected letters, digits, `-`, `.` or `;`",
        .name.escape_debug(), .found.escape_debug()
    )]
    Character {
        /// The name as given, cut after 64 characters.
        name: String,
        /// The first character that does not belong.
        found: char,
    },
}

impl AttributeName {
    /// Parses a description such as `cn`, `2.5.4.3`, `userCertificate;binary`.
    ///
    /// Underscores are accepted beside RFC 4512's letters, digits and hyphens, because directories
    /// use them; so are `=` and `*` inside an option, for Active Directory's `member;range=0-*`.
    pub fn parse(text: &str) -> Result<Self, AttributeNameError> {
        if text.is_empty() {
            return Err(AttributeNameError::Empty);
        }
        match check(text.as_bytes()) {
            Ok(base_len) => Ok(Self {
                spelling: Cow::Owned(text.to_owned()),
                base_len,
            }),
            Err(at) => Err(AttributeNameError::Character {
                name: text.chars().take(64).collect(),
                // A name that ends too early is blamed on its last character.
                found: text
                    .get(at..)
                    .and_then(|rest| rest.chars().next())
                    .or(text.chars().last())
                    .unwrap_or(' '),
            }),
        }
    }
    /// A name known when the program is written, for `const` and `static` items: costs nothing.
    ///
    /// # Panics
    ///
    /// When the literal is not an attribute name; in a `const` or `static` that is a compile error.
    pub const fn from_static(literal: &'static str) -> Self {
        let checked = check(literal.as_bytes());
        assert!(checked.is_ok(), "not an attribute name");
        let base_len = match checked {
            Ok(len) => len,
            Err(_) => 0,
        };
        Self {
            spelling: Cow::Borrowed(literal),
            base_len,
        }
    }
    /// `*`: every user attribute, as a search may ask for (RFC 4511 §4.5.1.8). No entry has one of that name.
    pub const fn all_user() -> Self {
        Self {
            spelling: Cow::Borrowed("*"),
            base_len: 1,
        }
    }
    /// As written, options included.
    pub fn as_str(&self) -> &str {
        &self.spelling
    }
    /// The base name, without options, as written.
    pub fn base(&self) -> &str {
        self.spelling.get(..self.base_len).unwrap_or(&self.spelling)
    }
    /// The options, without their `;`, as written.
    pub fn options(&self) -> impl Iterator<Item = &str> {
        self.spelling.split(';').skip(1)
    }
    /// Whether `description` (as a server spelt it) names this attribute: no case, no options.
    pub fn matches(&self, description: &str) -> bool {
        let base = description
            .split_once(';')
            .map_or(description, |(base, _)| base);
        base.eq_ignore_ascii_case(self.base())
    }
}

/// Whether `text` is one name or dotted OID without options, as matching rules are written.
pub(crate) fn is_oid(text: &str) -> bool {
    check(text.as_bytes()) == Ok(text.len())
}

/// The length of the base name, or the offset of the byte that does not belong.
///
/// `const` for [`AttributeName::from_static`], hence the walk by hand over slices.
const fn check(text: &[u8]) -> Result<usize, usize> {
    let whole = text.len();
    let (mut rest, oid) = match text {
        [first, ..] if first.is_ascii_alphabetic() => (skip_key(text), false),
        [first, ..] if first.is_ascii_digit() => (text, true),
        _ => return Err(0),
    };
    if oid {
        let mut arcs = 0;
        loop {
            let after = skip_digits(rest);
            // RFC 4512 §1.4: an arc has digits and no leading zero; otherwise two spellings were one OID.
            let digits = rest.len() - after.len();
            if digits == 0 || (digits > 1 && matches!(rest, [b'0', ..])) {
                return Err(whole - rest.len());
            }
            arcs += 1;
            match after {
                [b'.', tail @ ..] => rest = tail,
                _ if arcs < 2 => return Err(whole - after.len()),
                _ => {
                    rest = after;
                    break;
                }
            }
        }
    }
    let base_len = whole - rest.len();
    loop {
        rest = match rest {
            [] => return Ok(base_len),
            [b';', tail @ ..] => {
                let after = skip_option(tail);
                if after.len() == tail.len() {
                    return Err(whole - tail.len());
                }
                after
            }
            _ => return Err(whole - rest.len()),
        };
    }
}

const fn skip_key(mut rest: &[u8]) -> &[u8] {
    while let [
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_',
        tail @ ..,
    ] = rest
    {
        rest = tail;
    }
    rest
}

const fn skip_digits(mut rest: &[u8]) -> &[u8] {
    while let [b'0'..=b'9', tail @ ..] = rest {
        rest = tail;
    }
    rest
}

const fn skip_option(mut rest: &[u8]) -> &[u8] {
    while let [
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'=' | b'*',
        tail @ ..,
    ] = rest
    {
        rest = tail;
    }
    rest
}

impl FromStr for AttributeName {
    type Err = AttributeNameError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl PartialEq for AttributeName {
    fn eq(&self, other: &Self) -> bool {
        // Most names that are compared differ in length, and where they do not, most differ in the first letter.
        self.base_len == other.base_len
            && self
                .base()
                .as_bytes()
                .eq_ignore_ascii_case(other.base().as_bytes())
    }
}

impl Eq for AttributeName {}

impl PartialOrd for AttributeName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AttributeName {
    fn cmp(&self, other: &Self) -> Ordering {
        let lower = |byte: u8| byte.to_ascii_lowercase();
        self.base()
            .bytes()
            .map(lower)
            .cmp(other.base().bytes().map(lower))
    }
}

impl Hash for AttributeName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in self.base().bytes() {
            state.write_u8(byte.to_ascii_lowercase());
        }
        state.write_u8(0xff);
    }
}

impl fmt::Display for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelling)
    }
}

impl fmt::Debug for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.spelling)
    }
}

#[cfg(test)]
mod tests;
