use super::*;
use crate::DomainId;
use crate::facts::{Authority, Group};
use std::cell::Cell;
use std::net::IpAddr;

mod properties;

thread_local! {
    static EVALUATED: Cell<usize> = const { Cell::new(0) };
}

/// An expression that gives what it is told to, and counts.
#[derive(Debug, Clone)]
struct Says(Result<bool, ()>, Needs);

impl Condition for Says {
    fn holds(&self, _: &Facts<'_>) -> Result<bool, RuleFailed> {
        EVALUATED.set(EVALUATED.get() + 1);
        self.0.map_err(|()| RuleFailed("fails".to_owned()))
    }
    fn needs(&self) -> &Needs {
        &self.1
    }
}

fn says(result: Result<bool, ()>) -> Option<Arc<dyn Condition>> {
    Some(Arc::new(Says(result, Needs::default())))
}

fn any(rule: u32) -> UserClass {
    UserClass {
        name: format!("class{rule}").into(),
        domain: None,
        users: None,
        user_type: None,
        group: None,
        address: None,
        when: None,
        rule: RuleId(rule),
    }
}

fn named(domain: &str, name: &str) -> Option<GroupCriterion> {
    let (domain, name) = (domain.into(), name.into());
    Some(GroupCriterion::Named { domain, name })
}

fn by_gid(domain: &str, gid: u32) -> Option<GroupCriterion> {
    let domain = domain.into();
    Some(GroupCriterion::Gid { domain, gid })
}

fn by_dn(domain: &str, dn: &str) -> Option<GroupCriterion> {
    let (domain, dn) = (domain.into(), Dn::parse(dn).unwrap());
    Some(GroupCriterion::Dn { domain, dn })
}

fn block(text: &str) -> Option<AddressRange> {
    Some(AddressRange::parse(text).unwrap())
}

/// One person, whose parts the cases change.
#[derive(Debug, Clone)]
struct Person {
    name: String,
    domain: String,
    user_type: Option<UserType>,
    gid: Option<u32>,
    groups: Vec<Group>,
    address: Option<IpAddr>,
}

impl Person {
    fn jdoe() -> Self {
        Self {
            name: "jdoe".to_owned(),
            domain: "staff".to_owned(),
            user_type: Some(UserType::Real),
            gid: Some(100),
            groups: vec![group("staff", "Engineers", Some("cn=eng,dc=x"), Some(200))],
            address: Some("10.1.2.3".parse().unwrap()),
        }
    }
    fn facts(&self) -> Facts<'_> {
        Facts {
            name: &self.name,
            login_name: &self.name,
            authority: match self.domain.as_str() {
                "local" => Authority::Local,
                name => Authority::Domain {
                    id: DomainId(0),
                    name,
                },
            },
            entry: None,
            uid: None,
            gid: self.gid,
            own_gid: self.gid,
            home: None,
            user_type: self.user_type,
            shell: None,
            email: None,
            display_name: None,
            attributes: &[],
            groups: &self.groups,
            client_address: self.address,
        }
    }
}

fn group(domain: &str, name: &str, dn: Option<&str>, gid: Option<u32>) -> Group {
    Group {
        domain: domain.into(),
        name: name.into(),
        dn: dn.map(|dn| Dn::parse(dn).unwrap()),
        gid,
        path: Vec::new(),
    }
}

type Found = Result<Option<u32>, u32>;

fn find(classes: &UserClasses, person: &Person) -> Found {
    match classes.find(&person.facts()) {
        Ok(row) => Ok(row.map(|row| row.rule.0)),
        Err((rule, _)) => Err(rule.0),
    }
}

/// One row: whether jdoe is of it.
#[track_caller]
fn check(row: UserClass, expected: bool) {
    let found = find(&UserClasses::new(vec![row.clone()]), &Person::jdoe());
    assert_eq!(found, Ok(expected.then_some(row.rule.0)), "{row:?}");
}

#[test]
fn a_row_without_criteria_fits_everybody() {
    check(any(0), true);
    assert_eq!(find(&UserClasses::default(), &Person::jdoe()), Ok(None));
}

#[test]
fn domains_compare_without_case() {
    for (domain, expected) in [
        ("staff", true),
        ("STAFF", true),
        ("partners", false),
        ("local", false),
    ] {
        check(
            UserClass {
                domain: Some(domain.into()),
                ..any(0)
            },
            expected,
        );
    }
    let local = Person {
        domain: "local".to_owned(),
        ..Person::jdoe()
    };
    let row = UserClass {
        domain: Some("Local".into()),
        ..any(3)
    };
    assert_eq!(find(&UserClasses::new(vec![row]), &local), Ok(Some(3)));
}

