//! Identifier octets.

use std::fmt;

/// One identifier octet: class, primitive or constructed, and a number below 31.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag(pub u8);

impl Tag {
    /// `BOOLEAN`.
    pub const BOOLEAN: Self = Self(0x01);
    /// `INTEGER`.
    pub const INTEGER: Self = Self(0x02);
    /// `OCTET STRING`, primitive as LDAP demands.
    pub const OCTETS: Self = Self(0x04);
    /// `ENUMERATED`.
    pub const ENUMERATED: Self = Self(0x0a);
    /// `SEQUENCE`.
    pub const SEQUENCE: Self = Self(0x30);
    /// `SET`.
    pub const SET: Self = Self(0x31);

    const CONSTRUCTED: u8 = 0x20;

    /// `[number]` over a primitive type.
    pub const fn context(number: u8) -> Self {
        Self(0x80 | (number & 0x1f))
    }
    /// `[number]` over a constructed type.
    pub const fn context_constructed(number: u8) -> Self {
        Self(0xa0 | (number & 0x1f))
    }
    /// `[APPLICATION number]` over a primitive type.
    pub const fn application(number: u8) -> Self {
        Self(0x40 | (number & 0x1f))
    }
    /// `[APPLICATION number]` over a constructed type.
    pub const fn application_constructed(number: u8) -> Self {
        Self(0x60 | (number & 0x1f))
    }
    /// Whether the content is itself a row of elements.
    pub const fn is_constructed(self) -> bool {
        self.0 & Self::CONSTRUCTED != 0
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tag {:#04x}", self.0)
    }
}
