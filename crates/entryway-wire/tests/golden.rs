//! Golden documents of whole logins. `UPDATE_GOLDEN=1` writes them anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)] // what is odd here is a failed test

#[path = "../../entryway-login/tests/support/mod.rs"]
mod support;

use entryway_ldap_types::{PasswordPolicy, PasswordPolicyError, ResultCode};
use entryway_login::{
    ChangeReply, ChangeUnanswered, Decided, LoginPolicy, MapTarget, MapValues, OnInvalid, RuleId,
    ServerFault, SubmittedPassword, WhenDown,
};
use entryway_wire::{LoginRequest, explanation, login_response};
use support::world::{Directory, World};
use support::{attempt, domain, entry, given, map, mapping, policy, searching, template};

fn check(name: &str, document: &impl serde::Serialize) {
    let text = serde_json::to_string_pretty(document).expect("a document can be written") + "\n";
    let golden = format!("{}/tests/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &text).expect("the golden file can be written");
    }
    let expected = std::fs::read_to_string(&golden).expect("the golden file is there");
    assert_eq!(expected, text, "{name}: UPDATE_GOLDEN=1 writes it anew");
    assert!(
        ["null", "right-password", "new-password"]
            .iter()
            .all(|never| !text.contains(never)),
        "{text}"
    );
}

/// What the login gives its caller, and what `explain` says of it.
fn check_both(name: &str, decided: &Decided) {
    check(&format!("{name}.login"), &login_response(decided, true));
    check_explained(name, decided);
}

fn check_explained(name: &str, decided: &Decided) {
    let place = |rule: RuleId| Some(format!("entryway.toml:{}", rule.0));
    let domain_name = |id: entryway_login::DomainId| ["staff", "partners"].get(id.0).copied();
    check(
        &format!("{name}.explain"),
        &explanation(decided, &place, &domain_name),
    );
}

fn jdoe() -> Directory {
    let person = entry(
        "uid=jdoe,ou=people,dc=staff",
        &[
            ("objectClass", &["person"]),
            ("uid", &["jdoe"]),
            ("cn", &["Jane \"Jay\" Doe"]),
            ("mail", &["jane@corp.example"]),
            ("entryUUID", &["3f2504e0-4f89-11d3-9a0c-0305e82c3301"]),
            ("uidNumber", &["1042"]),
            ("gidNumber", &["many"]),
            ("departmentNumber", &["12", "14"]),
        ],
    );
    Directory::of("staff", vec![(person, "right-password")])
}

fn staff() -> LoginPolicy {
    let staff = mapping(domain("staff"), |maps| {
        maps.iter_mut()
            .filter(|map| map.target == MapTarget::Gid)
            .for_each(|map| map.on_invalid = OnInvalid::Default);
        let mut department = map(MapTarget::Custom("department".into()), "departmentNumber");
        department.values = MapValues::List;
        maps.push(department);
    });
    policy(vec![staff, domain("partners")])
}

fn login(
    policy: LoginPolicy,
    directory: Directory,
    name: &str,
    password: SubmittedPassword,
) -> Decided {
    World::of(vec![directory, Directory::of("partners", vec![])])
        .login(policy, attempt(name, password))
}

#[test]
fn accepted() {
    let warning = PasswordPolicy {
        expires_in: Some(86_400),
        ..PasswordPolicy::default()
    };
    let directory = jdoe().answering(ResultCode::SUCCESS, "", Some(warning));
    check_both(
        "accept",
        &login(staff(), directory, "staff/JDoe", given("right-password")),
    );
}

#[test]
fn would_be_accepted() {
    check_both(
        "would_accept",
        &login(staff(), jdoe(), "jdoe", SubmittedPassword::NotAsked),
    );
}

#[test]
fn wrong_password() {
    let diagnostic =
        "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 52e, v1db1";
    let directory = jdoe().answering(ResultCode::INVALID_CREDENTIALS, diagnostic, None);
    check_both(
        "wrong_password",
        &login(staff(), directory, "jdoe", given("no")),
    );
}

