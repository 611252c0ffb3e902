//! LDAP URLs (RFC 4516) and the shorter form in which servers are configured.

use crate::{AttributeName, Dn, Filter};

/// `ldap` or `ldaps`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Clear, or StartTLS; port 389.
    Ldap,
    /// TLS from the first byte; port 636.
    Ldaps,
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
#[derive(Debug, Clone, PartialEq)]
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
    /// Parses a URL. Critical extensions (`!…`) are refused: none is supported.
    pub fn parse(_text: &str) -> Result<Self, LdapUrlError> {
        todo!()
    }
}
impl std::fmt::Display for LdapUrl {
    fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        todo!()
    }
}
