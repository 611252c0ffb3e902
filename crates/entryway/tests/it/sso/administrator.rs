//! Everybody's sessions, as an administrator sees and ends them.

use super::*;
use crate::world::{CONSOLE, PORTAL};
use base64::Engine as _;
use serde_json::json;

const OFFLINE: (&str, &str) = ("scope", "openid profile offline_access");

fn api(daemon: &Daemon, method: &str, path: &str, token: &str) -> Got {
    let mut program = Browser::new(daemon);
    program.headers = vec![("authorization", format!("Bearer {token}"))];
    program.ask(method, path, None)
}

/// `entryway session …`; its exit code, what it answered and what it said.
fn session(world: &World, arguments: &[&str]) -> (i32, String, String) {
    let arguments = [&["session"], arguments].concat();
    let ended = world.command(&arguments).output().expect("an end");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let code = ended.status.code().expect("a code");
    (code, text(ended.stdout), text(ended.stderr))
}

fn listed(world: &World, arguments: &[&str]) -> Vec<Value> {
    let arguments = [&["list", "--output", "json"], arguments].concat();
    let (code, told, said) = session(world, &arguments);
    assert_eq!(code, 0, "{said}");
    let told: Value = serde_json::from_str(&told).expect("JSON");
    told["sessions"].as_array().expect("sessions").clone()
}

/// Whether a browser is still signed in: then it is shown its sessions.
fn is_signed_in(browser: &mut Browser<'_>) -> bool {
    let page = browser.get("/sso/sessions");
    assert_eq!(page.status, 200, "{page:?}");
    page.field("session").is_some()
}

#[test]
fn a_session_is_listed_and_ended_on_the_machine_of_the_daemon() {
    let world = world();
    let mut daemon = Daemon::start(&world);
    assert_eq!(listed(&world, &[]), Vec::<Value>::new());
    let (mut one, mut other) = (Browser::new(&daemon), Browser::new(&daemon));
    one.headers = vec![("user-agent", "Lynx".to_owned())];
    let tokens = redeem(&daemon, &code(&mut one, &[])).json();
    code(&mut other, &[]);
    let sessions = listed(&world, &["--person", "JDOE"]);
    assert_eq!(sessions.len(), 2, "{sessions:?}");
    let lynx = sessions.iter().find(|one| one["agent"] == "Lynx");
    let lynx = lynx.expect("the first browser");
    assert_eq!(lynx["username"], "jdoe");
    assert_eq!(lynx["clients"], json!(["app"]));
    assert_eq!(lynx["address"], "127.0.0.1");
    let subject = lynx["subject"].as_str().expect("a subject");
    assert_eq!(listed(&world, &["--person", subject]).len(), 2);
    assert!(listed(&world, &["--person", "nobody"]).is_empty());

    let id = lynx["id"].as_str().expect("an id");
    let (ended, told, _) = session(&world, &["end", id]);
    assert_eq!((ended, told.as_str()), (0, "1 session has ended\n"));
    assert!(!is_signed_in(&mut one));
    assert!(is_signed_in(&mut other));
    assert_eq!(refresh(&daemon, &tokens["refresh_token"]).status, 400);
    let (again, _, said) = session(&world, &["end", id]);
    assert_eq!(again, 1);
    assert!(said.contains("there is no session of this id"), "{said}");
    let (_, table, _) = session(&world, &["list"]);
    assert_eq!(table.lines().count(), 2, "{table}");
    assert!(table.starts_with("id "), "{table}");
    // Neither what a browser shows nor its fingerprint is told.
    for cookie in other.cookies.values() {
        assert!(!table.contains(cookie.as_str()), "{table}");
    }
    let event = daemon.event("sso.sessions_ended");
    assert_eq!(
        (&event["ended"], &event["session"], &event["caller"]),
        (&json!(1), &json!(id), &Value::Null)
    );
}