#[test]
fn user_names_compare_with_case() {
    for (users, expected) in [
        ("jdoe", true),
        ("JDoe", false),
        ("j*", true),
        ("*doe", true),
        ("j*e", true),
        ("j*x", false),
        ("?doe", true),
        ("??doe", false),
        ("*d*", true),
        ("*x*", false),
        ("*", true),
        ("jdoe*", true),
        ("jdoee*", false),
    ] {
        check(
            UserClass {
                users: Some(NamePattern::new(users)),
                ..any(0)
            },
            expected,
        );
    }
}

#[test]
fn groups_belong_to_a_domain() {
    for (group, expected) in [
        (named("staff", "engineers"), true),
        (named("Staff", "ENGINEERS"), true),
        (named("partners", "engineers"), false),
        (named("staff", "engineer"), false),
        (by_dn("staff", "CN = Eng, dc=X"), true),
        (by_dn("partners", "cn=eng,dc=x"), false),
        (by_dn("staff", "cn=engineers,dc=x"), false),
        (by_gid("staff", 100), true),
        (by_gid("STAFF", 200), true),
        (by_gid("staff", 300), false),
        (by_gid("partners", 100), false),
        (by_gid("partners", 200), false),
    ] {
        check(UserClass { group, ..any(0) }, expected);
    }
}

/// Everybody of a domain without gids has its default: it says nothing of a group.
#[test]
fn a_default_gid_is_no_group() {
    let classes = UserClasses::new(vec![UserClass {
        group: by_gid("staff", 100),
        ..any(0)
    }]);
    let person = Person {
        groups: Vec::new(),
        ..Person::jdoe()
    };
    let defaulted = Facts {
        own_gid: None,
        ..person.facts()
    };
    assert!(matches!(classes.find(&defaulted), Ok(None)));
    assert!(matches!(classes.find(&person.facts()), Ok(Some(_))));
}

#[test]
fn an_unknown_address_or_type_fits_no_row_that_names_one() {
    let nowhere = Person {
        address: None,
        user_type: None,
        ..Person::jdoe()
    };
    for (address, expected) in [
        ("10.0.0.0/8", true),
        ("0.0.0.0/0", true),
        ("10.1.2.3", true),
        ("11.0.0.0/8", false),
        ("::/0", false),
    ] {
        let row = UserClass {
            address: block(address),
            ..any(0)
        };
        assert_eq!(
            find(&UserClasses::new(vec![row.clone()]), &nowhere),
            Ok(None)
        );
        check(row, expected);
    }
    let row = UserClass {
        user_type: Some(UserType::Real),
        ..any(0)
    };
    assert_eq!(
        find(&UserClasses::new(vec![row.clone()]), &nowhere),
        Ok(None)
    );
    check(row, true);
    check(
        UserClass {
            user_type: Some(UserType::Virtual),
            ..any(0)
        },
        false,
    );
}

#[test]
fn the_first_row_wins_wherever_it_is_looked_up() {
    let rows = |order: [u32; 3]| {
        let row = |rule: u32| match rule {
            0 => any(0),
            1 => UserClass {
                users: Some(NamePattern::new("jdoe")),
                ..any(1)
            },
            _ => UserClass {
                group: named("staff", "engineers"),
                ..any(2)
            },
        };
        UserClasses::new(order.map(row).to_vec())
    };
    for order in [[0, 1, 2], [1, 2, 0], [2, 0, 1]] {
        assert_eq!(find(&rows(order), &Person::jdoe()), Ok(Some(order[0])));
    }
}

#[test]
fn an_expression_that_fails_ends_the_search() {
    let fails = |rule| UserClass {
        when: says(Err(())),
        ..any(rule)
    };
    let classes = |rows: Vec<UserClass>| find(&UserClasses::new(rows), &Person::jdoe());
    assert_eq!(classes(vec![fails(0), any(1)]), Err(0));
    assert_eq!(classes(vec![any(1), fails(0)]), Ok(Some(1)));
    let elsewhere = UserClass {
        users: Some(NamePattern::new("*x?")),
        ..fails(0)
    };
    assert_eq!(classes(vec![elsewhere, any(1)]), Ok(Some(1)));
    let elsewhere = UserClass {
        address: block("192.0.2.0/24"),
        ..fails(0)
    };
    assert_eq!(classes(vec![elsewhere, any(1)]), Ok(Some(1)));
    let unsaid = UserClass {
        when: says(Ok(false)),
        ..any(0)
    };
    assert_eq!(classes(vec![unsaid, fails(1), any(2)]), Err(1));
}

