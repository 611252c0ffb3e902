use super::*;
use rcgen::generate_simple_self_signed;

#[test]
fn a_certificate_is_for_the_host_of_the_url() {
    let names = ["cert.corp.example", "10.0.0.1", "*.people.example"];
    let made = generate_simple_self_signed(names.map(str::to_owned)).unwrap();
    let leaf = made.cert.der();
    for (host, expected) in [
        ("cert.corp.example", true),
        ("CERT.corp.example", true),
        ("10.0.0.1", true),
        ("a.people.example", true),
        ("corp.example", false),
        ("10.0.0.2", false),
        ("[::1]", false),
        ("", false),
    ] {
        assert_eq!(is_for(leaf, host), expected, "{host}");
    }
    assert!(!is_for(
        &CertificateDer::from(vec![0x30, 0]),
        "a.people.example"
    ));
}

#[test]
fn a_list_is_as_good_as_its_end() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let hour = Duration::from_secs(3600);
    let list = |age: Duration, next_update| CrlFacts {
        origin: "`people.crl`".into(),
        issuer: "CN=People".to_owned(),
        this_update: i64::try_from(1_800_000_000 - age.as_secs()).unwrap(),
        next_update,
    };
    let check = |list: &CrlFacts| match age(list, now) {
        Age::Over(_) => "over",
        Age::Odd(_) => "odd",
        Age::Good(_) => "good",
    };
    assert_eq!(check(&list(hour, Some(now - hour))), "over");
    assert_eq!(check(&list(hour, Some(now + hour))), "odd");
    assert_eq!(check(&list(hour, Some(now + hour * 48))), "good");
    assert_eq!(check(&list(hour, None)), "good");
    assert_eq!(check(&list(hour * 24 * 31, None)), "odd");
}

#[test]
fn authorities_that_are_over_are_told_and_the_others_go_on() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let day = Duration::from_secs(86_400);
    let one = |subject: &str, not_after| LocalCertificate {
        subject: subject.to_owned(),
        origin: "`ca.pem`".into(),
        purpose: entryway_ldap::Purpose::People,
        not_after,
    };
    let (good, over) = (one("CN=A", now + day * 400), one("CN=B", now - day));
    assert_eq!(authorities(std::slice::from_ref(&good), now).0, State::Good);
    let (state, detail) = authorities(&[good, over.clone()], now);
    assert_eq!(state, State::Odd);
    assert!(detail.contains("CN=B"), "{detail}");
    assert_eq!(authorities(&[over], now).0, State::Bad);
}
