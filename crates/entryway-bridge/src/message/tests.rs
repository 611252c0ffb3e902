use super::*;
use crate::{
    Challenge, ConnectorId, Octets, Opaque, SealNonce, Sealed, SealingKey, SiteName, Text,
};
use bytes::Bytes;
use entryway_login::LoginId;

fn sealed() -> Sealed {
    Sealed {
        connector: ConnectorId::from_bits([1; 10]),
        key_id: Octets([2; 8]),
        nonce: SealNonce::new(vec![3; 24]).unwrap(),
        enc: Octets([4; 65]),
        ciphertext: Opaque::new(vec![5; crate::SEALED_BYTES]).unwrap(),
    }
}

/// What is written is read, and a key more is not.
fn check<M: Serialize + DeserializeOwned>(message: &M) {
    let text = String::from_utf8(write(message)).unwrap();
    let again: M =
        read("message", text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(write(&again), text.as_bytes());
    let comma = if text == "{}" { "" } else { "," };
    let more = text.replacen('{', &format!("{{\"more\":1{comma}"), 1);
    assert!(read::<M>("message", more.as_bytes()).is_err(), "{more}");
}

#[test]
fn messages_are_read_as_they_are_written_and_strictly() {
    let token = || Some(Token::new("token".to_owned()).unwrap());
    check(&ChallengeAsked::default());
    check(&ChallengeAsked { further: 31 });
    check(&LoginAsked {
        login_id: LoginId::from_bits(7),
        login_name: Text::cut("jdoe"),
        sealed: sealed(),
        audience: Text::cut("grafana"),
        client_address: Some([192, 0, 2, 1].into()),
        device: token(),
        wants_groups: true,
    });
    check(&RevalidateAsked {
        login_id: LoginId::from_bits(7),
        token: token().unwrap(),
        audience: Text::cut("grafana"),
        client_address: None,
        wants_groups: false,
    });
    check(&ChangeAsked {
        login_id: LoginId::from_bits(7),
        login_name: Text::cut("jdoe"),
        sealed: sealed(),
        sealed_new: sealed(),
        audience: Text::cut("grafana"),
        client_address: None,
        device: None,
    });
    check(&LookupAsked {
        verb: LookupVerb::Post,
        path: Text::cut("people:resolve"),
        body: Some(Text::cut("{}")),
        accept: None,
        if_none_match: None,
        audience: Text::cut("grafana"),
    });
    check(&Welcome {
        site: SiteName::parse("plant-a").unwrap(),
        connector: ConnectorId::from_bits([1; 10]),
        node: Text::cut("one"),
        nodes: vec![Text::cut("https://one.hub.example")],
        standing: Standing::Active,
        wanted: vec![Ability::Password],
    });
    check(&Report {
        ready: vec![Ready {
            ability: Ability::Password,
            not_because: Some(Unready::DirectoriesDown),
        }],
        draining: false,
        max_in_flight: 8,
        started_ms: 1,
        software: Text::cut("entryway"),
        certificate_url: None,
    });
    check(&Outcome::Accept {
        session: Box::new(session()),
        revalidation: token(),
        device: token(),
    });
    let demand = Demand::ChangePassword;
    check(&Outcome::Challenge { demand });
    check(&Outcome::Refused { reason: None });
    check(&Outcome::NoVerdict {
        fault: Text::cut("deadline"),
    });
    check(&Outcome::Changed {});
    check(&Outcome::Stands {
        until_ms: 1,
        fault: Text::cut("deadline"),
    });
    for why in SealRefusal::ALL {
        check(&Outcome::SealRefused { why });
    }
    let key = SealingKey {
        point: [4; 65],
        from_ms: 1,
        until_ms: 2,
    };
    let site = SiteName::parse("plant-a").unwrap();
    let (connector, nonce) = (
        ConnectorId::from_bits([1; 10]),
        SealNonce::new(vec![1]).unwrap(),
    );
    let challenge = Challenge::new(&site, connector, &key, [0; 64], nonce.clone(), 5);
    for further in [Vec::new(), vec![nonce; 31]] {
        let challenge = challenge.clone().into();
        check(&ChallengeOutcome::Issued { challenge, further });
    }
    check(&ChallengeOutcome::NoVerdict {});
}

fn session() -> SiteSession {
    SiteSession {
        subject: "staff:1".to_owned(),
        name: "jdoe".to_owned(),
        domain: None,
        dn: None,
        uid: Some(1042),
        gid: None,
        home: None,
        user_type: None,
        shell: None,
        system_user: None,
        user_class: None,
        template: None,
        groups: Some(SiteGroups {
            groups: vec![],
            partial: true,
        }),
        email: None,
        display_name: None,
        attributes: vec![("mail".to_owned(), vec!["jdoe@corp.example".to_owned()])],
        password: SitePassword::default(),
        authenticated_at_ms: 1,
    }
}

#[test]
fn a_refusal_is_one_text() {
    let text = write(&Outcome::Refused { reason: None });
    assert_eq!(text, br#"{"outcome":"refused"}"#);
}

#[test]
fn names_in_words_and_in_json_are_the_same() {
    let json = |text: Vec<u8>| String::from_utf8(text).unwrap();
    for method in Method::ALL {
        assert_eq!(json(write(&method)), format!("\"{method}\""));
    }
    for why in SealRefusal::ALL {
        assert_eq!(json(write(&why)), format!("\"{}\"", why.as_str()));
    }
    for ability in Ability::ALL {
        assert_eq!(json(write(&ability)), format!("\"{}\"", ability.as_str()));
    }
}

#[test]
fn ends_of_other_versions_can_be_read_at_the_start_and_at_the_end() {
    let hello = br#"{"versions":[1,7],"software":"x","time_ms":1,"later":{}}"#;
    let hello: Hello = read("hello", hello).unwrap();
    assert_eq!(crate::common_version(&[1, 2], &hello.versions), Some(1));
    assert_eq!(crate::common_version(&[2], &hello.versions), None);
    let bye: Bye = read("bye", br#"{"code":"of_later","more":1}"#).unwrap();
    assert_eq!(bye.code, ByeCode::Other);
}

#[test]
fn lists_have_bounds() {
    let hello = |versions: usize| {
        let versions = vec!["1"; versions].join(",");
        let text = format!(r#"{{"versions":[{versions}],"software":"x","time_ms":1}}"#);
        read::<Hello>("hello", text.as_bytes())
    };
    assert!(hello(16).is_ok());
    assert!(hello(17).is_err());
}

#[test]
fn what_cannot_be_read_is_not_quoted() {
    let secret = br#"{"secret":"swordfish"}"#;
    let error = read::<Enrol>("enrol", secret).unwrap_err();
    assert!(!error.to_string().contains("sword"), "{error}");
    assert_eq!(error.message, "enrol");
}

#[test]
fn what_is_not_named_in_a_report_is_not_ready() {
    let report = Report {
        ready: vec![Ready {
            ability: Ability::Password,
            not_because: None,
        }],
        draining: false,
        max_in_flight: 8,
        started_ms: 1,
        software: Text::cut("entryway"),
        certificate_url: None,
    };
    assert!(report.is_ready(Ability::Password));
    assert_eq!(
        report.not_ready(Ability::Certificate),
        Some(Unready::SwitchedOff)
    );
    let draining = Report {
        draining: true,
        ..report
    };
    assert!(!draining.is_ready(Ability::Password));
}

#[test]
fn a_look_ups_answer_is_a_head_and_bytes() {
    let answer = LookupAnswer {
        head: LookupHead {
            status: 200,
            headers: vec![(Text::cut("content-type"), Text::cut("image/png"))],
        },
        body: Bytes::from_static(b"\x89PNG"),
    };
    let bytes = answer.to_bytes();
    assert_eq!(LookupAnswer::read(&bytes), Some(answer));
    for end in 0..bytes.len() - 4 {
        assert_eq!(LookupAnswer::read(&bytes.slice(..end)), None, "{end}");
    }
    assert_eq!(
        LookupAnswer::read(&Bytes::from_static(b"\xff\xff\xff\xff{}")),
        None
    );
}

#[test]
fn passwords_of_a_change_are_sealed_together() {
    let mut asked = ChangeAsked {
        login_id: LoginId::from_bits(7),
        login_name: Text::cut("jdoe"),
        sealed: sealed(),
        sealed_new: sealed(),
        audience: Text::cut("grafana"),
        client_address: None,
        device: None,
    };
    assert!(asked.nonce().is_some());
    asked.sealed_new.nonce = SealNonce::new(vec![9; 24]).unwrap();
    assert!(asked.nonce().is_none());
}
