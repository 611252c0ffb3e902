//! What is recorded of a handshake: plain values, for metrics, warnings and `entryway tls check`.

use super::certificate::CertificateFacts;
use entryway_ldap_types::Fingerprint;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// What was agreed with a server, and how its certificate was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSession {
    /// `TLS 1.3`.
    pub version: &'static str,
    /// As the registry spells it, and `ciphers` takes it: `TLS_AES_256_GCM_SHA384`.
    pub cipher_suite: String,
    /// Whether an earlier session was taken up again: then the certificate is the one shown in that.
    pub resumed: bool,
    /// When.
    pub at: SystemTime,
    /// The server's certificate, and why it was accepted.
    pub verdict: Arc<Verdict>,
}

/// An accepted certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The server's own certificate.
    pub leaf: CertificateFacts,
    /// How it was accepted.
    pub accepted: Accepted,
    /// The first moment at which a certificate of the chain is over, the anchor's left out; the leaf's own
    /// unless an authority's comes earlier.
    pub expires: SystemTime,
    /// Whose that is.
    pub ends_first: EndsFirst,
}

/// The certificate of a chain that is over before the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndsFirst {
    /// Whose it is.
    pub subject: String,
    /// Of the whole certificate.
    pub fingerprint: Fingerprint,
}

impl EndsFirst {
    pub(super) fn of(facts: &CertificateFacts) -> Self {
        Self {
            subject: facts.subject.clone(),
            fingerprint: facts.fingerprint,
        }
    }
}

/// How a certificate was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// A chain leads to an anchor, and the names fit.
    Chain {
        /// The anchor's subject.
        anchor: String,
        /// The store that it came from, as the trust store names it.
        origin: Arc<str>,
        /// Subjects between the server's own certificate and the anchor, in that order.
        through: Vec<String>,
    },
    /// It is one of the pinned ones.
    Pin(Fingerprint),
    /// `verify = false`: anybody's would have been.
    Unverified,
}

impl TlsSession {
    /// Days until a certificate of the server's is over, rounded down; negative since it is.
    pub fn days_left(&self, now: SystemTime) -> i64 {
        days_left(self.verdict.expires, now)
    }
}

const DAY: u64 = 24 * 60 * 60;

/// Whole days from `now` to `end`, rounded down: -1 from the moment at which it is over.
pub fn days_left(end: SystemTime, now: SystemTime) -> i64 {
    let days = |span: Duration| i64::try_from(span.as_secs() / DAY).unwrap_or(i64::MAX - 1);
    match end.duration_since(now) {
        Ok(left) => days(left),
        Err(over) => -1 - days(over.duration()),
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, days_left};
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn days_are_rounded_down() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        for (end, now, days) in [
            (at(30 * DAY), at(0), 30),
            (at(30 * DAY), at(1), 29),
            (at(DAY), at(1), 0),
            (at(DAY), at(DAY), 0),
            (at(DAY), at(DAY + 1), -1),
            (at(DAY), at(2 * DAY), -2),
        ] {
            assert_eq!(days_left(end, now), days, "{end:?} {now:?}");
        }
    }
}
