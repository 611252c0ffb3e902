//! What was typed, asked of several domains: partial answers, `unique`, and what is abandoned.

#![allow(clippy::unwrap_used)] // functions beside `#[test]` ones

mod support;

use entryway_directory::{Domain, Domains, Finder};
use entryway_ldap::Server;
use entryway_ldap_types::{Filter, FilterTemplate, Placeholder, ResultCode};
use entryway_lookup::{EntryId, Kinds, Missing, PersonLookup, PersonQuestion, Refused, Wanted};
use entryway_testdir::faults::{Fault, FaultPlan, Gate};
use entryway_testdir::{Kind, Options, TestServer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::PATIENCE;
use support::groups::{group, start};
use support::lookups::{Sum, WANTED, check, finder, finder_with, misspelt_groups, policy, resolve};

fn people(names: &[(&str, &str)]) -> String {
    let each = names.iter().map(|(uid, cn)| {
        format!(
            "\ndn: uid={uid},ou=people,dc=example,dc=com\nobjectClass: person\nuid: {uid}\ncn: {cn}\nmail: {uid}@corp.example\nl: Bern\nemployeeType: staff\n"
        )
    });
    each.collect()
}

async fn directory(names: &[(&str, &str)]) -> TestServer {
    start(&people(names), Options::default()).await
}

/// Accepts and says nothing.
async fn silent() -> (tokio::net::TcpListener, SocketAddr) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

#[tokio::test]
async fn a_domain_that_hangs_while_three_answer_costs_no_more_than_the_deadline() {
    let (one, two, three) = (
        directory(&[("jdoe", "Jane Doe")]).await,
        directory(&[("jane", "Jane Roe")]).await,
        directory(&[("bob", "Bob")]).await,
    );
    let (_hangs, address) = silent().await;
    let finder = finder(&[
        ("one", one.ldap_addr()),
        ("hangs", address),
        ("two", two.ldap_addr()),
        ("three", three.ldap_addr()),
    ]);
    let since = Instant::now();
    let question = entryway_lookup::ResolveQuestion {
        queries: vec!["jane".to_owned(), "bob".to_owned(), "j".to_owned()],
        wanted: WANTED,
        domains: Vec::new(),
        deadline: since + Duration::from_millis(1500),
    };
    let answers = entryway_lookup::NameLookup::resolve(&finder, question).await;
    assert!(
        since.elapsed() < Duration::from_millis(1500),
        "{:?}",
        since.elapsed()
    );
    check(&answers[0], "partial", &["two/Jane Roe", "one/Jane Doe"]);
    check(&answers[1], "partial", &["three/Bob"]);
    check(&answers[2], "bad_format", &[]);
    assert_eq!(answers[0].gaps.len(), 1);
    assert_eq!(&*answers[0].gaps[0].domain, "hangs");
}

#[tokio::test]
async fn the_first_domain_with_a_match_ends_it_and_what_hangs_behind_it_is_not_waited_for() {
    let one = directory(&[("jdoe", "Jane Doe")]).await;
    let (_hangs, address) = silent().await;
    let wanted = Wanted {
        all_domains: false,
        ..WANTED
    };
    let finder_one = finder(&[("one", one.ldap_addr()), ("hangs", address)]);
    let since = Instant::now();
    check(
        &resolve(&finder_one, "jane", wanted).await,
        "matched",
        &["one/Jane Doe"],
    );
    assert!(
        since.elapsed() < Duration::from_secs(1),
        "{:?}",
        since.elapsed()
    );
    let unique = Wanted {
        unique: true,
        ..wanted
    };
    check(
        &resolve(&finder_one, "jane", unique).await,
        "matched",
        &["one/Jane Doe"],
    );
}

#[tokio::test]
async fn unique_names_nobody_where_a_domain_is_down() {
    let one = directory(&[("jdoe", "Jane Doe")]).await;
    let down = support::nobody().await;
    let finder = finder(&[("down", down), ("one", one.ldap_addr())]);
    for all_domains in [true, false] {
        let wanted = Wanted {
            unique: true,
            all_domains,
            ..WANTED
        };
        let answer = resolve(&finder, "jane", wanted).await;
        check(&answer, "partial", &[]);
        assert_eq!(answer.gaps[0].why.code(), "directory_unreachable");
    }
    let wanted = Wanted {
        all_domains: false,
        ..WANTED
    };
    check(
        &resolve(&finder, "jane", wanted).await,
        "partial",
        &["one/Jane Doe"],
    );
}

#[tokio::test]
async fn unique_on_a_truncated_answer_names_nobody() {
    let options = Options {
        size_limit: 1,
        ..Options::default()
    };
    let names = [
        ("jane1", "Jane A"),
        ("jane2", "Jane B"),
        ("jane3", "Jane C"),
    ];
    let server = start(&people(&names), options).await;
    let finder = finder(&[("one", server.ldap_addr())]);
    let unique = Wanted {
        unique: true,
        ..WANTED
    };
    let answer = resolve(&finder, "jane", unique).await;
    assert!(answer.matches.is_empty());
    assert!(["partial", "multiple"].contains(&answer.outcome.code()));
    assert_eq!(
        resolve(&finder, "jane", WANTED).await.gaps[0].why.code(),
        "server_limit"
    );
}

#[tokio::test]
async fn every_form_finds_the_same_person_and_nobody_who_is_hidden() {
    let hidden = people(&[("spy", "Jane Spy")]) + "employeeType: hidden\n";
    let ldif = people(&[("jdoe", "Jane Doe")])
        + &hidden
        + &group("janitors", &["uid=jdoe,ou=people,dc=example,dc=com"]);
    let server = start(&ldif, Options::default()).await;
    let finder = finder(&[("staff", server.ldap_addr())]);
    let wanted = Wanted {
        kinds: Kinds::People,
        ..WANTED
    };
    let found = resolve(&finder, "jane d", wanted).await;
    check(&found, "matched", &["staff/Jane Doe"]);
    let id = found.matches[0].id.to_string();
    assert!(id.starts_with("staff:") && !id.contains("dn:"), "{id}");
    let identity = id.strip_prefix("staff:").unwrap().to_owned();
    for form in [
        "jdoe",
        "staff/jdoe",
        "JDOE@corp.example",
        "UID=jdoe, OU=people, DC=example, DC=com",
        &id,
        &identity,
        &format!("{{{}}}", identity.to_uppercase()),
    ] {
        let answer = resolve(&finder, form, wanted).await;
        check(&answer, "matched", &["staff/Jane Doe"]);
        assert_eq!(answer.matches[0].id.to_string(), id);
    }
    for form in [
        "spy",
        "Jane Spy",
        "spy@corp.example",
        "uid=spy,ou=people,dc=example,dc=com",
    ] {
        check(&resolve(&finder, form, wanted).await, "no_match", &[]);
    }
    check(
        &resolve(&finder, "cn=entryway,dc=example,dc=com", wanted).await,
        "bad_format",
        &[],
    );
    check(&resolve(&finder, "*", wanted).await, "bad_format", &[]);
    check(&resolve(&finder, "j*e", wanted).await, "no_match", &[]);
    check(
        &resolve(&finder, "jan", WANTED).await,
        "matched",
        &["staff/Jane Doe", "staff/janitors"],
    );
}

#[tokio::test]
async fn stars_contents_and_the_short_cut_where_the_configuration_has_them() {
    let server = directory(&[("jdoe", "Jane Doe"), ("roe", "Richard Roe")]).await;
    let mut more = policy(&["staff"]);
    more.stars = true;
    more.contains = true;
    more.mail_short_cut = true;
    let finder = finder_with(&[("staff", server.ldap_addr())], more, None);
    check(
        &resolve(&finder, "j*doe", WANTED).await,
        "matched",
        &["staff/Jane Doe"],
    );
    check(
        &resolve(&finder, "ard", WANTED).await,
        "matched",
        &["staff/Richard Roe"],
    );
    check(
        &resolve(&finder, "roe@corp.example", WANTED).await,
        "matched",
        &["staff/Richard Roe"],
    );
    check(
        &resolve(&finder, "oe@corp.example", WANTED).await,
        "no_match",
        &[],
    );
}

#[tokio::test]
async fn the_short_cut_finds_groups_by_their_address_and_by_a_name_that_is_one() {
    let list = |name: &str, mail: &str| {
        format!(
            "\ndn: cn={name},ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: {name}\nmail: {mail}\n"
        )
    };
    let ldif = [
        people(&[("sales", "Sally Sales")]),
        list("sales team", "sales@corp.example"),
        list("sales-north", "sales-north@corp.example"),
        list("ops@corp.example", "nobody@corp.example"),
    ];
    let server = start(&ldif.concat(), Options::default()).await;
    let mut short = policy(&["staff"]);
    short.mail_short_cut = true;
    let finder = finder_with(&[("staff", server.ldap_addr())], short, None);
    let both = &["staff/sales team", "staff/Sally Sales"];
    for (typed, kinds, outcome, expected) in [
        ("sales@corp.example", Kinds::Both, "matched", &both[..]),
        ("sales@corp.example", Kinds::Groups, "matched", &both[..1]),
        ("sales@corp.example", Kinds::People, "matched", &both[1..]),
        (
            "ops@corp.example",
            Kinds::Both,
            "matched",
            &["staff/ops@corp.example"],
        ),
        ("north@corp.example", Kinds::Both, "no_match", &[]),
    ] {
        let wanted = Wanted { kinds, ..WANTED };
        check(&resolve(&finder, typed, wanted).await, outcome, expected);
    }
}

#[tokio::test]
async fn a_base_that_is_not_there_is_told_and_is_no_nobody() {
    let server = directory(&[("jdoe", "Jane Doe")]).await;
    let finder = finder_with(&[("staff", server.ldap_addr())], misspelt_groups(), None);
    let gone = Missing::Refused(ResultCode::NO_SUCH_OBJECT);
    for (kinds, outcome, expected, gaps) in [
        (Kinds::Both, "partial", &["staff/Jane Doe"][..], &[gone][..]),
        (Kinds::Groups, "partial", &[], &[gone]),
        (Kinds::People, "matched", &["staff/Jane Doe"], &[]),
    ] {
        let wanted = Wanted { kinds, ..WANTED };
        let answer = resolve(&finder, "jane", wanted).await;
        check(&answer, outcome, expected);
        let why: Vec<_> = answer.gaps.iter().map(|gap| gap.why).collect();
        assert_eq!(why, gaps);
    }
    // Who is found is the only one all the same; whether somebody is nobody cannot be said.
    let person = |id: EntryId| {
        finder.person(PersonQuestion {
            id,
            deadline: Instant::now() + support::DEADLINE,
        })
    };
    let jane = resolve(&finder, "jane", WANTED).await.matches[0].id.clone();
    let other = EntryId::parse("staff:0f3c5a52-0f6c-4b9e-9c7a-0d1d0a3f4b11").unwrap();
    person(jane).await.unwrap();
    let refused = person(other).await.unwrap_err();
    assert!(matches!(refused, Refused::Unanswered(_)), "{refused:?}");
}

#[tokio::test]
async fn a_restriction_that_reads_like_what_was_typed_stays_as_it_is_written() {
    let each = [
        ("sally", "Sales Ann", "sales-north"),
        ("rob", "Head of sales", "presales"),
        ("sue", "Head of sales too", "sales-south"),
    ];
    let people = each.map(|(uid, cn, ou)| {
        format!(
            "\ndn: uid={uid},ou=people,dc=example,dc=com\nobjectClass: person\nuid: {uid}\ncn: {cn}\nmail: {uid}@corp.example\nou: {ou}\n"
        )
    });
    let server = start(&people.concat(), Options::default()).await;
    for contains in [false, true] {
        let mut sales = policy(&["staff"]);
        sales.contains = contains;
        let people = &mut sales.domains[0].people;
        people.restriction = Filter::parse("(&(objectClass=person)(ou=sales*))").unwrap();
        people.find = FilterTemplate::parse(
            "(&(objectClass=person)(ou=sales*)(cn={text}*))",
            &[Placeholder::Text],
        )
        .unwrap();
        let finder = finder_with(&[("staff", server.ldap_addr())], sales, None);
        let found: &[&str] = match contains {
            false => &["staff/Sales Ann"],
            // Not who has `sales` inside the unit.
            true => &["staff/Sales Ann", "staff/Head of sales too"],
        };
        check(&resolve(&finder, "sales", WANTED).await, "matched", found);
    }
}

#[tokio::test]
async fn limits_are_told_of_and_what_is_exact_is_found_behind_them() {
    let mut names: Vec<(String, String)> = (0..40)
        .map(|at| (format!("jo{at:02}"), format!("Jo {at:02}")))
        .collect();
    names.push(("exact".to_owned(), "Jo".to_owned()));
    let names: Vec<(&str, &str)> = names.iter().map(|(uid, cn)| (&**uid, &**cn)).collect();
    let server = directory(&names).await;
    let finder = finder(&[("staff", server.ldap_addr())]);
    let five = Wanted { limit: 5, ..WANTED };
    let answer = resolve(&finder, "jo", five).await;
    assert_eq!(answer.outcome.code(), "partial");
    assert_eq!(answer.gaps[0].why.code(), "limit");
    assert_eq!(
        (answer.matches.len(), answer.matches[0].name.as_str()),
        (5, "Jo")
    );
    assert_eq!(resolve(&finder, "jo", WANTED).await.matches.len(), 41);
}

#[tokio::test]
async fn somebody_by_id_is_read_once_and_told_again() {
    let server = directory(&[("jdoe", "Jane Doe")]).await;
    let finder = finder(&[("staff", server.ldap_addr())]);
    let id = resolve(&finder, "jdoe", WANTED).await.matches[0].id.clone();
    let question = || PersonQuestion {
        id: id.clone(),
        deadline: Instant::now() + support::DEADLINE,
    };
    for _ in 0..3 {
        let person = finder.person(question()).await.unwrap();
        assert_eq!(person.entry.name, "Jane Doe");
        assert_eq!(person.attributes[0].1, ["Bern"]);
    }
    let (what, figures) = finder.cache_figures()[0];
    assert_eq!((what, figures.misses, figures.hits), ("entries", 1, 2));
    let other = PersonQuestion {
        id: EntryId::parse("staff:00000000-0000-0000-0000-000000000000").unwrap(),
        deadline: Instant::now() + support::DEADLINE,
    };
    assert_eq!(finder.person(other).await, Err(Refused::NotFound));
    drop(server);
    assert_eq!(
        finder.person(question()).await.unwrap().entry.name,
        "Jane Doe"
    );
}

#[tokio::test]
async fn an_outage_is_never_nobody() {
    let finder = finder(&[("staff", support::nobody().await)]);
    let question = PersonQuestion {
        id: EntryId::parse("staff:1").unwrap(),
        deadline: Instant::now() + support::DEADLINE,
    };
    let refused = finder.person(question).await.unwrap_err();
    assert_eq!(refused.code(), "directory_unreachable");
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_abandoned_at_the_server() {
    let (one, slow) = (
        directory(&[("jdoe", "Jane Doe")]).await,
        directory(&[("jane", "Jane Roe")]).await,
    );
    let finder = Arc::new(finder(&[
        ("one", one.ldap_addr()),
        ("slow", slow.ldap_addr()),
    ]));
    // Both have connections from here on.
    let all = resolve(&finder, "jane", WANTED).await;
    check(&all, "matched", &["slow/Jane Roe", "one/Jane Doe"]);
    let gate = Gate::new();
    slow.set_faults(FaultPlan::new().on(Kind::Search, Fault::Hold(gate.clone())));
    let first = Wanted {
        all_domains: false,
        ..WANTED
    };
    let found = resolve(&finder, "jane", first).await;
    check(&found, "matched", &["one/Jane Doe"]);
    // The caller goes away.
    let asked = slow.counters().searches;
    let caller = tokio::spawn({
        let finder = Arc::clone(&finder);
        async move { resolve(&finder, "jane", WANTED).await }
    });
    assert!(
        slow.wait_until(PATIENCE, |seen| seen.searches > asked)
            .await
    );
    let before = slow.counters().abandons;
    caller.abort();
    assert!(
        slow.wait_until(PATIENCE, |seen| seen.abandons > before)
            .await
    );
    gate.open();
}

#[tokio::test]
async fn a_domain_that_hangs_costs_those_behind_it_its_share_alone() {
    let one = directory(&[("jdoe", "Jane Doe")]).await;
    let (_hangs, address) = silent().await;
    // Nothing ends it before the deadline.
    let mut patient = support::settings(address);
    patient.timeouts.connect = PATIENCE;
    patient.timeouts.operation = PATIENCE;
    let domains = vec![
        Domain::new("hangs".into(), vec![Server::new(patient)]),
        Domain::new("one".into(), vec![support::server(one.ldap_addr())]),
    ];
    let finder = Finder::new(
        Arc::new(Domains::new(domains)),
        Arc::new(policy(&["hangs", "one"])),
        Arc::new(Sum(7)),
    );
    let ask = |unique| {
        let question = entryway_lookup::ResolveQuestion {
            queries: vec!["jane".to_owned()],
            wanted: Wanted {
                all_domains: false,
                unique,
                ..WANTED
            },
            domains: Vec::new(),
            deadline: Instant::now() + support::DEADLINE,
        };
        entryway_lookup::NameLookup::resolve(&finder, question)
    };
    let since = Instant::now();
    let found = ask(false).await;
    let took = since.elapsed();
    check(&found[0], "partial", &["one/Jane Doe"]);
    assert_eq!(&*found[0].gaps[0].domain, "hangs");
    assert!(took < support::DEADLINE * 3 / 4, "{took:?}");
    // Nobody knows whether she is the only one.
    check(&ask(true).await[0], "partial", &[]);
}

#[tokio::test]
async fn of_two_with_one_identity_neither_is_told_when_the_server_sends_one() {
    let ldif = people(&[("jdoe", "Jane Doe"), ("roe", "Richard Roe")])
        .replace("employeeType", "employeeNumber: 7\nemployeeType");
    for (size_limit, code) in [(1, "server_limit"), (0, "not_found")] {
        let options = Options {
            size_limit,
            ..Options::default()
        };
        let server = start(&ldif, options).await;
        let mut by_number = policy(&["staff"]);
        by_number.domains[0].id_attributes =
            Arc::new([entryway_ldap_types::AttributeName::from_static(
                "employeeNumber",
            )]);
        let finder = finder_with(&[("staff", server.ldap_addr())], by_number, None);
        let question = PersonQuestion {
            id: EntryId::parse("staff:7").unwrap(),
            deadline: Instant::now() + support::DEADLINE,
        };
        let refused = finder.person(question).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
}

#[tokio::test]
async fn a_part_on_another_server_is_told_of_and_what_holds_nobody_is_none() {
    let server = directory(&[("jdoe", "Jane Doe")]).await;
    let finder = finder(&[("staff", server.ldap_addr())]);
    let unique = Wanted {
        unique: true,
        ..WANTED
    };
    let refer = |urls: &[&str]| {
        let urls = urls.iter().map(ToString::to_string).collect();
        server.set_faults(FaultPlan::new().on(Kind::Search, Fault::Continue(urls)));
    };
    refer(&["ldap://child.example/ou=people,dc=child,dc=example"]);
    let answer = resolve(&finder, "jane", WANTED).await;
    check(&answer, "partial", &["staff/Jane Doe"]);
    assert_eq!(answer.gaps.len(), 1);
    assert_eq!(answer.gaps[0].why.code(), "referral");
    check(&resolve(&finder, "jane", unique).await, "partial", &[]);
    let nobody = PersonQuestion {
        id: EntryId::parse("staff:00000000-0000-0000-0000-000000000000").unwrap(),
        deadline: Instant::now() + support::DEADLINE,
    };
    let refused = finder.person(nobody).await.unwrap_err();
    assert_eq!(refused.code(), "referral", "there may be one elsewhere");
    // Every domain controller refers to these.
    refer(&["ldap://DomainDnsZones.corp.example/DC=DomainDnsZones,DC=corp,DC=example"]);
    check(
        &resolve(&finder, "jane", unique).await,
        "matched",
        &["staff/Jane Doe"],
    );
}

#[tokio::test]
async fn where_the_directory_turns_out_to_be_active_directory_its_computers_are_nobody() {
    let person = |name: &str, category: &str| {
        format!(
            "\ndn: uid={name},ou=people,dc=example,dc=com\nobjectClass: person\nobjectClass: user\nobjectCategory: {category}\nuid: {name}\ncn: Jane {name}\nmail: {name}@corp.example\nemployeeType: staff\n"
        )
    };
    let ldif = person("doe", "person") + &person("pc", "computer");
    let mut either = policy(&["staff"]);
    let domain = &mut either.domains[0];
    let mut other = domain.clone();
    other.people.restriction =
        Filter::parse("(&(objectCategory=person)(objectClass=user))").unwrap();
    other.people.find = FilterTemplate::parse(
        "(&(objectCategory=person)(objectClass=user)(cn={text}*))",
        &[Placeholder::Text],
    )
    .unwrap();
    domain.active_directory = Some(Box::new(other));
    let active = start(&ldif, Options::active_directory("CORP")).await;
    let open = start(&ldif, Options::default()).await;
    for (server, found) in [
        (&active, &["staff/Jane doe"][..]),
        (&open, &["staff/Jane doe", "staff/Jane pc"]),
    ] {
        let finder = finder_with(&[("staff", server.ldap_addr())], either.clone(), None);
        check(&resolve(&finder, "jane", WANTED).await, "matched", found);
        let pc = "uid=pc,ou=people,dc=example,dc=com";
        let answer = resolve(&finder, pc, WANTED).await;
        assert_eq!(answer.matches.len(), found.len() - 1);
    }
}

/// Servers are not asked to sort: each would do it in its own way, and none puts first who is called exactly so.
#[tokio::test]
async fn the_order_is_ours_whatever_order_servers_send() {
    let one = directory(&[
        ("z", "jan Zorn"),
        ("e", "Jan \u{c9}mile"),
        ("f", "jan Fay"),
        ("x", "Xaver Jan"),
    ])
    .await;
    let two = directory(&[("d", "JAN  Dorn"), ("jan", "Adam")]).await;
    let finder = finder(&[("one", one.ldap_addr()), ("two", two.ldap_addr())]);
    let found = resolve(&finder, "jan", WANTED).await;
    let expected = [
        "two/Adam",
        "two/JAN  Dorn",
        "one/Jan \u{c9}mile",
        "one/jan Fay",
        "one/jan Zorn",
    ];
    check(&found, "matched", &expected);
}

#[tokio::test]
async fn a_name_is_a_line_of_text() {
    // A line end in the name itself.
    let ldif = "\ndn: cn=Jane\\0ADoe,ou=people,dc=example,dc=com\nobjectClass: person\nuid: jdoe\ncn:: SmFuZQpEb2U=\nemployeeType: staff\n";
    let server = start(ldif, Options::default()).await;
    let finder = finder(&[("staff", server.ldap_addr())]);
    let answer = resolve(&finder, "jdoe", WANTED).await;
    check(&answer, "matched", &["staff/Jane Doe"]);
}

#[tokio::test]
async fn what_is_found_once_more_hides_no_limit_of_the_server() {
    let names = [
        ("jo", "Jo"),
        ("jo1", "Jo A"),
        ("jo2", "Jo B"),
        ("jo3", "Jo C"),
    ];
    for most in [1, 2, 3] {
        let options = Options {
            size_limit: most,
            ..Options::default()
        };
        let server = start(&people(&names), options).await;
        let finder = finder(&[("staff", server.ldap_addr())]);
        let as_many = Wanted {
            limit: most,
            ..WANTED
        };
        let answer = resolve(&finder, "jo", as_many).await;
        assert_eq!(answer.outcome.code(), "partial", "{most}");
        assert_eq!(answer.gaps[0].why.code(), "server_limit");
        assert_eq!(answer.gaps.len(), 1);
        assert_eq!(answer.matches[0].name, "Jo");
        let unique = Wanted {
            unique: true,
            ..as_many
        };
        let answer = resolve(&finder, "jo", unique).await;
        assert_eq!(answer.matches, []);
        assert_ne!(answer.outcome.code(), "matched");
    }
}

#[tokio::test]
async fn whose_identity_cannot_be_used_is_told_of_and_is_another_one() {
    let two = people(&[("one", "Jane Doe"), ("two", "Jane Doe")]);
    let (one, other) = two.split_at(two.rfind("\ndn:").unwrap());
    let ldif = format!("{one}employeeNumber: 1\n{other}employeeNumber: 1\nemployeeNumber: 2\n");
    let server = start(&ldif, Options::default()).await;
    let mut by_number = policy(&["staff"]);
    by_number.domains[0].id_attributes =
        Arc::new([entryway_ldap_types::AttributeName::from_static(
            "employeeNumber",
        )]);
    let finder = finder_with(&[("staff", server.ldap_addr())], by_number, None);
    let answer = resolve(&finder, "jane", WANTED).await;
    check(&answer, "partial", &["staff/Jane Doe"]);
    assert_eq!(answer.gaps[0].why.code(), "identity");
    let unique = Wanted {
        unique: true,
        ..WANTED
    };
    check(&resolve(&finder, "jane", unique).await, "partial", &[]);
    // Both have this identity.
    let question = PersonQuestion {
        id: EntryId::parse("staff:1").unwrap(),
        deadline: Instant::now() + support::DEADLINE,
    };
    assert_eq!(finder.person(question).await, Err(Refused::NotFound));
}

/// Somebody with large values takes the place of several in what is kept.
#[tokio::test]
async fn an_entry_takes_as_much_of_the_cache_as_it_holds() {
    let long = "x".repeat(20_000);
    let large = people(&[("jdoe", "Jane Doe")]).replace("l: Bern", &format!("l: {long}"));
    let server = start(&large, Options::default()).await;
    let finder = finder(&[("staff", server.ldap_addr())]);
    let id = resolve(&finder, "jdoe", WANTED).await.matches[0].id.clone();
    let question = PersonQuestion {
        id,
        deadline: Instant::now() + support::DEADLINE,
    };
    finder.person(question).await.unwrap();
    let (what, figures) = finder.cache_figures()[0];
    assert_eq!((what, figures.kept), ("entries", 5));
}
