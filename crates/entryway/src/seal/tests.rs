use super::*;
use entryway_login::{Anchor, DomainId, PasswordState};
use zeroize::Zeroizing;

fn seals(keys: &[(u32, u8)]) -> Seals {
    let keys = keys.iter().map(|(kid, byte)| Key {
        kid: *kid,
        secret: Zeroizing::new([*byte; 32]),
    });
    Seals::new(keys.collect()).expect("keys")
}

fn remembered() -> Remembered {
    Remembered {
        subject: Subject("staff:1".to_owned()),
        authority: "staff".into(),
        name: "jdoe".into(),
        login_name: "JDoe".into(),
        identity: Some((AttributeName::from_static("entryUUID"), (*b"1").into())),
        dn: Some("uid=jdoe,dc=example".into()),
        password_stamp: Some((*b"20260101000000Z").into()),
        authenticated_at: UNIX_EPOCH + Duration::from_millis(1_795_176_000_123),
        confirmed_at: UNIX_EPOCH + Duration::from_millis(1_795_176_900_000),
        method: Method::Password,
        site_token: None,
    }
}

fn sealed(seals: &Seals) -> String {
    seals
        .seal(Kind::Revalidation, &RememberedJson::of(&remembered()))
        .expect("sealed")
}

#[test]
fn what_is_sealed_is_opened_again_and_says_nothing_meanwhile() {
    let seals = seals(&[(1, 7)]);
    let token = sealed(&seals);
    assert_eq!(seals.remembered(&token), Some(remembered()));
    let bytes = URL_SAFE_NO_PAD.decode(&token).expect("base64");
    assert!(!bytes.windows(4).any(|window| window == b"jdoe"));
    assert_ne!(token, sealed(&seals), "the nonce is fresh");
}

#[test]
fn a_key_that_was_replaced_still_opens_and_one_that_is_gone_does_not() {
    let token = sealed(&seals(&[(1, 7)]));
    assert_eq!(
        seals(&[(2, 9), (1, 7)]).remembered(&token),
        Some(remembered())
    );
    assert_eq!(seals(&[(2, 9)]).remembered(&token), None);
    // The number of a key is not the key.
    assert_eq!(seals(&[(1, 9)]).remembered(&token), None);
}

#[test]
fn a_token_of_one_kind_is_none_of_the_other() {
    let seals = seals(&[(1, 7)]);
    assert!(seals.device(&sealed(&seals)).is_none());
    let device = DeviceJson {
        identity: "staff:1".to_owned(),
        id: u128::MAX - 1,
        site: None,
    };
    let token = seals.seal(Kind::Device, &device).expect("sealed");
    assert!(seals.remembered(&token).is_none());
    let opened = seals.device(&token).expect("a device");
    assert_eq!(&*opened.identity, "staff:1");
    assert_eq!(opened.id, DeviceId((u128::MAX - 1).to_be_bytes()));
}

#[test]
fn what_a_site_gave_travels_inside() {
    let seals = seals(&[(1, 7)]);
    let at_a_site = Remembered {
        site_token: Some("ask-again".into()),
        ..remembered()
    };
    let token = seals
        .seal(Kind::Revalidation, &RememberedJson::of(&at_a_site))
        .expect("sealed");
    assert_eq!(seals.remembered(&token), Some(at_a_site));
    let device = DeviceJson {
        identity: "plant-a:1".to_owned(),
        id: 7,
        site: Some("their-device".into()),
    };
    let token = seals.seal(Kind::Device, &device).expect("sealed");
    let opened = seals.device(&token).expect("a device");
    assert_eq!(opened.of_site.as_deref(), Some("their-device"));
}

#[test]
fn whatever_is_changed_is_refused() {
    let seals = seals(&[(1, 7)]);
    let token = sealed(&seals);
    let bytes = URL_SAFE_NO_PAD.decode(&token).expect("base64");
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(
            seals
                .remembered(&URL_SAFE_NO_PAD.encode(&changed))
                .is_none(),
            "byte {at}"
        );
    }
    for odd in ["", "x", "AAAA", &"A".repeat(100_000), &token[..20]] {
        assert!(seals.remembered(odd).is_none());
    }
}

fn session(source: Source) -> Session {
    Session {
        subject: Subject("somebody".to_owned()),
        name: "jdoe".to_owned(),
        login_name: "jdoe".to_owned(),
        source,
        domain: "somewhere".into(),
        dn: None,
        server: None,
        uid: None,
        gid: None,
        home: None,
        user_type: None,
        shell: None,
        system_user: None,
        user_class: None,
        template: None,
        groups: None,
        email: None,
        display_name: None,
        attributes: Vec::new(),
        password: PasswordState::default(),
        authenticated_at: UNIX_EPOCH,
        method: Method::Password,
        anchor: Anchor::default(),
    }
}

/// PAM says with the password whether an account may be used: nobody could be asked with a token.
#[test]
fn an_account_of_the_system_is_not_asked_about_again() {
    let seals = seals(&[(1, 7)]);
    for (source, again) in [
        (Source::Domain(DomainId(0)), true),
        (Source::Local, true),
        (Source::Os, false),
    ] {
        let tokens = seals.tokens(&session(source), UNIX_EPOCH, None);
        let tokens = tokens.expect("tokens");
        assert_eq!(tokens.revalidation.is_some(), again, "{source:?}");
        assert!(seals.device(&tokens.device).is_some(), "{source:?}");
    }
}

#[test]
fn a_cursor_is_taken_back_as_long_as_its_key_is_kept() {
    let seal = |keys: &[(u32, u8)]| {
        let keys = keys.iter().map(|(kid, byte)| Key {
            kid: *kid,
            secret: Zeroizing::new([*byte; 32]),
        });
        CursorSeal::new(&keys.collect::<Vec<_>>())
    };
    let tag = seal(&[(1, 7)]).tag(b"a list");
    assert!(seal(&[(1, 7)]).is_tag(b"a list", &tag));
    assert!(seal(&[(2, 9), (1, 7)]).is_tag(b"a list", &tag));
    assert_ne!(seal(&[(2, 9), (1, 7)]).tag(b"a list"), tag);
    assert!(!seal(&[(2, 9)]).is_tag(b"a list", &tag));
    assert!(!seal(&[(1, 7)]).is_tag(b"another", &tag));
    assert!(!seal(&[]).is_tag(b"a list", &seal(&[]).tag(b"a list")));
}
