//! `entryway tls check` beyond a domain's first server: every address, cards, referrals, our own certificate.

use crate::world::World;
use entryway_conformance::{Authority, Certificate};
use entryway_testdir::{Directory, Options, TestServer};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, ToSocketAddrs};

struct Checked {
    exit: Option<i32>,
    domain: Value,
    text: String,
}

fn check(world: &World, configuration: &str) -> Checked {
    world.write("entryway.toml", configuration);
    let ended = world
        .command(&["tls", "check", "--output", "json"])
        .output();
    let ended = ended.expect("an end");
    let answer: Value = serde_json::from_slice(&ended.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&ended.stderr)));
    let shown = world.command(&["tls", "check"]).output().expect("an end");
    assert_eq!(shown.status.code(), ended.status.code());
    Checked {
        exit: ended.status.code(),
        domain: answer["domains"][0].clone(),
        text: String::from_utf8(shown.stdout).expect("text"),
    }
}

/// Server, source, whether it is well.
fn ways(checked: &Checked) -> Vec<Value> {
    let ways = checked.domain["servers"].as_array().expect("servers");
    ways.iter()
        .map(|way| json!([way["server"], way["source"], way["ok"]]))
        .collect()
}

fn other_server(world: &World) -> TestServer {
    let options = Options {
        require_bind: false,
        ..Options::default()
    };
    let people = Directory::from_ldif(include_str!("world/people.ldif")).expect("LDIF");
    let other = TestServer::start(people, options);
    world.runtime.block_on(other).expect("a directory")
}

#[test]
fn cards_and_followed_hosts_are_looked_at() {
    let world = World::new();
    let other = other_server(&world);
    let own = format!("ldaps://{}", world.directory.ldaps_addr());
    let text = world
        .configuration()
        .replace(
            "suffixes = [",
            &format!(
                "referrals = {{ follow = [\"{}\"] }}\nsuffixes = [",
                other.ldaps_addr()
            ),
        )
        .replace(
            "[domain.staff.people]",
            &format!("[domain.staff.cards]\nservers = [\"{own}\"]\n\n[domain.staff.people]"),
        );
    let followed = format!("ldaps://{}", other.ldaps_addr());
    let by_start_tls = format!("ldap://{}", other.ldaps_addr());
    let expected = |works: bool| {
        [
            json!([own, "servers", true]),
            json!([own, "cards", true]),
            json!([followed, "referrals", works]),
            json!([by_start_tls, "referrals", false]),
        ]
    };
    // Its authority is not trusted here.
    let checked = check(&world, &text);
    assert_eq!(ways(&checked), expected(false));
    assert_eq!(checked.exit, Some(1));
    assert_eq!(checked.domain["servers"][2]["code"], "tls_other_authority");
    assert!(
        checked.text.contains(&format!("cards at     {own}")),
        "{}",
        checked.text
    );
    assert!(
        checked.text.contains(&format!("referred to  {followed}")),
        "{}",
        checked.text
    );

    // One way is enough: which one is taken the referral says.
    world.write("other.pem", &other.ca_pem());
    let trusted = text.replace(
        "trust = [\"ca.pem\"]",
        "trust = [\"ca.pem\", \"other.pem\"]",
    );
    let checked = check(&world, &trusted);
    assert_eq!(ways(&checked), expected(true), "{}", checked.text);
    assert_eq!(checked.exit, Some(0), "{}", checked.text);
    // Our password goes to no other host.
    assert_eq!(
        checked.domain["servers"][2]["bind"],
        "anonymous: none is sent"
    );
}

#[test]
fn every_address_of_a_name_is_looked_at() {
    let world = World::new();
    let port = world.directory.ldaps_addr().port();
    let addresses: BTreeSet<_> = ("localhost", port)
        .to_socket_addrs()
        .expect("addresses")
        .collect();
    let text = world.configuration();
    let text = text.replace("ldaps://127.0.0.1:", "ldaps://localhost:");
    let checked = check(&world, &text);
    let found = checked.domain["servers"].as_array().expect("servers");
    let found: BTreeSet<_> = found
        .iter()
        .map(|way| {
            way["address"]
                .as_str()
                .expect("an address")
                .parse()
                .expect("one")
        })
        .collect();
    assert_eq!(found, addresses);
    // It listens on one of them alone: the others are told of, and cost a login nothing.
    let well = ways(&checked).iter().filter(|way| way[2] == true).count();
    assert_eq!(well, 1, "{}", checked.text);
    assert_eq!(checked.exit, Some(0), "{}", checked.text);
}

#[test]
fn our_own_certificate_is_shown() {
    let world = World::new();
    let authority = Authority::new().expect("an authority");
    let folder = world.path("gateway");
    authority
        .issue_client(true, &folder)
        .expect("a certificate");
    let localhost = Ipv4Addr::LOCALHOST;
    authority
        .issue(Certificate::Good, localhost, world.folder())
        .expect("a certificate");
    let with = |certificate: &str, key: &str| {
        let identity = format!(
            "trust = [\"ca.pem\"]\nidentity = {{ certificate = \"{certificate}\", key = \"{key}\" }}"
        );
        let text = world.configuration();
        check(&world, &text.replace("trust = [\"ca.pem\"]", &identity))
    };
    for (certificate, key, usage, is_for_clients) in [
        (
            "gateway/client.crt",
            "gateway/client.key",
            "clientAuth",
            true,
        ),
        ("server.crt", "server.key", "serverAuth", false),
    ] {
        let checked = with(certificate, key);
        let shown = &checked.domain["identities"][0];
        assert_eq!(shown["file"], certificate, "{}", checked.domain);
        assert_eq!(shown["for_clients"], is_for_clients);
        assert_eq!(shown["chain"][0]["usages"], json!([usage]));
        assert!(shown["chain"][0]["days_left"].as_i64() > Some(0), "{shown}");
        let told = if is_for_clients {
            "for clientAuth"
        } else {
            "not for clients: expected clientAuth, found serverAuth"
        };
        for line in ["our certificate", &format!("from `{certificate}`"), told] {
            assert!(
                checked.text.contains(line),
                "no {line} in\n{}",
                checked.text
            );
        }
        // A server that does not ask for it is none the worse for it.
        assert_eq!(checked.exit, Some(0));
    }
    // Without one nothing is said.
    let checked = check(&world, &world.configuration());
    assert_eq!(checked.domain["identities"], Value::Null);
    assert!(!checked.text.contains("our certificate"));
}
