//! Look-ups at sites: through connectors that say what a test wants, and through one that runs.

use super::site::{Site, endpoint, until_metric};
use super::tunnels::credential;
use super::{done, world};
use crate::connector::{run, text as said_in};
use crate::daemon::{Answer, Daemon, answer};
use crate::world::{FINDER, FINDERS, PORTAL, SOON, World};
use bytes::Bytes;
use entryway_bridge::Text;
use entryway_bridge::message::{LookupAnswer, LookupAsked, LookupHead, Method, read};
use entryway_conformance::free_port;
use entryway_tunnel::connector::Asked;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const PHONEBOOK: &str = "phonebook-token-0123456789abcdef";
/// A hub at which one caller looks people of one site up.
const PHONEBOOKS: &str = r#"
[[token]]
name = "phonebook"
secret = { file = "phonebook.token" }
scopes = ["people.read", "groups.read", "browse"]

[directory]
deadline = "60s"

[hub]
url = "http://127.0.0.1:8389"

[site.plant-a]
suffixes = ["plant-a.example"]
mail_domains = ["corp.example"]
clients = ["portal"]
lookups = ["phonebook"]

[site.closed]
enabled = false
lookups = ["phonebook"]
"#;

fn hub() -> World {
    let world = world();
    world.write("phonebook.token", PHONEBOOK);
    world.write("finder.token", FINDER);
    // The addresses of the directory that the tests share are the site's people's: here they are nobody's.
    let text = world.configuration();
    let text = text.replace("suffixes = [\"corp.example\"]\n", "");
    world.write("entryway.toml", &format!("{text}{FINDERS}{PHONEBOOKS}"));
    world
}

/// Finds one person, whatever is asked.
fn found(asked: &Asked) -> Option<Bytes> {
    if asked.question.method != Method::Lookup {
        return None;
    }
    let _: LookupAsked = read("lookup", &asked.delivered.body).ok()?;
    let jane = json!({ "id": "staff:1", "kind": "person", "name": "Jane Doe", "login_name": "jane", "domain": "staff", "dn": "uid=jane" });
    let answer = LookupAnswer {
        head: LookupHead {
            status: 200,
            headers: vec![(Text::cut("content-type"), Text::cut("application/json"))],
        },
        body: json!({ "matches": [jane], "partial": false })
            .to_string()
            .into(),
    };
    Some(answer.to_bytes())
}

/// A hub with so many connectors.
fn connected(count: usize) -> (World, Daemon, Vec<Site>) {
    let world = hub();
    let daemon = Daemon::start(&world);
    let sites: Vec<Site> = (0..count)
        .map(|_| {
            let credential = credential(&world, &daemon, "plant-a");
            let to = endpoint(&daemon, "plant-a");
            let site = Site::start(&world, to, credential, Box::new(found));
            site.until_up(&world);
            site
        })
        .collect();
    let ready = "entryway_site_ready{site=\"plant-a\",ability=\"lookups\"}";
    until_metric(&daemon, &format!("{ready} {count}"));
    (world, daemon, sites)
}

const JANE: &str = "/api/v1/sites/plant-a/people?q=jane";

fn look(daemon: &Daemon) -> Answer {
    daemon.get(JANE, PHONEBOOK)
}

/// Asks, and does not wait for the answer.
fn begin(daemon: &Daemon) -> TcpStream {
    let mut stream = daemon.connect();
    let request = format!(
        "GET {JANE} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {PHONEBOOK}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("written");
    stream
}

/// Waits until so many questions have reached these connectors.
fn until_asked(sites: &[Site], count: usize) {
    let deadline = Instant::now() + SOON;
    while sites.iter().map(Site::asked).sum::<usize>() < count {
        assert!(Instant::now() < deadline, "never asked");
        std::thread::yield_now();
    }
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.json()["code"], code, "{}", answer.body);
}

#[test]
fn what_a_lost_connector_has_not_answered_another_does() {
    let (_world, mut daemon, mut sites) = connected(2);
    for site in &sites {
        site.keeps_silent(true);
    }
    let waiting = begin(&daemon);
    until_asked(&sites, 1);
    let lost = sites.iter().position(|site| site.asked() == 1);
    let lost = sites.remove(lost.expect("one that was asked"));
    sites[0].keeps_silent(false);
    drop(lost);
    let told = answer(waiting);
    assert_eq!(told.status, 200, "{}", told.body);
    assert_eq!(told.json()["matches"][0]["id"], "plant-a:staff:1");
    let event = daemon.event("lookup.answered");
    assert_eq!(
        (&event["site"], &event["caller"], &event["kind"]),
        (
            &json!("plant-a"),
            &json!("phonebook"),
            &json!("site_people")
        )
    );
    until_metric(
        &daemon,
        "entryway_site_lookups_total{site=\"plant-a\",outcome=\"complete\"} 1",
    );
    // Where nobody is left, that is said.
    drop(sites);
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-a\"} 0");
    let told = look(&daemon);
    refused(&told, 503, "site_not_ready");
    assert!(told.body.contains("none is connected"), "{}", told.body);
}

