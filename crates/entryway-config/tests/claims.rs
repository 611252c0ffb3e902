//! What applications are told of a person, by `client.X.claims` and `client.X.groups`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what is wrong by failing"
)]

use entryway_config::{MemoryFiles, Sources, SsoSettings, load};
use entryway_login::Subject;
use entryway_oidc::{Client, GroupNames, Person, RuleFailed, Scopes};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const HEAD: &str = r#"
[domain.staff]
servers    = ["ldaps://dc1.corp.example"]
base       = "dc=corp,dc=example"
attributes = ["departmentNumber"]

[[token]]
name   = "portal"
secret = { file = "portal.token" }

[[home_folder]]
prefix = "/srv"

[sso]
issuer = "https://login.corp.example"

[client.app]
secret        = { file = "one.secret" }
redirect_uris = ["https://app.corp.example/callback"]
"#;

fn sso(text: &str) -> Arc<SsoSettings> {
    let files = MemoryFiles::default()
        .with("entryway.toml", format!("{HEAD}{text}"), 0o600)
        .with("portal.token", "portal-token", 0o600)
        .with("one.secret", "the-first-secret-0123456789\n", 0o600);
    let loaded = load(&Sources::file("entryway.toml").files(files))
        .unwrap_or_else(|report| panic!("it does not load:\n{report}"));
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    loaded.settings.sso.expect("single sign-on")
}

fn app(sso: &SsoSettings) -> &Arc<Client> {
    &sso.clients.first().expect("a client").client
}

fn jdoe() -> Person {
    let groups = ["Engineers", "Admins"].map(str::to_owned);
    Person {
        display_name: Some("John Doe".to_owned()),
        groups: Some(GroupNames {
            names: groups.to_vec(),
            partial: false,
        }),
        attributes: vec![("departmentNumber".into(), vec!["12".to_owned()])],
        ..Person::named("staff:3f2504e0-4f89-11d3-9a0c-0305e82c3301", "jdoe")
    }
}

/// Of the only client, by all that a request may ask.
fn told(text: &str, scopes: &str, person: &Person) -> Result<Vec<(String, Value)>, RuleFailed> {
    let sso = sso(text);
    let scopes = Scopes::parse(scopes).expect("scopes");
    sso.claim_rules().custom(app(&sso), &scopes, person)
}

