//! The parts of a failure's text that depend on what is known.

use crate::tls::certificate::utc;
use entryway_ldap_types::Fingerprint;
use rustls::AlertDescription;
use std::sync::Arc;
use std::time::SystemTime;

/// The registry's names (RFC 8446 §6).
pub(super) fn alert_name(alert: AlertDescription) -> &'static str {
    use AlertDescription as A;
    match alert {
        A::CloseNotify => "close_notify",
        A::UnexpectedMessage => "unexpected_message",
        A::BadRecordMac => "bad_record_mac",
        A::RecordOverflow => "record_overflow",
        A::HandshakeFailure => "handshake_failure",
        A::NoCertificate => "no_certificate",
        A::BadCertificate => "bad_certificate",
        A::UnsupportedCertificate => "unsupported_certificate",
        A::CertificateRevoked => "certificate_revoked",
        A::CertificateExpired => "certificate_expired",
        A::CertificateUnknown => "certificate_unknown",
        A::IllegalParameter => "illegal_parameter",
        A::UnknownCA => "unknown_ca",
        A::AccessDenied => "access_denied",
        A::DecodeError => "decode_error",
        A::DecryptError => "decrypt_error",
        A::ProtocolVersion => "protocol_version",
        A::InsufficientSecurity => "insufficient_security",
        A::InternalError => "internal_error",
        A::InappropriateFallback => "inappropriate_fallback",
        A::UserCanceled => "user_canceled",
        A::NoRenegotiation => "no_renegotiation",
        A::MissingExtension => "missing_extension",
        A::UnsupportedExtension => "unsupported_extension",
        A::UnrecognisedName => "unrecognized_name",
        A::CertificateRequired => "certificate_required",
        A::NoApplicationProtocol => "no_application_protocol",
        _ => "one without a name",
    }
}

pub(super) fn alone(sent: &usize) -> &'static str {
    match sent {
        1 => "; the server sent its own certificate alone, without any of an authority between",
        _ => "",
    }
}

pub(super) fn whose(authority: &Option<String>) -> String {
    authority
        .as_ref()
        .map(|subject| format!("; it is that of the authority `{subject}` in its chain"))
        .unwrap_or_default()
}

pub(super) fn ever_since(time: &Option<SystemTime>) -> String {
    time.map(|time| format!(" since {}", utc(time)))
        .unwrap_or_default()
}

pub(super) fn because(reason: &Option<&'static str>) -> String {
    reason
        .map(|reason| format!(", {reason}"))
        .unwrap_or_default()
}

pub(super) fn by(alert: &Option<&'static str>) -> String {
    match alert {
        Some(alert) => format!("with the alert `{alert}`"),
        None => "and hangs up".to_owned(),
    }
}

pub(super) fn in_file(origin: &Option<Arc<str>>) -> String {
    origin
        .as_ref()
        .map(|origin| format!(" in {origin}"))
        .unwrap_or_default()
}

pub(super) fn found_names(names: &[String]) -> String {
    /// A certificate of a hosting company may have a hundred.
    const MOST: usize = 8;
    if names.is_empty() {
        return "none".to_owned();
    }
    let mut text = names
        .iter()
        .take(MOST)
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    if let Some(more) = names.len().checked_sub(MOST).filter(|more| *more > 0) {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

pub(super) fn common(common_name: &Option<String>, counts: bool) -> String {
    match common_name {
        Some(name) if counts => format!(", and the common name `{name}`"),
        Some(name) => format!(", and the common name `{name}`, which does not count here"),
        None => String::new(),
    }
}

pub(super) fn one_of(pins: &[Fingerprint]) -> String {
    match pins {
        [only] => only.to_string(),
        pins => format!("one of {} pinned ones", pins.len()),
    }
}

pub(super) fn said(diagnostic: &str) -> String {
    if diagnostic.is_empty() {
        String::new()
    } else {
        format!(": `{}`", diagnostic.escape_debug())
    }
}
