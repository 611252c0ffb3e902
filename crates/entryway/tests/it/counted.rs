//! What is counted of servers: of all that a domain has, and from one configuration to the next.

use crate::daemon::Daemon;
use crate::world::{CONSOLE, PORTAL, World};
use entryway_testdir::faults::{Fault, FaultPlan};
use entryway_testdir::{Directory, Kind, Options, TestServer};
use serde_json::json;

fn page(daemon: &Daemon) -> String {
    daemon.get("/metrics", CONSOLE).body
}

/// The sample with this name and these labels.
fn sample(page: &str, name: &str) -> Option<f64> {
    let line = page.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().parse().ok()
}

#[test]
fn servers_for_cards_and_those_that_are_followed_to_are_counted_and_shown() {
    let world = World::new();
    let options = Options {
        require_bind: false,
        ..Options::default()
    };
    let people = Directory::from_ldif(include_str!("world/people.ldif")).expect("LDIF");
    let other = TestServer::start(people, options);
    let other = world.runtime.block_on(other).expect("a directory");
    let followed = format!("ldaps://{}", other.ldaps_addr());
    world.write("other.pem", &other.ca_pem());
    let own = format!("ldaps://{}", world.directory.ldaps_addr());
    let text = world
        .configuration()
        .replace(
            "trust = [\"ca.pem\"]",
            "trust = [\"ca.pem\", \"other.pem\"]",
        )
        .replace(
            "suffixes = [",
            &format!(
                "referrals = {{ follow = [\"{}\"] }}\nsuffixes = [",
                other.ldaps_addr()
            ),
        );
    // At the same address as the others: it is another server all the same.
    let cards = format!("[domain.staff.cards]\nservers = [\"{own}\"]\n\n[domain.staff.people]");
    let text = text.replace("[domain.staff.people]", &cards);
    world.write("entryway.toml", &text);
    let daemon = Daemon::start(&world);

    // Nobody was sent anywhere yet.
    let before = page(&daemon);
    assert!(!before.contains("source=\"referrals\""), "{before}");
    let up = |server: &str, source: &str| {
        format!("entryway_server_up{{domain=\"staff\",server=\"{server}\",source=\"{source}\"}} ")
    };
    assert_eq!(sample(&before, &up(&own, "servers")), Some(1.0));
    assert_eq!(sample(&before, &up(&own, "cards")), Some(1.0));

    let place = format!("{followed}/ou=people,dc=corp,dc=example");
    let plan = FaultPlan::new().on(Kind::Search, Fault::Refer(vec![place]));
    world.directory.set_faults(plan);
    assert_eq!(
        daemon.login(PORTAL, "jdoe", "right").json()["decision"],
        "accept"
    );
    let page = page(&daemon);
    assert_eq!(sample(&page, &up(&followed, "referrals")), Some(1.0));
    for (role, operation) in [("find-login", "search"), ("authenticate", "bind")] {
        let counted = format!(
            "entryway_ldap_operations_total{{domain=\"staff\",server=\"{followed}\",source=\"referrals\",role=\"{role}\",operation=\"{operation}\",result=\"success\"}} "
        );
        assert_eq!(sample(&page, &counted), Some(1.0), "{counted} in\n{page}");
    }
    let expires = format!(
        "entryway_server_certificate_expiry_timestamp_seconds{{domain=\"staff\",server=\"{followed}\",source=\"referrals\"}} "
    );
    assert!(sample(&page, &expires).is_some(), "{page}");
    // No two samples have one name and the same labels.
    let mut names: Vec<_> = page
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.rsplit_once(' '))
        .map(|(name, _)| name)
        .collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "{page}");

    let ended = world.command(&["status", "--output", "json"]).output();
    let ended = ended.expect("an end");
    let status: serde_json::Value = serde_json::from_slice(&ended.stdout).expect("JSON");
    let servers = status["domains"][0]["servers"].as_array().expect("servers");
    let shown: Vec<_> = servers
        .iter()
        .map(|server| json!([server["server"], server["source"], server["serving"]]))
        .collect();
    let wanted = [
        json!([own, "servers", true]),
        json!([own, "cards", false]),
        json!([followed, "referrals", false]),
    ];
    assert_eq!(shown, wanted);
    let ended = world.command(&["status"]).output().expect("an end");
    let text = String::from_utf8(ended.stdout).expect("text");
    for line in [
        "staff        ready                       1 server".to_owned(),
        format!("server       serves                      {own}"),
        format!("cards at     not known to be down        {own}"),
        format!("referred to  not known to be down        {followed}"),
    ] {
        assert!(text.contains(&line), "no {line} in\n{text}");
    }
}

#[test]
fn counters_go_on_when_a_configuration_is_applied() {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    let server = format!("ldaps://{}", world.directory.ldaps_addr());
    let labels = format!("domain=\"staff\",server=\"{server}\",source=\"servers\"");
    let binds = format!(
        "entryway_ldap_operations_total{{{labels},role=\"authenticate\",operation=\"bind\",result=\"success\"}} "
    );
    let rising = [
        binds.clone(),
        format!(
            "entryway_ldap_connections_opened_total{{{labels},role=\"find-login\",tls=\"1.3\"}} "
        ),
        format!("entryway_ldap_received_bytes_total{{{labels},role=\"find-login\"}} "),
        format!("entryway_ldap_service_binds_total{{{labels},result=\"taken\"}} "),
        format!("entryway_ldap_operation_seconds_count{{{labels},role=\"authenticate\"}} "),
    ];
    daemon.login(PORTAL, "jdoe", "right");
    let mut before = page(&daemon);
    for generation in 2..4 {
        world.write(
            "entryway.toml",
            &format!("{}\n# {generation}\n", world.configuration()),
        );
        daemon.signal("HUP");
        assert_eq!(daemon.event("config.applied")["generation"], generation);
        let after = page(&daemon);
        for name in &rising {
            let (was, is) = (sample(&before, name), sample(&after, name));
            assert!(was.is_some_and(|was| was > 0.0), "{name} {was:?}\n{before}");
            assert!(is >= was, "{name} was {was:?}, is {is:?}");
        }
        assert_eq!(sample(&after, &binds), Some(f64::from(generation - 1)));
        daemon.login(PORTAL, "jdoe", "right");
        before = page(&daemon);
        assert_eq!(sample(&before, &binds), Some(f64::from(generation)));
    }
}
