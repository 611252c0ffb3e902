//! A certificate and a failure, as they are shown.

use crate::columns::Row;
use crate::palette::Tone;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entryway_ldap::{Accepted, CertificateFacts, Fetched, LdapError, Offer, days_left, utc};
use serde::Serialize;
use std::time::SystemTime;

/// One certificate, for programs.
#[derive(Debug, Serialize)]
pub(super) struct CertificateJson {
    subject: String,
    issuer: String,
    names: Vec<String>,
    not_before: String,
    not_after: String,
    days_left: i64,
    fingerprint: String,
    key: String,
    signature: String,
    authority: bool,
    /// Its extended key usage; left out where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    usages: Option<Vec<String>>,
}

impl CertificateJson {
    pub(super) fn of(facts: &CertificateFacts) -> Self {
        Self {
            subject: facts.subject.clone(),
            issuer: facts.issuer.clone(),
            names: facts.names.clone(),
            not_before: utc(facts.not_before),
            not_after: utc(facts.not_after),
            days_left: days_left(facts.not_after, SystemTime::now()),
            fingerprint: facts.fingerprint.to_string(),
            key: facts.key.clone(),
            signature: facts.signature.clone(),
            authority: facts.is_authority,
            usages: facts.usages.clone(),
        }
    }
    /// Every certificate of a chain that can be read.
    pub(super) fn all(chain: &[Vec<u8>]) -> Vec<Self> {
        let read = chain.iter().filter_map(|der| CertificateFacts::read(der));
        read.map(|facts| Self::of(&facts)).collect()
    }
}

/// `until 2027-01-01 00:00:00 UTC, 33 days`.
pub(super) fn until(facts: &CertificateFacts) -> (String, Tone) {
    let now = SystemTime::now();
    let days = days_left(facts.not_after, now);
    let plural = if days == 1 { "" } else { "s" };
    let text = match days {
        _ if now < facts.not_before => format!("not before {}", utc(facts.not_before)),
        0.. => format!("until {}, {days} day{plural}", utc(facts.not_after)),
        _ => format!("over since {}", utc(facts.not_after)),
    };
    let tone = match days {
        _ if now < facts.not_before => Tone::Bad,
        30.. => Tone::Plain,
        0..30 => Tone::Strong,
        _ => Tone::Bad,
    };
    (text, tone)
}

/// One certificate, for people.
pub(super) fn rows(label: &str, facts: &CertificateFacts) -> Vec<Row> {
    let (until, tone) = until(facts);
    let names = if facts.names.is_empty() {
        "no alternative names".to_owned()
    } else {
        facts.names.join(", ")
    };
    let kind = if facts.is_authority {
        "authority"
    } else {
        "no authority"
    };
    let mut rows = vec![
        Row::new(label, &facts.subject),
        Row::more(facts.fingerprint.to_string()),
        Row::more(until).tone(tone),
    ];
    if !facts.is_authority || !facts.names.is_empty() {
        rows.push(Row::more(names));
    }
    rows.push(Row::more(format!(
        "{}, {}, {kind}",
        facts.key, facts.signature
    )));
    rows.push(Row::more(format!(
        "issued by {}",
        if facts.is_self_issued {
            "itself"
        } else {
            &facts.issuer
        }
    )));
    rows
}

/// How a certificate was accepted, in words.
pub(super) fn accepted(accepted: &Accepted) -> (String, String, Tone) {
    match accepted {
        Accepted::Chain {
            anchor,
            origin,
            through,
        } => {
            let through = match through.as_slice() {
                [] => String::new(),
                some => format!(", by {}", some.join(", ")),
            };
            (anchor.clone(), format!("{origin}{through}"), Tone::Good)
        }
        Accepted::Pin(pin) => ("pinned".to_owned(), pin.to_string(), Tone::Good),
        Accepted::Unverified => (
            "not verified".to_owned(),
            "`verify = false`: whoever is on the way can be the server".to_owned(),
            Tone::Bad,
        ),
    }
}

/// A failure's code and words, and how to read more of it.
pub(super) fn failure(label: &str, error: &LdapError) -> Row {
    let underlying = error.underlying();
    Row::new(label, format!("fails, {}", underlying.code()))
        .tone(Tone::Bad)
        .note(underlying.in_words())
}

/// What a server would agree to that Entryway does not speak.
pub(super) fn offers(offers: &[Offer]) -> Option<Row> {
    let each = offers
        .iter()
        .map(|offer| format!("{} with {}", offer.version, offer.cipher_suite));
    let text = each.collect::<Vec<_>>().join("; ");
    (!text.is_empty()).then(|| Row::new("server's own", text))
}

/// A certificate as PEM (RFC 7468).
pub(super) fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy);
    let mut out = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for line in lines {
        out.push_str(&line);
        out.push('\n');
    }
    out + "-----END CERTIFICATE-----\n"
}

/// What is said of a server that could not be fetched from, as an exit needs it.
pub(super) fn nothing(server: &str, fetched: &Fetched) -> String {
    let why = fetched
        .failure
        .as_ref()
        .map_or_else(|| "it showed none".to_owned(), LdapError::in_words);
    format!("no certificate of `{server}`: {why}")
}
