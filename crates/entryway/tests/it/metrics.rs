//! The metrics on a listener of their own.

use crate::daemon::{Daemon, answer};
use crate::world::{CONSOLE, FINDER, FINDERS, PORTAL, World};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;

/// A configuration with this beside `listen`.
fn configure(world: &World, more: &str) {
    let text = world.configuration();
    let listen = "listen = \"127.0.0.1:0\"\n";
    assert!(text.contains(listen));
    world.write(
        "entryway.toml",
        &text.replace(listen, &format!("{listen}{more}\n")),
    );
}

fn scrape(address: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
        .expect("written");
    let answer = answer(stream);
    assert_eq!(answer.status, 200);
    Some(answer.body)
}

#[test]
fn scrapers_have_a_listener_that_a_reload_moves_and_closes() {
    let world = World::new();
    configure(&world, "metrics_listen = \"127.0.0.1:0\"");
    let mut daemon = Daemon::start(&world);
    let started = daemon.seen("listener.started").clone();
    assert_eq!(started["serves"], "metrics");
    let first = started["listen"].as_str().expect("an address").to_owned();
    daemon.login(PORTAL, "jdoe", "right");
    let page = scrape(&first).expect("a page");
    assert!(
        page.contains(
            "entryway_logins_total{decision=\"accept\",code=\"accept\",domain=\"staff\"} 1"
        )
    );
    assert!(page.ends_with("# EOF\n"));

    // An address that is taken refuses the whole configuration, and the scraper finds the old one.
    configure(&world, &format!("metrics_listen = \"{}\"", daemon.address));
    daemon.signal("HUP");
    let refused = daemon.event("config.refused");
    assert!(
        refused["problem"]
            .as_str()
            .is_some_and(|problem| problem.contains("cannot be listened on for the metrics")),
        "{refused}"
    );
    assert!(scrape(&first).is_some());

    configure(&world, "metrics_listen = \"127.0.0.2:0\"");
    daemon.signal("HUP");
    let second = daemon.event("listener.started")["listen"].clone();
    let stopped = daemon.event("listener.stopped");
    assert_eq!(
        (&stopped["serves"], &stopped["listen"]),
        (&json!("metrics"), &json!(first))
    );
    assert!(scrape(second.as_str().expect("an address")).is_some());

    configure(&world, "");
    daemon.signal("HUP");
    assert_eq!(daemon.event("listener.stopped")["listen"], second);
}

#[test]
fn an_address_that_is_taken_is_told_at_the_start() {
    let world = World::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    configure(&world, &format!("metrics_listen = \"{address}\""));
    let ended = world.command(&["serve"]).output().expect("an end");
    assert_eq!(ended.status.code(), Some(3));
    let text = String::from_utf8(ended.stderr).expect("text");
    assert!(
        text.contains(&format!("`{address}` cannot be listened on")),
        "{text}"
    );
}

/// A name with its type and the labels of its samples.
type Family = (String, BTreeSet<String>);

/// Every metric of a page, under the name that its samples have.
fn families(page: &str) -> BTreeMap<String, Family> {
    let mut families = BTreeMap::new();
    for line in page.lines() {
        let Some(declared) = line.strip_prefix("# TYPE ") else {
            continue;
        };
        let (name, kind) = declared.split_once(' ').expect("a type");
        let name = match kind {
            "counter" => format!("{name}_total"),
            "info" => format!("{name}_info"),
            _ => name.to_owned(),
        };
        families.insert(name, (kind.to_owned(), BTreeSet::new()));
    }
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let end = line.find(['{', ' ']).expect("a name");
        let name = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|part| line[..end].strip_suffix(part))
            .filter(|name| families.contains_key(*name))
            .unwrap_or(&line[..end]);
        let (_, labels) = families
            .get_mut(name)
            .unwrap_or_else(|| panic!("no type: {line}"));
        // No value here has a quote or an equals sign before a comma.
        let braces = line[end..]
            .strip_prefix('{')
            .and_then(|rest| rest.rsplit_once('}'));
        for label in braces.iter().flat_map(|(inside, _)| inside.split("\",")) {
            let (label, _) = label.split_once("=\"").expect("a label");
            if label != "le" {
                labels.insert(label.to_owned());
            }
        }
    }
    families
}

fn documented() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let page = root.expect("the repository").join("docs/metrics.md");
    std::fs::read_to_string(page).expect("the page of metrics")
}

