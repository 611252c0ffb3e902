use super::*;
use crate::message::{Method, SealRefusal, SiteSession, read, write};
use crate::testing::Key;
use crate::{ConnectorId, Octets, SignedReply, SiteName, Unsigned, sign_together};
use bytes::Bytes;
use proptest::prelude::*;
use std::collections::HashSet;

fn question(number: u8) -> Question {
    Question {
        site: SiteName::parse("plant-a").unwrap(),
        connector: ConnectorId::from_bits([1; 10]),
        nonce: Octets([number; 16]),
        method: Method::Login,
        request: Question::digest_of(b"{}", &[number]),
    }
}

fn accept(subject: &str, name: &str) -> Outcome {
    Outcome::Accept {
        session: Box::new(SiteSession::new(subject.to_owned(), name.to_owned(), 1)),
        revalidation: None,
        device: None,
    }
}

/// One of each kind, and of each code that may be told or not.
fn outcomes() -> Vec<Outcome> {
    let code = |text: &str| Some(Text::cut(text));
    let mut each = vec![
        accept("staff:1", "jane"),
        accept("staff:2", "jane"),
        accept("staff:1", "joan"),
        Outcome::Challenge {
            demand: Demand::ChangePassword,
        },
        Outcome::Refused { reason: None },
        Outcome::Refused {
            reason: code("wrong_password"),
        },
        Outcome::NoVerdict {
            fault: Text::cut("deadline"),
        },
        Outcome::Changed {},
        Outcome::Stands {
            until_ms: 7,
            fault: Text::cut("deadline"),
        },
    ];
    each.extend(SealRefusal::ALL.map(|why| Outcome::SealRefused { why }));
    each
}

fn login() -> LoginId {
    LoginId::from_bits(0x0102_0304_0506_0708)
}

fn kept(outcome: &Outcome) -> Kept {
    Kept {
        question: question(1),
        time_ms: 1000,
        body: crate::statement::digest(&[&write(outcome)]),
        stated: Stated::of(login(), outcome).unwrap(),
    }
}

#[test]
fn the_word_of_an_outcome_is_the_one_that_it_travels_with() {
    for outcome in outcomes() {
        let json: serde_json::Value = serde_json::from_slice(&write(&outcome)).unwrap();
        assert_eq!(json["outcome"], outcome.as_str());
        let stated = Stated::of(login(), &outcome).unwrap();
        let read = read::<Stated>("stated", &write(&stated)).unwrap();
        assert_eq!(read, stated);
    }
}

#[test]
fn what_comes_to_something_else_is_another_statement() {
    let digests: HashSet<[u8; 32]> = (outcomes().iter())
        .map(|outcome| Kept {
            // The body's digest apart: what is stated must tell them apart by itself.
            body: [0; 32],
            ..kept(outcome)
        })
        .map(|kept| kept.digest())
        .collect();
    assert_eq!(digests.len(), outcomes().len());
}

