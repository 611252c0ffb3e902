//! What becomes of tokens when time goes by: the same store, and a daemon whose clock stands elsewhere.

use super::*;
use entryway_testdir::faults::{Fault, FaultPlan};
use serde_json::json;

/// A daemon whose wall clock differs by this; its timers run as ever.
pub(super) fn at(world: &World, offset: &str) -> Daemon {
    let mut command = world.command(&["serve", "--log-format", "json"]);
    with_clock(&mut command, offset);
    Daemon::of(command)
}

/// The same for any command.
pub(crate) fn with_clock(command: &mut std::process::Command, offset: &str) {
    for word in entryway_conformance::clock(offset).expect("a clock") {
        let (name, value) = word.split_once('=').expect("a variable");
        command.env(name, value);
    }
}

/// The same by a clock that may be set while it runs: it differs by what stands in the file.
pub(crate) fn with_clock_in(command: &mut std::process::Command, file: &std::path::Path) {
    with_clock(command, "");
    command
        .env_remove("FAKETIME")
        .env("FAKETIME_TIMESTAMP_FILE", file)
        .env("FAKETIME_NO_CACHE", "1");
}

#[test]
fn what_is_over_opens_nothing_and_a_hint_that_is_over_still_names_somebody() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let tokens = redeem(&daemon, &code(&mut browser, &[])).json();
    let old = code(&mut browser, &[("prompt", "login")]);
    let cookies = browser.cookies.clone();
    daemon.kill();
    let daemon = at(&world, "+6m");
    assert_eq!(redeem(&daemon, &old).json()["error"], "invalid_grant");
    let refused = userinfo(&daemon, &tokens);
    assert_eq!(refused.status, 401);
    let challenge = refused.headers("www-authenticate").join("");
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    let access = tokens["access_token"].as_str().expect("a token");
    let described = Browser::new(&daemon).client("/oidc/introspect", "app", &[("token", access)]);
    assert_eq!(described.json(), json!({ "active": false }));
    let mut browser = Browser::new(&daemon);
    browser.cookies = cookies;
    let hint = tokens["id_token"].as_str().expect("a token");
    let asked = asking(&[("prompt", "none"), ("id_token_hint", hint)]);
    let got = browser.get(&Browser::to("/oidc/authorize", &asked));
    let fresh = redeem(&daemon, &got.sent("code").expect("a code")).json();
    assert_eq!(userinfo(&daemon, &fresh).status, 200);
    assert_eq!(refresh(&daemon, &tokens["refresh_token"]).status, 200);
    let place = "https://app.corp.example/bye";
    let bye = [("id_token_hint", hint), ("post_logout_redirect_uri", place)];
    let out = browser.get(&Browser::to("/oidc/logout", &bye));
    assert_eq!(out.location(), Some(place), "{out:?}");
    assert_eq!(userinfo(&daemon, &fresh).status, 401);
}

/// A clock that is set back: what it gave out before holds for no longer than it was given for.
#[test]
fn what_comes_from_the_future_is_good_for_no_longer_than_it_was_given_for() {
    let world = world();
    let daemon = at(&world, "+3m");
    let mut browser = Browser::new(&daemon);
    let tokens = redeem(&daemon, &code(&mut browser, &[])).json();
    let cookies = browser.cookies.clone();
    daemon.kill();
    let daemon = Daemon::start(&world);
    assert_eq!(userinfo(&daemon, &tokens).status, 200);
    let mut browser = Browser::new(&daemon);
    browser.cookies = cookies;
    let silent = Browser::to("/oidc/authorize", &asking(&[("prompt", "none")]));
    assert!(browser.get(&silent).sent("code").is_some());
    daemon.kill();
    let daemon = at(&world, "+9m");
    assert_eq!(userinfo(&daemon, &tokens).status, 401);
}

/// The last answer stands for fifteen minutes; after that nobody knows, which is no refusal: the grant is still there.
#[test]
fn an_outage_that_lasts_is_told_as_one_and_ends_no_grant() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let tokens = redeem(&daemon, &code(&mut browser, &[])).json();
    let cookies = browser.cookies.clone();
    daemon.kill();
    let silent = FaultPlan::new().on(entryway_testdir::Kind::Search, Fault::Close);
    world.directory.set_faults(silent);
    let daemon = at(&world, "+16m");
    for _ in 0..2 {
        let refused = refresh(&daemon, &tokens["refresh_token"]);
        let told = (refused.status, refused.json()["error"].clone());
        assert_eq!(told, (503, json!("temporarily_unavailable")), "{refused:?}");
    }
    let mut browser = Browser::new(&daemon);
    browser.cookies = cookies;
    let place = Browser::to("/oidc/authorize", &asking(&[("prompt", "none")]));
    let told = browser.get(&place);
    assert_eq!(
        told.sent("error").as_deref(),
        Some("temporarily_unavailable")
    );
    world.directory.set_faults(FaultPlan::new());
    let next = refresh(&daemon, &tokens["refresh_token"]);
    assert_eq!(next.status, 200, "{next:?}");
    assert!(browser.get(&place).sent("code").is_some());
}
