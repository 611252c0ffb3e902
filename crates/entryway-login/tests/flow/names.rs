//! Names: what is refused unasked, who is found, who is not.

use super::*;

#[test]
fn malformed_names_and_passwords_are_asked_of_nobody() {
    let long = "x".repeat(257);
    for typed in [
        "",
        "  ",
        "bo\0b",
        "bob\n",
        "eng/",
        "/bob",
        "@eng",
        long.as_str(),
    ] {
        let mut world = one_world(vec![]);
        check(one(|eng| eng), &mut world, typed, "malformed_login");
        assert!(world.asked.is_empty());
    }
    let long = "x".repeat(1025);
    for password in [
        long.as_str(),
        "\0",
        "right\0",
        "right\n",
        "ri\tght",
        "right\u{7f}",
        "right\u{85}",
    ] {
        let mut world = one_world(vec![(person("bob", "eng"), "right")]);
        check_with(
            one(|eng| eng),
            &mut world,
            "bob",
            given(password),
            "malformed_login",
        );
        assert!(world.asked.is_empty());
    }
}

#[test]
fn any_other_password_is_the_directorys_to_judge() {
    for password in ["pässwörd", " ", "a b", "🙂\u{200b}", "\u{feff}"] {
        let mut world = one_world(vec![(person("bob", "eng"), password)]);
        check_with(
            one(|eng| eng),
            &mut world,
            "bob",
            given(password),
            "accept bob in eng",
        );
    }
}

#[test]
fn an_unknown_domain_is_final() {
    let mut world = world(Some("right"), None, None);
    check(three(), &mut world, "nowhere/bob", "unknown_domain");
    assert!(world.asked.is_empty());
}

#[test]
fn directories_switched_off() {
    let off = || {
        let mut policy = three();
        policy.ldap = LdapUse::Disabled;
        policy
    };
    // A bare name may still be a local account's.
    for (typed, expected) in [("bob", "unknown_login"), ("nowhere/bob", "unknown_domain")] {
        let mut world = world(Some("right"), None, None);
        check(off(), &mut world, typed, expected);
        assert!(domains_asked(&world).is_empty());
    }
    for typed in ["eng/bob", "eng\\bob"] {
        let mut world = world(Some("right"), None, None);
        let decided = check(off(), &mut world, typed, "ldap_disabled");
        assert!(world.asked.is_empty());
        // Nothing is said of domains that nobody looked at.
        assert!(
            matches!(&decided.trace.entries[0].record, Record::NameRefused { login_name, .. } if login_name == typed),
            "{:?}",
            decided.trace
        );
    }
}

#[test]
fn without_default_domains_a_bare_name_is_unknown_and_the_trace_says_why() {
    let mut policy = three();
    policy.default_domains.clear();
    let decided = check(
        policy,
        &mut world(Some("right"), None, None),
        "bob",
        "unknown_login",
    );
    assert!(
        matches!(&decided.trace.entries[0].record, Record::NameRead { tries, rule: Some(_), .. } if tries.is_empty())
    );
}

#[test]
fn an_ambiguous_name_tries_no_password_anywhere() {
    let twins = vec![
        (person("bob", "eng"), "right"),
        (with(person("b", "eng"), "uid", "bob"), "right"),
    ];
    let mut world = World::of(vec![
        Directory::of("eng", twins),
        Directory::of("ops", vec![(person("bob", "ops"), "right")]),
    ]);
    let decided = check(
        policy(vec![domain("eng"), domain("ops")]),
        &mut world,
        "bob",
        "ambiguous_login",
    );
    assert_eq!((domains_asked(&world), world.binds()), (vec![0], 0));
    let dns = decided
        .trace
        .entries
        .iter()
        .find_map(|entry| match &entry.record {
            Record::Searched {
                outcome: SearchOutcome::Ambiguous { dns },
                ..
            } => Some(dns.clone()),
            _ => None,
        });
    assert_eq!(dns.map(|dns| dns.len()), Some(2));
}

#[test]
fn an_entry_without_a_name_is_never_bound() {
    for nameless in ["", "  "] {
        let policy = one(|eng| {
            searching(eng, |people| {
                (people.base, people.base_text) = (Dn::default(), "".into())
            })
        });
        let somebody = entry(nameless, &[("objectClass", &["person"]), ("uid", &["bob"])]);
        let mut world = one_world(vec![(somebody, "right")]);
        check(policy, &mut world, "bob", "directory_protocol_error");
        assert_eq!(world.binds(), 0);
    }
}

/// `eng` has people with any suffix, `ops` asks for no suffix.
fn suffixed(by_email: bool) -> LoginPolicy {
    let mut policy = three();
    policy.domains[0] = searching(policy.domains[0].clone(), |people| {
        people.search_attribute = None;
        people.filter = template("(&(uid={user})(mail=*{suffix}))");
        people.by_email = by_email.then(|| template("(mail={login})"));
    });
    policy
}

