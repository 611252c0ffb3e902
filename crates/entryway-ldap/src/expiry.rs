//! Tells in time that a certificate is about to end: a server's here, those of this machine in
//! [`crate::tls`], by one rule.

use crate::tls::{TlsSession, days_left};
use entryway_ldap_types::Fingerprint;
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Whole days that are left when it becomes more urgent, the nearest first.
const MARKS: [i64; 3] = [1, 7, 30];
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A certificate that ends soon is mostly renewed before, and long-lived connections do not show that.
const STALE: Duration = Duration::from_secs(60 * 60);
/// Certificates of one server that are remembered: behind a load balancer each node has its own.
const REMEMBERED: usize = 16;

/// What was told last of one certificate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    mark: i64,
    at: SystemTime,
}

impl Told {
    /// Told once at each mark, and from the last one on once a day. Returns what is to be remembered, and
    /// whether it is to be told now; `None` while there is time.
    pub(crate) fn due(before: Option<Self>, days: i64, now: SystemTime) -> Option<(Self, bool)> {
        let mark = MARKS.into_iter().find(|mark| days <= *mark)?;
        let [last, ..] = MARKS;
        match before {
            Some(told) if told.mark <= mark => {
                let a_day = now.duration_since(told.at).is_ok_and(|since| since >= DAY);
                let again = mark == last && a_day;
                let at = if again { now } else { told.at };
                Some((Self { at, ..told }, again))
            }
            _ => Some((Self { mark, at: now }, true)),
        }
    }
}

/// The newest handshake by one way to a server, and what was told of its certificates.
#[derive(Default)]
pub(crate) struct Expiry(Mutex<Known>);

#[derive(Default)]
struct Known {
    session: Option<Arc<TlsSession>>,
    told: Vec<(Fingerprint, Told)>,
}

impl Expiry {
    /// A handshake was made; tells at once what it shows.
    pub(crate) fn agreed(&self, server: &str, session: &Arc<TlsSession>) {
        self.0.lock().session = Some(Arc::clone(session));
        self.look(server, session.at);
    }
    /// The newest handshake.
    pub(crate) fn session(&self) -> Option<Arc<TlsSession>> {
        self.0.lock().session.clone()
    }
    /// Whether the server may have another certificate by now: the known one ends soon, and was shown a while ago.
    pub(crate) fn is_stale(&self, now: SystemTime) -> bool {
        self.session().is_some_and(|session| {
            let soon = Told::due(None, session.days_left(now), now).is_some();
            let age = now.duration_since(session.at);
            soon && age.is_ok_and(|age| age >= STALE)
        })
    }
    /// Tells of the certificate that is known, when that is due.
    pub(crate) fn look(&self, server: &str, now: SystemTime) {
        if let Some((session, days)) = self.due(now) {
            let verdict = &session.verdict;
            tracing::warn!(
                target: "tls.expiring",
                server,
                subject = verdict.ends_first.subject.as_str(),
                fingerprint = %verdict.ends_first.fingerprint,
                expires = crate::tls::utc(verdict.expires).as_str(),
                days,
                "a certificate that the server shows ends soon"
            );
        }
    }

    /// The days that are left, when that is to be told.
    fn due(&self, now: SystemTime) -> Option<(Arc<TlsSession>, i64)> {
        let mut known = self.0.lock();
        let session = Arc::clone(known.session.as_ref()?);
        let days = days_left(session.verdict.expires, now);
        let certificate = session.verdict.ends_first.fingerprint;
        let place = known.told.iter().position(|(of, _)| *of == certificate);
        let before = place.map(|place| known.told.remove(place).1);
        let (told, is_due) = Told::due(before, days, now)?;
        known.told.insert(0, (certificate, told));
        known.told.truncate(REMEMBERED);
        is_due.then_some((session, days))
    }
}

#[cfg(test)]
mod tests;
