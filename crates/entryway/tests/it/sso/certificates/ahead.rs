//! What `check`, the page of metrics, the status and the log tell of certificate login before it stops working.

use super::*;
use crate::world::CONSOLE;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};
use serde_json::{Value, json};

fn told(world: &World, arguments: &[&str]) -> Value {
    let ended = world
        .command(&[arguments, &["--output", "json"]].concat())
        .output()
        .expect("an end");
    serde_json::from_slice(&ended.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&ended.stderr)))
}

/// `ok`, `odd` or `fails`, and the detail, of each finding of that name.
fn findings(world: &World, check: &str) -> Vec<(&'static str, String)> {
    let answer = told(world, &["check"]);
    let findings = answer["findings"].as_array().expect("findings").iter();
    findings
        .filter(|one| one["check"] == check)
        .map(|one| {
            let state = match (&one["ok"], &one["warning"]) {
                (Value::Bool(false), _) => "fails",
                (_, Value::Bool(true)) => "odd",
                _ => "ok",
            };
            (state, one["detail"].as_str().expect("text").to_owned())
        })
        .collect()
}

/// An authority's certificate until the first day of that year.
fn authority_until(year: i32) -> String {
    let mut params = CertificateParams::new(Vec::new()).expect("names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, format!("Until {year}"));
    params.not_after = date_time_ymd(year, 1, 1);
    let key = KeyPair::generate().expect("a key");
    params.self_signed(&key).expect("a certificate").pem()
}

fn check(more: &str, name: &str, expected: &[(&str, &str)]) {
    let house = House::new();
    let world = world_of(&house, more);
    world.write("over.pem", &authority_until(2022));
    world.write("second.pem", &authority_until(2048));
    world.write("old.crl", &house.old_list_pem);
    let found = findings(&world, name);
    let states: Vec<&str> = found.iter().map(|(state, _)| *state).collect();
    let wanted: Vec<&str> = expected.iter().map(|(state, _)| *state).collect();
    assert_eq!(states, wanted, "{name}: {found:?}");
    for ((_, detail), (_, words)) in found.iter().zip(expected) {
        assert!(detail.contains(words), "{name}: {detail}");
    }
}

#[test]
fn a_check_says_what_is_amiss_and_what_to_do() {
    let good = people::SETUPS[0].1;
    let with = |from: &str, to: &str| {
        assert!(good.contains(from));
        good.replace(from, to)
    };
    let lists = "crls = [\"people.crl\", \"sub.crl\"]";
    let trust = "trust = [\"people-ca.pem\"]";
    let second = "trust = [\"people-ca.pem\", \"second.pem\"]";
    check(good, "certificate listener", &[("ok", "until")]);
    check(
        &with("https://cert.corp.example", "https://other.corp.example"),
        "certificate listener",
        &[("fails", "its certificate is not for `other.corp.example`")],
    );
    check(good, "certificate trust", &[("ok", "1 authority")]);
    check(
        &with(trust, "trust = [\"people-ca.pem\", \"over.pem\"]"),
        "certificate trust",
        &[("odd", "Until 2022")],
    );
    let sub = ("ok", "Sub CA");
    check(good, "certificate lists", &[("ok", "People CA"), sub]);
    check(
        &with(trust, second),
        "certificate lists",
        &[("ok", "People CA"), sub, ("odd", "add its list")],
    );
    check(
        &with(trust, "trust = [\"second.pem\"]"),
        "certificate lists",
        &[("ok", "People CA"), sub, ("fails", "add its list")],
    );
    let old = "crls = [\"old.crl\"]";
    check(
        &with(lists, old),
        "certificate lists",
        &[("fails", "fetch a new one")],
    );
    check(
        &with(lists, &format!("{old}\ncrl_unknown = \"accept\"")),
        "certificate lists",
        &[("odd", "what was revoked since is let in")],
    );
    check(&with(lists, ""), "certificate lists", &[("odd", "`crls`")]);
}

/// The first of this name, which may have come before the daemon had started.
fn event(daemon: &mut Daemon, name: &str) -> Value {
    match daemon.has_seen(name) {
        true => daemon.seen(name).clone(),
        false => daemon.event(name),
    }
}

#[test]
fn what_ends_is_on_the_page_in_the_status_and_in_the_log() {
    let house = House::new();
    let more = people::SETUPS[0].1.replace(
        "trust = [\"people-ca.pem\"]",
        "trust = [\"people-ca.pem\", \"over.pem\"]",
    );
    let world = world_of(&house, &more);
    world.write("over.pem", &authority_until(2022));
    world.write("people.crl", &house.old_list_pem);
    let mut served = serve(&world);
    let list = event(&mut served.daemon, "tls.list_expires");
    assert!(list["hours"].as_i64().is_some_and(|hours| hours < 0));
    assert!(
        list["issuer"]
            .as_str()
            .is_some_and(|name| name.contains("People CA"))
    );
    let over = event(&mut served.daemon, "tls.expires");
    assert_eq!(over["purpose"], "people");
    assert!(
        over["subject"]
            .as_str()
            .is_some_and(|name| name.contains("Until 2022"))
    );
    let page = served.daemon.get("/metrics", CONSOLE);
    for line in [
        "entryway_local_certificate_expiry_timestamp_seconds{purpose=\"people\",file=\"people-ca.pem\"",
        "entryway_local_certificate_expiry_timestamp_seconds{purpose=\"people\",file=\"over.pem\"",
        "entryway_local_certificate_expiry_timestamp_seconds{purpose=\"listener\",file=\"asking.crt\"",
        "entryway_revocation_list_expiry_timestamp_seconds{file=\"people.crl\",issuer=\"CN=People CA\"} 1640995200",
        "entryway_revocation_list_expiry_timestamp_seconds{file=\"sub.crl\",issuer=\"CN=Sub CA\"} ",
    ] {
        assert!(page.body.contains(line), "no {line} in\n{}", page.body);
    }
    let status = told(&world, &["status"]);
    let listeners = status["listeners"].as_array().expect("listeners");
    assert_eq!(
        listeners.iter().find(|one| one["serves"] == "certificates"),
        Some(&json!({ "serves": "certificates", "listen": served.asking, "scheme": "https" }))
    );
}
