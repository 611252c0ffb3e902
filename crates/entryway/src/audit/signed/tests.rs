use super::*;
use entryway_bridge::Unsigned;
use entryway_bridge::message::{Demand, Outcome, SealRefusal, SiteSession, write};
use entryway_bridge::ports::Signer as _;
use entryway_tunnel::{ConnectorKey, IdentitySigner};
use serde_json::json;

const TIME_MS: u64 = 1_800_000_000_000;

fn login() -> LoginId {
    LoginId::from_bits(0x0102_0304_0506_0708)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn signer() -> IdentitySigner {
    IdentitySigner::of(&ConnectorKey::generate().expect("a key")).expect("a signer")
}

fn accepted() -> Outcome {
    let session = SiteSession::new("staff:1".to_owned(), "jane".to_owned(), TIME_MS);
    Outcome::Accept {
        session: Box::new(session),
        revalidation: None,
        device: None,
    }
}

fn refused() -> Outcome {
    Outcome::Refused {
        reason: Some(Text::cut("wrong_password")),
    }
}

/// What a record keeps of that answer: who, by what it is found, of what it was made.
fn signed(signer: &IdentitySigner, asked: Method, outcome: &Outcome) -> Value {
    let question = Question {
        site: SiteName::parse("plant-a").expect("a name"),
        connector: ConnectorId::from_bits([1; 10]),
        nonce: Octets([2; 16]),
        method: asked,
        request: Question::digest_of(b"{}", b"body"),
    };
    let stated = Stated::of(login(), outcome).map(Box::new);
    let unsigned = Unsigned::stating(&question, TIME_MS, &write(outcome), stated);
    let proof = unsigned.sign(signer).expect("a signature");
    let digest = hex(unsigned.digest());
    let kept = unsigned.into_kept().expect("kept");
    let mut stated = json!({
        "nonce": hex(&[2; 16]),
        "time_ms": TIME_MS,
        "method": asked,
        "request": hex(&question.request),
        "body": hex(&kept.body),
        "key": hex(&signer.point().expect("a point")),
        "outcome": kept.stated.outcome,
    });
    let optional = [
        ("code", kept.stated.code.as_ref().map(Text::as_str)),
        ("subject", kept.stated.subject.as_ref().map(Text::as_str)),
        ("name", kept.stated.name.as_ref().map(Text::as_str)),
    ];
    for (key, text) in optional {
        if let Some(text) = text {
            stated[key] = json!(text);
        }
    }
    json!({
        "reply": digest,
        "signature": hex(proof.signature.as_slice()),
        "stated": stated,
    })
}

/// The object with the keys of the other.
fn with(mut one: Value, other: Value) -> Value {
    let (Value::Object(keys), Value::Object(more)) = (&mut one, other) else {
        panic!("objects");
    };
    keys.extend(more);
    one
}

/// A hub's record of a login: what the trace says of the answer, and what was decided.
fn at_hub(signer: &IdentitySigner, outcome: &Outcome, said: Value, decided: Value) -> Value {
    record_at_hub(signed(signer, Method::Login, outcome), said, decided)
}

fn record_at_hub(signed: Value, said: Value, decided: Value) -> Value {
    let who = json!({
        "event": "site_answered",
        "site": "plant-a",
        "connector": ConnectorId::from_bits([1; 10]).as_str(),
    });
    let answered = with(with(who, said), signed);
    let record = json!({
        "kind": "login",
        "id": login().to_string(),
        "trace": [{"event": "site_named"}, answered, {"event": "decided"}],
    });
    with(record, decided)
}

fn jane_at_hub(signer: &IdentitySigner) -> Value {
    let said = json!({"outcome": "accepted", "name": "plant-a/jane"});
    let session = json!({"subject": "plant-a:staff:1", "name": "plant-a/jane"});
    let decided = json!({"decision": "accept", "session": session});
    at_hub(signer, &accepted(), said, decided)
}

fn refused_at_hub(signer: &IdentitySigner) -> Value {
    let said = json!({"outcome": "refused", "reason": "wrong_password", "told": "wrong_password"});
    let decided = json!({"decision": "reject", "reason": "wrong_password"});
    at_hub(signer, &refused(), said, decided)
}

fn found(record: &Value) -> Found {
    look(record, login()).expect("signed").found
}

fn verdict(record: &Value) -> &'static str {
    look(record, login()).expect("signed").json().verdict
}

