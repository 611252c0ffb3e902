use super::*;
use crate::tls::{Accepted, CertificateFacts, EndsFirst, Verdict};
use std::time::UNIX_EPOCH;

const HOUR: Duration = Duration::from_secs(60 * 60);
const CA: &[u8] = include_bytes!("../../../entryway-config/tests/stores/corp-ca.der");

fn session(at: SystemTime, expires: SystemTime, fingerprint: u8) -> Arc<TlsSession> {
    let leaf = CertificateFacts::read(CA).unwrap();
    Arc::new(TlsSession {
        version: "TLS 1.3",
        cipher_suite: "TLS_AES_256_GCM_SHA384".to_owned(),
        resumed: false,
        at,
        verdict: Arc::new(Verdict {
            leaf,
            accepted: Accepted::Unverified,
            expires,
            ends_first: EndsFirst {
                subject: "CN=Intermediate".to_owned(),
                fingerprint: Fingerprint::new([fingerprint; 32]),
            },
        }),
    })
}

#[test]
fn it_is_told_at_each_mark_and_daily_at_the_end_though_nobody_dials_again() {
    let end = UNIX_EPOCH + DAY * 1000;
    let expiry = Expiry::default();
    let first = end - DAY * 40;
    expiry.agreed("ldaps://dc2", &session(first, end, 1));
    let mut told = Vec::new();
    let mut now = first;
    while now < end + DAY * 2 {
        told.extend(expiry.due(now).map(|(_, days)| days));
        now += HOUR;
    }
    assert_eq!(told, [30, 7, 1, 0, -1, -2]);
}

#[test]
fn two_nodes_of_one_name_are_told_once_each() {
    let now = UNIX_EPOCH + DAY * 1000;
    let expiry = Expiry::default();
    let mut told = Vec::new();
    for node in [1, 2, 1, 2] {
        expiry.0.lock().session = Some(session(now, now + DAY * 5, node));
        told.extend(expiry.due(now).map(|_| node));
    }
    assert_eq!(told, [1, 2]);
}

#[test]
fn what_ends_soon_is_looked_at_again_after_a_while() {
    let now = UNIX_EPOCH + DAY * 1000;
    let expiry = Expiry::default();
    assert!(!expiry.is_stale(now));
    for (left, age, stale) in [
        (DAY * 400, DAY, false),
        (DAY * 20, HOUR / 2, false),
        (DAY * 20, HOUR, true),
    ] {
        expiry.0.lock().session = Some(session(now - age, now + left, 1));
        assert_eq!(expiry.is_stale(now), stale, "{left:?} {age:?}");
    }
}
