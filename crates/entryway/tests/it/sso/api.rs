//! Applications that call our own API with an access token for themselves.

use super::*;
use crate::world::CONSOLE;
use serde_json::json;

const ROBOT: &str = r#"
[client.robot]
secret = { file = "app.secret" }
grants = ["client_credentials"]
api = ["people.read", "login"]

[client.talker]
secret = { file = "app.secret-of-another" }
grants = ["client_credentials"]
own_scopes = ["people.read"]
"#;

fn world_with_robot() -> World {
    let world = World::new();
    world.write(
        "app.secret-of-another",
        "another-secret-0123456789-0123456789",
    );
    world.write("app.secret", SECRET);
    world.configure(
        "5s",
        &format!("{}{ROBOT}", SETTINGS.replace("app.secret", "other.secret")),
    );
    world.write("other.secret", "a-third-secret-0123456789-0123456789");
    world
}

/// An access token of a client for itself.
fn token(daemon: &Daemon, id: &str, secret: &str, scope: &str) -> String {
    let sent = [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
        ("scope", scope),
    ];
    let got = Browser::new(daemon).post("/oidc/token", &sent);
    let token = got.json()["access_token"].as_str().map(str::to_owned);
    token.unwrap_or_else(|| panic!("a token, not {got:?}"))
}

fn get(daemon: &Daemon, path: &str, token: &str) -> (u16, Value) {
    let got = Browser::new(daemon).bearer(path, token);
    (got.status, got.json())
}

#[test]
fn an_application_looks_people_up_and_logs_them_in_with_a_token_of_its_own() {
    let world = world_with_robot();
    let mut daemon = Daemon::start(&world);
    let robot = token(&daemon, "robot", SECRET, "people.read login");
    let (status, found) = get(&daemon, "/api/v1/people?q=jdoe", &robot);
    assert_eq!(
        (status, &found["matches"][0]["name"]),
        (200, &json!("Jane Doe"))
    );
    let login = daemon.login(&robot, "jdoe", "right").json();
    assert_eq!(login["decision"], "accept");
    let line = daemon.event("login.decided");
    assert_eq!(line["caller"], "client robot");
    // No more than was asked for, and no more than it may.
    let (status, refused) = get(&daemon, "/api/v1/groups?q=eng", &robot);
    assert_eq!((status, &refused["code"]), (403, &json!("scope")));
    let narrow = token(&daemon, "robot", SECRET, "people.read");
    assert_eq!(daemon.login(&narrow, "jdoe", "right").status, 403);
    let sent = [
        ("grant_type", "client_credentials"),
        ("client_id", "robot"),
        ("client_secret", SECRET),
        ("scope", "admin"),
    ];
    let got = Browser::new(&daemon).post("/oidc/token", &sent);
    assert_eq!(got.json()["error"], "invalid_scope");
}

#[test]
fn a_token_opens_the_api_only_to_whom_the_configuration_lets_in_now() {
    let world = world_with_robot();
    let daemon = Daemon::start(&world);
    let robot = token(&daemon, "robot", SECRET, "people.read");
    let path = "/api/v1/people?q=jdoe";
    assert_eq!(get(&daemon, path, &robot).0, 200);
    // A scope of that name that is for another's API.
    let talker = token(
        &daemon,
        "talker",
        "another-secret-0123456789-0123456789",
        "people.read",
    );
    assert_eq!(get(&daemon, path, &talker).0, 403);
    let settings = std::fs::read_to_string(world.path("entryway.toml")).expect("text");
    world.write(
        "entryway.toml",
        &settings.replace("api = [\"people.read\", \"login\"]", "api = [\"login\"]"),
    );
    let reloaded = world.command(&["reload"]).output().expect("an end");
    assert!(reloaded.status.success(), "{reloaded:?}");
    assert_eq!(get(&daemon, path, &robot).0, 403);
    let (status, refused) = get(&daemon, path, &format!("ewa_{}", "A".repeat(43)));
    assert_eq!((status, &refused["code"]), (401, &json!("unknown_token")));
    assert_eq!(get(&daemon, "/api/v1/sessions", CONSOLE).0, 200);
}

#[test]
fn a_persons_access_token_opens_nothing_of_the_api() {
    let world = World::new();
    world.write("app.secret", SECRET);
    let settings = SETTINGS.replace(
        "own_scopes = [\"reports\"]",
        "own_scopes = [\"reports\"]\napi = [\"people.read\"]",
    );
    world.configure("5s", &settings);
    let daemon = Daemon::start(&world);
    let asked = asking(&[("scope", "openid profile")]);
    let got = log_in(&mut Browser::new(&daemon), &asked, "jdoe", "right");
    let tokens = redeem(&daemon, &got.sent("code").expect("a code")).json();
    let of_person = tokens["access_token"].as_str().expect("a token");
    let (status, refused) = get(&daemon, "/api/v1/people?q=jdoe", of_person);
    assert_eq!((status, &refused["code"]), (401, &json!("unknown_token")));
}
