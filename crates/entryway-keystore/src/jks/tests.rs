use super::*;

const JKS: [u8; 8] = [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2];

fn store(entries: &[u8], count: u32) -> Vec<u8> {
    [&JKS[..], &count.to_be_bytes(), entries, &[0; DIGEST]].concat()
}

/// Alias `a`, some date, and what is given.
fn entry(tag: u32, rest: &[u8]) -> Vec<u8> {
    [&tag.to_be_bytes()[..], &[0, 1, b'a'], &[0; 8], rest].concat()
}

fn check(bytes: &[u8], expected: &str) {
    match open(bytes, None) {
        Ok(_) => panic!("expected `{expected}`"),
        Err(error) => assert_eq!(error.to_string(), expected),
    }
}

#[test]
fn an_empty_store_opens_and_nothing_is_in_it() {
    let contents = open(&store(&[], 0), None).unwrap();
    assert!(contents.certificates.is_empty() && contents.keys.is_empty());
}

#[test]
fn a_store_cut_anywhere_is_damaged_and_never_read_beyond() {
    let certificate = entry(CERTIFICATE, b"\0\x05X.509\0\0\0\x03abc");
    let key = entry(KEY, b"\0\0\0\x02kk\0\0\0\x01\0\x05X.509\0\0\0\x03abc");
    let whole = store(&[certificate, key].concat(), 2);
    let contents = open(&whole, None).unwrap();
    assert_eq!(contents.certificates.len() + contents.keys.len(), 2);
    for end in 0..whole.len() {
        assert!(open(&whole[..end], None).is_err(), "cut at {end}");
    }
}

#[test]
fn claims_that_are_not_met_are_refused_before_memory_is_taken() {
    check(
        &store(&[], u32::MAX),
        "it is damaged JKS: 4294967295 entries in 0 bytes",
    );
    let ends = "it is damaged JKS: it ends before its end";
    check(
        &store(&entry(CERTIFICATE, b"\0\x05X.509\xff\xff\xff\xff"), 1),
        ends,
    );
    check(&store(&entry(CERTIFICATE, b"\xff\xff"), 1), ends);
    check(&store(&entry(KEY, b"\xff\xff\xff\xff"), 1), ends);
    check(&store(&entry(KEY, b"\0\0\0\0\xff\xff\xff\xff"), 1), ends);
}

#[test]
fn other_versions_kinds_and_ends_are_refused() {
    let mut third = store(&[], 0);
    third[7] = 3;
    check(&third, "it is damaged JKS: version 3, expected 1 or 2");
    check(
        &store(&entry(9, b""), 1),
        "it is damaged JKS: an entry of kind 9",
    );
    check(
        &store(b"more", 0),
        "it is damaged JKS: 4 bytes follow the last entry",
    );
}

#[test]
fn a_digest_that_does_not_fit_means_another_password() {
    let error = open(&store(&[], 0), Some(b"changeit")).err();
    assert_eq!(error, Some(KeystoreError::WrongPassword));
    let error = open(&store(&[], 0), Some(b"\xff")).err();
    assert_eq!(error, Some(KeystoreError::PasswordText { form: Form::Jks }));
}

#[test]
fn a_key_that_is_none_is_refused() {
    assert!(open_key(b"", b"pw").is_err());
    assert!(open_key(&[SEQUENCE_TAG, 0x82, 0xff, 0xff], b"pw").is_err());
    // The algorithm is right, and there is no room for salt and check.
    let algorithm = [
        0x30, 0x0c, 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x2a, 0x02, 0x11, 0x01, 0x01,
    ];
    let short = [&[0x30, 0x12][..], &algorithm, &[0x04, 0x02, 1, 2]].concat();
    assert_eq!(
        open_key(&short, b"pw").err(),
        Some("its key is too short to be one")
    );
    let sealed = [&[0x30, 0x39][..], &algorithm, &[0x04, 0x29], &[7; 41]].concat();
    assert!(matches!(open_key(&sealed, b"pw"), Ok(None)));
}

const SEQUENCE_TAG: u8 = 0x30;
