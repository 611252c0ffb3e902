//! What went wrong with TLS, in the administrator's words: one text and one stable code per kind.

use entryway_ldap_types::ResultCode;
use rustls::{AlertDescription, CertificateError, InvalidMessage, PeerIncompatible};
use rustls_pki_types::{ServerName, UnixTime};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Why there is no TLS session with a server.
///
/// One variant per remedy, hence more than usual: whoever reads it must know what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsFailure {
    /// No anchor of ours vouches for the chain.
    #[error("the server's certificate is signed by no authority that is trusted here")]
    UnknownIssuer,
    /// An anchor has the issuer's name and another key: a renewed or a second authority.
    #[error(
        "the server's certificate is signed by another authority than the trusted one of the same name"
    )]
    OtherAuthority,
    /// The leaf is a certificate authority, usually a self-signed one.
    #[error(
        "the server uses the certificate of an authority as its own, expected one issued for the server"
    )]
    AuthorityAsLeaf,
    /// The certificate's time is over.
    #[error("the server's certificate is expired{}{}", since(.not_after), clock(.now))]
    Expired {
        /// Its last moment.
        not_after: Option<SystemTime>,
        /// The clock here, when it was judged.
        now: Option<SystemTime>,
    },
    /// The certificate's time has not come, or the clock here is wrong.
    #[error("the server's certificate is not valid yet{}{}", from(.not_before), clock(.now))]
    NotYetValid {
        /// Its first moment.
        not_before: Option<SystemTime>,
        /// The clock here, when it was judged.
        now: Option<SystemTime>,
    },
    /// The certificate is for other names.
    #[error("the server's certificate is for other names{}{}", expected_name(.wanted), found_names(.found))]
    WrongName {
        /// The name that was dialled or configured; empty when not known.
        wanted: String,
        /// The names in the certificate.
        found: Vec<String>,
    },
    /// The certificate is refused for another reason.
    #[error("the server's certificate is not acceptable: {problem}")]
    Certificate {
        /// Why, in words.
        problem: String,
    },
    /// No version or cipher suite that both sides speak.
    #[error(
        "the server and Entryway have no TLS version or cipher suite in common, offered here: {offered}"
    )]
    NothingInCommon {
        /// What this side speaks.
        offered: &'static str,
    },
    /// The server wants a certificate from us.
    #[error("the server demands a client certificate, and none is configured")]
    ClientCertificate,
    /// The answer to the handshake was not TLS.
    #[error("the server speaks no TLS on this port")]
    NoTls,
    /// The server does not do StartTLS; the connection ends here, it never goes on in clear.
    #[error("the server refuses StartTLS with {code}{}", said(.diagnostic))]
    StartTlsRefused {
        /// The result code.
        code: ResultCode,
        /// The server's diagnostic message.
        diagnostic: String,
    },
    /// Anything else.
    #[error("tls with the server fails: {problem}")]
    Other {
        /// Why, in words.
        problem: String,
    },
}

const OFFERED: &str = "TLS 1.3, and TLS 1.2 with ECDHE and AES-GCM or ChaCha20";