#[test]
fn unknown_and_not_by_mail() {
    let mut policy = staff();
    policy.domains[0] = searching(policy.domains[0].clone(), |people| {
        people.by_email = Some(template("(mail={login})"))
    });
    check_both(
        "unknown_login",
        &login(policy, jdoe(), "jane@corp.example", given("right-password")),
    );
}

#[test]
fn must_change() {
    let reset = PasswordPolicy {
        error: Some(PasswordPolicyError::ChangeAfterReset),
        ..PasswordPolicy::default()
    };
    let directory = jdoe().answering(ResultCode::SUCCESS, "", Some(reset));
    check_both(
        "change_password",
        &login(staff(), directory, "jdoe", given("right-password")),
    );
}

/// Only the record of decisions and explanations of it show these.
#[test]
fn changes_of_a_password() {
    let change = |reply| {
        let mut directory = jdoe();
        directory.change = reply;
        let attempt = attempt("jdoe", given("right-password"));
        World::of(vec![directory]).change(staff(), attempt, "new-password")
    };
    let answered = |code, diagnostic: &str, error| {
        Some(Ok(ChangeReply {
            code,
            diagnostic: diagnostic.to_owned(),
            policy: Some(PasswordPolicy {
                error,
                ..PasswordPolicy::default()
            }),
        }))
    };
    check_explained("changed", &change(None));
    let short = Some(PasswordPolicyError::PasswordTooShort);
    let refused = answered(ResultCode::CONSTRAINT_VIOLATION, "too few letters", short);
    check_explained("new_password_too_short", &change(refused));
    let lost = Some(Err(ChangeUnanswered {
        written: true,
        fault: ServerFault::Unreachable,
        cause: "the connection ended before the answer".to_owned(),
    }));
    check_explained("password_change_unknown", &change(lost));
}

#[test]
fn out_of_reach() {
    let mut policy = staff();
    policy.domains[0].when_down = WhenDown::Skip;
    check_both(
        "directory_unreachable",
        &login(
            policy,
            jdoe().down(ServerFault::Unreachable),
            "jdoe",
            given("right-password"),
        ),
    );
}

#[test]
fn unusable_attributes() {
    let mut policy = staff();
    policy.domains[0]
        .maps
        .iter_mut()
        .for_each(|map| map.on_invalid = OnInvalid::Refuse);
    policy.domains[0].defaults.shell = None;
    policy.home_folders = entryway_login::HomeFolders::default();
    check_both(
        "invalid_attribute",
        &login(policy, jdoe(), "jdoe", given("right-password")),
    );
}

#[test]
fn not_searched() {
    let mut policy = staff();
    policy.domains[0] = searching(policy.domains[0].clone(), |people| {
        people.search_attribute = None;
        people.filter = template("(&(uid={user})(ou={suffix}*))");
    });
    check_both(
        "not_searched",
        &login(policy, jdoe(), "jdoe", given("right-password")),
    );
}

#[test]
fn unusable_identity() {
    let mut directory = jdoe();
    let second = entry("dc=x", &[("entryUUID", &["somebody-elses"])]).attributes;
    directory.people[0].0.attributes.extend(second);
    check_both(
        "unusable_identity",
        &login(staff(), directory, "jdoe", given("right-password")),
    );
}

#[test]
fn refused_before_anything_is_asked() {
    check_both(
        "malformed_login",
        &login(staff(), jdoe(), "jdoe\u{7}", given("right-password")),
    );
    check_both(
        "unknown_domain",
        &login(staff(), jdoe(), "nowhere/jdoe", given("right-password")),
    );
}

/// The request keeps what was sent, and the login is who refuses it.
#[test]
fn a_password_with_a_nul_in_it() {
    let body = br#"{"login_name": "jdoe", "password": "right-password\u0000"}"#;
    let LoginRequest {
        login_name,
        password,
        ..
    } = LoginRequest::from_json(body).unwrap();
    check_both(
        "malformed_password",
        &login(staff(), jdoe(), &login_name, password),
    );
}