#[test]
fn a_bare_name_is_nobody_where_the_filter_wants_a_suffix() {
    for (ops, expected) in [
        (Some("right"), "accept bob in ops"),
        (None, "unknown_login"),
    ] {
        let mut world = world(Some("right"), ops, None);
        let decided = check(suffixed(false), &mut world, "bob", expected);
        assert_eq!(domains_asked(&world), [1]);
        let said = decided.trace.entries.iter().find_map(|entry| {
            let Record::NotSearched {
                domain,
                placeholder,
                by_email,
                ..
            } = &entry.record
            else {
                return None;
            };
            Some((domain.0, placeholder.to_string(), *by_email))
        });
        assert_eq!(said, Some((0, "{suffix}".to_owned(), false)));
    }
    // The search by mail has what it needs.
    let mut world = world(None, None, None);
    check(suffixed(true), &mut world, "bob", "unknown_login");
    assert_eq!(domains_asked(&world), [0, 1]);
}

#[test]
fn however_many_domains_want_a_suffix() {
    let mut policy = suffixed(false);
    policy.default_domains = vec![DomainId(0); 20_000];
    let mut world = world(Some("right"), None, None);
    check(policy, &mut world, "bob", "unknown_login");
    assert!(domains_asked(&world).is_empty());
}

#[test]
fn mail_logins_need_the_entrys_leave() {
    let policy = || {
        one(|mut eng| {
            eng.defaults.auth_by_email = true;
            let eng = mapping(eng, |maps| {
                maps.push(map(MapTarget::AuthByEmail, "mailLogin"))
            });
            searching(eng, |people| {
                people.by_email = Some(template("(mail={login})"))
            })
        })
    };
    let mut world = one_world(vec![(
        with(person("bob", "eng"), "mailLogin", "no"),
        "right",
    )]);
    let decided = check(policy(), &mut world, "bob@mail.example", "unknown_login");
    assert_eq!(world.binds(), 0);
    let not_allowed = |entry: &entryway_login::TraceEntry| {
        matches!(
            &entry.record,
            Record::Searched {
                outcome: SearchOutcome::MailNotAllowed { .. },
                by_email: true,
                ..
            }
        )
    };
    assert!(decided.trace.entries.iter().any(not_allowed));
    // By name the same person gets in, and no mail search is made.
    check(policy(), &mut world, "bob", "accept bob in eng");
    assert_eq!(domains_asked(&world), [0, 0, 0]);
}

#[test]
fn a_policy_that_names_a_domain_it_lacks_lets_nobody_in() {
    let mut policy = three();
    policy.default_domains = vec![DomainId(7)];
    check(
        policy,
        &mut world(Some("right"), None, None),
        "bob",
        "directory_refused_operation",
    );
}

/// A domain without a dialect: `uid` in most directories, `sAMAccountName` in Active Directory.
fn undecided() -> LoginPolicy {
    one(|eng| {
        let account = attribute("sAMAccountName");
        let other = searching(eng.clone(), |people| {
            people.filter = FilterTemplate::equality(Some("user"), &account, Placeholder::Login);
            people.search_attribute = Some(account);
            people.id_attributes = vec![attribute("objectGUID")];
        });
        let other = mapping(other, |maps| maps.clear());
        DomainPolicy {
            active_directory: Some(Box::new(other)),
            ..eng
        }
    })
}

#[test]
fn a_directory_that_says_it_is_active_directory_is_asked_as_one() {
    let bob = entry(
        "cn=Bob,ou=people,dc=eng",
        &[
            ("objectClass", &["user"]),
            ("uid", &["robert"]),
            ("sAMAccountName", &["bob"]),
            ("objectGUID", &["0123456789abcdef"]),
            ("entryUUID", &["another"]),
            // A network share there, and no home.
            ("homeDirectory", &["\\\\files\\bob"]),
        ],
    );
    let mut world = one_world(vec![(bob, "right")]);
    check(undecided(), &mut world, "bob", "unknown_login");
    world.directories[0].active_directory = true;
    world.asked.clear();
    let decided = check(undecided(), &mut world, "bob", "accept bob in eng");
    let filter = "(&(objectClass=user)(sAMAccountName=bob))";
    assert!(world.asked.contains(&Asked::Find {
        domain: 0,
        filter: filter.to_owned()
    }));
    let traced = records(&decided).find_map(|record| match record {
        Record::Searched { filter, .. } => Some(filter.to_string()),
        _ => None,
    });
    assert_eq!(traced.as_deref(), Some(filter));
    let session = session(decided);
    assert_eq!(session.home.as_deref(), Some("/home/bob"));
    let (by, value) = session.anchor.identity.clone().unwrap();
    assert_eq!(
        (by.to_string().as_str(), &*value),
        ("objectGUID", b"0123456789abcdef".as_slice())
    );
    // Whether they are still welcome is asked of the same kind of directory.
    let remembered = entryway_login::Remembered::of(&session, session.authenticated_at);
    world.asked.clear();
    let again = attempt("", SubmittedPassword::NotAsked);
    let now = again.started;
    let step = entryway_login::begin_revalidation(remembered, again, undecided().into());
    assert_eq!(shown(&world.walk(step, now)), "accept bob in eng");
    let Asked::Find { filter, .. } = &world.asked[0] else {
        panic!("{:?}", world.asked);
    };
    assert!(
        filter.contains("objectClass=user") && filter.contains("sAMAccountName=*"),
        "{filter}"
    );
}
