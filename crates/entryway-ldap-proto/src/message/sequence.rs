//! Rows of strings, checked once and then read without errors.

use crate::ber::{Reader, utf8};
use crate::redacted::Redacted;
use crate::{DecodeError, Limits};
use std::fmt;

/// A row of octet strings: attribute values.
#[derive(Clone, Copy)]
pub struct Octets<'a> {
    checked: Reader<'a>,
    left: usize,
}

impl<'a> Octets<'a> {
    /// Walks over the whole row, so that iterating cannot fail.
    pub(crate) fn checked(row: Reader<'a>, what: &'static str) -> Result<Self, DecodeError> {
        let mut walk = row;
        let mut left = 0;
        while !walk.is_empty() {
            walk.octets(what)?;
            left += 1;
        }
        Ok(Self { checked: row, left })
    }
}

impl<'a> Iterator for Octets<'a> {
    type Item = &'a [u8];
    fn next(&mut self) -> Option<&'a [u8]> {
        // `checked` has seen every element of the row; at its end this is the error that means "no more".
        let value = self.checked.octets("value").ok()?;
        self.left = self.left.saturating_sub(1);
        Some(value)
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

/// How many there are, and how long each is.
impl fmt::Debug for Octets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.map(Redacted::new)).finish()
    }
}

impl ExactSizeIterator for Octets<'_> {}

/// A row of UTF-8 strings: URLs, attribute selections.
#[derive(Clone, Copy)]
pub struct Texts<'a>(Octets<'a>);

impl<'a> Texts<'a> {
    /// Walks over the whole row, so that iterating cannot fail.
    pub(crate) fn checked(row: Reader<'a>, what: &'static str) -> Result<Self, DecodeError> {
        let octets = Octets::checked(row, what)?;
        for text in octets {
            utf8(text, what)?;
        }
        Ok(Self(octets))
    }
    /// A row of URLs. Counted before anything else is made of them.
    pub(crate) fn urls(
        row: Reader<'a>,
        what: &'static str,
        limits: &Limits,
    ) -> Result<Self, DecodeError> {
        let limit = limits.urls;
        let mut walk = row;
        for _ in 0..limit {
            if walk.is_empty() {
                break;
            }
            walk.element()?;
        }
        if !walk.is_empty() {
            return Err(DecodeError::TooMany {
                what: "URLs in a message",
                limit,
            });
        }
        Self::checked(row, what)
    }
    /// No strings.
    pub(crate) fn none() -> Self {
        Self(Octets {
            checked: Reader::new(&[], 0),
            left: 0,
        })
    }
    /// Copies the strings.
    pub fn to_boxes(self) -> Vec<Box<str>> {
        self.map(Box::from).collect()
    }
}

impl<'a> Iterator for Texts<'a> {
    type Item = &'a str;
    fn next(&mut self) -> Option<&'a str> {
        // As above: UTF-8 was checked too.
        utf8(self.0.next()?, "string").ok()
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// The strings: URLs and attribute selections are no secrets.
impl fmt::Debug for Texts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

impl ExactSizeIterator for Texts<'_> {}
