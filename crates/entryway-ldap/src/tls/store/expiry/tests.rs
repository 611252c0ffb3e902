use super::*;
use std::time::{Duration, UNIX_EPOCH};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn certificate(subject: &str, not_after: SystemTime) -> LocalCertificate {
    LocalCertificate {
        subject: subject.to_owned(),
        origin: "`gateway.pem`".into(),
        purpose: Purpose::Identity,
        not_after,
    }
}

#[test]
fn it_is_told_at_30_7_and_1_days_and_then_daily() {
    let end = UNIX_EPOCH + DAY * 1000;
    let (gateway, other) = (
        certificate("CN=gateway", end),
        certificate("CN=ca", end + DAY * 900),
    );
    let mut watch = ExpiryWatch::default();
    let hour = Duration::from_secs(3600);
    let mut told = Vec::new();
    let mut now = end - DAY * 40;
    while now < end + DAY * 3 {
        for (certificate, left) in watch.due([gateway.clone(), other.clone()], now) {
            assert_eq!(certificate, gateway);
            told.push(left);
        }
        now += hour;
    }
    assert_eq!(told, [30, 7, 1, 0, -1, -2, -3]);
}

#[test]
fn a_gateway_that_starts_late_tells_at_once_and_a_renewed_certificate_is_another() {
    let end = UNIX_EPOCH + DAY * 1000;
    let (old, new) = (
        certificate("CN=gateway", end),
        certificate("CN=gateway", end + DAY * 4),
    );
    let mut watch = ExpiryWatch::default();
    let now = end - DAY * 5;
    // In two clients it is one all the same.
    assert_eq!(
        watch.due([old.clone(), old.clone()], now),
        [(old.clone(), 5)]
    );
    assert_eq!(watch.due([old], now), []);
    assert_eq!(watch.due([new.clone()], now), [(new, 9)]);
}

#[test]
fn days_are_whole_ones_and_go_below_nought() {
    let not_after = UNIX_EPOCH + DAY * 100;
    let certificate = certificate("CN=gateway", not_after);
    let hour = Duration::from_secs(3600);
    for (now, left) in [
        (not_after - DAY * 30, 30),
        (not_after - DAY * 2 + hour, 1),
        (not_after - hour, 0),
        (not_after + hour, -1),
        (not_after + DAY + hour, -2),
    ] {
        assert_eq!(certificate.days_left(now), left);
    }
}
