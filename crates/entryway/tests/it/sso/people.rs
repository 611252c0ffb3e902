//! What becomes of sessions and tokens when the directory changes, or is silent.

use super::*;
use entryway_testdir::Directory;
use entryway_testdir::faults::{Fault, FaultPlan};
use serde_json::json;

const PEOPLE: &str = include_str!("../world/people.ldif");

fn become_of(world: &World, ldif: &str) {
    world
        .directory
        .set_directory(Directory::from_ldif(ldif).expect("LDIF"));
}

#[test]
fn a_refresh_is_refused_to_whoever_is_no_longer_welcome_and_an_outage_refuses_nobody() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let tokens = redeem(&daemon, &code(&mut browser, &[])).json();
    let silent = FaultPlan::new().on(entryway_testdir::Kind::Search, Fault::Close);
    world.directory.set_faults(silent);
    // The last answer, the login, stands.
    let next = refresh(&daemon, &tokens["refresh_token"]);
    assert_eq!(next.status, 200, "{next:?}");
    world.directory.set_faults(FaultPlan::new());
    let locked = PEOPLE.replace(
        "uid: jdoe\n",
        "uid: jdoe\npwdAccountLockedTime: 000001010000Z\n",
    );
    become_of(&world, &locked);
    let next = next.json();
    let refused = refresh(&daemon, &next["refresh_token"]);
    assert_eq!(
        (refused.status, &refused.json()["error"]),
        (400, &json!("invalid_grant"))
    );
    // Not for a while: the whole family has ended, and the session that would bring them back without a question.
    become_of(&world, PEOPLE);
    let silent = Browser::to("/oidc/authorize", &asking(&[("prompt", "none")]));
    let asked = browser.get(&silent);
    assert_eq!(asked.sent("error").as_deref(), Some("login_required"));
    assert_eq!(refresh(&daemon, &next["refresh_token"]).status, 400);
}

#[test]
fn the_subject_stays_when_somebody_is_renamed_and_moved() {
    let world = world();
    let named = PEOPLE.replace(
        "uid: jdoe\n",
        "uid: jdoe\nentryUUID: 3f2504e0-4f89-11d3-9a0c-0305e82c3301\n",
    );
    become_of(&world, &named);
    let daemon = Daemon::start(&world);
    let before = redeem(&daemon, &code(&mut Browser::new(&daemon), &[])).json();
    let before_told = userinfo(&daemon, &before).json();
    let moved = named
        .replace("uid=jdoe,ou=people", "uid=jroe,ou=groups")
        .replace("uid: jdoe", "uid: jroe")
        .replace("Jane Doe", "Jane Roe");
    become_of(&world, &moved);
    world.write(
        "entryway.toml",
        &std::fs::read_to_string(world.path("entryway.toml"))
            .expect("text")
            .replace(
                "base = \"ou=people,dc=corp,dc=example\"",
                "base = \"dc=corp,dc=example\"",
            ),
    );
    drop(daemon);
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let got = log_in(&mut browser, &asking(&[]), "jroe", "right");
    let after = redeem(&daemon, &got.sent("code").expect("a code")).json();
    let told = userinfo(&daemon, &after).json();
    assert_eq!(told["sub"], before_told["sub"]);
    assert_eq!(told["preferred_username"], "jroe");
    // The grant from before is still theirs.
    let next = refresh(&daemon, &before["refresh_token"]);
    assert_eq!(next.status, 200, "{next:?}");
}

/// In the same table of the configuration that the world has.
fn with(world: &World, table: &str, more: &str) {
    let settings = std::fs::read_to_string(world.path("entryway.toml")).expect("text");
    assert!(settings.contains(table), "no {table}");
    let settings = settings.replace(table, &format!("{table}\n{more}"));
    world.write("entryway.toml", &settings);
}

