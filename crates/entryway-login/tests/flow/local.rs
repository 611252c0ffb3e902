//! Local accounts and the order of authorities.

use super::*;
use entryway_login::{LocalOutcome, PasswordMismatch, StoreUnavailable};

fn policy_of(ldap: LdapUse) -> LoginPolicy {
    let mut policy = three();
    policy.ldap = ldap;
    policy.os_users = true;
    policy
}

/// `bob` at the store, in `eng` and at the operating system, each with its password.
fn everywhere(local: &'static str, eng: &'static str, os: &'static str) -> World {
    let mut world = world(Some(eng), None, None);
    world.accounts = Ok(vec![(account("bob", KeptIn::Store), local)]);
    world.os = vec![(os_account("bob"), os)];
    world
}

fn nowhere_but_os() -> World {
    let mut world = world(None, None, None);
    world.os = vec![(os_account("bob"), "right")];
    world
}

/// Name typed, how it ends, and who saw the password.
fn check_order(ldap: LdapUse, mut world: World, typed: &str, expected: &str, shown: &[&str]) {
    check(policy_of(ldap), &mut world, typed, expected);
    assert_eq!(shown_to(&world), shown, "{ldap:?} {typed:?}");
}

#[test]
fn optional_asks_the_store_then_the_domains_then_the_system() {
    use LdapUse::Optional;
    let all = || everywhere("right", "right", "right");
    check_order(Optional, all(), "bob", "accept bob in local", &["local"]);
    // Blanks and case do not make another account.
    check_order(Optional, all(), " BOB ", "accept bob in local", &["local"]);
    check_order(
        Optional,
        world(Some("right"), None, None),
        "bob",
        "accept bob in eng",
        &["eng"],
    );
    check_order(
        Optional,
        nowhere_but_os(),
        "bob",
        "accept bob in os",
        &["os"],
    );
    check_order(Optional, all(), "eng/bob", "accept bob in eng", &["eng"]);
    // A named domain is asked alone.
    check_order(Optional, all(), "ops/bob", "unknown_login", &[]);
    let mut local = everywhere("right", "other", "right");
    check(policy_of(Optional), &mut local, "ops\\bob", "unknown_login");
    let asked_store = local
        .asked
        .iter()
        .any(|asked| matches!(asked, Asked::FindLocal(_)));
    assert!(!asked_store, "{:?}", local.asked);
}

#[test]
fn required_asks_the_domains_alone() {
    use LdapUse::Required;
    let all = || everywhere("right", "other", "right");
    check_order(Required, all(), "bob", "wrong_password", &["eng"]);
    check_order(Required, nowhere_but_os(), "bob", "unknown_login", &[]);
    let mut only_local = everywhere("right", "other", "right");
    only_local.directories[0].people.clear();
    let decided = check(policy_of(Required), &mut only_local, "bob", "unknown_login");
    assert!(shown_to(&only_local).is_empty());
    let left_out = Record::LocalLooked(LocalOutcome::LeftOut { name: "bob".into() });
    assert!(records(&decided).any(|record| format!("{record:?}") == format!("{left_out:?}")));
}

#[test]
fn disabled_asks_no_domain() {
    use LdapUse::Disabled;
    let all = || everywhere("right", "right", "right");
    check_order(Disabled, all(), "bob", "accept bob in local", &["local"]);
    check_order(Disabled, all(), "eng/bob", "ldap_disabled", &[]);
    check_order(
        Disabled,
        nowhere_but_os(),
        "bob",
        "accept bob in os",
        &["os"],
    );
    check_order(
        Disabled,
        world(Some("right"), None, None),
        "bob",
        "unknown_login",
        &[],
    );
    // The trace names no domain that is not asked.
    let decided = check(
        policy_of(Disabled),
        &mut nowhere_but_os(),
        "bob",
        "accept bob in os",
    );
    let tries = records(&decided).find_map(|record| match record {
        Record::NameRead { tries, rule, .. } => Some((tries.len(), *rule)),
        _ => None,
    });
    assert_eq!(tries, Some((0, None)));
}

#[test]
fn a_local_account_decides() {
    for ldap in [LdapUse::Optional, LdapUse::Disabled] {
        let world = everywhere("other", "right", "right");
        check_order(ldap, world, "bob", "wrong_password", &["local"]);
    }
    let mut off = everywhere("right", "right", "right");
    off.accounts.as_mut().unwrap()[0].0.enabled = false;
    check_order(
        LdapUse::Optional,
        off,
        "bob",
        "account_disabled",
        &["local"],
    );
}

fn continuing(ldap: LdapUse) -> LoginPolicy {
    let mut policy = policy_of(ldap);
    policy.local_password_mismatch = PasswordMismatch::Continue;
    policy
}