#[test]
fn what_each_answer_comes_to_at_a_hub_fits() {
    let signer = signer();
    assert_eq!(found(&jane_at_hub(&signer)), Found::UnknownKey);
    assert_eq!(found(&refused_at_hub(&signer)), Found::UnknownKey);
    let told = |outcome: &Outcome, said: Value, decided: Value| {
        let record = at_hub(&signer, outcome, said, decided);
        assert_eq!(found(&record), Found::UnknownKey, "{record}");
    };
    told(
        &Outcome::Challenge {
            demand: Demand::ChangePassword,
        },
        json!({"outcome": "must_change"}),
        json!({"decision": "challenge", "challenge": "change_password"}),
    );
    told(
        &Outcome::Changed {},
        json!({"outcome": "changed"}),
        json!({"decision": "changed"}),
    );
    told(
        &Outcome::Refused { reason: None },
        json!({"outcome": "refused", "reason": "refused_by_site"}),
        json!({"decision": "reject", "reason": "refused_by_site"}),
    );
    for (fault, here) in [
        ("deadline", "site_timed_out"),
        ("password_change_unknown", "password_change_unknown"),
        ("directory_unreachable", "site_no_verdict"),
    ] {
        told(
            &Outcome::NoVerdict {
                fault: Text::cut(fault),
            },
            json!({"outcome": "no_verdict", "fault": here, "told": fault}),
            json!({"decision": "indeterminate", "fault": here}),
        );
    }
    told(
        &Outcome::SealRefused {
            why: SealRefusal::Replayed,
        },
        json!({"outcome": "seal_refused", "why": "replayed"}),
        json!({"decision": "indeterminate", "fault": "seal_expired"}),
    );
    // A session with a name of two lines, say: nobody is let in by what cannot be passed on.
    told(
        &accepted(),
        json!({"outcome": "no_verdict", "fault": "site_reply_invalid"}),
        json!({"decision": "indeterminate", "fault": "site_reply_invalid"}),
    );
}

#[test]
fn only_a_key_that_is_known_verifies() {
    let signer = signer();
    let looked = look(&jane_at_hub(&signer), login()).expect("signed");
    let key = looked.key.expect("a key");
    assert_eq!(looked.clone().known(&[[7; 32]]).found, Found::UnknownKey);
    assert_eq!(looked.known(&[[7; 32], key]).found, Found::Verified);
    // What does not fit does not by a key that is known.
    let mut record = jane_at_hub(&signer);
    record["decision"] = json!("reject");
    let looked = look(&record, login()).expect("signed");
    assert!(looked.known(&[key]).is_misfit());
}

/// Whatever stands for what the connector has said, altered: it is seen by the record alone.
#[test]
fn nothing_that_was_stated_can_be_altered_unnoticed() {
    let signer = signer();
    let another = self::signer();
    let (jane, refused) = (jane_at_hub(&signer), refused_at_hub(&signer));
    let altered = |record: &Value, place: &str, value: Value| {
        let mut record = record.clone();
        *record.pointer_mut(place).expect("a place") = value;
        assert_eq!(verdict(&record), "does_not_fit", "{place}: {record}");
    };
    altered(&jane, "/decision", json!("reject"));
    altered(&jane, "/decision", json!("indeterminate"));
    altered(&jane, "/id", json!("0102030405060709"));
    altered(&jane, "/session/name", json!("plant-a/joan"));
    altered(&jane, "/session/subject", json!("plant-a:staff:2"));
    altered(&jane, "/session/subject", json!("plant-b:staff:1"));
    altered(&jane, "/trace/1/site", json!("plant-b"));
    altered(&jane, "/trace/1/connector", json!("c"));
    altered(&jane, "/trace/1/name", json!("plant-a/joan"));
    altered(&jane, "/trace/1/outcome", json!("must_change"));
    altered(&refused, "/decision", json!("accept"));
    altered(&refused, "/reason", json!("account_locked"));
    altered(&refused, "/trace/1/told", json!("account_locked"));
    for (key, value) in [
        ("nonce", json!(hex(&[3; 16]))),
        ("time_ms", json!(TIME_MS + 1)),
        ("method", json!("revalidate")),
        ("request", json!(hex(&[3; 32]))),
        ("body", json!(hex(&[3; 32]))),
        ("outcome", json!("accept")),
        ("code", json!("account_locked")),
        ("key", json!(hex(&another.point().expect("a point")))),
        ("key", json!("none")),
        ("nonce", json!("ü")),
        ("method", json!("another")),
    ] {
        altered(&refused, &format!("/trace/1/stated/{key}"), value);
    }
    altered(&refused, "/trace/1/reply", json!(hex(&[3; 32])));
    altered(&refused, "/trace/1/signature", json!(hex(&[3; 64])));
    altered(&refused, "/trace/1/stated", json!({}));
    // With all that was stated of it: the signature of one login is not that of another.
    let mut both = refused.clone();
    both["trace"][1] = jane["trace"][1].clone();
    assert_eq!(verdict(&both), "does_not_fit");
    let other = LoginId::from_bits(7);
    let mut moved = jane.clone();
    moved["id"] = json!(other.to_string());
    assert!(look(&moved, other).expect("signed").is_misfit());
    // The refusal turned, everywhere that words stand, into the login of somebody.
    let mut turned = refused;
    turned["decision"] = json!("accept");
    turned["session"] = jane["session"].clone();
    turned["trace"][1]["outcome"] = json!("accepted");
    turned["trace"][1]["name"] = json!("plant-a/jane");
    turned["trace"][1]["stated"]["outcome"] = json!("accept");
    turned["trace"][1]["stated"]["subject"] = json!("staff:1");
    turned["trace"][1]["stated"]["name"] = json!("jane");
    assert_eq!(verdict(&turned), "does_not_fit");
}

