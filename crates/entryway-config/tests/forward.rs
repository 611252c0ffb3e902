//! Forward authentication: what comes of `[forward_auth]`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what is wrong by failing"
)]

mod support;

use entryway_config::{ForwardSettings, Loaded, MemoryFiles};
use entryway_forward::{Answer, Asked, Kind, Page, Somebody, Step, begin};
use entryway_login::Subject;
use entryway_oidc::{GroupNames, Person};
use std::sync::Arc;
use std::time::Duration;
use support::HEAD;

const MORE: &str = r#"
[[user_class]]
name = "engineers"
users = "j*"

[server]
trusted_proxies = ["127.0.0.1"]

[sso]
issuer = "https://login.corp.example"
"#;

fn loaded(text: &str) -> Loaded {
    support::read(&format!("{HEAD}{MORE}{text}"), MemoryFiles::default())
        .unwrap_or_else(|report| panic!("it does not load:\n{report}"))
}

fn forward(text: &str) -> Arc<ForwardSettings> {
    let Loaded {
        settings, warnings, ..
    } = loaded(text);
    assert!(warnings.is_empty(), "{warnings}");
    settings.forward.expect("forward authentication")
}

fn person(class: Option<&str>, groups: &[&str]) -> Person {
    Person {
        class: class.map(str::to_owned),
        groups: Some(GroupNames {
            names: groups.iter().map(|name| (*name).to_owned()).collect(),
            partial: false,
        }),
        ..Person::named("staff:1", "jdoe")
    }
}

/// The answer to a page that somebody asks for.
fn answer(settings: &ForwardSettings, method: &str, place: &str, person: &Person) -> Answer {
    let (host, path) = place.split_at(place.find('/').expect("a path"));
    let asked = Asked {
        page: Page::read(method, "https", host, path),
        kind: Kind::Program,
        has_cookie: true,
        basic: None,
    };
    match begin(&settings.rules, asked) {
        Step::FindSession(_, after) => {
            let somebody = Somebody::Person(Arc::new(person.clone()));
            match after.resume(&somebody) {
                Step::Answer(answer) => answer,
                _ => panic!("a second question"),
            }
        }
        Step::Answer(answer) => answer,
        Step::VerifyBasic(..) => panic!("nobody sent a password"),
    }
}

#[test]
fn without_a_table_there_is_none() {
    assert!(loaded("").settings.forward.is_none());
}

#[test]
fn a_host_is_enough() {
    let forward = forward("[[forward_auth.rule]]\nhost = \"wiki.corp.example\"\n");
    assert_eq!(forward.basic_life, Duration::from_secs(60));
    assert!(forward.rules.needs_groups());
    let code = |place| answer(&forward, "GET", place, &person(None, &[])).code();
    assert_eq!(code("wiki.corp.example/x"), "pass");
    assert_eq!(code("forum.corp.example/x"), "no_rule");
}

#[test]
fn every_criterion_of_a_row_counts() {
    let forward = forward(
        r#"
[forward_auth]
groups = ["wiki-*"]
basic_life = "5s"

[[forward_auth.rule]]
host  = "wiki.corp.example"
class = "engineers"
group = "staff/wiki-editors"
when  = '!("staff/interns" in groups)'

[[forward_auth.rule]]
host    = "forum.corp.example:8443"
path    = "/api/"
methods = ["get", "PUT"]

[[forward_auth.rule]]
host    = "wiki.corp.example"
path    = "/old"
public  = true
enabled = false
"#,
    );
    assert_eq!(forward.basic_life, Duration::from_secs(5));
    let code = |method, place, class, groups: &[&str]| {
        answer(&forward, method, place, &person(class, groups)).code()
    };
    let engineers = Some("engineers");
    let editors = ["wiki-editors"];
    assert_eq!(
        code("GET", "wiki.corp.example/", engineers, &editors),
        "pass"
    );
    assert_eq!(
        code("GET", "wiki.corp.example/", None, &editors),
        "not_admitted"
    );
    assert_eq!(
        code("GET", "wiki.corp.example/", engineers, &[]),
        "not_admitted"
    );
    let interns = ["wiki-editors", "interns"];
    assert_eq!(
        code("GET", "wiki.corp.example/", engineers, &interns),
        "not_admitted"
    );
    // What is switched off is not there.
    assert_eq!(
        code("GET", "wiki.corp.example/old", None, &[]),
        "not_admitted"
    );
    assert_eq!(
        code("HEAD", "forum.corp.example:8443/api", None, &[]),
        "pass"
    );
    assert_eq!(
        code("POST", "forum.corp.example:8443/api/x", None, &[]),
        "no_rule"
    );
    let told = answer(
        &forward,
        "GET",
        "wiki.corp.example/",
        &person(engineers, &["wiki-editors", "x"]),
    );
    let Answer::Pass(identity) = told else {
        panic!("{told:?}")
    };
    let mut headers = identity.headers();
    assert!(headers.any(|header| header == ("remote-groups", "wiki-editors")));
}

#[test]
fn a_table_without_rules_does_nothing_and_says_so() {
    let loaded = loaded("[forward_auth]\nbasic_life = \"5s\"\n");
    assert!(loaded.warnings.to_string().contains("C022"));
    let forward = loaded.settings.forward.expect("forward authentication");
    assert!(!forward.rules.needs_groups());
}

/// What a site is told that somebody of this domain is called.
fn called(head: &str, of: &str) -> String {
    let rule = "[[forward_auth.rule]]\nhost = \"wiki.corp.example\"\n";
    let loaded = loaded(&format!("{head}{rule}"));
    let forward = loaded.settings.forward.expect("forward authentication");
    let person = Person {
        subject: Subject(format!("{of}:1")),
        ..person(None, &[])
    };
    let Answer::Pass(identity) = answer(&forward, "GET", "wiki.corp.example/", &person) else {
        panic!("everybody is let in");
    };
    let mut headers = identity.headers();
    let (_, value) = headers
        .find(|(name, _)| *name == "remote-user")
        .expect("a name");
    value.to_owned()
}

#[test]
fn a_name_says_where_somebody_is_from_unless_only_one_could_be_meant() {
    assert_eq!(called("", "staff"), "jdoe");
    assert_eq!(called("", "local"), "local/jdoe");
    let several = "[domain.partners]\nservers = [\"ldaps://dc2.corp.example\"]\nbase = \"dc=p\"\n";
    assert_eq!(called(several, "staff"), "staff/jdoe");
    assert_eq!(called(several, "partners"), "partners/jdoe");
}