#[test]
fn somebody_is_signed_out_everywhere_over_the_api_with_what_applications_had_for_later() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let tokens = redeem(&daemon, &code(&mut browser, &[OFFLINE])).json();
    let mut of_another = Browser::new(&daemon);
    let got = log_in(&mut of_another, &asking(&[]), "o,dd (x)", "right");
    assert_eq!(got.status, 303, "{got:?}");
    let path = "/api/v1/sessions";
    let page = api(&daemon, "GET", &format!("{path}?limit=1"), CONSOLE).json();
    assert_eq!(page["sessions"].as_array().map(Vec::len), Some(1));
    let after = page["next"].as_str().expect("more");
    let rest = api(
        &daemon,
        "GET",
        &format!("{path}?limit=1&after={after}"),
        CONSOLE,
    );
    let rest = rest.json();
    assert_eq!(rest["next"], Value::Null);
    assert_ne!(rest["sessions"][0]["id"], page["sessions"][0]["id"]);

    let theirs = api(&daemon, "GET", &format!("{path}?person=jdoe"), CONSOLE).json();
    let id = theirs["sessions"][0]["id"].as_str().expect("an id");
    let subject = theirs["sessions"][0]["subject"].as_str().expect("one");
    // The session alone: what is for later goes on.
    let ended = api(&daemon, "DELETE", &format!("{path}/{id}"), CONSOLE);
    assert_eq!(ended.json(), json!({ "ended": 1 }));
    assert!(!is_signed_in(&mut browser));
    let next = refresh(&daemon, &tokens["refresh_token"]);
    assert_eq!(next.status, 200, "{next:?}");
    let nobody = api(&daemon, "DELETE", &format!("{path}?person=jdoe"), CONSOLE);
    assert_eq!(
        (nobody.status, &nobody.json()["code"]),
        (404, &json!("no_such_person"))
    );
    let whose = Browser::to(path, &[("person", subject)]);
    let ended = api(&daemon, "DELETE", &whose, CONSOLE);
    assert_eq!(ended.json(), json!({ "ended": 0 }));
    let token = &next.json()["refresh_token"];
    assert_eq!(refresh(&daemon, token).status, 400);
    assert!(is_signed_in(&mut of_another));
}

#[test]
fn only_administrators_see_and_end_sessions() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    code(&mut browser, &[]);
    for (method, path) in [
        ("GET", "/api/v1/sessions"),
        ("DELETE", "/api/v1/sessions?person=jdoe"),
        ("DELETE", "/api/v1/sessions/x"),
    ] {
        let refused = api(&daemon, method, path, PORTAL);
        assert_eq!(
            (refused.status, &refused.json()["code"]),
            (403, &json!("scope")),
            "{method} {path}"
        );
        let refused = api(&daemon, method, path, "nobody's");
        assert_eq!(refused.status, 401, "{method} {path}");
    }
    let nobody = api(&daemon, "DELETE", "/api/v1/sessions", CONSOLE);
    assert_eq!(
        (nobody.status, &nobody.json()["code"]),
        (400, &json!("parameter_missing"))
    );
    assert!(is_signed_in(&mut browser));
}

#[test]
fn without_single_sign_on_there_is_no_session() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    let refused = api(&daemon, "GET", "/api/v1/sessions", CONSOLE);
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (404, &json!("no_single_sign_on"))
    );
    let (code, _, said) = session(&world, &["list"]);
    assert_eq!(code, 1);
    assert!(said.contains("hint: set up `[sso]`"), "{said}");
}

/// The names of the published keys.
fn published(daemon: &Daemon) -> Vec<Value> {
    let keys = Browser::new(daemon).get("/oidc/jwks").json();
    let keys = keys["keys"].as_array().expect("keys").clone();
    keys.iter().map(|key| key["kid"].clone()).collect()
}

#[test]
fn a_daemon_signs_with_the_keys_of_a_backup_once_it_is_restored() {
    let (world, other) = (world(), world());
    let of_other = published(&Daemon::start(&other));
    let backup = world.path("backup.db");
    let ran = |world: &World, verb: &str| {
        let backup = backup.to_str().expect("text");
        let ended = world.command(&["store", verb, backup]).output();
        let ended = ended.expect("an end");
        assert!(ended.status.success(), "{ended:?}");
    };
    ran(&other, "backup");
    let mut daemon = Daemon::start(&world);
    assert_ne!(published(&daemon), of_other);
    ran(&world, "restore");
    daemon.event("store.restored");
    assert_eq!(published(&daemon), of_other);
    let tokens = redeem(&daemon, &code(&mut Browser::new(&daemon), &[])).json();
    let id_token = tokens["id_token"].as_str().expect("an ID token");
    let (head, _) = id_token.split_once('.').expect("a head");
    let head = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(head);
    let head: Value = serde_json::from_slice(&head.expect("base64")).expect("JSON");
    assert!(of_other.contains(&head["kid"]), "{head}");
}