#[test]
fn look_ups_have_their_share_of_a_connector_and_the_next_is_told_so() {
    let (_world, daemon, sites) = connected(1);
    sites[0].keeps_silent(true);
    // Of the 64 that it takes, a quarter.
    let waiting: Vec<TcpStream> = (0..16).map(|_| begin(&daemon)).collect();
    until_asked(&sites, 16);
    refused(&look(&daemon), 503, "site_busy");
    drop(waiting);
    until_metric(&daemon, "entryway_site_outstanding{site=\"plant-a\"} 0");
    sites[0].keeps_silent(false);
    assert_eq!(look(&daemon).status, 200);
}

#[test]
fn whoever_hangs_up_is_asked_about_no_more() {
    let (_world, daemon, sites) = connected(1);
    sites[0].keeps_silent(true);
    let waiting = begin(&daemon);
    until_asked(&sites, 1);
    until_metric(&daemon, "entryway_site_outstanding{site=\"plant-a\"} 1");
    drop(waiting);
    // Long before its deadline.
    until_metric(&daemon, "entryway_site_outstanding{site=\"plant-a\"} 0");
    until_metric(
        &daemon,
        "entryway_site_lookups_total{site=\"plant-a\",outcome=\"abandoned\"} 1",
    );
}

/// Twenty people for each text of a list, and more than a reply may have for one that wants too much.
fn crowd(asked: &Asked) -> Option<Bytes> {
    let lookup: LookupAsked = read("lookup", &asked.delivered.body).ok()?;
    let asked: Value = serde_json::from_str(lookup.body?.as_str()).ok()?;
    let texts = asked["queries"].as_array()?;
    let (each, long) = match texts.len() {
        1 => (50, 100 * 1024),
        _ => (20, 8),
    };
    let results = texts.iter().enumerate().map(|(at, query)| {
        let people = (0..each).map(|one| {
            json!({
                "id": format!("staff:{at}-{one}"), "kind": "person", "name": "n".repeat(long),
                "login_name": format!("p{at}-{one}"), "domain": "staff", "dn": format!("uid=p{at}-{one}"),
            })
        });
        let people: Vec<Value> = people.collect();
        json!({ "query": query, "outcome": "matched", "matches": people, "partial": false })
    });
    let results: Vec<Value> = results.collect();
    let answer = LookupAnswer {
        head: LookupHead {
            status: 200,
            headers: vec![(Text::cut("content-type"), Text::cut("application/json"))],
        },
        body: json!({ "results": results }).to_string().into(),
    };
    Some(answer.to_bytes())
}

#[test]
fn two_thousand_people_are_resolved_at_once_and_what_is_beyond_is_told() {
    let world = hub();
    let daemon = Daemon::start(&world);
    let to = endpoint(&daemon, "plant-a");
    let credential = credential(&world, &daemon, "plant-a");
    let site = Site::start(&world, to, credential, Box::new(crowd));
    site.until_up(&world);
    until_metric(
        &daemon,
        "entryway_site_ready{site=\"plant-a\",ability=\"lookups\"} 1",
    );
    let resolve = |texts: usize, length: usize| {
        let texts: Vec<String> = (0..texts)
            .map(|at| format!("{at:03}{}", "x".repeat(length)))
            .collect();
        let body = json!({ "queries": texts, "limit": 20 });
        daemon.post("/api/v1/sites/plant-a/resolve", PHONEBOOK, &body)
    };
    let told = resolve(100, 8);
    assert_eq!(told.status, 200, "{}", told.body);
    let told = told.json();
    let results = told["results"].as_array().expect("results");
    let ids: HashSet<&str> = results
        .iter()
        .flat_map(|result| result["matches"].as_array().expect("matches"))
        .map(|person| person["id"].as_str().expect("an id"))
        .collect();
    assert_eq!(ids.len(), 2000);
    assert!(ids.iter().all(|id| id.starts_with("plant-a:staff:")));
    let asked = site.asked();
    // More texts than anybody may send at once, and longer ones than a question to a site has room for, reach nobody.
    refused(&resolve(101, 8), 400, "bad_body");
    refused(&resolve(100, 500), 400, "too_long");
    assert_eq!(site.asked(), asked);
    // An answer that is longer than a reply may be never leaves the connector.
    refused(&resolve(1, 8), 503, "site_unreachable");
    // The next one is answered.
    assert_eq!(resolve(100, 8).status, 200);
}