#[test]
fn applications_are_told_where_the_photo_is_if_anybody_may_see_it() {
    let world = world();
    let id = "3f2504e0-4f89-11d3-9a0c-0305e82c3301";
    become_of(
        &world,
        &PEOPLE.replace("uid: jdoe\n", &format!("uid: jdoe\nentryUUID: {id}\n")),
    );
    let told = |world: &World| {
        let daemon = Daemon::start(world);
        let tokens = redeem(&daemon, &code(&mut Browser::new(&daemon), &[])).json();
        userinfo(&daemon, &tokens).json()
    };
    with(
        &world,
        "[server]",
        "public_url = \"https://entryway.corp.example\"",
    );
    assert_eq!(told(&world)["picture"], Value::Null);
    let settings = std::fs::read_to_string(world.path("entryway.toml")).expect("text");
    let cards = "[domain.staff.cards]\npublic = [\"name\", \"photo\"]\n\n[domain.staff.maps]";
    world.write(
        "entryway.toml",
        &settings.replace("[domain.staff.maps]", cards),
    );
    assert_eq!(
        told(&world)["picture"],
        format!("https://entryway.corp.example/api/v1/people/staff:{id}/photo")
    );
}

#[test]
fn more_groups_than_a_token_holds_are_a_link_to_all_of_them() {
    let world = world();
    with(&world, "[sso]", "most_groups = 2");
    let joined = |groups: usize| {
        let member = "objectClass: groupOfNames\nmember: uid=jdoe,ou=people,dc=corp,dc=example";
        let text = |number| {
            format!("\ndn: cn=g{number},ou=groups,dc=corp,dc=example\ncn: g{number}\n{member}\n")
        };
        let added: String = (0..groups).map(text).collect();
        become_of(&world, &format!("{PEOPLE}{added}"));
    };
    joined(2);
    let daemon = Daemon::start(&world);
    let tokens = redeem(&daemon, &code(&mut Browser::new(&daemon), &[])).json();
    let told = userinfo(&daemon, &tokens).json();
    assert_eq!(told["groups"], json!(["g0", "g1"]));
    // Another one: groups are kept for a while.
    drop(daemon);
    joined(3);
    let daemon = Daemon::start(&world);
    let tokens = redeem(&daemon, &code(&mut Browser::new(&daemon), &[])).json();
    let told = userinfo(&daemon, &tokens).json();
    assert_eq!(told["groups"], Value::Null);
    let source = told["_claim_names"]["groups"].as_str().expect("a source");
    let source = &told["_claim_sources"][source];
    let place = source["endpoint"].as_str().expect("a place");
    let place = place.strip_prefix(ISSUER).expect("our own address");
    let token = source["access_token"]
        .as_str()
        .or(tokens["access_token"].as_str());
    let all = Browser::new(&daemon).bearer(place, token.expect("a token"));
    // Core §5.6.2: from another place claims come in a text that is signed.
    assert_eq!(all.headers("content-type"), ["application/jwt"]);
    let claims = flow::claims(&json!(all.body));
    assert_eq!(claims["groups"], json!(["g0", "g1", "g2"]));
    assert_eq!(
        (&claims["sub"], &claims["iss"]),
        (&told["sub"], &json!(ISSUER))
    );
    assert_eq!(Browser::new(&daemon).bearer(place, "ewa_other").status, 401);
    assert_eq!(Browser::new(&daemon).get(place).status, 401);
}

#[test]
fn one_session_more_than_a_person_may_have_ends_the_one_unused_for_longest() {
    let world = world();
    with(&world, "[sso]", "max_sessions = 2");
    let daemon = Daemon::start(&world);
    let mut browsers: Vec<_> = (0..3).map(|_| Browser::new(&daemon)).collect();
    for browser in &mut browsers {
        code(browser, &[]);
    }
    let asked = asking(&[("prompt", "none")]);
    let place = Browser::to("/oidc/authorize", &asked);
    let live = browsers
        .iter_mut()
        .map(|browser| browser.get(&place).sent("code").is_some())
        .filter(|live| *live)
        .count();
    assert_eq!(live, 2);
    assert!(browsers[2].get(&place).sent("code").is_some());
}
