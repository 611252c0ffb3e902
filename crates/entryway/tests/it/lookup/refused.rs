//! What is refused, each time with the word that says why: callers without the scope, cursors that are not theirs, texts
//! and names that mean more than a value.

use crate::daemon::{Answer, Daemon, answer};
use crate::world::{CONSOLE, FINDER, FINDERS, PORTAL, World};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use entryway_lookup::{Cursor, Direction, Mark, Seal};
use serde_json::{Value, json};
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

const BOOK: &str = "[address_book.all]\n";
/// Callers that have one scope each.
const PEOPLE: &str = "people-token-0123456789abcdef";
const GROUPS: &str = "groups-token-0123456789abcdef";
const PAGES: &str = "pages-token-0123456789abcdef";

fn world(more: &str) -> World {
    let world = World::new();
    let mut text = world.configuration() + FINDERS + BOOK + more;
    world.write("finder.token", FINDER);
    for (name, secret, scope) in [
        ("people", PEOPLE, "people.read"),
        ("groups", GROUPS, "groups.read"),
        ("pages", PAGES, "browse"),
    ] {
        let file = format!("{name}.token");
        world.write(&file, secret);
        text += &format!(
            "[[token]]\nname = \"{name}\"\nsecret = {{ file = \"{file}\" }}\nscopes = [\"{scope}\"]\n"
        );
    }
    world.write("entryway.toml", &text);
    world
}

/// A POST whose head names this token.
fn resolve(daemon: &Daemon, token: &str, body: &Value) -> Answer {
    let body = body.to_string();
    let mut stream = daemon.connect();
    write!(
        stream,
        "POST /api/v1/resolve HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("written");
    answer(stream)
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    let told = (answer.status, answer.json()["code"].clone());
    assert_eq!(told, (status, json!(code)), "{}", answer.body);
    // A problem document (RFC 9457), whose words tell what to do.
    assert_eq!(answer.json()["status"], status);
    assert!(answer.json()["remedy"].is_string(), "{}", answer.body);
}

#[test]
fn no_scope_opens_what_another_is_for() {
    let world = world("");
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
        id("/api/v1/groups?q=engineers"),
    );
    for (path, its) in [
        ("/api/v1/people?q=jane".to_owned(), PEOPLE),
        (format!("/api/v1/people/{person}"), PEOPLE),
        (format!("/api/v1/people/{person}/card"), PEOPLE),
        (format!("/api/v1/people/{person}/photo"), PEOPLE),
        ("/api/v1/address-books".to_owned(), PEOPLE),
        ("/api/v1/address-books/all?q=jane".to_owned(), PEOPLE),
        (format!("/api/v1/people/{person}/groups"), GROUPS),
        ("/api/v1/groups?q=eng".to_owned(), GROUPS),
        (format!("/api/v1/groups/{group}"), GROUPS),
        (format!("/api/v1/groups/{group}/members"), GROUPS),
        ("/api/v1/browse".to_owned(), PAGES),
        ("/api/v1/browse?domain=staff".to_owned(), PAGES),
    ] {
        for token in [PEOPLE, GROUPS, PAGES, PORTAL, CONSOLE] {
            let answer = daemon.get(&path, token);
            if token == its {
                assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            } else {
                refused(&answer, 403, "scope");
            }
        }
        refused(
            &daemon.get(&path, "guess-0123456789abcdef"),
            401,
            "unknown_token",
        );
    }
    for (kinds, allowed) in [
        (json!("people"), [true, false, false]),
        (json!("groups"), [false, true, false]),
        (json!("both"), [false, false, false]),
    ] {
        for (token, allowed) in [PEOPLE, GROUPS, PAGES].into_iter().zip(allowed) {
            let body = json!({ "queries": ["reset", "engineers"], "kinds": kinds });
            let answer = resolve(&daemon, token, &body);
            if allowed {
                assert_eq!(answer.status, 200, "{body}: {}", answer.body);
            } else {
                refused(&answer, 403, "scope");
            }
        }
    }
}

/// Signs as the daemon does, with the key of its store.
struct Signed(hmac::Key);

