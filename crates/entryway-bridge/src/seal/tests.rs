use super::*;

#[test]
fn every_password_is_sealed_at_one_length() {
    for password in [&b""[..], b"x", &[b'p'; Password::MAX_BYTES]] {
        let padded = pad(password).unwrap();
        assert_eq!(padded.len(), PADDED_BYTES);
        assert_eq!(unpad(&padded), Some(password));
    }
    assert!(pad(&[b'p'; Password::MAX_BYTES + 1]).is_none());
}

#[test]
fn padding_is_zeros_and_all_of_it() {
    let mut padded = pad(b"swordfish").unwrap();
    assert!(unpad(&padded[..padded.len() - 1]).is_none());
    *padded.last_mut().unwrap() = 1;
    assert!(unpad(&padded).is_none());
    let mut longer = vec![0xff; 2];
    longer.resize(PADDED_BYTES, 0);
    assert!(unpad(&longer).is_none(), "longer than what is there");
    assert!(unpad(&[]).is_none());
}

/// Says yes to one signature alone.
struct Only([u8; 64]);

impl Verifier for Only {
    fn is_signature(&self, statement: &[u8], signature: &[u8; 64]) -> bool {
        statement.starts_with(b"\0\x17entryway sealing key v1") && *signature == self.0
    }
}

fn challenge() -> Challenge {
    let key = SealingKey {
        point: [4; 65],
        from_ms: 1,
        until_ms: 2,
    };
    let site = SiteName::parse("plant-a").unwrap();
    let connector = ConnectorId::from_bits([1; 10]);
    let nonce = SealNonce::new(vec![7; 24]).unwrap();
    Challenge::new(&site, connector, &key, [9; 64], nonce, 3)
}

#[test]
fn a_challenge_is_of_whoever_was_asked_and_signed_by_them() {
    let (good, signed) = (challenge(), Only([9; 64]));
    let check = |challenge: &Challenge| {
        let asked = self::challenge();
        challenge.verify(&asked.site, &asked.connector, &signed)
    };
    assert_eq!(check(&good), Ok(()));
    let other = |change: &dyn Fn(&mut Challenge)| {
        let mut challenge = good.clone();
        change(&mut challenge);
        check(&challenge)
    };
    let older = other(&|challenge| challenge.version = 0);
    assert_eq!(older, Err(ChallengeInvalid::Version));
    let suite = other(&|challenge| challenge.suite = crate::Text::cut("none"));
    assert_eq!(suite, Err(ChallengeInvalid::Version));
    let site = other(&|challenge| challenge.site = SiteName::parse("plant-b").unwrap());
    assert_eq!(site, Err(ChallengeInvalid::Foreign));
    let connector = other(&|challenge| challenge.connector = ConnectorId::from_bits([2; 10]));
    assert_eq!(connector, Err(ChallengeInvalid::Foreign));
    let key = other(&|challenge| challenge.key.0[64] ^= 1);
    assert_eq!(key, Err(ChallengeInvalid::KeyId));
    let signature = other(&|challenge| challenge.key_signature.0[0] ^= 1);
    assert_eq!(signature, Err(ChallengeInvalid::Signature));
}

#[test]
fn a_challenge_is_read_strictly() {
    let text = serde_json::to_string(&challenge()).unwrap();
    assert_eq!(
        serde_json::from_str::<Challenge>(&text).unwrap(),
        challenge()
    );
    let more = text.replacen('{', "{\"more\":1,", 1);
    assert!(serde_json::from_str::<Challenge>(&more).is_err());
}

#[test]
fn what_is_bound_differs_where_anything_does() {
    let challenge = challenge();
    let bound = |purpose, audience, name| challenge.bind(purpose, audience, name).aad;
    let all = [
        bound(Purpose::Login, "grafana", "jdoe"),
        bound(Purpose::Old, "grafana", "jdoe"),
        bound(Purpose::New, "grafana", "jdoe"),
        bound(Purpose::Login, "grafan", "ajdoe"),
        bound(Purpose::Login, "grafana", "JDOE"),
    ];
    for (at, one) in all.iter().enumerate() {
        assert!(!all[at + 1..].contains(one));
    }
}
