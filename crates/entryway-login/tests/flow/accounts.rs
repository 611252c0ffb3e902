//! From a verified password to a session, or to the reason why not.

use super::*;

#[test]
fn the_account_is_looked_at_after_the_bind() {
    let disabled = with(person("bob", "eng"), "userAccountControl", "514");
    let mut world = one_world(vec![(disabled, "right")]);
    check(one(|eng| eng), &mut world, "bob", "account_disabled");
    assert_eq!(world.binds(), 1);
    check_with(
        one(|eng| eng),
        &mut world,
        "bob",
        given("other"),
        "wrong_password",
    );
    let locked = with(
        person("bob", "eng"),
        "pwdAccountLockedTime",
        "000001010000Z",
    );
    check(
        one(|eng| eng),
        &mut one_world(vec![(locked, "right")]),
        "bob",
        "account_locked",
    );
    let expired = with(person("bob", "eng"), "shadowExpire", "20000");
    check(
        one(|eng| eng),
        &mut one_world(vec![(expired, "right")]),
        "bob",
        "account_expired",
    );
}

#[test]
fn without_a_password_everything_but_the_bind_happens() {
    let check_unasked = |person: Entry, expected: &str| {
        let mut world = one_world(vec![(person, "right")]);
        let decided = check_with(
            one(|eng| eng),
            &mut world,
            "bob",
            SubmittedPassword::NotAsked,
            expected,
        );
        assert_eq!(world.binds(), 0);
        assert!(
            decided
                .trace
                .entries
                .iter()
                .any(|entry| matches!(entry.record, Record::PasswordNotChecked))
        );
    };
    check_unasked(person("bob", "eng"), "would accept bob in eng");
    check_unasked(
        with(person("bob", "eng"), "userAccountControl", "2"),
        "account_disabled",
    );
    check_unasked(
        with(person("bob", "eng"), "uidNumber", "many"),
        "invalid_attribute",
    );
    check_with(
        one(|eng| eng),
        &mut one_world(vec![]),
        "bob",
        SubmittedPassword::NotAsked,
        "unknown_login",
    );
}

fn answering(code: u32, diagnostic: &str, error: Option<PasswordPolicyError>) -> World {
    let policy = error.map(|error| PasswordPolicy {
        error: Some(error),
        ..PasswordPolicy::default()
    });
    World::of(vec![
        Directory::of("eng", vec![(person("bob", "eng"), "right")]).answering(
            ResultCode(code),
            diagnostic,
            policy,
        ),
    ])
}

#[test]
fn a_password_that_must_be_changed_is_a_challenge() {
    let must_change =
        "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 773, v1db1";
    let decided = check(
        one(|eng| eng),
        &mut answering(49, must_change, None),
        "bob",
        "change_password",
    );
    assert_eq!(
        decided.decision.verdict(),
        Verdict::Challenge(Challenge::ChangePassword)
    );
    check(
        one(|eng| eng),
        &mut answering(0, "", Some(PasswordPolicyError::ChangeAfterReset)),
        "bob",
        "change_password",
    );
}

#[test]
fn a_challenge_is_not_for_a_disabled_account() {
    let disabled = with(person("bob", "eng"), "userAccountControl", "514");
    let policy = PasswordPolicy {
        error: Some(PasswordPolicyError::ChangeAfterReset),
        ..PasswordPolicy::default()
    };
    let directory = Directory::of("eng", vec![(disabled, "right")]).answering(
        ResultCode::SUCCESS,
        "",
        Some(policy),
    );
    check(
        one(|eng| eng),
        &mut World::of(vec![directory]),
        "bob",
        "account_disabled",
    );
}

#[test]
fn a_referral_is_not_followed_with_a_password() {
    let mut world = answering(10, "", None);
    check(
        one(|eng| eng),
        &mut world,
        "bob",
        "directory_refused_operation",
    );
    assert_eq!(world.binds(), 1);
}

#[test]
fn every_unusable_and_missing_attribute_is_named_at_once() {
    let odd = with(
        with(person("bob", "eng"), "uidNumber", "many"),
        "homeDirectory",
        "relative",
    );
    let mut policy = one(|mut eng| {
        eng.defaults.shell = None;
        eng
    });
    policy.home_folders = entryway_login::HomeFolders::default();
    let decided = check(
        policy,
        &mut one_world(vec![(odd, "right")]),
        "bob",
        "invalid_attribute",
    );
    let named = decided
        .trace
        .entries
        .iter()
        .find_map(|entry| match &entry.record {
            Record::Required { missing, invalid } => Some((
                missing.clone(),
                invalid
                    .iter()
                    .map(|(target, _)| target.clone())
                    .collect::<Vec<_>>(),
            )),
            _ => None,
        });
    assert_eq!(
        named,
        Some((
            vec![MapTarget::Shell],
            vec![MapTarget::Uid, MapTarget::Home]
        ))
    );
}

