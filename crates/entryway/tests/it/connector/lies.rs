//! A hub that lies, before a connector that runs as it is installed: what is sent twice, sealed for something else or said
//! of itself is caught and told, nobody's password is tried for it, and the connector goes on.

use super::hub::Hub;
use super::{enroll, run, text, until, world};
use crate::daemon::Daemon;
use entryway_bridge::message::{
    ChallengeAsked, ChallengeOutcome, LoginAsked, Method, Outcome, SealRefusal, read,
};
use entryway_bridge::ports::Seal as _;
use entryway_bridge::{Challenge, Opaque, Purpose, Sealed, SiteName, Text, pad};
use entryway_login::LoginId;
use entryway_tunnel::crypto::PageSeal;
use std::fs;

const JDOE: &str = "uid=jdoe,ou=people,dc=corp,dc=example";

fn challenge(hub: &Hub) -> Challenge {
    let answer = hub.ask(Method::Challenge, &ChallengeAsked::default());
    match read("challenge", &answer).expect("an answer") {
        ChallengeOutcome::Issued { challenge, .. } => *challenge,
        ChallengeOutcome::NoVerdict {} => panic!("no challenge"),
    }
}

/// The right password of `jdoe`, sealed for a challenge and a purpose, at the wiki.
fn sealed(challenge: &Challenge, purpose: Purpose) -> LoginAsked {
    let bound = challenge.bind(purpose, "wiki", "jdoe");
    let padded = pad(b"right").expect("short");
    let (enc, ciphertext) = PageSeal
        .seal(&challenge.key.0, &bound.info, &bound.aad, &padded)
        .expect("sealed");
    LoginAsked {
        login_id: LoginId::from_bits(7),
        login_name: Text::cut("jdoe"),
        sealed: Sealed {
            connector: challenge.connector,
            key_id: challenge.key_id,
            nonce: challenge.nonce.clone(),
            enc,
            ciphertext,
        },
        audience: Text::cut("wiki"),
        client_address: None,
        device: None,
        wants_groups: false,
    }
}

fn outcome(hub: &Hub, asked: &LoginAsked) -> Outcome {
    read("outcome", &hub.ask(Method::Login, asked)).expect("an outcome")
}

#[test]
fn what_a_hub_sends_twice_or_takes_from_elsewhere_is_not_opened() {
    let (world, hub) = (world(), Hub::start());
    enroll(&world, &hub);
    let mut daemon = Daemon::connector(&world);
    daemon.event("hub.up");
    let binds = || world.directory.counters().binds_of(JDOE);
    let fresh = || sealed(&challenge(&hub), Purpose::Login);
    let first = fresh();
    let is_in = |outcome: &Outcome| matches!(outcome, Outcome::Accept { .. });
    assert!(is_in(&outcome(&hub, &first)));
    assert_eq!(binds(), 1);
    let mut refused = |asked: &LoginAsked, expected: SealRefusal| {
        let told = outcome(&hub, asked);
        assert!(
            matches!(&told, Outcome::SealRefused { why } if *why == expected),
            "expected {}, found {told:?}",
            expected.as_str()
        );
        let line = daemon.event("seal.refused");
        assert_eq!(line["why"], expected.as_str(), "{line}");
        assert_eq!(binds(), 1, "nobody's password is tried");
    };
    // The same seal twice, as another login too.
    refused(&first, SealRefusal::Replayed);
    let another = LoginAsked {
        login_id: LoginId::from_bits(8),
        ..first
    };
    refused(&another, SealRefusal::Replayed);
    // For somebody else, for another application, and for another purpose than it was typed for.
    let mut name = fresh();
    name.login_name = Text::cut("reset");
    refused(&name, SealRefusal::Foreign);
    let mut audience = fresh();
    audience.audience = Text::cut("payroll");
    refused(&audience, SealRefusal::Foreign);
    refused(
        &sealed(&challenge(&hub), Purpose::Old),
        SealRefusal::Foreign,
    );
    // What was typed at another site, with this one's key and nonce.
    let mut elsewhere = challenge(&hub);
    elsewhere.site = SiteName::parse("plant-b").expect("a name");
    refused(&sealed(&elsewhere, Purpose::Login), SealRefusal::Foreign);
    // With another connector's key, or altered on the way.
    let mut key = fresh();
    key.sealed.key_id.0[0] ^= 1;
    refused(&key, SealRefusal::UnknownKey);
    let mut altered = fresh();
    let mut bytes = altered.sealed.ciphertext.as_slice().to_vec();
    bytes[0] ^= 1;
    altered.sealed.ciphertext = Opaque::new(bytes).expect("as long");
    refused(&altered, SealRefusal::Foreign);
    // It answers what is asked honestly as before.
    assert!(is_in(&outcome(&hub, &fresh())));
    assert_eq!(binds(), 2);
}

#[test]
fn a_hub_that_is_older_than_it_was_is_not_believed() {
    let (world, hub) = (world(), Hub::start());
    enroll(&world, &hub);
    // It has spoken a later version before.
    let path = world.state().join("connector/identity.json");
    let facts = fs::read(&path).expect("there");
    let mut facts: serde_json::Value = serde_json::from_slice(&facts).expect("JSON");
    facts["version"] = 2.into();
    fs::write(&path, facts.to_string()).expect("written");
    let mut daemon = Daemon::connector(&world);
    let told = daemon.event("hub.unreached");
    let problem = told["problem"].as_str().expect("a text");
    assert!(
        problem.contains("version 1") && problem.contains("has spoken 2 before"),
        "{told}"
    );
    assert!(told["remedy"].is_string(), "{told}");
    assert_eq!(daemon.get("/readyz", "").status, 503);
    let checked = run(&world, &["connector", "check"], "");
    assert_eq!(checked.status.code(), Some(1));
    assert!(
        text(&checked.stdout).contains("has spoken 2 before"),
        "{}",
        text(&checked.stdout)
    );
    assert_eq!(daemon.get("/healthz", "").status, 200, "it goes on");
}

/// Whoever answers in the hub's place, with the site's name and an authority of their own.
#[test]
fn another_hub_in_its_place_is_told_nothing() {
    let (world, mut hub) = (world(), Hub::start());
    enroll(&world, &hub);
    hub.becomes_another();
    let mut daemon = Daemon::connector(&world);
    let told = daemon.event("hub.unreached");
    assert_eq!(told["step"], "tunnel", "{told}");
    assert!(told["remedy"].is_string(), "{told}");
    assert_eq!(daemon.get("/readyz", "").status, 503);
    let checked = run(&world, &["connector", "check"], "");
    assert_eq!(checked.status.code(), Some(1));
    until("alive", || daemon.get("/healthz", "").status == 200);
}