fn check_continued(mut world: World, ldap: LdapUse, expected: &str, shown: &[&str]) -> World {
    check(continuing(ldap), &mut world, "bob", expected);
    assert_eq!(shown_to(&world), shown);
    world
}

#[test]
fn a_mismatch_may_go_on() {
    use LdapUse::{Disabled, Optional};
    let fresh = || everywhere("other", "right", "right");
    check_continued(fresh(), Optional, "accept bob in eng", &["local", "eng"]);
    // What is right there is not asked elsewhere.
    check_continued(
        everywhere("right", "other", "other"),
        Optional,
        "accept bob in local",
        &["local"],
    );
    check_continued(
        everywhere("other", "other", "right"),
        Optional,
        "wrong_password",
        &["local", "eng"],
    );
    check_continued(fresh(), Disabled, "wrong_password", &["local"]);
    // Nobody else knows the name; the account does.
    let mut alone = everywhere("other", "right", "right");
    alone.directories[0].people.clear();
    alone.os.clear();
    check_continued(alone, Optional, "wrong_password", &["local"]);
    // One that is switched off lets no namesake in.
    let mut off = fresh();
    off.accounts.as_mut().unwrap()[0].0.enabled = false;
    check_continued(off, Optional, "wrong_password", &["local"]);
    // No verdict is no mismatch.
    let mut busy = fresh();
    busy.verifies = false;
    check_continued(busy, Optional, "store_unavailable", &["local"]);
}

fn kept_in_directory(change: impl FnOnce(&mut LocalAccount)) -> World {
    let mut account = account("bob", KeptIn::Directory);
    change(&mut account);
    let mut world = world(Some("right"), None, None);
    world.accounts = Ok(vec![(account, "never asked")]);
    world.os = vec![(os_account("bob"), "right")];
    world
}

#[test]
fn an_account_whose_password_is_in_the_directory_gives_what_it_has() {
    for ldap in [LdapUse::Optional, LdapUse::Required] {
        let mut world = kept_in_directory(|_| {});
        let session = session(check(
            policy_of(ldap),
            &mut world,
            "bob",
            "accept bob in eng",
        ));
        assert_eq!((session.uid, session.gid), (Some(77), Some(78)));
        assert_eq!(session.home.as_deref(), Some("/local/bob"));
        assert_eq!(session.subject.0, "eng:dn:uid=bob,ou=people,dc=eng");
    }
    // What it does not have stays the entry's.
    let mut world = kept_in_directory(|account| (account.uid, account.home) = (None, None));
    world.directories[0].people[0].0 = with(person("bob", "eng"), "uidNumber", "1042");
    let session = session(check(
        policy_of(LdapUse::Optional),
        &mut world,
        "bob",
        "accept bob in eng",
    ));
    assert_eq!((session.uid, session.gid), (Some(1042), Some(78)));
    assert_eq!(session.home.as_deref(), Some("/home/bob"));
}

/// Everything that reaches bob of `eng`, the first default domain.
const SPELLINGS: [&str; 7] = [
    "bob",
    " BOB ",
    "Robert",
    "eng/bob",
    "ENG\\Bob",
    "bob@eng.example",
    "bob@mail.example",
];

fn spelt() -> LoginPolicy {
    let mut policy = policy_of(LdapUse::Optional);
    policy.domains[0].suffixes = vec!["eng.example".to_owned()];
    policy.domains[0].defaults.auth_by_email = true;
    policy.domains[0] = searching(policy.domains[0].clone(), |people| {
        people.search_attribute = None;
        people.filter = template("(|(uid={user})(cn={login}))");
        people.by_email = Some(template("(mail={login})"));
    });
    policy
}

fn also_robert(mut world: World) -> World {
    let bob = &mut world.directories[0].people[0].0;
    *bob = with(bob.clone(), "cn", "Robert");
    world
}

#[test]
fn no_spelling_goes_around_an_account() {
    for typed in SPELLINGS {
        let mut off = also_robert(kept_in_directory(|account| account.enabled = false));
        check(spelt(), &mut off, typed, "account_disabled");
        assert_eq!(shown_to(&off), ["eng"], "{typed}");
        let mut off = also_robert(kept_in_directory(|account| account.enabled = false));
        check_with(
            spelt(),
            &mut off,
            typed,
            SubmittedPassword::NotAsked,
            "account_disabled",
        );
        let mut on = also_robert(kept_in_directory(|_| {}));
        let session = session(check(spelt(), &mut on, typed, "accept bob in eng"));
        assert_eq!(
            (session.uid, session.gid, session.home.as_deref()),
            (Some(77), Some(78), Some("/local/bob")),
            "{typed}"
        );
    }
}

