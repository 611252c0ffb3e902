//! Outages, deadlines and answers that do not come: never a "no".

use super::*;

fn down(mut world: World, domain: usize, fault: ServerFault) -> World {
    let servers = std::mem::take(&mut world.directories[domain].servers);
    world.directories[domain].servers = servers
        .into_iter()
        .map(|(server, _)| (server, Some(fault)))
        .collect();
    world
}

fn skipping() -> LoginPolicy {
    let mut policy = three();
    policy
        .domains
        .iter_mut()
        .for_each(|domain| domain.when_down = WhenDown::Skip);
    policy
}

#[test]
fn an_outage_stops_a_bare_name() {
    let mut world = down(
        world(None, Some("right"), None),
        0,
        ServerFault::Unreachable,
    );
    check(three(), &mut world, "bob", "directory_unreachable");
    assert_eq!((domains_asked(&world), world.binds()), (vec![0], 0));
}

#[test]
fn an_outage_that_may_be_skipped() {
    let fresh = |ops| down(world(None, ops, None), 0, ServerFault::ServiceBindRefused);
    check(
        skipping(),
        &mut fresh(Some("right")),
        "bob",
        "accept bob in ops",
    );
    // Nobody knows what the first domain would have said.
    check(
        skipping(),
        &mut fresh(Some("other")),
        "bob",
        "directory_refused_service_bind",
    );
    check(
        skipping(),
        &mut fresh(None),
        "bob",
        "directory_refused_service_bind",
    );
}

#[test]
fn what_is_our_own_is_never_skipped() {
    let mut busy = down(world(None, Some("right"), None), 0, ServerFault::Ourselves);
    check(skipping(), &mut busy, "bob", "directory_unreachable");
    assert_eq!((domains_asked(&busy), busy.binds()), (vec![0], 0));
}

#[test]
fn the_last_domain_down_is_no_unknown_login() {
    check(
        skipping(),
        &mut down(world(None, None, None), 1, ServerFault::TlsUntrusted),
        "bob",
        "tls_untrusted",
    );
}

#[test]
fn a_wait_in_vain_is_a_deadline_only_when_the_logins_own_has_passed() {
    for (pace, expected) in [(1, "directory_unreachable"), (3, "deadline")] {
        let mut silent = down(world(Some("right"), None, None), 0, ServerFault::TimedOut);
        silent.pace = Duration::from_secs(pace);
        check(three(), &mut silent, "eng/bob", expected);
    }
    // The same of a bind, which comes second.
    for (pace, expected) in [(1, "directory_unreachable"), (2, "deadline")] {
        let mut silent = one_world(vec![(person("bob", "eng"), "right")]);
        silent.pace = Duration::from_secs(pace);
        silent.directories[0].unanswered.push(BindUnanswered {
            fault: ServerFault::TimedOut,
            ..unanswered(true)
        });
        silent.throttled_after = Some(2);
        check(one(|eng| eng), &mut silent, "bob", expected);
    }
}

#[test]
fn another_domains_trouble_does_not_touch_a_named_one() {
    check(
        three(),
        &mut down(
            world(None, Some("right"), None),
            0,
            ServerFault::Unreachable,
        ),
        "ops/bob",
        "accept bob in ops",
    );
    check(
        skipping(),
        &mut down(world(None, None, None), 0, ServerFault::Unreachable),
        "eng/bob",
        "directory_unreachable",
    );
}

#[test]
fn a_search_that_is_refused_is_no_answer_even_where_outages_are_skipped() {
    // `unavailable` where a server that was referred to is down.
    for code in [ResultCode::NO_SUCH_OBJECT, ResultCode::UNAVAILABLE] {
        let mut world = world(None, Some("right"), None);
        world.directories[0].search_code = code;
        check(skipping(), &mut world, "bob", "directory_refused_operation");
        assert_eq!((domains_asked(&world), world.binds()), (vec![0], 0));
    }
}

fn unanswered(written: bool) -> BindUnanswered {
    BindUnanswered {
        written,
        fault: ServerFault::Unreachable,
        cause: "closed".to_owned(),
    }
}

#[test]
fn a_bind_that_may_have_counted_is_repeated_only_if_a_second_failure_has_room() {
    for (room, expected, binds) in [(2, "directory_unreachable", 1), (3, "accept bob in eng", 2)] {
        let mut world = one_world(vec![(person("bob", "eng"), "right")]);
        world.directories[0].unanswered.push(unanswered(true));
        world.throttled_after = Some(room);
        check(one(|eng| eng), &mut world, "bob", expected);
        assert_eq!(world.binds(), binds);
    }
}

