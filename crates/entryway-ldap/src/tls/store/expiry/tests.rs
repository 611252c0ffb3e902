use super::*;
use std::time::UNIX_EPOCH;

#[test]
fn days_are_whole_ones_and_go_below_nought() {
    let not_after = UNIX_EPOCH + DAY * 100;
    let certificate = LocalCertificate {
        subject: "CN=gateway".to_owned(),
        origin: "`gateway.pem`".into(),
        purpose: Purpose::Identity,
        not_after,
    };
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
