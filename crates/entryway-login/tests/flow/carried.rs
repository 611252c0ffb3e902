//! What a session carries under its own name.

use super::*;
use entryway_login::{Carried, Session};
use support::{attribute, carry};

fn carrying(carried: Carried) -> LoginPolicy {
    one(|mut eng| {
        eng.carry = carry(&[]);
        eng.carry.attributes = carried;
        mapping(eng, |maps| {
            maps.push(map(MapTarget::Custom("Mobile".into()), "mobile"))
        })
    })
}

fn named(names: &[&str]) -> Carried {
    Carried::Named(names.iter().map(|name| attribute(name)).collect())
}

fn check_carried(carried: Carried, person: Entry) -> (Box<Session>, Vec<(String, String)>) {
    let mut world = one_world(vec![(person, "right")]);
    let decided = check(carrying(carried), &mut world, "bob", "accept bob in eng");
    let left_out = records(&decided).find_map(|record| match record {
        Record::Carried { left_out, .. } => Some(left_out.clone()),
        _ => None,
    });
    (session(decided), left_out.unwrap_or_default())
}

fn keys(session: &Session) -> Vec<&str> {
    session.attributes.iter().map(|(key, _)| &**key).collect()
}

#[test]
fn what_is_named_and_nothing_else() {
    let bob = with(with(person("bob", "eng"), "l", "Berlin"), "o", "Acme");
    let (session, left_out) = check_carried(named(&["l", "street", "L"]), bob.clone());
    assert_eq!(
        session.attributes,
        [("l".into(), vec!["Berlin".to_owned()])]
    );
    assert!(left_out.is_empty());
    assert!(check_carried(named(&[]), bob).0.attributes.is_empty());
}

#[test]
fn everything_is_still_no_secret() {
    let mut bob = person("bob", "eng");
    for (name, value) in [
        ("userPassword", "{SSHA}x"),
        ("unicodePwd", "x"),
        ("ms-Mcs-AdmPwd", "x"),
        ("l", "Berlin"),
    ] {
        bob = with(bob, name, value);
    }
    let (session, left_out) = check_carried(Carried::All, bob);
    assert_eq!(keys(&session), ["objectClass", "uid", "mail", "l"]);
    assert_eq!(left_out.len(), 3);
    assert!(left_out.iter().all(|(_, why)| why == "it is secret"));
}

#[test]
fn a_secret_is_not_carried_by_its_name_either() {
    let bob = with(person("bob", "eng"), "userPassword", "{SSHA}x");
    let (session, left_out) = check_carried(named(&["userPassword;x-a", "USERPASSWORD"]), bob);
    assert!(session.attributes.is_empty());
    assert_eq!(left_out.len(), 1);
}

#[test]
fn a_map_has_the_name_in_any_case() {
    let bob = with(person("bob", "eng"), "mobile", "1");
    let (session, left_out) = check_carried(named(&["mobile"]), bob);
    assert_eq!(keys(&session), ["Mobile"]);
    assert_eq!(
        left_out,
        [("mobile".to_owned(), "a map has this name".to_owned())]
    );
}

#[test]
fn a_map_that_gave_nothing_has_the_name_too() {
    let carrying = |carried: Carried| {
        one(|mut eng| {
            eng.carry.attributes = carried;
            mapping(eng, |maps| {
                maps.push(map(MapTarget::Custom("title".into()), "employeeType"))
            })
        })
    };
    for carried in [named(&["title"]), named(&["TITLE"]), Carried::All] {
        let bob = with(person("bob", "eng"), "title", "admin");
        let mut world = one_world(vec![(bob, "right")]);
        let decided = check(carrying(carried), &mut world, "bob", "accept bob in eng");
        let session = session(decided);
        assert!(
            !keys(&session)
                .iter()
                .any(|key| key.eq_ignore_ascii_case("title"))
        );
    }
}

#[test]
fn options_do_not_make_another_attribute() {
    let bob = with(
        with(person("bob", "eng"), "l;lang-de", "München"),
        "l",
        "Munich",
    );
    let (session, _) = check_carried(named(&["l"]), bob);
    assert_eq!(
        session.attributes,
        [("l".into(), vec!["München".to_owned(), "Munich".to_owned()])]
    );
}

#[test]
fn what_is_no_line_of_text_or_too_much_is_left_out_whole() {
    let mut bob = with(person("bob", "eng"), "street", "1\n2");
    let many: Vec<String> = (0..1001).map(|at| at.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let long = "x".repeat(70_000);
    for (name, values) in [
        ("o", many.as_slice()),
        ("l", &[long.as_str()]),
        ("st", &["Bavaria"]),
    ] {
        bob.attributes
            .extend(entry("dc=x", &[(name, values)]).attributes);
    }
    let (session, left_out) = check_carried(named(&["street", "o", "l", "st"]), bob);
    assert_eq!(keys(&session), ["st"]);
    let why: Vec<&str> = left_out.iter().map(|(_, why)| why.as_str()).collect();
    assert_eq!(
        why,
        [
            "a value is not a line of text",
            "the session is full",
            "the session is full"
        ]
    );
}