impl TlsFailure {
    /// A short code that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownIssuer => "tls_unknown_issuer",
            Self::OtherAuthority => "tls_other_authority",
            Self::AuthorityAsLeaf => "tls_authority_as_leaf",
            Self::Expired { .. } => "tls_expired",
            Self::NotYetValid { .. } => "tls_not_yet_valid",
            Self::WrongName { .. } => "tls_wrong_name",
            Self::Certificate { .. } => "tls_certificate",
            Self::NothingInCommon { .. } => "tls_nothing_in_common",
            Self::ClientCertificate => "tls_client_certificate",
            Self::NoTls => "tls_not_spoken",
            Self::StartTlsRefused { .. } => "tls_starttls_refused",
            Self::Other { .. } => "tls_other",
        }
    }
    pub(crate) fn from_rustls(error: &rustls::Error) -> Self {
        use rustls::Error as E;
        match error {
            E::InvalidCertificate(problem) => Self::from_certificate(problem),
            // The first bytes decide: what is no record header is no TLS.
            E::InvalidMessage(
                InvalidMessage::InvalidContentType
                | InvalidMessage::UnknownProtocolVersion
                | InvalidMessage::MessageTooLarge,
            ) => Self::NoTls,
            E::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13) => {
                Self::NothingInCommon { offered: OFFERED }
            }
            E::PeerIncompatible(_) => Self::NothingInCommon { offered: OFFERED },
            E::AlertReceived(
                AlertDescription::HandshakeFailure
                | AlertDescription::ProtocolVersion
                | AlertDescription::InsufficientSecurity,
            ) => Self::NothingInCommon { offered: OFFERED },
            E::AlertReceived(AlertDescription::CertificateRequired) => Self::ClientCertificate,
            other => Self::Other {
                problem: other.to_string(),
            },
        }
    }
    fn from_certificate(problem: &CertificateError) -> Self {
        use CertificateError as C;
        match problem {
            C::UnknownIssuer => Self::UnknownIssuer,
            C::BadSignature => Self::OtherAuthority,
            C::Expired => Self::Expired {
                not_after: None,
                now: None,
            },
            C::ExpiredContext { time, not_after } => Self::Expired {
                not_after: moment(not_after),
                now: moment(time),
            },
            C::NotValidYet => Self::NotYetValid {
                not_before: None,
                now: None,
            },
            C::NotValidYetContext { time, not_before } => Self::NotYetValid {
                not_before: moment(not_before),
                now: moment(time),
            },
            C::NotValidForName => Self::WrongName {
                wanted: String::new(),
                found: Vec::new(),
            },
            C::NotValidForNameContext {
                expected,
                presented,
            } => Self::WrongName {
                wanted: plain_name(expected),
                found: presented.iter().map(|name| presented_name(name)).collect(),
            },
            // The verifier hands this one of webpki's through unnamed; its text is all there is.
            C::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
                Self::AuthorityAsLeaf
            }
            other => Self::Certificate {
                problem: other.to_string(),
            },
        }
    }
}

fn plain_name(name: &ServerName<'_>) -> String {
    name.to_str().into_owned()
}

/// webpki presents `DnsName("a.example")`, `IpAddress(127.0.0.1)`; what stands inside is the name.
fn presented_name(text: &str) -> String {
    let inner = text
        .split_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'))
        .unwrap_or(text);
    inner.trim_matches('"').escape_debug().to_string()
}

fn moment(time: &UnixTime) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(time.as_secs()))
}

fn since(time: &Option<SystemTime>) -> String {
    time.map(|time| format!(" since {}", utc(time)))
        .unwrap_or_default()
}

fn from(time: &Option<SystemTime>) -> String {
    time.map(|time| format!(", only from {}", utc(time)))
        .unwrap_or_default()
}

fn clock(time: &Option<SystemTime>) -> String {
    time.map(|time| format!(", the clock here says {}", utc(time)))
        .unwrap_or_default()
}

fn expected_name(name: &str) -> String {
    if name.is_empty() {
        String::new()
    } else {
        format!(", expected `{}`", name.escape_debug())
    }
}

fn found_names(names: &[String]) -> String {
    match names {
        [] => String::new(),
        names => format!(
            ", found {}",
            names
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}

fn said(diagnostic: &str) -> String {
    if diagnostic.is_empty() {
        String::new()
    } else {
        format!(": `{}`", diagnostic.escape_debug())
    }
}

/// `2026-11-20 18:53:00 UTC`, by the proleptic Gregorian calendar.
fn utc(time: SystemTime) -> String {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    // Years are counted from March, so that the leap day is a year's last; eras have 400 years.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

#[cfg(test)]
mod tests;