#[test]
fn an_expression_is_asked_only_of_those_whom_the_rest_fits() {
    let row = |at: u32| UserClass {
        group: named("staff", &format!("group{at}")),
        when: says(Ok(true)),
        ..any(at)
    };
    let classes = UserClasses::new((0..1_000).map(row).collect());
    EVALUATED.set(0);
    assert_eq!(find(&classes, &Person::jdoe()), Ok(None));
    assert_eq!(EVALUATED.get(), 0);
    let mut person = Person::jdoe();
    person.groups.push(group("staff", "GROUP500", None, None));
    assert_eq!(find(&classes, &person), Ok(Some(500)));
    assert_eq!(EVALUATED.get(), 1);
}

/// Flat means that rows of others are not looked at, however many criteria they share with the person's.
#[test]
fn rows_that_differ_in_one_criterion_are_told_apart() {
    let person = Person::jdoe();
    let common = |at: u32| UserClass {
        domain: Some("staff".into()),
        ..any(at)
    };
    let kinds: [fn(UserClass, u32) -> UserClass; 5] = [
        |row, at| UserClass {
            users: Some(NamePattern::new(format!("user{at}"))),
            ..row
        },
        |row, at| UserClass {
            users: Some(NamePattern::new(format!("user{at}*"))),
            ..row
        },
        |row, at| UserClass {
            group: named("staff", &format!("group{at}")),
            ..row
        },
        |row, at| UserClass {
            address: block(&format!("192.0.{}.{}", at / 256, at % 256)),
            ..row
        },
        |row, at| UserClass {
            user_type: Some(UserType::Real),
            group: by_gid("staff", 1_000 + at),
            ..row
        },
    ];
    for kind in kinds {
        let classes = UserClasses::new((0..1_000).map(|at| kind(common(at), at)).collect());
        let candidates = classes.index.candidates(&person.facts());
        assert_eq!(candidates.in_order().count(), 0);
        assert_eq!(classes.unindexed().count(), 0);
    }
}

#[test]
fn what_is_evaluated_one_by_one_is_counted() {
    let users = |at, text: &str| UserClass {
        users: Some(NamePattern::new(text)),
        ..any(at)
    };
    let classes = UserClasses::new(vec![
        users(0, "jdoe"),
        users(1, "j*"),
        users(2, "*e"),
        users(3, "j*e"),
        UserClass {
            when: says(Ok(true)),
            ..any(4)
        },
        users(5, "*"),
        users(6, "?"),
    ]);
    let unindexed: Vec<u32> = classes.unindexed().map(|rule| rule.0).collect();
    assert_eq!(unindexed, [3, 4, 6]);
    assert_eq!(classes.len(), 7);
}

#[test]
fn needs_are_those_of_the_domain() {
    let name = |text: &&str| entryway_ldap_types::AttributeName::parse(text).unwrap();
    let wants = |attributes: &[&str], groups| {
        let attributes = attributes.iter().map(name).collect();
        let condition = Says(Ok(true), Needs { attributes, groups });
        Some(Arc::new(condition) as Arc<dyn Condition>)
    };
    let of = |domain: &str| Some(domain.into());
    let needs = |rows: Vec<UserClass>, domain: &str| {
        let needs = UserClasses::new(rows).needs(domain);
        let attributes: Vec<String> = needs.attributes.iter().map(ToString::to_string).collect();
        (attributes.join(" "), needs.groups)
    };
    let none = (String::new(), false);
    let groups = (String::new(), true);

    let rows = || {
        vec![
            any(0),
            UserClass {
                group: named("Staff", "a"),
                ..any(1)
            },
        ]
    };
    assert_eq!(needs(rows(), "staff"), groups);
    assert_eq!(needs(rows(), "partners"), none);
    let rows = || {
        vec![UserClass {
            domain: of("partners"),
            group: named("staff", "a"),
            ..any(1)
        }]
    };
    assert_eq!(needs(rows(), "staff"), none);
    assert_eq!(needs(rows(), "partners"), none);
    let rows = || {
        vec![UserClass {
            domain: of("staff"),
            group: by_gid("staff", 1),
            ..any(1)
        }]
    };
    assert_eq!(needs(rows(), "STAFF"), groups);
    assert_eq!(needs(rows(), "partners"), none);
    let rows = || {
        vec![
            UserClass {
                domain: of("staff"),
                when: wants(&["mail", "l"], false),
                ..any(0)
            },
            UserClass {
                when: wants(&["MAIL", "ou"], false),
                ..any(1)
            },
            UserClass {
                domain: of("partners"),
                when: wants(&[], true),
                ..any(2)
            },
        ]
    };
    assert_eq!(needs(rows(), "staff"), ("mail l ou".to_owned(), false));
    assert_eq!(needs(rows(), "partners"), ("MAIL ou".to_owned(), true));
}
