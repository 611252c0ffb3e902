//! A certificate that was shown, and what came of looking at it.

use crate::write::Text;
use entryway_ldap_types::Fingerprint;
use entryway_login::{Certificate, Judged};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct CertificateJson<'a> {
    subject: &'a str,
    issuer: &'a str,
    serial: String,
    thumbprint: Text<Fingerprint>,
    upns: &'a [String],
    emails: &'a [String],
    #[serde(flatten)]
    judged: JudgedJson<'a>,
}

#[derive(Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
#[rustfmt::skip]
enum JudgedJson<'a> {
    Trusted { anchor: &'a str, #[serde(skip_serializing_if = "Option::is_none")] unchecked: Option<&'a str> },
    Refused { reason: &'static str, problem: &'a str },
    NoVerdict { fault: &'static str, problem: &'a str },
}

impl<'a> CertificateJson<'a> {
    pub(super) fn of(certificate: &'a Certificate, judged: &'a Judged) -> Self {
        Self {
            subject: &certificate.subject,
            issuer: &certificate.issuer,
            serial: certificate.serial_text(),
            thumbprint: Text(certificate.thumbprint),
            upns: &certificate.upns,
            emails: &certificate.emails,
            judged: match judged {
                Judged::Trusted { anchor, unchecked } => JudgedJson::Trusted {
                    anchor,
                    unchecked: unchecked.as_deref(),
                },
                Judged::Refused { reason, problem } => JudgedJson::Refused {
                    reason: reason.code(),
                    problem,
                },
                Judged::NoVerdict { fault, problem } => JudgedJson::NoVerdict {
                    fault: fault.code(),
                    problem,
                },
            },
        }
    }
}
