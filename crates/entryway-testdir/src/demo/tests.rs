//! What the demo promises of its people.

use super::*;
use crate::Options;
use crate::bind::{self, Verdict};
use entryway_ldap_types::{Filter, PasswordPolicyError, ResultCode, Scope};

fn find(directory: &Directory, filter: &str) -> Vec<usize> {
    directory
        .search(BASE, Scope::Subtree, &Filter::parse(filter).unwrap())
        .unwrap()
}

fn by_name(directory: &Directory, name: &str) -> Vec<usize> {
    let name = name.replace('(', "\\28").replace(')', "\\29");
    find(directory, &format!("(&(objectClass=person)(uid={name}))"))
}

/// The bind that a login of this name comes to.
fn verdict(directory: &Directory, login: WalkLogin) -> Verdict {
    let found = by_name(directory, login.name);
    assert_eq!(found.len(), 1, "{login:?}");
    let dn = &directory.entry(found[0]).unwrap().dn_text;
    bind::judge(
        directory,
        &Options::default(),
        dn,
        login.password.as_bytes(),
    )
}

#[test]
fn forty_people_and_each_password_is_as_the_hint_says() {
    let directory = directory().unwrap();
    let people = find(&directory, "(objectClass=person)");
    assert_eq!(people.len(), 40);
    for number in people {
        let entry = directory.entry(number).unwrap();
        assert!(
            entry.has_password(password(entry.text("uid").unwrap()).as_bytes()),
            "{}",
            entry.dn_text
        );
    }
    let service = bind::judge(
        &directory,
        &Options::default(),
        SERVICE_DN,
        service_password().as_bytes(),
    );
    assert_eq!(service.code, ResultCode::SUCCESS);
}

#[test]
fn the_walk_shows_what_it_says() {
    let directory = directory().unwrap();
    let check = |login, code, error: Option<PasswordPolicyError>| {
        let verdict = verdict(&directory, login);
        assert_eq!(
            (verdict.code, verdict.policy.and_then(|policy| policy.error)),
            (code, error),
            "{login:?}"
        );
    };
    check(RIGHT, ResultCode::SUCCESS, None);
    check(WRONG_PASSWORD, ResultCode::INVALID_CREDENTIALS, None);
    check(
        LOCKED,
        ResultCode::INVALID_CREDENTIALS,
        Some(PasswordPolicyError::AccountLocked),
    );
    check(
        EXPIRED,
        ResultCode::INVALID_CREDENTIALS,
        Some(PasswordPolicyError::PasswordExpired),
    );
    check(
        MUST_CHANGE,
        ResultCode::SUCCESS,
        Some(PasswordPolicyError::ChangeAfterReset),
    );
    check(NO_HOME, ResultCode::SUCCESS, None);
    check(ODD_NAME, ResultCode::SUCCESS, None);
    assert_eq!(by_name(&directory, UNKNOWN.name), []);
    assert_eq!(by_name(&directory, AMBIGUOUS.name).len(), 2);
    let in_people = directory
        .search(
            PEOPLE,
            Scope::Subtree,
            &Filter::parse("(uid=schen)").unwrap(),
        )
        .unwrap();
    assert_eq!(
        in_people.len(),
        2,
        "ambiguous also for who searches `ou=people` alone"
    );
}

#[test]
fn most_have_what_a_session_needs() {
    let directory = directory().unwrap();
    let complete = find(
        &directory,
        "(&(objectClass=person)(uidNumber=*)(gidNumber=*)(homeDirectory=/home/*)(loginShell=*)(mail=*)(displayName=*))",
    );
    assert_eq!(complete.len(), 39);
    let numbers: std::collections::HashSet<i64> = complete
        .iter()
        .filter_map(|&number| directory.entry(number).unwrap().number("uidnumber"))
        .collect();
    assert_eq!(numbers.len(), complete.len(), "no two share a uidNumber");
    assert_eq!(
        find(&directory, "(mail=workshop@novak-servis.example)").len(),
        2
    );
}

#[test]
fn photos_are_small_distinct_jpegs() {
    let directory = directory().unwrap();
    let mut seen = std::collections::HashSet::new();
    for number in find(&directory, "(jpegPhoto=*)") {
        let photo = directory
            .entry(number)
            .unwrap()
            .values("jpegphoto")
            .next()
            .unwrap()
            .raw
            .clone();
        assert!(
            photo.starts_with(b"\xff\xd8\xff\xe0")
                && photo.ends_with(b"\xff\xd9")
                && photo.len() < 400
        );
        assert!(seen.insert(photo));
    }
    assert!(seen.len() >= 20, "{}", seen.len());
}

#[test]
fn groups_nest_three_deep_and_in_a_circle() {
    let directory = directory().unwrap();
    let within = |group: &str| {
        let filter = format!(
            "(&(objectClass=person)(memberOf:1.2.840.113556.1.4.1941:=cn={group},{GROUPS}))"
        );
        let found = find(&directory, &filter);
        found
            .iter()
            .map(|&number| {
                directory
                    .entry(number)
                    .unwrap()
                    .text("uid")
                    .unwrap()
                    .to_owned()
            })
            .collect::<Vec<_>>()
    };
    let engineers = within("engineers");
    // engineers > platform > platform-oncall > incident > platform-oncall
    for uid in ["hbergstrom", "aokafor", "tnakamura", "cobrien"] {
        assert!(engineers.iter().any(|member| member == uid), "{uid}");
    }
    assert_eq!(within("incident"), within("platform-oncall"));
    assert_eq!(within("alumni"), Vec::<String>::new());
}