#[test]
fn an_account_is_the_sessions_and_not_that_of_what_was_typed() {
    // Another value of bob's entry is the name of somebody else's account.
    let mut theirs = also_robert(kept_in_directory(|account| account.name = "Robert".into()));
    let decided = check(spelt(), &mut theirs, "Robert", "accept bob in eng");
    let looked = records(&decided).filter(|record| matches!(record, Record::LocalLooked(_)));
    assert_eq!(looked.count(), 2);
    assert_eq!(session(decided).home.as_deref(), Some("/home/bob"));
    // Switched off, it lets nobody in.
    let mut off = also_robert(kept_in_directory(|account| {
        (account.name, account.enabled) = ("Robert".into(), false);
    }));
    check(spelt(), &mut off, "Robert", "account_disabled");
    check(spelt(), &mut off, "bob", "accept bob in eng");
    // One with a password of its own is another person.
    let mut own = everywhere("other", "right", "right");
    own.accounts.as_mut().unwrap()[0].0.enabled = false;
    check(spelt(), &mut own, "eng/bob", "accept bob in eng");
}

#[test]
fn an_account_is_a_default_domains() {
    let beside = |ops, sec| {
        let mut world = world(None, ops, sec);
        world.accounts = Ok(vec![(account("bob", KeptIn::Directory), "")]);
        world
    };
    // The second default domain's, too: a bare name may mean it.
    for typed in ["bob", "ops/bob"] {
        let mut world = beside(Some("right"), None);
        let session = session(check(three(), &mut world, typed, "accept bob in ops"));
        assert_eq!(session.uid, Some(77), "{typed}");
    }
    // No bare name means the third.
    let mut off = beside(None, Some("right"));
    off.accounts.as_mut().unwrap()[0].0.enabled = false;
    let session = session(check(three(), &mut off, "sec/bob", "accept bob in sec"));
    assert_eq!(session.home.as_deref(), Some("/home/bob"));
}

#[test]
fn the_store_goes_away_after_the_bind() {
    let mut world = kept_in_directory(|_| {});
    world.accounts = Err(StoreUnavailable("gone".to_owned()));
    check(spelt(), &mut world, "eng/bob", "store_unavailable");
    assert_eq!(shown_to(&world), ["eng"]);
}

#[test]
fn what_an_account_gives_is_looked_at_too() {
    let mut odd = kept_in_directory(|account| account.home = Some("../x".to_owned()));
    check(
        policy_of(LdapUse::Optional),
        &mut odd,
        "bob",
        "invalid_attribute",
    );
    let mut odd = everywhere("right", "right", "right");
    odd.accounts.as_mut().unwrap()[0].0.home = Some("relative".to_owned());
    check(
        policy_of(LdapUse::Optional),
        &mut odd,
        "bob",
        "invalid_attribute",
    );
}

#[test]
fn a_directory_account_that_is_switched_off_or_found_nowhere() {
    let mut off = kept_in_directory(|account| account.enabled = false);
    check(
        policy_of(LdapUse::Optional),
        &mut off,
        "bob",
        "account_disabled",
    );
    assert_eq!(shown_to(&off), ["eng"]);
    // The domains decide: neither the store nor the system sees its password.
    let mut nowhere = kept_in_directory(|_| {});
    nowhere.directories[0].people.clear();
    check(
        policy_of(LdapUse::Optional),
        &mut nowhere,
        "bob",
        "unknown_login",
    );
    check(
        policy_of(LdapUse::Disabled),
        &mut nowhere,
        "bob",
        "unknown_login",
    );
    assert!(shown_to(&nowhere).is_empty());
}

#[test]
fn without_the_store_nobody_with_a_bare_name_is_judged() {
    for ldap in [LdapUse::Optional, LdapUse::Required, LdapUse::Disabled] {
        let mut world = everywhere("right", "right", "right");
        world.accounts = Err(StoreUnavailable("gone".to_owned()));
        check(policy_of(ldap), &mut world, "bob", "store_unavailable");
        assert!(shown_to(&world).is_empty());
    }
}

#[test]
fn a_local_account_explained() {
    let mut world = everywhere("right", "right", "right");
    let policy = policy_of(LdapUse::Optional);
    check_with(
        policy,
        &mut world,
        "bob",
        SubmittedPassword::NotAsked,
        "would accept bob in local",
    );
    assert!(shown_to(&world).is_empty());
}

#[test]
fn a_local_session() {
    let mut world = everywhere("right", "right", "right");
    let session = session(check(
        policy_of(LdapUse::Optional),
        &mut world,
        "bob",
        "accept bob in local",
    ));
    assert_eq!(session.subject.0, "local:7");
    assert_eq!(
        (session.uid, session.home.as_deref()),
        (Some(77), Some("/local/bob"))
    );
    assert_eq!((session.dn, session.server), (None, None));
    assert_eq!(session.shell.as_deref(), Some("/bin/sh"));
}
