//! When groups are asked for, of whom, and what an incomplete answer means.

use super::*;
use entryway_login::Group;

fn grouped(needed: bool) -> LoginPolicy {
    one(|mut eng| {
        eng.needs_groups = needed;
        eng
    })
}

fn with_groups(partial: Option<&str>) -> World {
    let mut world = one_world(vec![(person("bob", "eng"), "right")]);
    world.groups = vec![Group {
        domain: "eng".into(),
        name: "engineers".into(),
        dn: None,
        gid: None,
        path: Vec::new(),
    }];
    world.groups_partial = partial.map(str::to_owned);
    world
}

fn check_groups(
    needed: bool,
    wanted: bool,
    partial: Option<&str>,
    expected: &str,
) -> (Decided, World) {
    let mut world = with_groups(partial);
    let mut attempt = attempt("bob", given("right"));
    attempt.wants_groups = wanted;
    let decided = world.login(grouped(needed), attempt);
    assert_eq!(shown(&decided), expected);
    assert_eq!(replay(&decided.trace), decided.decision.verdict());
    (decided, world)
}

fn groups_asked(world: &World) -> usize {
    let asked = world.asked.iter();
    asked
        .filter(|asked| matches!(asked, Asked::Groups { .. }))
        .count()
}

#[test]
fn nobody_asks_for_what_nobody_wants() {
    let (decided, world) = check_groups(false, false, None, "accept bob in eng");
    assert_eq!((groups_asked(&world), session(decided).groups), (0, None));
}

#[test]
fn some_groups_are_enough_for_whoever_only_wants_them() {
    let (decided, _) = check_groups(false, true, Some("a server failed"), "accept bob in eng");
    let groups = session(decided).groups.unwrap();
    assert_eq!((groups.groups.len(), groups.partial), (1, true));
    let (decided, _) = check_groups(false, true, None, "accept bob in eng");
    assert!(!session(decided).groups.unwrap().partial);
}

#[test]
fn a_rule_needs_all_of_them() {
    let (decided, _) = check_groups(true, false, None, "accept bob in eng");
    assert_eq!(
        session(decided).groups.map(|groups| groups.groups.len()),
        Some(1)
    );
    for wanted in [false, true] {
        check_groups(true, wanted, Some("a server failed"), "partial_groups");
    }
}

#[test]
fn some_groups_are_enough_for_rules_where_the_domain_says_so() {
    let policy = one(|mut eng| {
        eng.needs_groups = true;
        eng.accepts_partial_groups = true;
        eng
    });
    let mut world = with_groups(Some("a server failed"));
    let decided = world.login(policy, attempt("bob", given("right")));
    assert_eq!(shown(&decided), "accept bob in eng");
    assert_eq!(replay(&decided.trace), decided.decision.verdict());
    // They were asked for, and the session says that there may be more.
    assert_eq!(groups_asked(&world), 1);
    let groups = session(decided).groups.unwrap();
    assert_eq!((groups.groups.len(), groups.partial), (1, true));
}

#[test]
fn the_server_that_gave_the_entry_is_asked_after_the_bind() {
    let (_, world) = check_groups(true, false, None, "accept bob in eng");
    let [
        ..,
        Asked::Bind { server, .. },
        Asked::FindLocal(_),
        Asked::Groups {
            server: groups,
            name,
        },
    ] = world.asked.as_slice()
    else {
        panic!("{:?}", world.asked)
    };
    assert_eq!((server, name.as_str()), (groups, "bob"));
    // Somebody with a wrong password learns nothing of their length from the time it takes.
    let mut world = with_groups(None);
    check_with(
        grouped(true),
        &mut world,
        "bob",
        given("other"),
        "wrong_password",
    );
    assert_eq!(groups_asked(&world), 0);
}

#[test]
fn a_long_list_is_whole_in_the_session_and_short_in_the_trace() {
    let mut world = with_groups(None);
    world.groups = vec![world.groups[0].clone(); 1000];
    let decided = check(grouped(true), &mut world, "bob", "accept bob in eng");
    let traced = records(&decided).find_map(|record| match record {
        Record::GroupsRead { groups, total, .. } => Some((groups.len(), *total)),
        _ => None,
    });
    assert_eq!(traced, Some((100, 1000)));
    assert_eq!(
        session(decided).groups.map(|groups| groups.groups.len()),
        Some(1000)
    );
}

#[test]
fn too_late_for_groups() {
    let mut world = with_groups(None);
    world.pace = Duration::from_millis(1_600);
    check(grouped(true), &mut world, "bob", "deadline");
    assert_eq!((groups_asked(&world), world.binds()), (0, 1));
}