/// The site lets its person in still, and the hub finds that the session is another's: that is the hub's word, of what was
/// asked so, for its two reasons and no other.
#[test]
fn an_accept_is_a_refusal_where_a_revalidation_was_asked_for_alone() {
    let signer = signer();
    let of = |asked: Method, kind: &str, reason: &str| {
        let said = json!({"outcome": "accepted", "name": "plant-a/jane"});
        let decided = json!({"decision": "reject", "reason": reason});
        let mut record = record_at_hub(signed(&signer, asked, &accepted()), said, decided);
        record["kind"] = json!(kind);
        verdict(&record)
    };
    for reason in ["unknown_login", "password_changed"] {
        assert_eq!(
            of(Method::Revalidate, "revalidation", reason),
            "unknown_key"
        );
        for kind in ["login", "revalidation"] {
            assert_eq!(of(Method::Login, kind, reason), "does_not_fit", "{kind}");
        }
    }
    for reason in ["wrong_password", "account_disabled"] {
        assert_eq!(
            of(Method::Revalidate, "revalidation", reason),
            "does_not_fit"
        );
    }
}

/// That it could make nothing of an answer a hub says in its trace and in its decision, or in neither.
#[test]
fn an_answer_that_was_invalid_in_one_place_alone_does_not_fit() {
    let signer = signer();
    let invalid = json!({"decision": "indeterminate", "fault": "site_reply_invalid"});
    let mut record = jane_at_hub(&signer);
    record.as_object_mut().expect("an object").remove("session");
    let record = with(record, invalid);
    assert_eq!(verdict(&record), "does_not_fit");
    let mut traced = jane_at_hub(&signer);
    traced["trace"][1]["outcome"] = json!("no_verdict");
    traced["trace"][1]["fault"] = json!("site_reply_invalid");
    assert_eq!(verdict(&traced), "does_not_fit");
}

/// Whatever a connector has told, in its own record.
#[test]
fn what_each_answer_comes_to_at_a_connector_fits_and_nothing_else() {
    let signer = signer();
    let session = json!({"subject": "staff:1", "name": "jane"});
    let own = |outcome: &Outcome, decided: Value| {
        let mut record = with(signed(&signer, Method::Login, outcome), decided);
        record["id"] = json!(login().to_string());
        record["stated"]["site"] = json!("plant-a");
        record["stated"]["connector"] = json!(ConnectorId::from_bits([1; 10]).as_str());
        record
    };
    let no_verdict = |fault: &str| Outcome::NoVerdict {
        fault: Text::cut(fault),
    };
    let deadline = json!({"decision": "indeterminate", "fault": "deadline"});
    let refusal = json!({"decision": "reject", "reason": "wrong_password"});
    let seal = json!({"decision": "indeterminate", "fault": "seal_expired"});
    let why = SealRefusal::Replayed;
    let must = json!({"decision": "challenge", "challenge": "change_password"});
    let demand = Demand::ChangePassword;
    let each = [
        (
            accepted(),
            json!({"decision": "accept", "session": session}),
        ),
        (refused(), refusal.clone()),
        (Outcome::Refused { reason: None }, refusal),
        (no_verdict("deadline"), deadline.clone()),
        (no_verdict("no_verdict"), deadline),
        (Outcome::SealRefused { why }, seal),
        (Outcome::Challenge { demand }, must),
        (Outcome::Changed {}, json!({"decision": "changed"})),
    ];
    for (outcome, decided) in &each {
        let record = own(outcome, decided.clone());
        assert_eq!(verdict(&record), "unknown_key", "{record}");
        let (said, decision) = (outcome.as_str(), &decided["decision"]);
        for (_, other) in each
            .iter()
            .filter(|(_, other)| other["decision"] != *decision)
        {
            let record = own(outcome, other.clone());
            assert_eq!(verdict(&record), "does_not_fit", "{said}: {record}");
        }
    }
    let reason = |reason: &str| own(&refused(), json!({"decision": "reject", "reason": reason}));
    assert_eq!(verdict(&reason("account_locked")), "does_not_fit");
}

#[test]
fn a_record_of_before_stays_readable() {
    let signer = signer();
    let mut record = jane_at_hub(&signer);
    let answered = record["trace"][1].as_object_mut().expect("an object");
    answered.remove("stated");
    let looked = look(&record, login()).expect("signed");
    assert_eq!(looked.found, Found::NotRecomputable);
    assert!(!looked.is_misfit());
    let site = looked.by().0;
    assert_eq!(site, Some("plant-a"));
    // The connector's own of then does not even say whose it is.
    let own =
        json!({"id": login().to_string(), "decision": "accept", "reply": "00", "signature": "00"});
    assert_eq!(found(&own), Found::NotRecomputable);
    assert_eq!(
        look(&json!({"decision": "accept", "trace": []}), login()),
        None
    );
}