#[test]
fn nobody_is_shown_people_of_a_site_that_has_not_named_them() {
    let (world, daemon, sites) = connected(1);
    for (path, token, status, code) in [
        (JANE, FINDER, 403, "foreign_site"),
        (JANE, PORTAL, 403, "scope"),
        (
            "/api/v1/sites/closed/people?q=jane",
            PHONEBOOK,
            404,
            "no_such_site",
        ),
        (
            "/api/v1/sites/plant-b/people?q=jane",
            PHONEBOOK,
            404,
            "no_such_site",
        ),
    ] {
        refused(&daemon.get(path, token), status, code);
    }
    assert_eq!(sites[0].asked(), 0);
    assert_eq!(look(&daemon).status, 200);
    // Named no more, it is asked no more.
    let text = std::fs::read_to_string(world.path("entryway.toml")).expect("there");
    world.write(
        "entryway.toml",
        &text.replace("lookups = [\"phonebook\"]", "lookups = [\"finder\"]"),
    );
    let mut daemon = daemon;
    daemon.signal("HUP");
    daemon.event("config.applied");
    refused(&look(&daemon), 403, "foreign_site");
    assert_eq!(daemon.get(JANE, FINDER).status, 200);
}

/// A site's machine, whose directory is the one of its own world.
fn at_site() -> World {
    let world = World::new();
    let text = world.configuration();
    world.write(
        "entryway.toml",
        &format!(
            "{text}\n[connector]\nlisten = \"127.0.0.1:0\"\n\n[connector.release]\nlookups = true\n"
        ),
    );
    world
}

/// A hub and a connector of its site, each a program that runs.
fn both() -> (World, Daemon, World, Daemon) {
    let world = hub();
    let port = free_port().expect("a port");
    let text = std::fs::read_to_string(world.path("entryway.toml")).expect("there");
    world.write(
        "entryway.toml",
        &text
            .replace("127.0.0.1:8389", &format!("127.0.0.1:{port}"))
            .replace(
                "listen = \"127.0.0.1:0\"",
                &format!("listen = \"127.0.0.1:{port}\""),
            ),
    );
    let daemon = Daemon::start(&world);
    let made = done(&world, &["hub", "ticket", "create", "--site", "plant-a"]);
    let (url, ticket) = (made["url"].as_str(), made["ticket"].as_str());
    let site = at_site();
    let arguments = ["connector", "enroll", url.expect("a URL")];
    let ended = run(&site, &arguments, ticket.expect("a ticket"));
    assert_eq!(ended.status.code(), Some(0), "{}", said_in(&ended.stderr));
    let connector = Daemon::connector(&site);
    until_metric(
        &daemon,
        "entryway_site_ready{site=\"plant-a\",ability=\"lookups\"} 1",
    );
    (world, daemon, site, connector)
}

fn at(daemon: &Daemon, below: &str) -> Value {
    let answer = daemon.get(&format!("/api/v1/sites/plant-a/{below}"), PHONEBOOK);
    assert_eq!(answer.status, 200, "{below}: {}", answer.body);
    answer.json()
}

