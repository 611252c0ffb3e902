use super::*;
use crate::IdentityRules;
use entryway_cel::compile_condition;
use entryway_login::Subject;
use entryway_oidc::GroupNames;

pub(crate) fn rule(host: &str, path: &str, access: Access) -> Rule {
    Rule {
        name: RuleName(format!("{host}{path}").into()),
        host: Host::parse(host).unwrap(),
        path: Path::parse(path).unwrap(),
        methods: Methods::Any,
        access,
    }
}

pub(crate) fn people() -> People {
    People::default()
}

fn of_group(name: &str) -> Access {
    Access::People(People {
        group: Some(("staff".into(), name.into())),
        ..people()
    })
}

pub(crate) fn jane() -> Person {
    Person {
        email: Some("jane@corp.example".into()),
        class: Some("engineers".into()),
        groups: Some(GroupNames {
            names: vec!["Editors".into()],
            partial: false,
        }),
        ..Person::named("staff:3f25", "jdoe")
    }
}

pub(crate) fn identity() -> IdentityRules {
    IdentityRules {
        groups: None,
        qualified: false,
        bare: None,
        most: 200,
    }
}

/// Which rules decide about a page.
fn check(rules: &Rules, method: &str, uri: &str, expected: Result<&[&str], PageError>) {
    let page = Page::read(method, "https", "wiki.example", uri).unwrap();
    let place = rules.place(&page).map(|place| {
        let rules = place.map(|place| place.rules).unwrap_or_default();
        rules.iter().map(|rule| rule.name.to_string()).collect()
    });
    let expected: Result<Vec<String>, _> = expected.map(|names| {
        names
            .iter()
            .map(|name| format!("wiki.example{name}"))
            .collect()
    });
    assert_eq!(place, expected, "{method} {uri}");
}

#[test]
fn the_longest_path_decides_whatever_the_order() {
    let mut rules = vec![
        rule("wiki.example", "/", Access::Public),
        rule("wiki.example", "/staff", Access::People(people())),
        rule("wiki.example", "/staff/board", of_group("board")),
        rule("wiki.example", "/staff/board", of_group("assistants")),
        rule("other.example", "/staff/board/x", Access::Public),
    ];
    for _ in 0..rules.len() {
        rules.rotate_left(1);
        let all = Rules::new(rules.clone(), identity());
        check(&all, "GET", "/", Ok(&["/"]));
        check(&all, "GET", "/staffroom", Ok(&["/"]));
        check(&all, "GET", "/staff?x", Ok(&["/staff"]));
        check(&all, "GET", "/staff/boards", Ok(&["/staff"]));
        check(
            &all,
            "POST",
            "/%73taff/board/x",
            Ok(&["/staff/board", "/staff/board"]),
        );
    }
    let unknown = Page::read("GET", "https", "wiki.example:8443", "/").unwrap();
    assert!(
        Rules::new(rules, identity())
            .place(&unknown)
            .unwrap()
            .is_none()
    );
}

#[test]
fn where_a_longer_path_has_no_rule_for_a_method_a_shorter_one_says_nothing() {
    let mut read = rule("wiki.example", "/api", Access::People(people()));
    read.methods = Methods::Only(vec!["GET".into()]);
    let rules = Rules::new(
        vec![rule("wiki.example", "/", Access::Public), read],
        identity(),
    );
    check(&rules, "GET", "/api/x", Ok(&["/api"]));
    check(&rules, "HEAD", "/api/x", Ok(&["/api"]));
    check(&rules, "DELETE", "/api/x", Ok(&[]));
    check(&rules, "DELETE", "/", Ok(&["/"]));
}

#[test]
fn a_path_that_others_read_as_one_with_rules_of_its_own_is_refused() {
    let rules = Rules::new(
        vec![
            rule("wiki.example", "/", Access::Public),
            rule("wiki.example", "/Admin", of_group("admins")),
        ],
        identity(),
    );
    check(&rules, "GET", "/Admin/x", Ok(&["/Admin"]));
    check(&rules, "GET", "/Admin/x;v=1", Ok(&["/Admin"]));
    for uri in [
        "/admin",
        "/ADMIN/x",
        "/Admin;x/y",
        "/admin;jsessionid=1",
        "/Admin./x",
        "/Admin%20",
    ] {
        check(&rules, "GET", uri, Err(PageError::Otherwise));
    }
    check(&rules, "GET", "/page;jsessionid=1", Ok(&["/"]));
}

fn judge(access: &[People], person: &Person, by_basic: bool) -> Judged {
    let rule = |people: &People| rule("wiki.example", "/", Access::People(people.clone()));
    let rules: Vec<_> = access.iter().map(rule).collect();
    let place = Place {
        rules: rules.iter().collect(),
        sites: &["plant-a".into()],
    };
    place.judge(person, by_basic)
}

