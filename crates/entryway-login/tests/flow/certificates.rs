//! Whom a certificate lets in.

use super::*;
use entryway_ldap_types::{CertificatePart, Fingerprint};
use entryway_login::{
    Certificate, CertificateAsk, CertificateBy, CertificatePolicy, CertificateRule, DnFilter,
    DnFilters, DnMatch, Judged, LockoutPolicy, Method, Remembered, ReserveOperation, RuleId,
    Settled, Shown, TypeRange, TypeRanges, UserType, begin_certificate, begin_revalidation,
};
use std::sync::Arc;

fn certificate() -> Certificate {
    Certificate {
        upns: vec!["bob@mail.example".to_owned()],
        emails: Vec::new(),
        subject: "uid=bob,ou=people,dc=eng".to_owned(),
        issuer: "CN=Staff CA".to_owned(),
        issuer_for_microsoft: "CN=Staff CA".to_owned(),
        serial: [1].into(),
        key_id: None,
        thumbprint: Fingerprint::new([7; 32]),
        der: Arc::from(b"0".as_slice()),
    }
}

fn trusted() -> Judged {
    Judged::Trusted {
        anchor: "CN=Staff CA".to_owned(),
        unchecked: None,
    }
}

fn rule(by: CertificateBy, filter: &str, domains: &[usize]) -> CertificateRule {
    let allowed = CertificatePart::ALL.map(Placeholder::Certificate);
    let filter = (!filter.is_empty()).then(|| FilterTemplate::parse(filter, &allowed).unwrap());
    let ask = |domain: &usize| CertificateAsk {
        domain: DomainId(*domain),
        filter: filter.clone(),
        active_directory: None,
    };
    CertificateRule {
        by,
        asks: domains.iter().map(ask).collect(),
        rule: RuleId(90),
    }
}

fn by_upn(domains: &[usize]) -> CertificateRule {
    rule(CertificateBy::Upn, "(mail={upn})", domains)
}

fn with_rules(mut policy: LoginPolicy, rules: Vec<CertificateRule>) -> LoginPolicy {
    policy.certificates = Some(CertificatePolicy {
        rules,
        real_users: false,
    });
    policy
}

fn under(dn: Dn) -> DnFilters {
    DnFilters::new(vec![DnFilter {
        class: None,
        matches: DnMatch::Under(dn),
        rule: RuleId(70),
    }])
    .unwrap()
}

fn check_shown(
    policy: &LoginPolicy,
    world: &mut World,
    certificate: Certificate,
    judged: Judged,
    expected: &str,
) -> Decided {
    let attempt = attempt("", SubmittedPassword::NotAsked);
    let now = attempt.started;
    let shown_one = Shown {
        certificate: Arc::new(certificate),
        judged,
    };
    let step = begin_certificate(attempt, shown_one, Arc::new(policy.clone()));
    let decided = world.walk(step, now);
    assert_eq!(shown(&decided), expected, "{:?}", decided.trace);
    assert_eq!(
        replay(&decided.trace),
        decided.decision.verdict(),
        "{:?}",
        decided.trace
    );
    // Nobody sees a password, and no identity's failures are counted.
    assert!(shown_to(world).is_empty());
    assert!(
        world
            .reserved
            .iter()
            .all(|it| matches!(it, ReserveOperation::Address { .. }))
    );
    decided
}

fn check(policy: &LoginPolicy, world: &mut World, expected: &str) -> Decided {
    check_shown(policy, world, certificate(), trusted(), expected)
}

#[test]
fn exactly_one_entry_is_let_in() {
    let policy = with_rules(three(), vec![by_upn(&[0, 1])]);
    let mut world = world(Some("x"), None, Some("x"));
    let decided = check(&policy, &mut world, "accept bob in eng");
    assert_eq!(domains_asked(&world), [0, 1]);
    assert_eq!(world.settled.len(), 1);
    assert_eq!(world.settled[0].1, Settled::Passed);
    let session = session(decided);
    assert_eq!(session.method, Method::Certificate);
    assert_eq!(session.login_name, "bob@mail.example");
}

#[test]
fn two_entries_are_nobody_in_one_domain_or_in_two() {
    let policy = with_rules(three(), vec![by_upn(&[0, 1])]);
    let mut both = world(Some("x"), Some("x"), None);
    check(&policy, &mut both, "ambiguous_login");
    assert_eq!(domains_asked(&both), [0, 1]);
    let twin = with(person("bob2", "eng"), "mail", "bob@mail.example");
    let mut twins = one_world(vec![(person("bob", "eng"), "x"), (twin, "x")]);
    let policy = with_rules(one(|eng| eng), vec![by_upn(&[0])]);
    check(&policy, &mut twins, "ambiguous_login");
}

