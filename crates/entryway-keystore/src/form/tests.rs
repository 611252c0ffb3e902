use super::*;

fn check(bytes: &[u8], expected: Result<Form, &str>) {
    let found = detect(bytes).map_err(|error| error.to_string());
    assert_eq!(found, expected.map_err(str::to_owned));
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut der = vec![SEQUENCE, u8::try_from(content.len()).unwrap()];
    der.extend(content);
    der
}

const EMPTY: &[u8] = &[SEQUENCE, 0];

#[test]
fn magic_and_first_elements_tell() {
    check(&JKS_MAGIC, Ok(Form::Jks));
    check(&JCEKS_MAGIC, Ok(Form::Jceks));
    check(b"0 s:/CN=dc1\n-----BEGIN CERTIFICATE-----", Ok(Form::Pem));
    check(&sequence(&[&[INTEGER, 1, 3], EMPTY]), Ok(Form::Pkcs12));
    let key = sequence(&[&[INTEGER, 1, 0], EMPTY, &[OCTET_STRING, 0]]);
    check(&key, Ok(Form::Key));
    check(&sequence(&[EMPTY, &[OCTET_STRING, 0]]), Ok(Form::Key));
}

#[test]
fn what_is_no_store_is_told_what_it_looks_like() {
    let looks = |bytes: &[u8], looks: &str| {
        check(
            bytes,
            Err(&format!("it is no store of certificates, it {looks}")),
        );
    };
    looks(b"", "is empty");
    looks(
        b"ldaps://dc1",
        "looks like text without a `-----BEGIN CERTIFICATE-----`",
    );
    looks(
        b"MIIBszCCAVqg",
        "looks like base64 without `-----BEGIN CERTIFICATE-----` around it",
    );
    looks(b"\xff\xfe-\0", "looks like text in UTF-16, expected UTF-8");
    looks(b"PK\x03\x04", "looks like a zip archive");
    looks(b"\x1f\x8b", "looks like a gzip file");
    looks(b" <html>", "looks like HTML or XML");
    looks(b"ssh-ed25519 AAAA", "looks like an SSH key");
    looks(b"\x01\x02", "is of no kind that is known here");
    looks(b"0123 is text", "looks like text");
    looks(
        &sequence(&[EMPTY, &[BIT_STRING, 0]]),
        "looks like a public key",
    );
    let request = sequence(&[&[INTEGER, 1, 0], EMPTY, EMPTY]);
    looks(
        &sequence(&[&request, EMPTY, &[BIT_STRING, 0]]),
        "looks like a request for a certificate",
    );
    let revoked = sequence(&[&[INTEGER, 1, 1], EMPTY, EMPTY, &[0x17, 0]]);
    looks(
        &sequence(&[&revoked, EMPTY, &[BIT_STRING, 0]]),
        "looks like a list of revoked certificates",
    );
    looks(&sequence(&[EMPTY]), "is DER of another kind");
}

#[test]
fn ends_that_are_not_where_they_should_be() {
    check(
        &[SEQUENCE, 0x82, 1, 0],
        Err("it is damaged DER: it ends before its end"),
    );
    check(
        &[SEQUENCE, 0, 7],
        Err("it is damaged DER: 1 bytes follow its end"),
    );
    check(
        &[SEQUENCE, 0x80, 0, 0],
        Err(&KeystoreError::IndefiniteLength.to_string()),
    );
    check(
        &[SEQUENCE, 0xff, 0xff],
        Err("it is damaged DER: it ends before its end"),
    );
}