impl Seal for Signed {
    fn tag(&self, message: &[u8]) -> [u8; 32] {
        let tag = hmac::sign(&self.0, message);
        tag.as_ref().try_into().expect("32 bytes")
    }

    fn is_tag(&self, message: &[u8], tag: &[u8; 32]) -> bool {
        hmac::verify(&self.0, message, tag).is_ok()
    }
}

#[test]
fn a_cursor_is_refused_for_what_is_wrong_with_it() {
    let (world, other) = (world(""), world(""));
    let (daemon, elsewhere) = (Daemon::start(&world), Daemon::start(&other));
    let key = world.in_store(async |store| store.key("cursors").await.expect("a key"));
    let signed = Signed(hmac::Key::new(HMAC_SHA256, &*key.secret));
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a time");
    // By what each list is known: its question, without where it goes on.
    for (first, own, next_of_another) in [
        (
            "/api/v1/people?q=twin&limit=1&cursor=start",
            "people\0twin\0\0false",
            "/api/v1/people?q=twi&limit=1",
        ),
        (
            "/api/v1/groups?q=en&limit=1&cursor=start",
            "groups\0en\0\0false",
            "/api/v1/people?q=en&limit=1",
        ),
        (
            "/api/v1/browse?domain=staff&size=1",
            "browse\0staff\0group,person",
            "/api/v1/browse?domain=staff&size=1&kinds=people",
        ),
        (
            "/api/v1/address-books/all?q=twin&limit=1",
            "book\0all\0\0twin",
            "/api/v1/address-books/all?q=second&limit=1",
        ),
    ] {
        let path = first.replace("&cursor=start", "");
        let next = |daemon: &Daemon| {
            let page = daemon.get(first, FINDER);
            page.json()["next"].as_str().map(str::to_owned)
        };
        let with =
            |path: &str, cursor: &str| daemon.get(&format!("{path}&cursor={cursor}"), FINDER);
        let made = |seconds: u64| {
            let mark = Mark::new("a", "staff:a");
            let cursor = Cursor {
                direction: Direction::Forward,
                mark,
                made: seconds,
            };
            cursor.seal(own, &signed)
        };
        // Made here and now it is followed, so that nothing but its age is wrong with the other.
        assert_eq!(with(&path, &made(now.as_secs())).status, 200, "{path}");
        refused(
            &with(&path, &made(now.as_secs() - 3601)),
            400,
            "cursor_expired",
        );
        refused(
            &with(next_of_another, &made(now.as_secs())),
            400,
            "cursor_of_another_list",
        );
        for text in ["", "start-", "AAAA", "%F0%9F%98%80", &"A".repeat(4000)] {
            refused(&with(&path, text), 400, "bad_cursor");
        }
        let Some(cursor) = next(&daemon) else {
            assert!(path.contains("groups"), "{path} has one page");
            continue;
        };
        assert_eq!(with(&path, &cursor).status, 200, "{path}");
        for at in (0..cursor.len() - 1).step_by(5) {
            let other = if &cursor[at..=at] == "A" { "B" } else { "A" };
            let mut altered = cursor.clone();
            altered.replace_range(at..=at, other);
            let answer = with(&path, &altered);
            // What binds it to its list stands at its end.
            if at > cursor.len() - 44 {
                refused(&answer, 400, "cursor_of_another_list");
            } else if at < cursor.len() - 48 {
                refused(&answer, 400, "bad_cursor");
            }
            refused(&with(&path, &cursor[..at]), 400, "bad_cursor");
        }
        // Another installation's.
        let foreign = next(&elsewhere).expect("a page there too");
        refused(&with(&path, &foreign), 400, "bad_cursor");
    }
}

