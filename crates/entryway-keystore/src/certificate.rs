//! What a certificate says of itself, as far as a store needs it.

use rustls_pki_types::CertificateDer;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::{FromDer as _, X509Version};

/// What is told of a certificate before it expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Whose it is: `CN=gateway, O=Lab`.
    pub subject: String,
    /// Its first moment.
    pub not_before: SystemTime,
    /// Its last moment.
    pub not_after: SystemTime,
}

impl Facts {
    /// `None` for what is no certificate.
    pub fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let parsed = parse(certificate)?;
        let validity = parsed.validity();
        Some(Self {
            subject: parsed.subject().to_string(),
            not_before: moment(validity.not_before.timestamp()),
            not_after: moment(validity.not_after.timestamp()),
        })
    }
}

/// For whom a certificate vouches when it is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouches {
    /// An authority's: for what it signs. One of X.509 version 1 that signed itself cannot say what it is, and counts.
    ForOthers,
    /// It signed itself and says that it is no authority: for the server that shows it.
    ForItself,
    /// An authority's name stands on it and it is none: a server's own, or a person's.
    ForNobody,
}

impl Vouches {
    /// `None` for what is no certificate.
    pub fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let parsed = parse(certificate)?;
        let signed_itself = parsed.subject().as_raw() == parsed.issuer().as_raw();
        Some(match (parsed.is_ca(), signed_itself) {
            (true, _) => Self::ForOthers,
            // Without extensions (RFC 5280 §4.1.2.1) there is nothing that could say it.
            (false, true) if parsed.version() != X509Version::V3 => Self::ForOthers,
            (false, true) => Self::ForItself,
            (false, false) => Self::ForNobody,
        })
    }
}

pub(crate) fn parse<'a>(certificate: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    match X509Certificate::from_der(certificate) {
        Ok(([], parsed)) => Some(parsed),
        _ => None,
    }
}

/// Whose it is and who signed it, in DER.
pub(crate) fn names<'a>(certificate: &'a CertificateDer<'_>) -> Option<(&'a [u8], &'a [u8])> {
    let parsed = parse(certificate)?;
    Some((
        parsed.tbs_certificate.subject.as_raw(),
        parsed.tbs_certificate.issuer.as_raw(),
    ))
}

/// Seconds may lie before 1970, where a clock that was never set has its certificates made.
fn moment(seconds: i64) -> SystemTime {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let moment = if seconds < 0 {
        UNIX_EPOCH.checked_sub(distance)
    } else {
        UNIX_EPOCH.checked_add(distance)
    };
    moment.unwrap_or(UNIX_EPOCH)
}
