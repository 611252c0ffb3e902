//! When the certificates that lie on this machine expire. A directory's own are seen in handshakes; these
//! nobody would look at before the day when nothing works any more.

use crate::expiry::Told;
use crate::tls::days_left;
use entryway_keystore::Facts;
use rustls_pki_types::CertificateDer;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

/// What a certificate on this machine is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// It vouches for servers.
    Trust,
    /// It vouches for people who log in with a certificate.
    People,
    /// It says who Entryway is, or leads to the authority that says so.
    Identity,
    /// It says so to those who connect to this machine.
    Listener,
}

impl Purpose {
    /// `trust`, `people`, `identity` or `listener`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trust => "trust",
            Self::People => "people",
            Self::Identity => "identity",
            Self::Listener => "listener",
        }
    }
}

/// A certificate on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LocalCertificate {
    /// Whose it is: `CN=gateway, O=Lab`.
    pub subject: String,
    /// The file in backticks.
    pub origin: Arc<str>,
    /// What it is for.
    pub purpose: Purpose,
    /// Its last moment.
    pub not_after: SystemTime,
}

impl LocalCertificate {
    /// Whole days until it expires, negative since.
    pub fn days_left(&self, now: SystemTime) -> i64 {
        days_left(self.not_after, now)
    }
}

/// Remembers of whom it was said that he expires, so that nobody is told every few seconds.
#[derive(Default)]
pub struct ExpiryWatch {
    told: HashMap<LocalCertificate, Told>,
}

impl ExpiryWatch {
    /// The certificates of which it is to be told now, with their days: once when 30, 7 and 1 are left, and from
    /// the last day on once a day.
    pub fn due(
        &mut self,
        certificates: impl IntoIterator<Item = LocalCertificate>,
        now: SystemTime,
    ) -> Vec<(LocalCertificate, i64)> {
        let (mut due, mut known) = (Vec::new(), HashMap::new());
        for certificate in certificates {
            let left = certificate.days_left(now);
            let before = self.told.get(&certificate).copied();
            let Some((told, is_due)) = Told::due(before, left, now) else {
                continue;
            };
            if is_due && !known.contains_key(&certificate) {
                due.push((certificate.clone(), left));
            }
            known.insert(certificate, told);
        }
        // Who is gone is forgotten, so that this does not grow.
        self.told = known;
        due
    }
}

pub(super) fn local(
    certificate: &CertificateDer<'_>,
    origin: &Arc<str>,
    purpose: Purpose,
) -> Option<LocalCertificate> {
    let Facts {
        subject, not_after, ..
    } = Facts::of(certificate)?;
    Some(LocalCertificate {
        subject,
        origin: Arc::clone(origin),
        purpose,
        not_after,
    })
}

#[cfg(test)]
mod tests;