/// The list of docs/connector-protocol.md, written out.
#[test]
fn the_statement_is_the_list_of_the_document() {
    let kept = kept(&accept("staff:1", "jane"));
    let fields: [&[u8]; 13] = [
        b"entryway reply v2",
        b"plant-a",
        kept.question.connector.as_str().as_bytes(),
        &[1; 16],
        b"login",
        &kept.question.request,
        &1000_u64.to_be_bytes(),
        &kept.body,
        b"0102030405060708",
        b"accept",
        b"",
        b"staff:1",
        b"jane",
    ];
    let mut bytes = Vec::new();
    for field in fields {
        bytes.extend_from_slice(&u16::try_from(field.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(field);
    }
    assert_eq!(kept.statement().as_slice(), bytes);
}

#[test]
fn whom_no_hub_lets_in_is_not_stated() {
    let long = "x".repeat(201);
    assert_eq!(Stated::of(login(), &accept(&long, "jane")), None);
    assert_eq!(Stated::of(login(), &accept("staff:1", &long)), None);
}

#[test]
fn nothing_of_what_is_kept_can_be_another() {
    let kept = kept(&accept("staff:1", "jane"));
    let signature =
        Octets(crate::ports::Signer::sign(&Key(1), kept.statement().as_slice()).unwrap());
    let proof = Proof {
        signature,
        beside: crate::Beside::default(),
    };
    assert!(kept.is_proved(&proof, &Key(1)));
    assert!(!kept.is_proved(&proof, &Key(2)), "another key");
    let refused = |change: &dyn Fn(&mut Kept)| {
        let mut changed = kept.clone();
        change(&mut changed);
        assert!(!changed.is_proved(&proof, &Key(1)), "{changed:?}");
    };
    refused(&|kept| kept.question.nonce.0[0] ^= 1);
    refused(&|kept| kept.question.site = SiteName::parse("plant-b").unwrap());
    refused(&|kept| kept.question.connector = ConnectorId::from_bits([2; 10]));
    refused(&|kept| kept.question.method = Method::Revalidate);
    refused(&|kept| kept.question.request[0] ^= 1);
    refused(&|kept| kept.time_ms += 1);
    refused(&|kept| kept.body[0] ^= 1);
    refused(&|kept| kept.stated.login_id = LoginId::from_bits(1));
    refused(&|kept| kept.stated.outcome = Text::cut("refused"));
    refused(&|kept| kept.stated.code = Some(Text::cut("wrong_password")));
    refused(&|kept| kept.stated.subject = Some(Text::cut("staff:2")));
    refused(&|kept| kept.stated.name = None);
}

/// What is stated may be taken out of a reply, put in, or exchanged: it is signed then no more.
#[test]
fn a_reply_is_verified_with_what_it_states_and_with_nothing_else() {
    let outcome = Outcome::Refused { reason: None };
    let body = Bytes::from(write(&outcome));
    let stated = Stated::of(login(), &outcome).map(Box::new);
    let unsigned = Unsigned::stating(&question(1), 1000, &body, stated.clone());
    let reply = SignedReply {
        time_ms: 1000,
        proof: unsigned.sign(&Key(1)).unwrap(),
        stated,
        body,
    };
    let verified = reply.clone().verify(&question(1), &Key(1)).unwrap();
    assert_eq!(verified.kept(), Some(&kept(&outcome)));
    assert_eq!(verified.statement_digest(), &kept(&outcome).digest());
    let other = Stated::of(login(), &Outcome::Changed {}).map(Box::new);
    for stated in [None, other] {
        let reply = SignedReply {
            stated,
            ..reply.clone()
        };
        assert!(reply.verify(&question(1), &Key(1)).is_err());
    }
    let (plain, _) = crate::sign(&question(1), 1000, reply.body.clone(), &Key(1)).unwrap();
    let plain = SignedReply {
        stated: reply.stated.clone(),
        ..plain
    };
    assert!(plain.verify(&question(1), &Key(1)).is_err());
}

proptest! {
    /// Of any replies, signed together or alone: what is kept proves each, and proves no other of them.
    #[test]
    fn what_is_kept_of_replies_proves_each_of_them_alone(picks in proptest::collection::vec(0..15_usize, 1..20)) {
        let outcomes = outcomes();
        let signed: Vec<Unsigned> = (0_u8..)
            .zip(&picks)
            .map(|(number, pick)| {
                let outcome = &outcomes[*pick];
                let stated = Stated::of(login(), outcome).map(Box::new);
                Unsigned::stating(&question(number), 1000, &write(outcome), stated)
            })
            .collect();
        let all: Vec<&Unsigned> = signed.iter().collect();
        let Question { site, connector, .. } = question(0);
        let proofs = sign_together(&site, &connector, &all, &Key(1)).unwrap();
        for (at, unsigned) in signed.iter().enumerate() {
            let kept = unsigned.kept().unwrap();
            prop_assert_eq!(&kept.digest(), unsigned.digest());
            for (other, proof) in proofs.iter().enumerate() {
                prop_assert_eq!(kept.is_proved(proof, &Key(1)), at == other);
            }
        }
    }
}
