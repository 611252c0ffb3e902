//! When the certificates that lie on this machine expire. A directory's own are seen in handshakes; these
//! nobody would look at before the day when nothing works any more.

use entryway_keystore::Facts;
use rustls_pki_types::CertificateDer;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a certificate on this machine is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// It vouches for servers.
    Trust,
    /// It says who Entryway is, or leads to the authority that says so.
    Identity,
}

impl Purpose {
    /// `trust` or `identity`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trust => "trust",
            Self::Identity => "identity",
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
        let days = |distance: Duration| {
            i64::try_from(distance.as_secs() / DAY.as_secs()).unwrap_or(i64::MAX)
        };
        match self.not_after.duration_since(now) {
            Ok(left) => days(left),
            // The first day after its end is one day too late.
            Err(since) => -days(since.duration()) - 1,
        }
    }
}

/// Remembers of whom it was said that he expires, so that nobody is told every few seconds.
#[derive(Default)]
pub struct ExpiryWatch {
    told: HashMap<LocalCertificate, (u32, SystemTime)>,
}

/// Days before the end at which it is told, the nearest first.
const WARNINGS: [u32; 3] = [1, 7, 30];

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
            let Some(warning) = WARNINGS.into_iter().find(|days| left <= i64::from(*days)) else {
                continue;
            };
            let told = match self.told.get(&certificate) {
                Some((before, at)) if *before <= warning => {
                    let a_day = now.duration_since(*at).is_ok_and(|since| since >= DAY);
                    if warning == 1 && a_day {
                        None
                    } else {
                        Some((*before, *at))
                    }
                }
                _ => None,
            };
            if told.is_none() && !known.contains_key(&certificate) {
                due.push((certificate.clone(), left));
            }
            known.insert(certificate, told.unwrap_or((warning, now)));
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
