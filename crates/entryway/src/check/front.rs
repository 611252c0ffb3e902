//! What stands in front: the certificate that the API's listener would show, and the single sign-on.

use super::{Finding, State};
use crate::listener::ListenerCertificate;
use entryway_config::Settings;
use entryway_ldap::{LocalCertificate, days_left};
use entryway_wire::Rfc3339;
use std::time::SystemTime;

/// With so many whole days left a certificate is worth a look, as in the log.
const SOON: i64 = 30;

/// Both, as far as they are configured.
pub(super) fn look_at(settings: &Settings) -> Vec<Finding> {
    let found = |check, state, detail| Finding::new("", "", check, state, None, detail);
    let listener = match ListenerCertificate::open(settings) {
        Ok(None) => None,
        Ok(Some(shown)) => {
            let (state, detail) = judge(&shown.certificates(), SystemTime::now());
            Some(found("listener", state, detail))
        }
        // The daemon would not start with it.
        Err(error) => Some(found("listener", State::Bad, format!("{error:#}"))),
    };
    let sso = settings.sso.as_deref().map(|sso| {
        let count = sso.clients.len();
        let plural = if count == 1 { "" } else { "s" };
        let detail = format!("{}: {count} application{plural}", sso.issuer.as_str());
        // Nobody could sign in to anything.
        let state = if count == 0 { State::Odd } else { State::Good };
        found("single sign-on", state, detail)
    });
    listener.into_iter().chain(sso).collect()
}

/// A chain is as good as the one of it that ends first.
pub(super) fn judge(chain: &[LocalCertificate], now: SystemTime) -> (State, String) {
    let Some(first) = chain.iter().min_by_key(|one| one.not_after) else {
        return (State::Bad, "there is no certificate".to_owned());
    };
    let (subject, until) = (&first.subject, Rfc3339(first.not_after));
    match days_left(first.not_after, now) {
        ..0 => (State::Bad, format!("{subject} has ended: {until}")),
        days @ 0..=SOON => (
            State::Odd,
            format!("{subject} ends in {days} days: {until}"),
        ),
        _ => (State::Good, format!("{subject}, until {until}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entryway_ldap::Purpose;
    use std::time::Duration;

    fn certificate(subject: &str, not_after: SystemTime) -> LocalCertificate {
        LocalCertificate {
            subject: subject.to_owned(),
            origin: "`server.crt`".into(),
            purpose: Purpose::Identity,
            not_after,
        }
    }

    #[test]
    fn a_chain_is_judged_by_what_ends_first() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let day = Duration::from_secs(86_400);
        let check = |days: u32, expected: State| {
            let chain = [
                certificate("CN=login", now + day * 400),
                certificate("CN=ca", now + day * days - day),
            ];
            let (state, detail) = judge(&chain, now);
            assert_eq!(state, expected, "{detail}");
            assert!(detail.starts_with("CN=ca"), "{detail}");
        };
        check(0, State::Bad);
        check(8, State::Odd);
        check(90, State::Good);
        assert_eq!(judge(&[], now).0, State::Bad);
    }
}
