use super::*;
use entryway_bridge::message::SealRefusal;
use entryway_bridge::{Octets, Opaque, SEALED_BYTES, SealNonce};
use entryway_login::{LoginId, SiteId, SiteVerdict};
use std::sync::Arc;
use std::time::Duration;

fn id(number: u8) -> ConnectorId {
    ConnectorId::from_bits([number; 10])
}

fn sealed(number: u8) -> Sealed {
    Sealed {
        connector: id(number),
        key_id: Octets([number; 8]),
        nonce: SealNonce::new(vec![number; 24]).unwrap(),
        enc: Octets([number; 65]),
        ciphertext: Opaque::new(vec![number; SEALED_BYTES]).unwrap(),
    }
}

/// As a page sends it.
fn texts(number: u8) -> SealedFor {
    let json = serde_json::to_value(sealed(number)).unwrap();
    let text = |key: &str| json[key].as_str().unwrap().into();
    SealedFor {
        connector: text("connector"),
        key_id: text("key_id"),
        nonce: text("nonce"),
        enc: text("enc"),
        ciphertext: text("ciphertext"),
    }
}

fn operation(ask: SiteAsk) -> SiteOperation {
    SiteOperation {
        site: SiteId(0),
        login: LoginId::from_bits(7),
        audience: "grafana".into(),
        client_address: None,
        wants_groups: true,
        ask,
        deadline: Instant::now() + Duration::from_secs(1),
    }
}

fn password(numbers: &[u8]) -> Arc<SealedPassword> {
    let sealed = numbers.iter().map(|number| texts(*number)).collect();
    Arc::new(SealedPassword::new(sealed).unwrap())
}

#[test]
fn each_connector_is_asked_with_what_was_sealed_for_it() {
    let ask = SiteAsk::Login {
        login_name: "jane".into(),
        sealed: password(&[1, 2]),
        device: Some(
            of_connector(&id(2), &Token::new("mine".to_owned()).unwrap())
                .as_ref()
                .into(),
        ),
    };
    let questions = questions(&operation(ask));
    let asked: Vec<LoginAsked> = questions
        .iter()
        .map(|question| read("login", &question.body).unwrap())
        .collect();
    assert_eq!(asked.len(), 2);
    for (number, (question, asked)) in [1, 2].into_iter().zip(questions.iter().zip(&asked)) {
        assert_eq!(question.only, id(number));
        assert_eq!(question.method, Method::Login);
        assert_eq!(asked.sealed, sealed(number));
        assert_eq!(asked.login_name.as_str(), "jane");
        assert_eq!(asked.audience.as_str(), "grafana");
        assert!(asked.wants_groups);
    }
    // What one connector gave is told to no other.
    assert!(asked[0].device.is_none());
    assert_eq!(asked[1].device.as_ref().map(Token::expose), Some("mine"));
}

#[test]
fn both_passwords_of_a_change_go_to_one_connector() {
    let ask = SiteAsk::Change {
        login_name: "jane".into(),
        old: password(&[1, 2]),
        new: password(&[2]),
    };
    let questions = questions(&operation(ask));
    assert_eq!(questions.len(), 1);
    assert_eq!(questions[0].only, id(2));
    assert_eq!(questions[0].method, Method::ChangePassword);
}

#[test]
fn a_token_goes_back_to_the_connector_that_gave_it() {
    let given = of_connector(&id(3), &Token::new("a.b.c".to_owned()).unwrap());
    let ask = |token: &str| SiteAsk::Revalidate {
        token: token.into(),
    };
    let questions_of = |token: &str| questions(&operation(ask(token)));
    let asked = questions_of(&given);
    assert_eq!(asked[0].only, id(3));
    let asked: RevalidateAsked = read("revalidate", &asked[0].body).unwrap();
    assert_eq!(asked.token.expose(), "a.b.c");
    for strange in ["", "a.b.c", "aaaaaaaaaaaaaaaa", "AAAAAAAAAAAAAAAA.x"] {
        assert!(questions_of(strange).is_empty(), "{strange}");
    }
}

#[test]
fn what_cannot_be_read_is_asked_of_nobody() {
    let mut strange = texts(1);
    strange.ciphertext = "not base64url".into();
    let sealed = Arc::new(SealedPassword::new(vec![strange]).unwrap());
    let ask = SiteAsk::Login {
        login_name: "jane".into(),
        sealed,
        device: None,
    };
    assert!(questions(&operation(ask)).is_empty());
}

#[test]
fn each_outcome_has_its_verdict() {
    let given = |outcome| verdict(outcome, |token| of_connector(&id(1), token));
    let text = |text: &str| Text::cut(text);
    assert!(matches!(
        given(Outcome::Challenge {
            demand: entryway_bridge::message::Demand::ChangePassword
        }),
        SiteVerdict::MustChange
    ));
    assert!(matches!(given(Outcome::Changed {}), SiteVerdict::Changed));
    assert!(matches!(
        given(Outcome::Refused { reason: None }),
        SiteVerdict::Refused(None)
    ));
    let told = given(Outcome::Refused {
        reason: Some(text("wrong_password")),
    });
    assert!(matches!(told, SiteVerdict::Refused(Some(reason)) if reason == "wrong_password"));
    let stands = given(Outcome::Stands {
        until_ms: 1,
        fault: text("deadline"),
    });
    assert!(matches!(stands, SiteVerdict::NoVerdict(fault) if fault == "deadline"));
    let refused = given(Outcome::SealRefused {
        why: SealRefusal::Expired,
    });
    assert!(matches!(refused, SiteVerdict::SealRefused(why) if why == "expired"));
}
