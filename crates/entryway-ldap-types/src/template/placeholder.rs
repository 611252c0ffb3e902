//! The names that may stand between braces.

use crate::AttributeName;
use std::fmt;

/// What a placeholder stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Placeholder {
    /// `{login}`: the name as typed, with `domain/` or `DOMAIN\` cut off, `@…` kept.
    Login,
    /// `{user}`: the part before the last `@`.
    User,
    /// `{suffix}`: the part after the last `@`; empty when there is none.
    Suffix,
    /// `{text}`: what a look-up searches for.
    Text,
    /// `{dn}`: an entry's name.
    EntryDn,
    /// `{name}`: the session's name.
    Name,
    /// `{entry.ATTRIBUTE}`: a value of the entry.
    EntryAttribute(AttributeName),
    /// A part of the certificate that somebody showed.
    Certificate(CertificatePart),
}

/// A part of a person's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertificatePart {
    /// `{upn}`: a user principal name among its alternative names.
    Upn,
    /// `{email}`: a mail address among its alternative names.
    Email,
    /// `{subject}`: whose it is, as the text of a DN (RFC 4514).
    Subject,
    /// `{issuer}`: who issued it, likewise.
    Issuer,
    /// `{serial}`: its number, in lower-case hexadecimal digits.
    Serial,
    /// `{thumbprint}`: the SHA-256 of the whole, in lower-case hexadecimal digits.
    Thumbprint,
}

impl CertificatePart {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::Upn,
        Self::Email,
        Self::Subject,
        Self::Issuer,
        Self::Serial,
        Self::Thumbprint,
    ];

    /// What stands between the braces.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Upn => "upn",
            Self::Email => "email",
            Self::Subject => "subject",
            Self::Issuer => "issuer",
            Self::Serial => "serial",
            Self::Thumbprint => "thumbprint",
        }
    }
}

impl Placeholder {
    /// Reads what stands between the braces; `None` when it is no placeholder.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "login" => Self::Login,
            "user" => Self::User,
            "suffix" => Self::Suffix,
            "text" => Self::Text,
            "dn" => Self::EntryDn,
            "name" => Self::Name,
            other => match CertificatePart::ALL
                .iter()
                .find(|part| part.as_str() == other)
            {
                Some(part) => Self::Certificate(*part),
                None => {
                    Self::EntryAttribute(AttributeName::parse(other.strip_prefix("entry.")?).ok()?)
                }
            },
        })
    }

    /// Whether one of `allowed` covers this one: an entry attribute stands for them all.
    pub(super) fn is_among(&self, allowed: &[Self]) -> bool {
        allowed.iter().any(|allowed| match (self, allowed) {
            (Self::EntryAttribute(_), Self::EntryAttribute(_)) => true,
            _ => self == allowed,
        })
    }

    /// The allowed ones as an error message lists them.
    pub(super) fn list(allowed: &[Self]) -> String {
        let mut names: Vec<String> = Vec::new();
        for placeholder in allowed {
            let name = match placeholder {
                Self::EntryAttribute(_) => "`{entry.ATTRIBUTE}`".to_owned(),
                other => format!("`{other}`"),
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() {
            "none here".to_owned()
        } else {
            names.join(", ")
        }
    }
}

/// With its braces, as it is written in a template.
impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Login => f.write_str("{login}"),
            Self::User => f.write_str("{user}"),
            Self::Suffix => f.write_str("{suffix}"),
            Self::Text => f.write_str("{text}"),
            Self::EntryDn => f.write_str("{dn}"),
            Self::Name => f.write_str("{name}"),
            Self::EntryAttribute(attribute) => write!(f, "{{entry.{attribute}}}"),
            Self::Certificate(part) => write!(f, "{{{}}}", part.as_str()),
        }
    }
}
