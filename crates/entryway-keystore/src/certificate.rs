//! What a certificate says of itself, as far as a store needs it.

use rustls_pki_types::CertificateDer;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

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
