//! Tells in time that a server's certificate is about to end.

use crate::tls::{TlsSession, days_left};
use entryway_ldap_types::Fingerprint;
use parking_lot::Mutex;
use std::time::{Duration, SystemTime};

/// Days before the end at which it becomes more urgent.
const MARKS: [i64; 3] = [1, 7, 30];
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What was told last of one server.
#[derive(Default)]
pub(crate) struct Expiry(Mutex<Option<Told>>);

struct Told {
    certificate: Fingerprint,
    mark: i64,
    at: SystemTime,
}

/// The mark that a number of days is within; `None` while there is time.
fn mark(days: i64) -> Option<i64> {
    MARKS.into_iter().find(|mark| days < *mark)
}

impl Expiry {
    /// Looks at what a handshake showed; told once a day, and at once when it becomes more urgent.
    pub(crate) fn look_at(&self, server: &str, session: &TlsSession) {
        if let Some(days) = self.is_due(session) {
            let verdict = &session.verdict;
            tracing::warn!(
                target: "tls.expiring",
                server,
                subject = verdict.leaf.subject.as_str(),
                fingerprint = %verdict.leaf.fingerprint,
                expires = crate::tls::utc(verdict.expires).as_str(),
                days,
                "the server's certificate ends soon"
            );
        }
    }

    /// The days that are left, when that is to be told.
    fn is_due(&self, session: &TlsSession) -> Option<i64> {
        let days = days_left(session.verdict.expires, session.at);
        let mark = mark(days)?;
        let certificate = session.verdict.leaf.fingerprint;
        let mut told = self.0.lock();
        let is_known = told.as_ref().is_some_and(|told| {
            told.certificate == certificate
                && told.mark <= mark
                && session
                    .at
                    .duration_since(told.at)
                    .is_ok_and(|since| since < DAY)
        });
        if is_known {
            return None;
        }
        *told = Some(Told {
            certificate,
            mark,
            at: session.at,
        });
        Some(days)
    }
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn marks() {
        for (days, expected) in [
            (400, None),
            (30, None),
            (29, Some(30)),
            (7, Some(30)),
            (6, Some(7)),
            (1, Some(7)),
            (0, Some(1)),
            (-3, Some(1)),
        ] {
            assert_eq!(mark(days), expected, "{days}");
        }
    }
}