#[test]
fn a_claim_has_the_type_of_its_expression() {
    let claims = r#"
[client.app.claims]
role       = '"staff/admins" in groups ? "Admin" : "Viewer"'
admin      = '"staff/admins" in groups'
login      = 'name + "@" + domain'
level      = 'size(groups)'
department = 'user.attributes.departmentNumber'
"#;
    let expected = [
        ("role", json!("Admin")),
        ("admin", json!(true)),
        ("login", json!("jdoe@staff")),
        ("level", json!(2)),
        ("department", json!(["12"])),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(told(claims, "openid", &jdoe()), Ok(expected.to_vec()));
}

#[test]
fn the_domain_is_that_of_the_subject() {
    let claims = "[client.app.claims]\ndomain = 'domain'\n";
    for (subject, domain) in [
        ("local:1", "local"),
        ("os:jdoe", "os"),
        ("staff:dn:uid=a", "staff"),
    ] {
        let person = Person {
            subject: Subject(subject.to_owned()),
            ..jdoe()
        };
        let expected = vec![("domain".to_owned(), json!(domain))];
        assert_eq!(told(claims, "openid", &person), Ok(expected));
    }
}

#[test]
fn people_of_a_site_are_seen_under_its_name() {
    let claims = r#"
[client.app.claims]
operator   = '"plant-a/operators" in groups'
login      = 'name'
of_plant   = 'domain == "plant-a"'
department = 'user.attributes.department'

[hub]
url = "https://hub.corp.example"
[site.plant-a]
attributes = ["department"]
"#;
    let jane = Person {
        subject: Subject("plant-a:staff:1".to_owned()),
        name: "plant-a/jane".to_owned(),
        of_site: true,
        groups: Some(GroupNames {
            names: vec!["plant-a/Operators".to_owned()],
            partial: false,
        }),
        attributes: vec![("department".into(), vec!["presses".to_owned()])],
        ..jdoe()
    };
    let expected = [
        ("operator", json!(true)),
        ("login", json!("plant-a/jane")),
        ("of_plant", json!(true)),
        ("department", json!(["presses"])),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(told(claims, "openid", &jane), Ok(expected.to_vec()));
}

#[test]
fn what_says_nothing_is_left_out() {
    let claims = r#"
[client.app.claims]
mail       = 'has(email) ? email : ""'
department = 'user.attributes.departmentNumber.filter(n, n == "40")'
"#;
    assert_eq!(told(claims, "openid", &jdoe()), Ok(vec![]));
}

#[test]
fn an_expression_that_fails_for_a_person_keeps_them_out() {
    let claims = "[client.app.claims]\nmail = 'email'\n";
    assert_eq!(told(claims, "openid", &jdoe()), Err(RuleFailed));
}

#[test]
fn which_rule_failed_is_told_to_whoever_asks_and_no_value_with_it() {
    let sso = sso("[client.app.claims]\nlogin = 'name'\nmail = 'email'\nlevel = 'size(groups)'\n");
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let hears = Arc::clone(&heard);
    let rules = sso.claim_rules_telling(move |failed| {
        let line = format!("{} {}: {}", failed.client, failed.claim, failed.why);
        hears.lock().expect("a list").push(line);
    });
    let scopes = Scopes::parse("openid").expect("a scope");
    let mut person = jdoe();
    assert_eq!(rules.custom(app(&sso), &scopes, &person), Err(RuleFailed));
    person.email = Some("jdoe@corp.example".to_owned());
    person.groups = None;
    assert_eq!(rules.custom(app(&sso), &scopes, &person), Err(RuleFailed));
    assert_eq!(
        *heard.lock().expect("a list"),
        [
            "app mail: `email` is not set; `has` asks whether it is",
            "app level: looks at `groups`, and not all of them are known"
        ]
    );
}

#[test]
fn some_of_somebodys_groups_are_not_taken_for_all_of_them() {
    let claims = "[client.app.claims]\nguest = '!(\"staff/engineers\" in groups)'\n";
    let mut person = jdoe();
    assert!(told(claims, "openid", &person).is_ok());
    if let Some(groups) = &mut person.groups {
        groups.partial = true;
    }
    assert_eq!(told(claims, "openid", &person), Err(RuleFailed));
    person.groups = None;
    assert_eq!(told(claims, "openid", &person), Err(RuleFailed));
    let plain = "[client.app.claims]\nlogin = 'name'\n";
    assert!(
        told(plain, "openid", &person).is_ok(),
        "no group is looked at"
    );
}

#[test]
fn a_claim_of_a_scope_is_told_with_it_alone_and_the_client_may_ask_for_it() {
    let claims = r#"
[client.app.claims]
department = { value = 'user.attributes.departmentNumber', scope = "hr" }
login      = { value = 'name', scope = "profile" }
"#;
    let sso = sso(claims);
    let hr = Scopes::parse("hr").expect("a scope");
    assert!(hr.is_within(&app(&sso).scopes));
    assert_eq!(sso.claim_rules().scopes(), hr, "`profile` is everybody's");
    let names = |scopes: &str| -> Vec<String> {
        let told = told(claims, scopes, &jdoe()).expect("claims");
        told.into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(names("openid"), [""; 0]);
    assert_eq!(names("openid hr"), ["department"]);
    assert_eq!(names("hr openid profile"), ["department", "login"]);
}

#[test]
fn a_claim_without_its_scope_in_the_client_s_list_is_warned_of() {
    let text = format!(
        "{HEAD}scopes = [\"openid\"]\n[client.app.claims]\nlogin = {{ value = 'name', scope = \"hr\" }}\n"
    );
    let files = MemoryFiles::default()
        .with("entryway.toml", text, 0o600)
        .with("portal.token", "portal-token", 0o600)
        .with("one.secret", "the-first-secret-0123456789\n", 0o600);
    let loaded = load(&Sources::file("entryway.toml").files(files)).expect("settings");
    assert_eq!(loaded.warnings.codes().collect::<Vec<_>>(), ["C022"]);
}

#[test]
fn groups_are_shown_by_patterns_for_whole_names_in_any_case() {
    let shown = |text: &str, group: &str| {
        let sso = sso(text);
        sso.claim_rules().shows_group(app(&sso), group)
    };
    let patterns = "groups = [\"grafana-*\", \"Team-?\"]\n";
    for (group, expected) in [
        ("grafana-admins", true),
        ("Grafana-Viewers", true),
        ("team-a", true),
        ("team-ab", false),
        ("old-grafana-admins", false),
        ("", false),
    ] {
        assert_eq!(shown(patterns, group), expected, "{group}");
    }
    assert!(shown("", "anything"));
    assert!(!shown("groups = []\n", "anything"));
}

#[test]
fn a_client_that_is_not_configured_is_told_nothing() {
    let sso = sso("");
    let mut settings = (***app(&sso)).clone();
    settings.id = entryway_oidc::ClientId::parse("other").expect("an id");
    let other = Client::new(settings).expect("a client");
    let rules = sso.claim_rules();
    assert!(!rules.shows_group(&other, "staff"));
    let told = rules.custom(&other, &Scopes::default(), &jdoe());
    assert_eq!(told, Err(RuleFailed));
}

#[test]
fn groups_are_needed_by_a_scope_or_by_an_expression() {
    assert!(sso("").needs_groups());
    assert!(!sso("scopes = [\"openid\"]\n").needs_groups());
    let by_claim = "scopes = [\"openid\"]\n[client.app.claims]\nlevel = 'size(groups)'\n";
    assert!(sso(by_claim).needs_groups());
}