#[test]
fn the_first_rule_that_finds_somebody_decides() {
    let nobody = rule(CertificateBy::Upn, "(uid={upn})", &[0]);
    let mail = rule(CertificateBy::Email, "(mail={email})", &[0]);
    let subject = rule(CertificateBy::Subject, "(seeAlso={subject})", &[0]);
    let last = rule(CertificateBy::Thumbprint, "(uid={thumbprint})", &[0]);
    let bob = with(person("bob", "eng"), "seeAlso", "uid=bob,ou=people,dc=eng");
    let policy = with_rules(one(|eng| eng), vec![nobody.clone(), mail, subject, last]);
    let mut world = one_world(vec![(bob, "x")]);
    let decided = check(&policy, &mut world, "accept bob in eng");
    let told: Vec<_> = decided
        .trace
        .entries
        .iter()
        .filter_map(|entry| match &entry.record {
            Record::CertificateMapped { by, outcome, .. } => Some((by.as_str(), outcome.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(
        told,
        [
            ("upn", "nobody"),
            ("email", "nothing_there"),
            ("subject", "one")
        ]
    );
    let policy = with_rules(one(|eng| eng), vec![nobody]);
    let mut world = one_world(vec![(person("bob", "eng"), "x")]);
    check(&policy, &mut world, "unknown_login");
}

#[test]
fn a_certificate_in_which_no_rule_finds_anything_asks_nobody() {
    let mail = rule(CertificateBy::Email, "(mail={email})", &[0]);
    let policy = with_rules(one(|eng| eng), vec![mail]);
    let mut world = one_world(vec![(person("bob", "eng"), "x")]);
    check(&policy, &mut world, "certificate_unmapped");
    assert_eq!(domains_asked(&world), [0; 0]);
}

#[test]
fn what_is_not_trusted_asks_nobody_and_counts_against_the_address() {
    let policy = with_rules(one(|eng| eng), vec![by_upn(&[0])]);
    for reason in Reason::OF_A_CERTIFICATE {
        let mut world = one_world(vec![(person("bob", "eng"), "x")]);
        let problem = "it has expired".to_owned();
        let judged = Judged::Refused { reason, problem };
        check_shown(&policy, &mut world, certificate(), judged, reason.code());
        assert!(world.asked.is_empty());
        assert_eq!((world.reserved.len(), world.settled.len()), (1, 0));
    }
    let mut world = one_world(vec![(person("bob", "eng"), "x")]);
    let judged = Judged::NoVerdict {
        fault: Fault::RevocationUnknown,
        problem: "the list is too old".to_owned(),
    };
    check_shown(
        &policy,
        &mut world,
        certificate(),
        judged,
        "revocation_unknown",
    );
    assert_eq!(world.settled[0].1, Settled::NotCounted);
    world.throttled_after = Some(world.reserved.len());
    check(&policy, &mut world, "throttled");
}

#[test]
fn the_entry_says_whether_its_account_may_be_used() {
    let policy = with_rules(one(|eng| eng), vec![by_upn(&[0])]);
    let check_state = |name: &str, value: &str, expected: &str| {
        let mut world = one_world(vec![(with(person("bob", "eng"), name, value), "x")]);
        world.directories[0].lockout = LockoutPolicy::default();
        let decided = check(&policy, &mut world, expected);
        // Whoever has the key guesses nothing.
        assert_eq!(world.settled.len(), 1, "{:?}", decided.trace);
    };
    check_state("userAccountControl", "514", "account_disabled");
    check_state("nsAccountLock", "true", "account_disabled");
    check_state("pwdAccountLockedTime", "000001010000Z", "account_locked");
    check_state("shadowExpire", "1", "account_expired");
    // How old a password is does not matter to whoever shows none.
    check_state("shadowLastChange", "0", "accept bob in eng");
}

#[test]
fn the_rules_of_every_login_hold() {
    let filters = |pattern: &str| {
        let mut policy = with_rules(one(|eng| eng), vec![by_upn(&[0])]);
        let dn = Dn::parse(pattern).unwrap();
        policy.domains[0].dn_filters = under(dn);
        policy
    };
    let bobs = || one_world(vec![(person("bob", "eng"), "x")]);
    check(
        &filters("ou=people,dc=eng"),
        &mut bobs(),
        "accept bob in eng",
    );
    check(
        &filters("ou=robots,dc=eng"),
        &mut bobs(),
        "dn_not_permitted",
    );
}

#[test]
fn real_users_come_in_only_where_they_may() {
    let mut policy = with_rules(one(|eng| eng), vec![by_upn(&[0])]);
    policy.type_ranges = TypeRanges::new(vec![TypeRange {
        from: 1000,
        to: 1999,
        user_type: UserType::Real,
        rule: RuleId(60),
    }]);
    let real = || with(person("bob", "eng"), "uidNumber", "1042");
    let mut world = one_world(vec![(real(), "x")]);
    check(&policy, &mut world, "not_for_real_users");
    if let Some(certificates) = &mut policy.certificates {
        certificates.real_users = true;
    }
    check(&policy, &mut world, "accept bob in eng");
}

#[test]
fn a_domain_that_is_down_is_no_answer() {
    let mut policy = with_rules(three(), vec![by_upn(&[0, 1])]);
    let mut world = world(Some("x"), None, None);
    let ops = Directory::of("ops", Vec::new()).down(ServerFault::Unreachable);
    world.directories[1] = ops;
    check(&policy, &mut world, "directory_unreachable");
    // Whoever is there may have the same certificate, and a weaker rule is not asked because a stronger has no answer.
    policy.domains[1].when_down = WhenDown::Skip;
    check(&policy, &mut world, "directory_unreachable");
    let mut policy = with_rules(three(), vec![by_upn(&[1]), by_upn(&[0])]);
    policy.domains[1].when_down = WhenDown::Skip;
    check(&policy, &mut world, "directory_unreachable");
}

#[test]
fn only_an_entry_with_this_very_certificate_is_its_holder() {
    let own = rule(CertificateBy::Entry, "", &[0]);
    let policy = with_rules(one(|eng| eng), vec![own]);
    let check_value = |value: &str, anyway: bool, expected: &str| {
        let bob = with(person("bob", "eng"), "userCertificate;binary", value);
        let mut world = one_world(vec![(bob, "x")]);
        // As a server does that compares issuer and number alone.
        world.directories[0].finds_anyway = anyway;
        check(&policy, &mut world, expected);
    };
    check_value("0", false, "accept bob in eng");
    check_value("1", false, "unknown_login");
    check_value("1", true, "unknown_login");
}

#[test]
fn a_name_that_only_the_server_calls_equal_is_another_s() {
    let policy = with_rules(
        one(|eng| eng),
        vec![rule(CertificateBy::Upn, "(userPrincipalName={upn})", &[0])],
    );
    let check_name = |name: &str, expected: &str| {
        let bob = with(person("bob", "eng"), "userPrincipalName", name);
        let mut world = one_world(vec![(bob, "x")]);
        // As Active Directory does that looks at no accents.
        world.directories[0].finds_anyway = true;
        check(&policy, &mut world, expected);
    };
    check_name("bob@mail.example", "accept bob in eng");
    check_name(" BOB@mail.example ", "accept bob in eng");
    check_name("böb@mail.example", "unknown_login");
    check_name("b\u{ad}ob@mail.example", "unknown_login");
    // A filter that looks for part of a name says itself what is enough.
    let part = rule(CertificateBy::Upn, "(mail={upn}*)", &[0]);
    let bob = with(person("bob", "eng"), "mail", "bob@mail.example.org");
    let mut world = one_world(vec![(bob, "x")]);
    world.directories[0].finds_anyway = true;
    let policy = with_rules(one(|eng| eng), vec![part]);
    check(&policy, &mut world, "accept bob in eng");
}

#[test]
fn a_session_by_certificate_is_asked_about_as_any_other() {
    let policy = with_rules(one(|eng| eng), vec![by_upn(&[0])]);
    let bob = with(person("bob", "eng"), "entryUUID", "u-1");
    let mut world = one_world(vec![(bob.clone(), "x")]);
    let decided = check(&policy, &mut world, "accept bob in eng");
    let session = session(decided);
    let remembered = Remembered::of(&session, session.authenticated_at);
    let mut ask = |now: Entry, expected: &str| {
        world.directories[0].people = vec![(now, "x")];
        let attempt = attempt("", SubmittedPassword::NotAsked);
        let started = attempt.started;
        let step = begin_revalidation(remembered.clone(), attempt, Arc::new(policy.clone()));
        let decided = world.walk(step, started);
        assert_eq!(shown(&decided), expected, "{:?}", decided.trace);
        assert_eq!(replay(&decided.trace), decided.decision.verdict());
        decided
    };
    let again = ask(bob.clone(), "accept bob in eng");
    let Decision::Accept(again) = &again.decision else {
        panic!("accepted a moment ago");
    };
    assert_eq!(again.method, Method::Certificate);
    // A password that was changed is not what they came by.
    let changed = with(bob.clone(), "pwdChangedTime", "20260101000000Z");
    ask(changed, "accept bob in eng");
    let off = with(bob, "nsAccountLock", "true");
    ask(off, "account_disabled");
}

#[test]
fn nobody_is_asked_where_certificates_are_not_asked_for() {
    let mut world = one_world(vec![(person("bob", "eng"), "x")]);
    check(&one(|eng| eng), &mut world, "ldap_disabled");
    let mut policy = with_rules(one(|eng| eng), vec![by_upn(&[0])]);
    policy.ldap = LdapUse::Disabled;
    check(&policy, &mut world, "ldap_disabled");
    assert!(world.asked.is_empty() && world.reserved.is_empty());
}
