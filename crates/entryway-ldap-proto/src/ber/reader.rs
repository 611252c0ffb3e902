//! Reading elements in place, bounded in depth.

use super::Tag;
use crate::DecodeError;
use crate::redacted::Redacted;
use std::fmt;

/// What an element's first octets say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The identifier octet.
    pub tag: Tag,
    /// Octets of identifier and length together: at most 10.
    pub header_bytes: usize,
    /// Octets of content.
    pub content_bytes: u32,
}

/// Longest length field that is read, after its first octet. More than four can only be zeros in front.
const LENGTH_OCTETS: usize = 8;

/// Reads a header; `None` when octets are missing. A form that LDAP does not allow is an error as
/// soon as its octet is there, so nobody waits for the rest of it.
pub(crate) fn header(bytes: &[u8]) -> Result<Option<Header>, DecodeError> {
    let Some((&identifier, rest)) = bytes.split_first() else {
        return Ok(None);
    };
    let tag = Tag(identifier);
    if identifier & 0x1f == 0x1f {
        return Err(DecodeError::Tag {
            expected: "a tag number below 31",
            found: tag,
        });
    }
    let Some((&first, rest)) = rest.split_first() else {
        return Ok(None);
    };
    if first < 0x80 {
        return Ok(Some(Header {
            tag,
            header_bytes: 2,
            content_bytes: u32::from(first),
        }));
    }
    let count = usize::from(first & 0x7f);
    if count == 0 || count > LENGTH_OCTETS {
        return Err(DecodeError::Length { octet: first });
    }
    let Some(octets) = rest.get(..count) else {
        return Ok(None);
    };
    let length = octets
        .iter()
        .fold(0u64, |sum, &octet| (sum << 8) | u64::from(octet));
    let content_bytes = u32::try_from(length).map_err(|_| DecodeError::Length { octet: first })?;
    Ok(Some(Header {
        tag,
        header_bytes: 2 + count,
        content_bytes,
    }))
}

/// A row of elements, read from front to back without copying.
///
/// Each [`Reader::enter`] costs a level; the levels are given once, at the outermost reader, so no
/// nesting of the peer's can exhaust our stack.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
    levels: u8,
}

impl<'a> Reader<'a> {
    /// Reads `bytes`, entering at most `levels` constructed elements inside one another.
    pub fn new(bytes: &'a [u8], levels: u8) -> Self {
        Self {
            rest: bytes,
            levels,
        }
    }
    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
    /// What is left.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
    /// The next element's tag, if there is a next one.
    pub fn peek(&self) -> Option<Tag> {
        self.rest.first().copied().map(Tag)
    }
    /// The next element, whatever it is: its tag and content.
    pub fn element(&mut self) -> Result<(Tag, &'a [u8]), DecodeError> {
        let Header {
            tag,
            header_bytes,
            content_bytes,
        } = header(self.rest)?.ok_or(DecodeError::Truncated)?;
        let content = self.rest.get(header_bytes..).unwrap_or_default();
        let (content, rest) = content
            .split_at_checked(content_bytes as usize)
            .ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok((tag, content))
    }
    /// The content of the next element, which has `tag`; `expected` names it in errors.
    pub fn content(&mut self, tag: Tag, expected: &'static str) -> Result<&'a [u8], DecodeError> {
        match self.peek() {
            Some(found) if found == tag => Ok(self.element()?.1),
            Some(found) => Err(DecodeError::Tag { expected, found }),
            None => Err(DecodeError::Truncated),
        }
    }
    /// The content of the next element if it has `tag`; otherwise nothing is read.
    pub fn optional(&mut self, tag: Tag) -> Result<Option<&'a [u8]>, DecodeError> {
        if self.peek() == Some(tag) {
            Ok(Some(self.element()?.1))
        } else {
            Ok(None)
        }
    }
    /// A reader over the next element, which has `tag`, one level down.
    pub fn enter(&mut self, tag: Tag, expected: &'static str) -> Result<Self, DecodeError> {
        let levels = self.level_down()?;
        Ok(Self {
            rest: self.content(tag, expected)?,
            levels,
        })
    }
    /// A reader over the next element if it has `tag`; otherwise nothing is read.
    pub fn enter_optional(&mut self, tag: Tag) -> Result<Option<Self>, DecodeError> {
        if self.peek() != Some(tag) {
            return Ok(None);
        }
        let levels = self.level_down()?;
        Ok(self.optional(tag)?.map(|rest| Self { rest, levels }))
    }
    /// A reader over the next element, whatever it is, one level down.
    pub fn enter_any(&mut self) -> Result<(Tag, Self), DecodeError> {
        let levels = self.level_down()?;
        let (tag, rest) = self.element()?;
        Ok((tag, Self { rest, levels }))
    }
    /// An `OCTET STRING`.
    pub fn octets(&mut self, what: &'static str) -> Result<&'a [u8], DecodeError> {
        self.content(Tag::OCTETS, what)
    }
    /// An `LDAPString`: UTF-8.
    pub fn text(&mut self, what: &'static str) -> Result<&'a str, DecodeError> {
        utf8(self.octets(what)?, what)
    }
    /// A `BOOLEAN`. Any content octet but zero is true, as BER has it; ours is 0xff.
    pub fn boolean(&mut self, what: &'static str) -> Result<bool, DecodeError> {
        boolean(self.content(Tag::BOOLEAN, what)?, what)
    }
    /// An `INTEGER` of 0 to 2^31-1, which is every integer that LDAP has.
    pub fn integer(&mut self, what: &'static str) -> Result<u32, DecodeError> {
        natural(self.content(Tag::INTEGER, what)?, what)
    }
    /// An `ENUMERATED` of 0 to 2^31-1.
    pub fn enumerated(&mut self, what: &'static str) -> Result<u32, DecodeError> {
        natural(self.content(Tag::ENUMERATED, what)?, what)
    }
    /// Walks over what is left. Every LDAP sequence may grow at its end (RFC 4511 §4): elements that
    /// are not known are passed over, but they must be elements.
    pub fn ignore_rest(&mut self) -> Result<(), DecodeError> {
        while !self.is_empty() {
            self.element()?;
        }
        Ok(())
    }

    fn level_down(&self) -> Result<u8, DecodeError> {
        self.levels.checked_sub(1).ok_or(DecodeError::Nesting)
    }
}

/// How much is left, not what.
impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("rest", &Redacted::new(self.rest))
            .field("levels", &self.levels)
            .finish()
    }
}

/// Content octets as UTF-8 text.
pub(crate) fn utf8<'a>(content: &'a [u8], what: &'static str) -> Result<&'a str, DecodeError> {
    std::str::from_utf8(content).map_err(|_| DecodeError::Text { what })
}

/// Content octets as a truth value.
pub(crate) fn boolean(content: &[u8], what: &'static str) -> Result<bool, DecodeError> {
    match content {
        [octet] => Ok(*octet != 0),
        _ => Err(DecodeError::Value { what }),
    }
}

/// Content octets as an integer of 0 to 2^31-1. Up to four octets, minimal or not: some servers
/// always write four. Negative, empty and longer ones are refused.
pub(crate) fn natural(content: &[u8], what: &'static str) -> Result<u32, DecodeError> {
    match content {
        [first, ..] if *first < 0x80 && content.len() <= 4 => Ok(content
            .iter()
            .fold(0, |sum, &octet| (sum << 8) | u32::from(octet))),
        _ => Err(DecodeError::Value { what }),
    }
}
