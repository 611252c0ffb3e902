//! A person's certificate, as a browser has shown it: names, numbers and purposes that whoever made it chose.

use entryway_keystore::{CLIENT_AUTH, Holder, SMART_CARD_LOGON};
use entryway_ldap_types::Dn;

const SEQUENCE: u8 = 0x30;
const OCTET_STRING: u8 = 0x04;
const BIT_STRING: u8 = 0x03;
const INTEGER: u8 = 0x02;
/// `ecPublicKey` on `prime256v1`; nobody looks at the key itself.
const KEY: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
/// `ecdsa-with-SHA256`.
const SIGNED_BY: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
const VALIDITY: &[u8] = b"\x17\x0d200101000000Z\x17\x0d300101000000Z";
/// The subject alternative name, the subject key identifier, and the extended key usage.
const EXTENSIONS: [&[u8]; 3] = [
    b"\x06\x03\x55\x1d\x11",
    b"\x06\x03\x55\x1d\x0e",
    b"\x06\x03\x55\x1d\x25",
];

/// As a certificate, as a part of one that is in order otherwise, and as its number.
pub fn holder(bytes: &[u8]) {
    holds(bytes);
    holds(&certificate(b"\x01", bytes, &[]));
    holds(&certificate(bytes, b"", &[]));
    for kind in EXTENSIONS {
        let content = element(OCTET_STRING, bytes);
        let extension = element(SEQUENCE, &[kind, &content].concat());
        let extensions = element(0xa3, &element(SEQUENCE, &extension));
        holds(&certificate(b"\x01", b"", &extensions));
    }
}

/// It is refused, or everything in it is bounded and a name is one that a directory can read.
fn holds(certificate: &[u8]) {
    let Ok(found) = Holder::read(&certificate.to_vec().into()) else {
        return;
    };
    for name in [&found.subject, &found.issuer] {
        assert!(name.len() <= 4096);
        assert!(Dn::parse(name).is_ok(), "{name:?}");
    }
    assert!(found.issuer_for_microsoft.len() <= 4096);
    assert!(found.issuer.is_empty() == found.issuer_for_microsoft.is_empty());
    for names in [&found.upns, &found.emails] {
        assert!(names.len() <= 16);
        assert!(names.iter().all(|name| name.len() <= 4096));
    }
    assert!((1..=20).contains(&found.serial.len()) && found.serial.first() != Some(&0));
    assert!(found.key_id.is_none_or(|id| id.len() <= 64));
    // Whoever must say what it is for says it of that alone.
    for wanted in [CLIENT_AUTH, SMART_CARD_LOGON] {
        let says = found
            .purposes
            .extended
            .iter()
            .flatten()
            .any(|usage| usage == wanted);
        assert!(found.purposes.allows(wanted, true) == says);
    }
}

fn certificate(serial: &[u8], name: &[u8], extensions: &[u8]) -> Vec<u8> {
    let name = element(SEQUENCE, name);
    let key = [element(SEQUENCE, KEY), element(BIT_STRING, b"\0\x04")].concat();
    let signed = [
        element(0xa0, &element(INTEGER, b"\x02")),
        element(INTEGER, serial),
        element(SEQUENCE, SIGNED_BY),
        name.clone(),
        element(SEQUENCE, VALIDITY),
        name,
        element(SEQUENCE, &key),
        extensions.to_vec(),
    ];
    let whole = [
        element(SEQUENCE, &signed.concat()),
        element(SEQUENCE, SIGNED_BY),
        element(BIT_STRING, b"\0"),
    ];
    element(SEQUENCE, &whole.concat())
}

/// DER, of any content below 64 KiB.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len())
        .unwrap_or(u16::MAX)
        .to_be_bytes();
    let head: &[u8] = match length {
        [0, low @ 0..=0x7f] => &[tag, low],
        [0, low] => &[tag, 0x81, low],
        [high, low] => &[tag, 0x82, high, low],
    };
    [head, content].concat()
}