/// Refused after the bind, and the trace says which part of whom and why.
fn check_unusable(person: Entry, part: IdentityPart, from: &str, problem: &str) {
    let mut world = one_world(vec![(person, "right")]);
    let decided = check(one(|eng| eng), &mut world, "bob", "invalid_attribute");
    let said = decided
        .trace
        .entries
        .iter()
        .find_map(|entry| match &entry.record {
            Record::IdentityUnusable {
                part,
                from,
                problem,
                ..
            } => Some((*part, from.to_string(), problem.clone())),
            _ => None,
        });
    assert_eq!(said, Some((part, from.to_owned(), problem.to_owned())));
}

#[test]
fn a_name_that_what_was_typed_would_choose() {
    let mut two = with(person("bob", "eng"), "uid", "root");
    check(
        one(|eng| eng),
        &mut one_world(vec![(two.clone(), "right")]),
        "root",
        "accept bob in eng",
    );
    (two.dn, two.dn_text) = (
        Dn::parse("cn=b,ou=people,dc=eng").unwrap(),
        "cn=b,ou=people,dc=eng".into(),
    );
    check_unusable(
        two,
        IdentityPart::Name,
        "uid",
        "has 2 values, none of them in the entry's own RDN, expected one",
    );
}

#[test]
fn a_filter_without_an_equality_lets_nobody_choose_a_name() {
    let by = |filter: &str| {
        one(|eng| {
            searching(eng, |people| {
                people.search_attribute = None;
                people.filter = template(filter);
            })
        })
    };
    for (filter, expected) in [
        ("(cn:caseIgnoreMatch:={login})", "accept Bob in eng"),
        ("(cn~={login})", "accept Bob in eng"),
        ("(cn=*{login}*)", "accept Bob in eng"),
        ("(:caseIgnoreMatch:={login})", "missing_attribute"),
    ] {
        let bob = with(person("bob", "eng"), "cn", "Bob");
        let mut world = one_world(vec![(bob, "right")]);
        world.directories[0].finds_anyway = true;
        check(by(filter), &mut world, "alice", expected);
    }
    // Several values, and none of them the entry's own: nobody says which.
    let two = with(with(person("bob", "eng"), "cn", "Bob"), "cn", "alice");
    let mut world = one_world(vec![(two, "right")]);
    world.directories[0].finds_anyway = true;
    let policy = by("(cn:caseIgnoreMatch:={login})");
    check(policy, &mut world, "alice", "invalid_attribute");
}

#[test]
fn a_subject_that_might_be_anothers() {
    let two = with(
        with(person("bob", "eng"), "entryUUID", "victim"),
        "entryUUID",
        "mine",
    );
    check_unusable(
        two,
        IdentityPart::Subject,
        "entryUUID",
        "has 2 values, expected one",
    );
    check_unusable(
        with(person("bob", "eng"), "objectGUID", "short"),
        IdentityPart::Subject,
        "objectGUID",
        "has 5 bytes, expected 16",
    );
}

#[test]
fn a_whole_session() {
    let mut bob = person("bob", "eng");
    for (name, value) in [
        ("entryUUID", "3F2504E0-4F89-11D3-9A0C-0305E82C3301"),
        ("cn", "Bob Roe"),
        ("uidNumber", "1042"),
        ("gidNumber", "100"),
        ("loginShell", "/bin/zsh"),
        ("departmentNumber", "12"),
    ] {
        bob = with(bob, name, value);
    }
    let policy = one(|eng| {
        mapping(eng, |maps| {
            maps.push(map(
                MapTarget::Custom("department".into()),
                "departmentNumber",
            ))
        })
    });
    let warning = PasswordPolicy {
        expires_in: Some(86_400),
        ..PasswordPolicy::default()
    };
    let directory = Directory::of("eng", vec![(bob, "right")]).answering(
        ResultCode::SUCCESS,
        "",
        Some(warning),
    );
    let decided = check(
        policy,
        &mut World::of(vec![directory]),
        "ENG/BOB",
        "accept bob in eng",
    );
    let Decision::Accept(session) = decided.decision else {
        unreachable!()
    };
    let session = session.into_session();
    assert_eq!(
        session.subject.0,
        "eng:3f2504e0-4f89-11d3-9a0c-0305e82c3301"
    );
    assert_eq!((session.uid, session.gid), (Some(1042), Some(100)));
    assert_eq!(
        (
            session.login_name.as_str(),
            session.dn.as_deref().unwrap_or_default()
        ),
        ("ENG/BOB", "uid=bob,ou=people,dc=eng")
    );
    assert_eq!(session.home.as_deref(), Some("/home/bob"));
    assert_eq!(session.shell.as_deref(), Some("/bin/zsh"));
    assert_eq!(
        (session.email.as_deref(), session.display_name.as_deref()),
        (Some("bob@mail.example"), Some("Bob Roe"))
    );
    assert_eq!(
        session.attributes,
        [("department".into(), vec!["12".to_owned()])]
    );
    assert_eq!(session.password.expires_in, Some(86_400));
}