#[test]
fn texts_and_names_that_mean_more_than_a_value_are_refused_by_name() {
    let world = world("[directory.mail_domains]\ndeny = [\"guests.example\"]\n");
    let daemon = Daemon::start(&world);
    for (path, status, code) in [
        ("people?q=", 400, "empty"),
        ("people?q=%20%20", 400, "empty"),
        ("people?q=j", 400, "too_short"),
        ("people?q=***", 400, "too_short"),
        ("people?q=ja%00ne", 400, "control_character"),
        ("people?q=ja%0Ane", 400, "control_character"),
        ("people?q=uid%3Djdoe,dc%3Delsewhere", 400, "outside_bases"),
        ("people?q=x@guests.example", 400, "mail_domain"),
        ("people?q=jane&domain=nowhere", 404, "unknown_domain"),
        ("people?q=jane&filter=(uid%3D*)", 400, "unknown_parameter"),
        ("people?q=%ff%fe", 400, "bad_encoding"),
        ("people/staff:*", 400, "bad_id"),
        ("people/staff:)(uid=*", 400, "bad_id"),
        ("people/staff:nobody", 404, "not_found"),
        ("people/staff:nobody/card", 404, "not_found"),
        ("people/staff:nobody/photo", 404, "not_found"),
        ("people/staff:nobody/groups", 404, "not_found"),
        ("groups/staff:nobody", 404, "not_found"),
        ("groups/staff:nobody/members", 404, "not_found"),
        ("people/nowhere:1", 404, "unknown_domain"),
        ("people/local:1", 404, "not_in_a_directory"),
        ("groups/staff:*/members", 400, "bad_id"),
        ("browse?domain=nowhere", 404, "unknown_domain"),
        (
            "browse?domain=staff&under=dc%3Delsewhere",
            404,
            "outside_view",
        ),
        ("browse?domain=staff&under=dc%3Dcorp", 404, "outside_view"),
        (
            "browse?domain=staff&under=no%20name",
            400,
            "unusable_question",
        ),
        (
            "browse?domain=staff&kinds=passwords",
            400,
            "unusable_question",
        ),
        ("address-books/none?q=jane", 404, "unknown_address_book"),
        ("address-books/all?q=ja", 400, "unusable_question"),
    ] {
        let answer = daemon.get(&format!("/api/v1/{path}"), FINDER);
        refused(&answer, status, code);
    }
    // Filters are text: nobody is called so. Nor are the base, its units and our own account people.
    for text in [
        "jane)(uid=*",
        "*)(|(uid=*",
        "\\2a\\2a",
        "(&)",
        "(objectClass=*)",
        "jdoe))(|(cn=*",
        "dc=corp,dc=example",
        "cn=entryway,dc=corp,dc=example",
    ] {
        let text: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for (path, rows) in [
            ("people?q=", "matches"),
            ("groups?q=", "matches"),
            ("address-books/all?q=", "entries"),
        ] {
            let answer = daemon.get(&format!("/api/v1/{path}{text}"), FINDER);
            assert_eq!(answer.status, 200, "{path}{text}: {}", answer.body);
            assert_eq!(answer.json()[rows], json!([]), "{path}{text}");
        }
    }
}

/// Whose address is from elsewhere is asked of no directory, over HTTP and at the command line alike.
#[test]
fn addresses_of_domains_that_are_not_looked_for_reach_no_directory() {
    let world = world(
        "[directory.mail_domains]\nallow = [\"corp.example\"]\ndeny = [\"guests.corp.example\"]\n",
    );
    let daemon = Daemon::start(&world);
    let people = |text: &str| daemon.get(&format!("/api/v1/people?q={text}"), FINDER);
    // Whatever is asked once is asked by now.
    assert_eq!(
        people("jane.doe@corp.example").json()["matches"][0]["name"],
        "Jane Doe"
    );
    let searches = || world.directory.counters().searches;
    let before = searches();
    for text in [
        "jane@elsewhere.example",
        "jane@corp.example.elsewhere",
        "jane@guests.corp.example",
        "jane@GUESTS.Corp.Example",
        "jane@sub.guests.corp.example",
    ] {
        refused(&people(text), 400, "mail_domain");
        let asked = json!({ "queries": [text], "kinds": "people" });
        let many = resolve(&daemon, FINDER, &asked).json();
        let told = (&many["results"][0]["outcome"], &many["results"][0]["why"]);
        assert_eq!(told.0, "bad_format", "{many}");
        let found = world.command(&["find", text]).output().expect("the binary");
        assert_eq!(found.status.code(), Some(1), "{found:?}");
    }
    assert_eq!(searches(), before);
    // Of a name no address is known before it is found.
    assert_eq!(people("jane").json()["matches"][0]["name"], "Jane Doe");
    assert!(searches() > before);
}
