use super::*;
use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

#[test]
fn a_certificate_in_words() {
    let key = KeyPair::generate().unwrap();
    let names = ["dc1.corp.example".to_owned(), "127.0.0.1".to_owned()];
    let mut params = CertificateParams::new(names).unwrap();
    params
        .distinguished_name
        .push(DnType::CommonName, "dc1\u{1b}[2J");
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2090, 1, 1);
    let der = params.self_signed(&key).unwrap().der().to_vec();
    let facts = CertificateFacts::read(&der).unwrap();
    assert_eq!(facts.subject, "CN=dc1\\u{1b}[2J");
    assert_eq!(facts.names, ["dc1.corp.example", "127.0.0.1"]);
    assert_eq!(
        (facts.key.as_str(), facts.signature.as_str(), facts.version),
        ("EC P-256", "ecdsa-with-SHA256", 3)
    );
    assert_eq!(utc(facts.not_after), "2090-01-01 00:00:00 UTC");
    assert!(facts.is_self_issued && !facts.is_authority && facts.has_alternative_names);
    assert_eq!(facts.fingerprint, fingerprint(&der));
    let half = der.get(..der.len() / 2).unwrap();
    assert_eq!(CertificateFacts::read(half), None);
    assert!(public_key(&der).is_some());
}

#[test]
fn the_fingerprint_is_sha256() {
    let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(fingerprint(b"").to_string(), empty);
}

#[test]
fn significant_bits_are_counted() {
    for (modulus, expected) in [
        (&[0x00, 0xff, 0x00][..], 16),
        (&[0x01, 0x00], 9),
        (&[0, 0], 0),
        (&[], 0),
    ] {
        assert_eq!(bits(modulus), expected, "{modulus:?}");
    }
}

#[test]
fn what_turns_the_direction_of_writing_is_escaped() {
    assert_eq!(
        shown("O'Brien \"x\" \u{202e}moc"),
        "O'Brien \"x\" \\u{202e}moc"
    );
}

#[test]
fn dates_follow_the_calendar() {
    let date = |seconds| utc(UNIX_EPOCH + Duration::from_secs(seconds));
    assert_eq!(date(0), "1970-01-01 00:00:00 UTC");
    assert_eq!(date(1_709_210_096), "2024-02-29 12:34:56 UTC");
    assert_eq!(date(4_107_542_399), "2100-02-28 23:59:59 UTC");
    assert_eq!(date(4_107_542_400), "2100-03-01 00:00:00 UTC");
    assert_eq!(date(253_402_300_799), "9999-12-31 23:59:59 UTC");
}