#[test]
fn a_running_connector_shows_its_people_cards_groups_and_pages() {
    let (_world, mut daemon, site, mut connector) = both();
    let people = at(&daemon, "people?q=plant-a%2Fjdoe");
    let told = connector.event("lookup.answered");
    assert_eq!(told["caller"], "hub phonebook");
    let jane = &people["matches"][0];
    assert_eq!(
        (&jane["login_name"], &jane["domain"], &jane["mail"]),
        (
            &json!("plant-a/jdoe"),
            &json!("plant-a/staff"),
            &json!("jane.doe@corp.example")
        ),
        "{people}"
    );
    let id = jane["id"].as_str().expect("an id");
    assert!(id.starts_with("plant-a:staff:"), "{id}");
    let person = at(&daemon, &format!("people/{id}"));
    assert_eq!(person["person"]["id"], id);
    let card = at(&daemon, &format!("people/{id}/card"));
    assert_eq!(card["id"], id);
    let groups = at(&daemon, "groups?q=every");
    let group = groups["matches"][0]["id"].as_str().expect("an id");
    assert_eq!(groups["matches"][0]["name"], "plant-a/everybody");
    let members = at(&daemon, &format!("groups/{group}/members"));
    let names: Vec<&Value> = members["members"]
        .as_array()
        .expect("members")
        .iter()
        .map(|member| &member["entry"]["id"])
        .collect();
    assert!(!names.is_empty(), "{members}");
    // Page by page, at the connector that began.
    let mut seen = Vec::new();
    let mut next = None::<String>;
    loop {
        let cursor = next.map_or_else(String::new, |next| format!("&cursor={next}"));
        let page = at(
            &daemon,
            &format!("browse?domain=plant-a%2Fstaff&size=2{cursor}"),
        );
        let rows = page["rows"].as_array().expect("rows");
        seen.extend(rows.iter().map(|row| row["id"].to_string()));
        match page["next"].as_str() {
            Some(cursor) => next = Some(cursor.to_owned()),
            None => {
                assert_eq!(page["total"], seen.len());
                break;
            }
        }
    }
    assert!(
        seen.len() > 4 && seen.iter().any(|one| one.contains(id)),
        "{seen:?}"
    );
    let resolved = daemon.post(
        "/api/v1/sites/plant-a/resolve",
        PHONEBOOK,
        &json!({ "queries": ["plant-a/jdoe", "nobody"], "unique": true }),
    );
    let results = resolved.json()["results"].clone();
    assert_eq!(results[0]["query"], "plant-a/jdoe");
    assert_eq!(results[0]["matches"][0]["id"], id);
    assert_eq!(results[1]["outcome"], "no_match");

    // A card is not sent twice, and a photo is the site's or letters.
    let held = |path: &str, held: Option<&str>| {
        let mut stream = daemon.connect();
        let held = held.map_or_else(String::new, |tag| format!("if-none-match: {tag}\r\n"));
        let request = format!(
            "GET /api/v1/sites/plant-a/people/{id}/{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {PHONEBOOK}\r\n{held}\r\n"
        );
        stream.write_all(request.as_bytes()).expect("written");
        let mut whole = String::new();
        std::io::Read::read_to_string(&mut stream, &mut whole).expect("text");
        whole
    };
    for path in ["card", "photo"] {
        let whole = held(path, None);
        assert!(whole.starts_with("HTTP/1.1 200"), "{whole}");
        assert!(whole.contains("x-content-type-options: nosniff"), "{whole}");
        let mut lines = whole.lines();
        let tag = lines.find_map(|line| line.strip_prefix("etag: "));
        let again = held(path, tag);
        assert!(again.starts_with("HTTP/1.1 304"), "{again}");
        assert!(again.ends_with("\r\n\r\n"), "{again}");
    }

    // What the hub wants is said at the site.
    let ended = run(&site, &["connector", "status", "--output", "json"], "");
    let status: Value = serde_json::from_slice(&ended.stdout).expect("JSON");
    assert_eq!(status["nodes"][0]["wanted"], json!(["password", "lookups"]));
    assert!(status["nodes"][0].get("missing").is_none(), "{status}");

    // Switched off there, it is said there and here.
    let text = std::fs::read_to_string(site.path("entryway.toml")).expect("there");
    site.write(
        "entryway.toml",
        &text.replace("lookups = true", "lookups = false"),
    );
    connector.signal("HUP");
    connector.event("config.applied");
    daemon.event("connector.degraded");
    let told = look(&daemon);
    refused(&told, 503, "site_not_ready");
    assert!(
        told.body.contains("has not switched them on"),
        "{}",
        told.body
    );
    let ended = run(&site, &["connector", "status", "--output", "json"], "");
    let status: Value = serde_json::from_slice(&ended.stdout).expect("JSON");
    assert_eq!(
        status["nodes"][0]["missing"],
        json!([{ "ability": "lookups", "not_because": "switched_off" }])
    );
    let ended = run(&site, &["connector", "check"], "");
    let said = said_in(&ended.stdout);
    assert!(said.contains("connector.release.lookups"), "{said}");
}

#[test]
fn what_the_page_of_hubs_shows_is_what_happens() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/hub.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let (world, daemon, _site, _connector) = both();
    let commands: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("$ "))
        .filter(|command| command.contains("phonebook.token"))
        .collect();
    assert!(commands.len() >= 3, "{commands:?}");
    for command in commands {
        let mut shell = Command::new("/bin/sh");
        shell
            .arg("-ec")
            .arg(command.replace("127.0.0.1:8389", &daemon.address))
            .current_dir(world.folder());
        let ended = shell.output().expect("a shell");
        let said = said_in(&ended.stdout);
        assert!(
            ended.status.success(),
            "{command}: {said} {}",
            said_in(&ended.stderr)
        );
        assert!(said.contains("plant-a:staff:"), "{command}: {said}");
    }
}
