//! Whether a certificate is for the server that was dialled (RFC 6125).
//!
//! Three ways: the name that is expected, one of the trusted hosts, and, where that was written out,
//! the common name of a certificate that has no alternative names at all.

use super::certificate::CertificateFacts;
use super::failure::TlsFailure;
use rustls_pki_types::ServerName;
use std::net::IpAddr;
use webpki::EndEntityCert;

/// A name, an address, or `*.` and a name: the star stands for one whole label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedHost(Host);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    Exact(ServerName<'static>),
    /// What stands after `*.`, in lower case.
    Below(String),
}

/// Why a text is no trusted host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrustedHostError {
    /// A star elsewhere than alone before the first dot.
    #[error("expected `*` as the whole first label, as in `*.corp.example`")]
    Star,
    /// A whole top-level domain.
    #[error("expected at least two labels after `*.`")]
    TooWide,
    /// Not a name.
    #[error("expected a host name, an address, or `*.` and a name")]
    NoName,
}

impl TrustedHost {
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, TrustedHostError> {
        let exact = |text: &str| {
            ServerName::try_from(text.to_owned()).map_err(|_| TrustedHostError::NoName)
        };
        match text.strip_prefix("*.") {
            None if text.contains('*') => Err(TrustedHostError::Star),
            None => exact(text).map(|name| Self(Host::Exact(name))),
            Some(rest) if rest.contains('*') => Err(TrustedHostError::Star),
            Some(rest) => {
                let rest = rest.strip_suffix('.').unwrap_or(rest);
                match exact(rest)? {
                    ServerName::DnsName(_) if rest.contains('.') => {
                        Ok(Self(Host::Below(rest.to_ascii_lowercase())))
                    }
                    ServerName::DnsName(_) => Err(TrustedHostError::TooWide),
                    _ => Err(TrustedHostError::NoName),
                }
            }
        }
    }
    fn accepts(&self, certificate: &EndEntityCert<'_>, presented: &[String]) -> bool {
        match &self.0 {
            Host::Exact(name) => certificate.verify_is_valid_for_subject_name(name).is_ok(),
            Host::Below(parent) => presented.iter().any(|name| is_below(name, parent)),
        }
    }
}

/// Whether `name` is one label, or a star, below `parent`.
fn is_below(name: &str, parent: &str) -> bool {
    name.split_once('.').is_some_and(|(label, rest)| {
        let is_label = |label: &str| {
            label == "*"
                || (!label.is_empty()
                    && label
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')))
        };
        is_label(label) && rest.eq_ignore_ascii_case(parent) && name.parse::<IpAddr>().is_err()
    })
}

/// What names are accepted beside the one that is expected.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub(super) trusted: Vec<TrustedHost>,
    pub(super) allow_common_name: bool,
}

impl Names {
    /// `is_constrained`: an authority of the chain may vouch for some names only. webpki holds alternative
    /// names to that; a common name is held to nothing, so it does not count there.
    pub(super) fn check(
        &self,
        certificate: &EndEntityCert<'_>,
        facts: &CertificateFacts,
        wanted: &ServerName<'_>,
        is_constrained: bool,
    ) -> Result<(), TlsFailure> {
        if certificate.verify_is_valid_for_subject_name(wanted).is_ok() {
            return Ok(());
        }
        let mut trusted = self.trusted.iter();
        if trusted.any(|host| host.accepts(certificate, &facts.names)) {
            return Ok(());
        }
        let common_name = facts
            .common_name
            .as_deref()
            .filter(|_| !facts.has_alternative_names);
        if let Some(common_name) = common_name
            && self.allow_common_name
            && !is_constrained
            && self.is_common(common_name, wanted)
        {
            return Ok(());
        }
        Err(TlsFailure::WrongName {
            wanted: wanted.to_str().into_owned(),
            found: facts.names.clone(),
            common_name: common_name.map(str::to_owned),
            counts: self.allow_common_name && !is_constrained,
        })
    }

    fn is_common(&self, common_name: &str, wanted: &ServerName<'_>) -> bool {
        let is_trusted = |host: &TrustedHost| match &host.0 {
            Host::Exact(name) => is_common_name(common_name, name),
            Host::Below(parent) => is_below(common_name, parent),
        };
        is_common_name(common_name, wanted) || self.trusted.iter().any(is_trusted)
    }
}

/// As RFC 6125 §6.4.3 has it for alternative names: a star is the whole first label and stands for one.
fn is_common_name(common_name: &str, wanted: &ServerName<'_>) -> bool {
    match wanted {
        ServerName::DnsName(wanted) => {
            let wanted = wanted.as_ref();
            let wanted = wanted.strip_suffix('.').unwrap_or(wanted);
            match common_name.strip_prefix("*.") {
                // Two labels at least: `*.example` would be everybody's.
                Some(parent) => parent.contains('.') && is_below(wanted, parent),
                None => common_name.eq_ignore_ascii_case(wanted),
            }
        }
        ServerName::IpAddress(wanted) => {
            common_name.parse::<IpAddr>().ok() == Some(IpAddr::from(*wanted))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
