use super::*;
use rustls::crypto::hpke::{EncapsulatedSecret, HpkePrivateKey};

/// What the library seals is opened here, and by the library: both read the standard alike.
#[test]
fn what_is_sealed_to_a_key_is_opened_as_the_library_opens_it() {
    let (secret, point) = SecretKey::generate().unwrap();
    let known = HpkePrivateKey::from(secret.bytes());
    for plaintext in [&b""[..], b"swordfish", &[7; 1026]] {
        for (info, aad) in [
            (&b""[..], &b""[..]),
            (b"info", b"aad"),
            (&[1; 500], &[2; 500]),
        ] {
            let to = HpkePublicKey(point.to_vec());
            let (enc, ciphertext) = SUITE.seal(info, aad, plaintext, &to).unwrap();
            let enc: [u8; 65] = enc.0.try_into().unwrap();
            let opened = secret.open(&enc, info, aad, &ciphertext).unwrap();
            assert_eq!(&opened[..], plaintext);
            let enc = EncapsulatedSecret(enc.to_vec());
            let theirs = SUITE.open(&enc, info, aad, &ciphertext, &known);
            assert_eq!(theirs.unwrap(), plaintext);
        }
    }
}

#[test]
fn what_was_altered_or_is_for_another_is_not_opened() {
    let (secret, point) = SecretKey::generate().unwrap();
    let (other, _) = SecretKey::generate().unwrap();
    let (enc, sealed) = PageSeal
        .seal(&point, b"info", b"aad", b"swordfish")
        .unwrap();
    let (enc, sealed) = (enc.0, sealed.as_slice());
    assert!(secret.open(&enc, b"info", b"aad", sealed).is_some());
    assert!(other.open(&enc, b"info", b"aad", sealed).is_none());
    assert!(secret.open(&enc, b"Info", b"aad", sealed).is_none());
    assert!(secret.open(&enc, b"info", b"Aad", sealed).is_none());
    assert!(secret.open(&enc, b"info", b"aad", &sealed[1..]).is_none());
    assert!(secret.open(&enc, b"info", b"aad", b"").is_none());
    for at in 0..sealed.len() {
        let mut altered = sealed.to_vec();
        altered[at] ^= 1;
        assert!(secret.open(&enc, b"info", b"aad", &altered).is_none());
    }
    for at in 0..enc.len() {
        // No point of the curve any more, or another one.
        let mut altered = enc;
        altered[at] ^= 1;
        assert!(secret.open(&altered, b"info", b"aad", sealed).is_none());
    }
    assert!(secret.open(&[0; 65], b"info", b"aad", sealed).is_none());
}