#[test]
fn every_metric_is_documented_and_every_documented_one_exists() {
    let world = World::new();
    // A server that is down beside one that is up: every kind of count is something.
    let two = world.configuration().replace(
        "[\"ldaps://127.0.0.1:",
        "[\"ldaps://127.0.0.1:1\", \"ldaps://127.0.0.1:",
    );
    world.write("finder.token", FINDER);
    // A site at which nobody is connected is asked in vain, and that is counted too.
    let site = "[hub]\nurl = \"http://127.0.0.1:8389\"\n\n[site.plant-a]\nlookups = [\"finder\"]\n";
    world.write("entryway.toml", &format!("{two}{FINDERS}{site}"));
    let daemon = Daemon::start(&world);
    daemon.login(PORTAL, "jdoe", "right");
    daemon.login(PORTAL, "jdoe", "wrong");
    assert_eq!(daemon.get("/api/v1/people?q=jane", FINDER).status, 200);
    let at_site = daemon.get("/api/v1/sites/plant-a/people?q=jane", FINDER);
    assert_eq!(at_site.status, 503, "{}", at_site.body);
    let page = daemon.get("/metrics", CONSOLE).body;
    let served = families(&page);
    let text = documented();
    let mut described = BTreeMap::new();
    for row in text.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let labels = cells[3]
            .split(',')
            .map(|label| label.trim().trim_matches('`'));
        let labels = labels
            .filter(|label| !label.is_empty())
            .map(str::to_owned)
            .collect();
        assert!(!cells[4].is_empty(), "{row}");
        described.insert(
            cells[1].trim_matches('`').to_owned(),
            (cells[2].to_owned(), labels),
        );
    }
    for (name, (kind, labels)) in &served {
        let Some((said, described)): Option<&Family> = described.get(name) else {
            panic!("docs/metrics.md has no row for `{name}`, a {kind}");
        };
        assert_eq!(kind, said, "{name}");
        assert!(
            labels.is_subset(described),
            "{name} has {labels:?}, described are {described:?}"
        );
    }
    for name in described.keys() {
        assert!(served.contains_key(name), "no metric is `{name}`");
    }
    // The rules are made of them, too.
    let words = text.split(|char: char| !(char.is_ascii_lowercase() || char == '_'));
    for word in words.filter(|word| word.starts_with("entryway_") && !word.ends_with('_')) {
        let whole = word.strip_suffix("_bucket").unwrap_or(word);
        assert!(served.contains_key(whole), "no metric is `{word}`");
    }
    // What is counted of servers is counted of both, apart.
    let port = world.directory.ldaps_addr().port();
    for line in [
        "entryway_server_breaker{domain=\"staff\",server=\"ldaps://127.0.0.1:1\",source=\"servers\",state=\"closed\"} 0".to_owned(),
        format!("entryway_server_breaker{{domain=\"staff\",server=\"ldaps://127.0.0.1:{port}\",source=\"servers\",state=\"closed\"}} 1"),
        "entryway_server_down{domain=\"staff\",server=\"ldaps://127.0.0.1:1\",source=\"servers\",code=\"unreachable\"} 1".to_owned(),
        "entryway_ldap_service_binds_total{domain=\"staff\",server=\"ldaps://127.0.0.1:1\",source=\"servers\",result=\"refused\"} 0".to_owned(),
        "role=\"find-login\",code=\"unreachable\"} ".to_owned(),
        "role=\"authenticate\",tls=\"1.3\"} 1".to_owned(),
        format!("entryway_server_certificate_expiry_timestamp_seconds{{domain=\"staff\",server=\"ldaps://127.0.0.1:{port}\",source=\"servers\"}} "),
        "entryway_local_certificate_expiry_timestamp_seconds{purpose=\"trust\",file=\"ca.pem\",subject=\"".to_owned(),
    ] {
        assert!(page.contains(&line), "no {line} in\n{page}");
    }
    // Each connection for searches binds once, and so does each look.
    let taken = format!(
        "entryway_ldap_service_binds_total{{domain=\"staff\",server=\"ldaps://127.0.0.1:{port}\",source=\"servers\",result=\"taken\"}} "
    );
    let taken = page.lines().find_map(|line| line.strip_prefix(&taken));
    assert!(
        taken.is_some_and(|count| count.parse::<u64>().is_ok_and(|count| count > 0)),
        "{taken:?} in\n{page}"
    );
}
