//! Looking people up at a running daemon.

mod refused;
mod waiting;

use crate::daemon::{Daemon, answer};
use crate::world::{CONSOLE, FINDER, FINDERS, PORTAL, SOON, World};
use entryway_testdir::faults::{Fault, FaultPlan};
use entryway_testdir::{Directory, Kind, Options, TestServer};
use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

fn world() -> World {
    let world = World::new();
    world.write("finder.token", FINDER);
    let text = world.configuration();
    world.write("entryway.toml", &(text + FINDERS));
    world
}

#[test]
fn people_and_groups_are_found_and_asked_on_by_their_ids() {
    let world = world();
    let daemon = Daemon::start(&world);
    let found = daemon.get("/api/v1/people?q=reset", FINDER).json();
    let id = found["matches"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let person = daemon.get(&format!("/api/v1/people/{id}"), FINDER).json();
    assert_eq!(person["person"], found["matches"][0]);
    let groups = daemon
        .get(&format!("/api/v1/people/{id}/groups"), FINDER)
        .json();
    let names: Vec<_> = groups["groups"]
        .as_array()
        .expect("groups")
        .iter()
        .map(|group| &group["group"]["name"])
        .collect();
    assert_eq!(names, [&json!("engineers"), &json!("everybody")]);
    let group = groups["groups"][1]["group"]["id"].as_str().expect("an id");
    let members = daemon
        .get(&format!("/api/v1/groups/{group}/members"), FINDER)
        .json();
    let reset = members["members"]
        .as_array()
        .expect("members")
        .iter()
        .find(|member| member["entry"]["id"] == id.as_str());
    assert_eq!(reset.expect("a member")["path"][0]["name"], "engineers");
    // The subject of a session is the id by which an application asks on.
    let session = daemon.login(PORTAL, "jdoe", "right").json();
    let subject = session["session"]["subject"].as_str().expect("a subject");
    let card = daemon
        .get(&format!("/api/v1/people/{subject}/card"), FINDER)
        .json();
    assert_eq!(card["fields"]["mail"], "jane.doe@corp.example");
    let page = daemon
        .get("/api/v1/browse?domain=staff&size=2", FINDER)
        .json();
    assert_eq!(page["rows"].as_array().map(Vec::len), Some(2));
    let next = page["next"].as_str().expect("a next page");
    let second = daemon
        .get(
            &format!("/api/v1/browse?domain=staff&size=2&cursor={next}"),
            FINDER,
        )
        .json();
    assert_eq!(
        (&second["offset"], &second["total"]),
        (&json!(2), &page["total"])
    );
    // Its tag covers all of it, and the list that it is for.
    let mut altered = next.to_owned();
    altered.replace_range(20..21, if &next[20..21] == "A" { "B" } else { "A" });
    for (cursor, view, code) in [
        (altered.as_str(), "flat", "bad_cursor"),
        (next, "tree", "cursor_of_another_list"),
    ] {
        let refused = daemon.get(
            &format!("/api/v1/browse?domain=staff&view={view}&cursor={cursor}"),
            FINDER,
        );
        assert_eq!(
            (refused.status, &refused.json()["code"]),
            (400, &json!(code))
        );
    }
}

#[test]
fn what_is_typed_is_a_value_and_nothing_more() {
    let world = world();
    let daemon = Daemon::start(&world);
    for typed in [
        "*",
        "**",
        "jane)(uid=*",
        "*)(|(uid=*",
        "\\2a\\2a",
        "jdoe))(|(cn=*",
        "(&)",
        "%C3%A9%CC%81",
        "uid=jdoe,ou=people,dc=elsewhere",
        "ou=people,dc=corp,dc=example",
        "cn=entryway,dc=corp,dc=example",
    ] {
        let typed = typed
            .replace('*', "%2A")
            .replace('&', "%26")
            .replace('|', "%7C")
            .replace('\\', "%5C");
        let answer = daemon.get(&format!("/api/v1/people?q={typed}"), FINDER);
        match answer.status {
            200 => assert_eq!(answer.json()["matches"], json!([]), "{typed}"),
            status => assert_eq!(status, 400, "{typed}: {}", answer.body),
        }
    }
    // By its login name, all of it, somebody is found whose name is full of what filters are made of.
    let odd = daemon.get("/api/v1/people?q=o,dd%20(x)", FINDER).json();
    assert_eq!(odd["matches"][0]["name"], "Comma");
}

#[test]
fn each_caller_gets_what_its_scopes_say_and_the_log_no_names() {
    let world = world();
    let mut daemon = Daemon::start(&world);
    for path in [
        "/api/v1/people?q=jane",
        "/api/v1/browse",
        "/api/v1/groups?q=eng",
        "/api/v1/address-books",
    ] {
        for (token, status) in [("guess", 401), (PORTAL, 403), (CONSOLE, 403), (FINDER, 200)] {
            let answer = daemon.get(path, token);
            assert_eq!(answer.status, status, "{path}: {}", answer.body);
        }
    }
    let told = daemon.event("lookup.answered");
    assert_eq!(
        (
            &told["kind"],
            &told["outcome"],
            &told["found"],
            &told["caller"]
        ),
        (
            &json!("people"),
            &json!("complete"),
            &json!(1),
            &json!("finder")
        )
    );
    assert!(!told.to_string().contains("jane"), "{told}");
}

#[test]
fn a_token_that_is_made_holds_after_a_reload_and_one_that_is_revoked_does_not() {
    let world = world();
    let mut daemon = Daemon::start(&world);
    let run = |arguments: &[&str]| {
        let ended = world
            .command(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("the binary");
        assert!(ended.status.success(), "{ended:?}");
        String::from_utf8(ended.stdout).expect("text")
    };
    let token = run(&[
        "token",
        "create",
        "dashboards",
        "--scope",
        "people.read",
        "--expires",
        "30d",
    ]);
    let token = token.trim();
    let written = std::fs::read_to_string(world.path("entryway.toml")).expect("a file");
    assert!(written.contains("dashboards") && !written.contains(token));
    let ask = |daemon: &Daemon| daemon.get("/api/v1/people?q=jane", token);
    assert_eq!(ask(&daemon).status, 401);
    daemon.signal("HUP");
    daemon.event("config.applied");
    assert_eq!(ask(&daemon).status, 200);
    // Its time passes.
    let (before, rest) = written.split_once("expires = \"").expect("a time");
    let (_, after) = rest.split_once('"').expect("an end");
    world.write(
        "entryway.toml",
        &format!("{before}expires = \"2020-01-01\"{after}"),
    );
    daemon.signal("HUP");
    daemon.event("config.applied");
    let expired = ask(&daemon);
    assert_eq!(
        (expired.status, &expired.json()["code"]),
        (401, &json!("expired_token"))
    );
    run(&["token", "revoke", "dashboards"]);
    daemon.signal("HUP");
    daemon.event("config.applied");
    assert_eq!(ask(&daemon).json()["code"], "unknown_token");
}

/// Of its people nothing is known, of the others' everything.
#[test]
fn a_domain_that_hangs_while_three_answer_is_named_inside_the_deadline() {
    const DEADLINE: Duration = Duration::from_secs(2);
    /// How late an answer may be on a busy machine.
    const SLACK: Duration = Duration::from_secs(2);
    let world = World::new();
    world.write("finder.token", FINDER);
    let mut text = format!(
        "[directory]\ndeadline = \"2s\"\n[login]\ndefault_domains = [\"staff\"]\n{}{FINDERS}",
        world.configuration()
    );
    let servers = ["second", "hangs", "third"].map(|name| {
        let people = Directory::from_ldif(include_str!("world/people.ldif")).expect("LDIF");
        let started = TestServer::start(people, Options::default());
        let server = world.runtime.block_on(started).expect("a directory");
        world.write(&format!("{name}.pem"), &server.ca_pem());
        let port = server.ldaps_addr().port();
        text += &format!(
            "[domain.{name}]\nservers = [\"ldaps://127.0.0.1:{port}\"]\nbase = \"dc=corp,dc=example\"\n\
             bind = {{ method = \"simple\", dn = \"cn=entryway,dc=corp,dc=example\", password = {{ file = \"staff.pass\" }} }}\n\
             tls.trust = [\"{name}.pem\"]\ncards.public = [\"name\", \"photo\"]\n"
        );
        server
    });
    world.write("entryway.toml", &text);
    let daemon = Daemon::start(&world);
    let hangs = &servers[1];
    // It is looked at when the daemon starts; from then on no search is answered.
    let looked_at = hangs.wait_until(SOON, |counters| counters.all_binds() == 1);
    assert!(world.runtime.block_on(looked_at), "never asked");
    hangs.set_faults(FaultPlan::new().on(Kind::Search, Fault::Silence));
    let asked = |path: &str| {
        let since = Instant::now();
        let answer = daemon.get(path, FINDER);
        assert!(
            since.elapsed() < DEADLINE + SLACK,
            "{path}: {:?}",
            since.elapsed()
        );
        answer
    };
    let domains = |matches: &Value| -> Vec<String> {
        let rows = matches.as_array().expect("rows").iter();
        let mut all: Vec<String> = rows
            .map(|row| row["domain"].as_str().expect("a name").to_owned())
            .collect();
        all.sort();
        all
    };
    let found = asked("/api/v1/people?q=jane&all_domains=true");
    assert_eq!(found.status, 200, "{}", found.body);
    let found = found.json();
    assert_eq!(domains(&found["matches"]), ["second", "staff", "third"]);
    let gaps = found["gaps"].as_array().expect("gaps");
    assert_eq!((&found["partial"], gaps.len()), (&json!(true), 1));
    assert_eq!(
        (&gaps[0]["domain"], &gaps[0]["may_pass"]),
        (&json!("hangs"), &json!(true))
    );

    let mut stream = daemon.connect();
    let body = json!({ "queries": ["jane", "reset", "nobody at all"], "all_domains": true, "unique": true });
    let body = body.to_string();
    write!(
        stream,
        "POST /api/v1/resolve HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {FINDER}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("written");
    let many = answer(stream);
    assert_eq!(many.status, 200, "{}", many.body);
    let results = many.json()["results"].as_array().expect("results").clone();
    // `unique` names nobody where somebody may have been missed.
    for result in &results {
        assert_eq!(result["gaps"][0]["domain"], "hangs", "{result}");
        assert_ne!(result["outcome"], "matched", "{result}");
    }
    assert_eq!(results[2]["outcome"], "partial");

    // Where a domain before it has a match, it is not waited for.
    let first = asked("/api/v1/people?q=jane").json();
    assert_eq!(
        (domains(&first["matches"]), &first["partial"]),
        (vec!["staff".to_owned()], &json!(false))
    );
    // Of whoever is there alone there is no answer; who may ask learns whose fault it is, and nobody else does.
    let alone = asked("/api/v1/people?q=jane&domain=hangs");
    assert_eq!(alone.status, 503, "{}", alone.body);
    assert!(alone.body.contains("hangs"), "{}", alone.body);
    let id = found["matches"][0]["id"].as_str().expect("an id");
    let (_, identity) = id.split_once(':').expect("a domain");
    let mut stream = daemon.connect();
    write!(
        stream,
        "GET /api/v1/people/hangs:{identity}/photo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    )
    .expect("written");
    let stranger = answer(stream);
    assert_eq!(
        (stranger.status, &stranger.json()["code"]),
        (503, &json!("no_answer"))
    );
    assert!(!stranger.body.contains("hangs"), "{}", stranger.body);
}

#[test]
fn the_members_of_a_group_are_told_page_by_page() {
    let world = world();
    let daemon = Daemon::start(&world);
    let found = daemon.get("/api/v1/groups?q=everybody", FINDER).json();
    let group = found["matches"][0]["id"].as_str().expect("an id");
    let path = format!("/api/v1/groups/{group}/members?limit=1");
    let whole = daemon
        .get(&format!("/api/v1/groups/{group}/members"), FINDER)
        .json();
    let (mut cursor, mut rows, mut pages) = ("start".to_owned(), Vec::new(), 0);
    loop {
        let answer = daemon.get(&format!("{path}&cursor={cursor}"), FINDER);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let page = answer.json();
        let members = page["members"].as_array().expect("members");
        assert_eq!((members.len(), &page["partial"]), (1, &json!(false)));
        rows.extend(members.clone());
        // Who cannot be told is told once.
        let untold = if pages == 0 {
            &whole["unresolved"]
        } else {
            &Value::Null
        };
        assert_eq!(&page["unresolved"], untold, "{page}");
        pages += 1;
        match page["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(json!(rows), whole["members"]);
    assert_eq!(
        (pages, whole["unresolved"][0]["count"].as_u64()),
        (3, Some(1))
    );
    // The last cursor that was sent is for this list and no other.
    for other in [
        format!("{path}&kinds=people"),
        format!("{path}&reach=direct"),
        "/api/v1/groups?q=everybody&limit=1".to_owned(),
    ] {
        let refused = daemon.get(&format!("{other}&cursor={cursor}"), FINDER);
        assert_eq!(
            (refused.status, &refused.json()["code"]),
            (400, &json!("cursor_of_another_list")),
            "{other}"
        );
    }
}

/// What a limit cuts is said, at the end of each list; nothing is left out in silence.
#[test]
fn what_a_limit_cuts_is_said() {
    let world = world();
    let daemon = Daemon::start(&world);
    let id = |path: &str| {
        let found = daemon.get(path, FINDER).json();
        found["matches"][0]["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let (person, group) = (
        id("/api/v1/people?q=reset"),
        id("/api/v1/groups?q=everybody"),
    );
    for (path, list, all) in [
        (format!("/api/v1/groups/{group}/members?"), "members", 3),
        (format!("/api/v1/people/{person}/groups?"), "groups", 2),
        ("/api/v1/people?q=twin&".to_owned(), "matches", 2),
    ] {
        let count = |answer: &Value| answer[list].as_array().map(Vec::len);
        let whole = daemon.get(&format!("{path}limit={all}"), FINDER).json();
        assert_eq!(
            (count(&whole), &whole["partial"]),
            (Some(all), &json!(false)),
            "{path}: {whole}"
        );
        let cut = daemon.get(&format!("{path}limit=1"), FINDER).json();
        assert_eq!((count(&cut), &cut["partial"]), (Some(1), &json!(true)));
        assert_eq!(cut["gaps"][0]["code"], "limit", "{path}: {cut}");
    }
    let run = |arguments: &[&str]| {
        let command = world.command(arguments).stdin(Stdio::null()).output();
        command.expect("the binary")
    };
    let told = run(&["groups", "members", "everybody", "--limit", "1"]);
    let said = String::from_utf8_lossy(&told.stderr);
    assert!(said.contains("partial: staff: more than 1 "), "{said}");
    assert_eq!(told.status.code(), Some(0));
}