#[test]
fn people_of_a_site_are_let_in_where_a_rule_asks_who_they_are() {
    let of_plant = Person {
        subject: Subject("plant-a:staff:u-1".into()),
        of_site: true,
        email: Some("jane@plant.example".into()),
        class: Some("plant-a/operators".into()),
        groups: Some(GroupNames {
            names: vec!["plant-a/Editors".into()],
            partial: false,
        }),
        ..jane()
    };
    let check = |people: People, here, there| {
        let judged = |person| judge(std::slice::from_ref(&people), person, false);
        assert_eq!((judged(&jane()), judged(&of_plant)), (here, there));
    };
    use Judged::{Admitted, Refused};
    // Having logged in is enough for people of this side alone.
    check(people(), Admitted, Refused);
    let class = |class: &str| People {
        class: Some(class.into()),
        ..people()
    };
    check(class("engineers"), Admitted, Refused);
    check(class("plant-a/operators"), Refused, Admitted);
    check(class("plant-a/guests"), Refused, Refused);
    let group = |domain: &str, name: &str| People {
        group: Some((domain.into(), name.into())),
        ..people()
    };
    check(group("staff", "editors"), Admitted, Refused);
    check(group("plant-a", "plant-a/editors"), Refused, Admitted);
    let when = |text: &str| People {
        when: Some(Arc::new(compile_condition(text).unwrap())),
        ..people()
    };
    check(when("true"), Admitted, Admitted);
    check(when(r#"email == "jane@plant.example""#), Refused, Admitted);
    check(when(r#"domain == "plant-a""#), Refused, Admitted);
    check(when(r#""plant-a/editors" in groups"#), Refused, Admitted);
}

#[test]
fn everything_in_a_rule_must_fit_and_one_rule_is_enough() {
    use Judged::{Admitted, Refused};
    let class = |name: &str| Some(name.into());
    let group = |domain: &str, name: &str| Some((domain.into(), name.into()));
    let check = |people: People, expected| {
        assert_eq!(
            judge(std::slice::from_ref(&people), &jane(), false),
            expected,
            "{people:?}"
        );
    };
    check(people(), Admitted);
    check(
        People {
            class: class("engineers"),
            ..people()
        },
        Admitted,
    );
    check(
        People {
            class: class("eng*"),
            ..people()
        },
        Refused,
    );
    check(
        People {
            class: class("Engineers"),
            ..people()
        },
        Refused,
    );
    check(
        People {
            group: group("Staff", "editors"),
            ..people()
        },
        Admitted,
    );
    check(
        People {
            group: group("partners", "editors"),
            ..people()
        },
        Refused,
    );
    check(
        People {
            group: group("staff", "editor"),
            ..people()
        },
        Refused,
    );
    let both = |name: &str| People {
        class: class(name),
        group: group("staff", "editors"),
        ..people()
    };
    check(both("engineers"), Admitted);
    check(both("others"), Refused);
    assert_eq!(judge(&[both("others"), people()], &jane(), false), Admitted);
    let nobody = Person {
        class: None,
        ..jane()
    };
    assert_eq!(
        judge(
            &[People {
                class: class(""),
                ..people()
            }],
            &nobody,
            false
        ),
        Refused
    );
}

#[test]
fn groups_that_are_not_all_known_are_no_refusal() {
    let of_group = People {
        group: Some(("staff".into(), "admins".into())),
        ..people()
    };
    let not_in = compile_condition(r#"!("staff/interns" in groups)"#).unwrap();
    let without = People {
        when: Some(Arc::new(not_in)),
        ..people()
    };
    let mut partial = jane();
    partial.groups.as_mut().unwrap().partial = true;
    assert_eq!(
        judge(std::slice::from_ref(&of_group), &partial, false),
        Judged::NotKnown
    );
    assert_eq!(
        judge(std::slice::from_ref(&without), &partial, false),
        Judged::NotKnown
    );
    assert_eq!(
        judge(std::slice::from_ref(&without), &jane(), false),
        Judged::Admitted
    );
    // What is known is enough for one of them.
    let editors = People {
        group: Some(("staff".into(), "editors".into())),
        ..people()
    };
    assert_eq!(
        judge(&[of_group, editors], &partial, false),
        Judged::Admitted
    );
    let unknown = Person {
        groups: None,
        ..jane()
    };
    assert_eq!(judge(&[without], &unknown, false), Judged::NotKnown);
}

#[test]
fn a_rule_that_fails_lets_nobody_in() {
    let condition =
        compile_condition(r#"email.matches("jane.*") && size(display_name) > 0"#).unwrap();
    let failing = People {
        when: Some(Arc::new(condition)),
        ..people()
    };
    let judged = judge(std::slice::from_ref(&failing), &jane(), false);
    assert!(matches!(judged, Judged::Failed(..)), "{judged:?}");
    assert_eq!(
        judge(&[failing, people()], &jane(), false),
        Judged::Admitted
    );
}

#[test]
fn a_password_counts_only_where_a_rule_takes_one() {
    let basic = People {
        basic: true,
        class: Some("robots".into()),
        ..people()
    };
    assert_eq!(
        judge(&[people(), basic.clone()], &jane(), true),
        Judged::Refused
    );
    assert_eq!(judge(&[people(), basic], &jane(), false), Judged::Admitted);
    assert_eq!(
        judge(
            &[People {
                basic: true,
                ..people()
            }],
            &jane(),
            true
        ),
        Judged::Admitted
    );
}

#[test]
fn groups_are_needed_where_something_looks_at_them() {
    let none = IdentityRules {
        groups: Some(entryway_oidc::GroupPatterns::new([].into_iter())),
        ..identity()
    };
    let needs =
        |access: Access| Rules::new(vec![rule("a", "/", access)], none.clone()).needs_groups();
    assert!(!needs(Access::Public));
    assert!(!needs(Access::People(people())));
    assert!(needs(of_group("x")));
    let when = compile_condition(r#""staff/x" in groups"#).unwrap();
    assert!(needs(Access::People(People {
        when: Some(Arc::new(when)),
        ..people()
    })));
    assert!(Rules::new(vec![rule("a", "/", Access::Public)], identity()).needs_groups());
    assert!(!Rules::new(Vec::new(), identity()).needs_groups());
}
