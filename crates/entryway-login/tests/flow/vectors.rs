//! The reference vectors about finding people and their mail, names and homes; those about accounts and rules are in `local`, `os` and `rules`.

use super::*;

#[test]
fn vector_3_a_named_domain_alone_is_asked() {
    let mut world = world(Some("other"), Some("other"), Some("right"));
    check(three(), &mut world, "Sec/bob", "accept bob in sec");
    assert_eq!(domains_asked(&world), [2]);
}

#[test]
fn vector_4_absent_in_the_named_domain() {
    let mut world = world(Some("right"), None, None);
    check(three(), &mut world, "Sec/bob", "unknown_login");
    assert_eq!((domains_asked(&world), world.binds()), (vec![2], 0));
}

#[test]
fn vector_5_the_first_record_decides() {
    let mut world = world(Some("other"), Some("right"), None);
    check(three(), &mut world, "bob", "wrong_password");
    assert_eq!((domains_asked(&world), world.binds()), (vec![0], 1));
}

#[test]
fn vector_6_found_in_the_second_domain() {
    let mut world = world(None, Some("right"), None);
    check(three(), &mut world, "bob", "accept bob in ops");
    assert_eq!(domains_asked(&world), [0, 1]);
}

#[test]
fn vector_8_the_second_server_when_the_first_is_down() {
    let mut world = world(Some("right"), None, None);
    world.directories[0].servers = vec![
        ("ldaps://dc1.eng".into(), Some(ServerFault::Unreachable)),
        ("ldaps://dc2.eng".into(), None),
    ];
    let decided = check(three(), &mut world, "bob", "accept bob in eng");
    let [.., Asked::Bind { server, .. }, Asked::FindLocal(_)] = world.asked.as_slice() else {
        panic!("no bind")
    };
    assert_eq!(server, "ldaps://dc2.eng");
    let Decision::Accept(session) = &decided.decision else {
        unreachable!()
    };
    assert_eq!(session.server.as_deref(), Some("ldaps://dc2.eng"));
}

#[test]
fn vector_9_nobody_knows_the_name() {
    let mut world = world(None, None, Some("right"));
    check(three(), &mut world, "bob", "unknown_login");
    assert_eq!(domains_asked(&world), [0, 1]);
}

#[test]
fn vectors_10_and_11_no_home() {
    let mut policy = one(|eng| eng);
    policy.home_folders = entryway_login::HomeFolders::default();
    let decided = check(
        policy,
        &mut one_world(vec![(person("bob", "eng"), "right")]),
        "bob",
        "missing_attribute",
    );
    let required = decided
        .trace
        .entries
        .iter()
        .find_map(|entry| match &entry.record {
            Record::Required { missing, invalid } => Some((missing.clone(), invalid.clone())),
            _ => None,
        });
    assert_eq!(required, Some((vec![MapTarget::Home], Vec::new())));
}

#[test]
fn vector_12_the_row_for_everybody() {
    let decided = check(
        one(|eng| eng),
        &mut one_world(vec![(person("bob", "eng"), "right")]),
        "bob",
        "accept bob in eng",
    );
    let Decision::Accept(session) = &decided.decision else {
        unreachable!()
    };
    assert_eq!(session.home.as_deref(), Some("/home/bob"));
}

fn by_mail(filter: &str) -> LoginPolicy {
    one(|mut eng| {
        eng.defaults.auth_by_email = true;
        searching(eng, |people| people.by_email = Some(template(filter)))
    })
}

#[test]
fn vector_20_login_by_mail_beside_another_attribute() {
    let mut world = one_world(vec![(person("bob", "eng"), "right")]);
    check(
        by_mail("(|(mobile={login})(mail={login}))"),
        &mut world,
        "bob@mail.example",
        "accept bob in eng",
    );
    assert_eq!(domains_asked(&world), [0, 0]);
}

#[test]
fn vector_21_a_filter_that_wants_another_part() {
    let mut world = one_world(vec![(person("bob", "eng"), "right")]);
    check(
        by_mail("(mail={user})"),
        &mut world,
        "bob@mail.example",
        "unknown_login",
    );
}

#[test]
fn vector_22_a_whole_filter_gets_nothing_added() {
    let policy = one(|eng| {
        searching(eng, |people| {
            people.search_attribute = None;
            people.filter = template("(uid={login})");
        })
    });
    let device = entry(
        "uid=bob,ou=people,dc=eng",
        &[("objectClass", &["device"]), ("uid", &["bob"])],
    );
    check(
        policy,
        &mut one_world(vec![(device, "right")]),
        "bob",
        "accept bob in eng",
    );
}

#[test]
fn vector_23_what_is_typed_is_a_value() {
    for typed in ["*", "a)(uid=*", "bob*", "bob)(objectClass=*"] {
        let mut world = one_world(vec![(person("bob", "eng"), "right")]);
        check(one(|eng| eng), &mut world, typed, "unknown_login");
        assert_eq!(world.binds(), 0);
    }
}

#[test]
fn vector_24_an_empty_password_is_asked_of_nobody() {
    let mut world = one_world(vec![(person("bob", "eng"), "right")]);
    let decided = check_with(
        one(|eng| eng),
        &mut world,
        "bob",
        given(""),
        "malformed_login",
    );
    assert!(world.asked.is_empty());
    assert!(matches!(
        decided.trace.entries[0].record,
        Record::PasswordRefused { .. }
    ));
}

#[test]
fn vector_25_an_untrusted_server_is_a_server_that_does_not_serve() {
    let mut world = world(Some("right"), None, None);
    world.directories[0].servers = vec![
        ("ldaps://dc1.eng".into(), Some(ServerFault::TlsUntrusted)),
        ("ldaps://dc2.eng".into(), None),
    ];
    check(three(), &mut world, "bob", "accept bob in eng");
    world.directories[0].servers.pop();
    check(three(), &mut world, "bob", "tls_untrusted");
}

#[test]
fn vector_26_a_name_that_cannot_be_a_folder() {
    let odd = entry(
        r"uid=a\<b,ou=people,dc=eng",
        &[("objectClass", &["person"]), ("uid", &["a<b"])],
    );
    let decided = check(
        one(|eng| eng),
        &mut one_world(vec![(odd, "right")]),
        "a<b",
        "invalid_attribute",
    );
    let refused = decided
        .trace
        .entries
        .iter()
        .any(|entry| match &entry.record {
            Record::Homed(HomeResult::Refused { problem, .. }) => problem.contains("`<`"),
            _ => false,
        });
    assert!(refused);
}
