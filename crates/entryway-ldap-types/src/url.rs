//! LDAP URLs (RFC 4516) and the shorter form in which servers are configured.
//!
//! Reading is `parse`'s. Where the address leads, and whether it may, is the caller's to decide.

mod parse;

use crate::{AttributeName, Dn, Filter};
use std::fmt;
use std::str::FromStr;

/// `ldap` or `ldaps`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Clear, or StartTLS; port 389.
    Ldap,
    /// TLS from the first byte; port 636.
    Ldaps,
}

impl Scheme {
    /// 389 or 636.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Ldap => 389,
            Self::Ldaps => 636,
        }
    }
}

/// How far below the base a search looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The base entry alone.
    Base,
    /// Direct children.
    OneLevel,
    /// The base and everything below.
    Subtree,
}

/// `ldap[s]://host[:port][/dn[?attributes[?scope[?filter[?extensions]]]]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LdapUrl {
    /// ldap or ldaps.
    pub scheme: Scheme,
    /// Host name or address, an IPv6 address without its brackets; may be empty in a referral.
    pub host: String,
    /// The port, the scheme's own when none is written.
    pub port: u16,
    /// The DN, empty when none is written.
    pub dn: Dn,
    /// Attributes asked for; empty means all.
    pub attributes: Vec<AttributeName>,
    /// Scope, base when none is written.
    pub scope: Scope,
    /// Filter, when written.
    pub filter: Option<Filter>,
}

/// Why a text is not an LDAP URL, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {at} of the address")]
pub struct LdapUrlError {
    /// Byte offset into the text.
    pub at: usize,
    /// What is wrong there, in words.
    pub kind: &'static str,
}

impl LdapUrl {
    /// Parses a URL. Critical extensions (`!…`) are refused: none is supported; others are ignored.
    ///
    /// Wider than RFC 4516: blanks and non-ASCII characters need no `%`, as directories' referrals
    /// have them. Of the attribute list `*` alone means all, as an empty list does.
    pub fn parse(text: &str) -> Result<Self, LdapUrlError> {
        parse::url(text)
    }
}

impl FromStr for LdapUrl {
    type Err = LdapUrlError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ldap => "ldap",
            Self::Ldaps => "ldaps",
        })
    }
}

/// As URLs write it: `base`, `one`, `sub`.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Base => "base",
            Self::OneLevel => "one",
            Self::Subtree => "sub",
        })
    }
}

/// The shortest form: what has its default value is left out.
impl fmt::Display for LdapUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme)?;
        if self.host.contains(':') {
            write!(f, "[{}]", self.host)?;
        } else {
            f.write_str(&self.host)?;
        }
        if self.port != self.scheme.default_port() {
            write!(f, ":{}", self.port)?;
        }
        let attributes: Vec<&str> = self.attributes.iter().map(AttributeName::as_str).collect();
        let parts = [
            self.dn.to_string(),
            attributes.join(","),
            if self.scope == Scope::Base {
                String::new()
            } else {
                self.scope.to_string()
            },
            self.filter
                .as_ref()
                .map(Filter::to_string)
                .unwrap_or_default(),
        ];
        let written = parts
            .iter()
            .rposition(|part| !part.is_empty())
            .map_or(0, |last| last + 1);
        for (part, mark) in parts.iter().zip(["/", "?", "?", "?"]).take(written) {
            f.write_str(mark)?;
            encode(f, part)?;
        }
        Ok(())
    }
}

/// RFC 4516 §2.1: everything but RFC 3986's unreserved characters and the harmless reserved ones.
fn encode(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    text.bytes().try_for_each(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => write!(f, "{}", char::from(byte)),
        b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+'
        | b',' | b';' | b'=' | b':' | b'@' | b'/' => write!(f, "{}", char::from(byte)),
        _ => write!(f, "%{byte:02X}"),
    })
}

#[cfg(test)]
mod tests;