#[test]
fn a_bind_is_repeated_at_another_server_if_there_is_one() {
    for written in [true, false] {
        let mut world = one_world(vec![(person("bob", "eng"), "right")]);
        let directory = &mut world.directories[0];
        directory.servers.push(("ldaps://dc2.eng".into(), None));
        directory.unanswered.push(unanswered(written));
        check(one(|eng| eng), &mut world, "bob", "accept bob in eng");
        let servers: Vec<_> = world
            .asked
            .iter()
            .filter_map(|asked| match asked {
                Asked::Bind { server, .. } => Some(server.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(servers, ["ldaps://dc1.eng", "ldaps://dc2.eng"]);
    }
}

#[test]
fn a_server_that_is_too_busy_to_bind_is_not_the_last_word() {
    for code in [51, 52] {
        let people = vec![(person("bob", "eng"), "right")];
        let mut busy = Directory::of("eng", people).answering(ResultCode(code), "", None);
        busy.servers.push(("ldaps://dc2.eng".into(), None));
        let mut world = World::of(vec![busy]);
        check(one(|eng| eng), &mut world, "bob", "directory_unreachable");
        // Once more, elsewhere, and then no more. Either may have counted: what was reserved for the person stays.
        assert_eq!(world.binds(), 2);
        assert_eq!((world.reserved.len(), world.settled.len()), (3, 1));
        // Without room for a second failure it is not tried again.
        let mut world = World::of(world.directories);
        world.throttled_after = Some(2);
        check(one(|eng| eng), &mut world, "bob", "directory_unreachable");
        assert_eq!(world.binds(), 1);
    }
}

#[test]
fn a_bind_is_repeated_once_and_no_more() {
    let mut world = one_world(vec![(person("bob", "eng"), "right")]);
    world.directories[0].unanswered = vec![unanswered(true), unanswered(true), unanswered(true)];
    check(one(|eng| eng), &mut world, "bob", "directory_unreachable");
    assert_eq!(world.binds(), 2);
    // Either of them may have counted: what was reserved for the person stays, the address gets its own back.
    assert_eq!((world.reserved.len(), world.settled.len()), (3, 1));
}

#[test]
fn a_bind_that_never_left_is_repeated_once_after_finding_anew() {
    let mut world = one_world(vec![(person("bob", "eng"), "right")]);
    world.directories[0].unanswered.push(unanswered(false));
    check(one(|eng| eng), &mut world, "bob", "accept bob in eng");
    assert_eq!((domains_asked(&world), world.binds()), (vec![0, 0], 2));

    let mut world = one_world(vec![(person("bob", "eng"), "right")]);
    world.directories[0].unanswered = vec![unanswered(false), unanswered(false), unanswered(false)];
    check(one(|eng| eng), &mut world, "bob", "directory_unreachable");
    assert_eq!(world.binds(), 2);
}

/// The name is searched twice, because the first bind never left; each search finds one of these.
fn found_twice(first: Entry, second: Entry, expected: &str, binds: usize) {
    let mut world = one_world(vec![(first, "right")]);
    world.directories[0].unanswered.push(unanswered(false));
    world.directories[0].people_after_a_bind = Some(vec![(second, "right")]);
    check(one(|eng| eng), &mut world, "bob", expected);
    assert_eq!((domains_asked(&world).len(), world.binds()), (2, binds));
}

#[test]
fn a_repeated_search_that_finds_somebody_else_shows_them_no_password() {
    let renamed = |dn: &str| Entry {
        dn: Dn::parse(dn).unwrap(),
        dn_text: dn.into(),
        ..person("bob", "eng")
    };
    let bob = || person("bob", "eng");
    for other in [
        "uid=bob,ou=robots,ou=people,dc=eng",
        "uid=b,ou=people,dc=eng",
        "uid=bo\u{200b}b,ou=people,dc=eng",
    ] {
        found_twice(bob(), renamed(other), "directory_unreachable", 1);
    }
    found_twice(
        bob(),
        renamed("UID=Bob, ou=people,dc=eng"),
        "accept bob in eng",
        2,
    );
}

#[test]
fn a_repeated_search_that_finds_nobody_or_several_is_no_answer() {
    for people in [
        vec![],
        vec![
            (person("bob", "eng"), "right"),
            (with(person("b", "eng"), "uid", "bob"), "right"),
        ],
    ] {
        let mut world = one_world(vec![(person("bob", "eng"), "right")]);
        world.directories[0].unanswered.push(unanswered(false));
        world.directories[0].people_after_a_bind = Some(people);
        check(one(|eng| eng), &mut world, "bob", "directory_unreachable");
        assert_eq!(world.binds(), 1);
    }
}

#[test]
fn nothing_is_asked_after_the_deadline() {
    // The search takes so long that its answer comes too late for a bind.
    let mut world = one_world(vec![(person("bob", "eng"), "right")]);
    world.pace = Duration::from_secs(3);
    check(one(|eng| eng), &mut world, "bob", "deadline");
    assert_eq!(world.binds(), 0);
    // Nor is a second domain asked.
    let mut world = self::world(None, Some("right"), None);
    world.pace = Duration::from_secs(4);
    check(three(), &mut world, "bob", "deadline");
    assert_eq!(domains_asked(&world), [0]);
}

#[test]
fn a_decision_that_is_withdrawn_ends_its_trace_too() {
    let mut world = world(None, Some("right"), None);
    let decided = world
        .login(three(), attempt("bob", given("right")))
        .withdrawn(Fault::StoreUnavailable);
    let withdrawn = Verdict::Indeterminate(Fault::StoreUnavailable);
    assert_eq!(decided.decision.verdict(), withdrawn);
    assert!(matches!(
        decided.trace.entries.last().map(|entry| &entry.record),
        Some(Record::Decided(verdict)) if *verdict == withdrawn
    ));
    assert_ne!(
        decided.decision.verdict(),
        Verdict::Reject(Reason::WrongPassword)
    );
}
