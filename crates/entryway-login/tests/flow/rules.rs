//! From entry to session: ranges, defaults, classes, DN filters, homes, templates, what is required.

use super::*;
use entryway_login::{
    AccountTemplate, AccountTemplates, Condition, DnFilter, DnFilters, DnMatch, DnOutcome, Facts,
    Fits, HomeFolder, HomeFolders, NamePattern, Needs, Platform, RuleFailed, RuleId, Stage,
    Template, TypeRange, TypeRanges, UserClass, UserClasses, UserType,
};
use std::sync::Arc;

/// An expression or a template: what it comes to for anybody.
#[derive(Debug)]
struct Says<T>(Result<T, &'static str>);

impl Condition for Says<bool> {
    fn holds(&self, _facts: &Facts<'_>) -> Result<bool, RuleFailed> {
        self.0.map_err(|problem| RuleFailed(problem.to_owned()))
    }
    fn needs(&self) -> &Needs {
        unreachable!("asked when a configuration is read")
    }
}

impl Template for Says<&'static str> {
    fn render_with(&self, _facts: &Facts<'_>, _fits: Fits<'_>) -> Result<String, RuleFailed> {
        let text = self.0.map_err(|problem| RuleFailed(problem.to_owned()));
        text.map(str::to_owned)
    }
    fn needs(&self) -> &Needs {
        unreachable!("asked when a configuration is read")
    }
}

/// Whether a secret is in what rules may look at.
#[derive(Debug)]
struct SeesASecret;

impl Condition for SeesASecret {
    fn holds(&self, facts: &Facts<'_>) -> Result<bool, RuleFailed> {
        let entry = facts.entry.unwrap();
        Ok(entry.first(&attribute("userPassword")).is_some())
    }
    fn needs(&self) -> &Needs {
        unreachable!("asked when a configuration is read")
    }
}

fn class(name: &str) -> UserClass {
    UserClass {
        name: name.into(),
        domain: None,
        users: None,
        user_type: None,
        group: None,
        address: None,
        when: None,
        rule: RuleId(70),
    }
}

fn when(name: &str, says: Result<bool, &'static str>) -> UserClass {
    UserClass {
        when: Some(Arc::new(Says(says))),
        ..class(name)
    }
}

fn row(name: &str, class: Option<&str>) -> AccountTemplate {
    AccountTemplate {
        name: name.into(),
        class: class.map(NamePattern::new),
        uid: None,
        gid: None,
        home: None,
        rule: RuleId(90),
    }
}

fn text(text: Result<&'static str, &'static str>) -> Option<Arc<dyn Template>> {
    Some(Arc::new(Says(text)))
}

fn under(class: Option<&str>, dn: &str, rule: u32) -> DnFilter {
    DnFilter {
        class: class.map(Into::into),
        matches: DnMatch::Under(Dn::parse(dn).unwrap()),
        rule: RuleId(rule),
    }
}

fn eng() -> LoginPolicy {
    one(|eng| mapping(eng, |maps| maps.push(map(MapTarget::UserType, "kind"))))
}

fn login(policy: LoginPolicy, person: Entry, expected: &str) -> Decided {
    check(
        policy,
        &mut one_world(vec![(person, "right")]),
        "bob",
        expected,
    )
}

fn accepted(policy: LoginPolicy, person: Entry) -> Box<Session> {
    session(login(policy, person, "accept bob in eng"))
}

fn bob() -> Entry {
    person("bob", "eng")
}

fn ranged(platform: Platform) -> LoginPolicy {
    let mut policy = eng();
    policy.platform = platform;
    policy.type_ranges = TypeRanges::new(vec![TypeRange {
        from: 0,
        to: 20_000,
        user_type: UserType::Real,
        rule: RuleId(60),
    }]);
    policy
}

#[test]
fn a_range_sees_a_mapped_uid_alone() {
    let kind = |policy, person| accepted(policy, person).user_type;
    let unix = || ranged(Platform::Unix);
    assert_eq!(
        kind(unix(), with(bob(), "uidNumber", "500")),
        Some(UserType::Real)
    );
    assert_eq!(
        kind(unix(), with(bob(), "uidNumber", "20001")),
        Some(UserType::Virtual)
    );
    // The default one, 10000, is in the range and says nothing of the person.
    assert_eq!(kind(unix(), bob()), Some(UserType::Virtual));
    let typed = with(with(bob(), "uidNumber", "500"), "kind", "Virtual");
    assert_eq!(kind(unix(), typed), Some(UserType::Virtual));
    let mut windows = ranged(Platform::Windows);
    windows.domains[0]
        .maps
        .retain(|map| !matches!(map.target, MapTarget::Home | MapTarget::Shell));
    assert_eq!(
        kind(windows, with(bob(), "uidNumber", "500")),
        Some(UserType::Virtual)
    );
    // An unusable type is not replaced by a range.
    let odd = with(with(bob(), "uidNumber", "500"), "kind", "odd");
    login(unix(), odd, "invalid_attribute");
}

#[test]
fn defaults_fill_what_is_unset() {
    let filled = accepted(eng(), bob());
    assert_eq!((filled.uid, filled.gid), (Some(10_000), Some(10_000)));
    assert_eq!(
        (filled.shell.as_deref(), filled.user_type),
        (Some("/bin/sh"), Some(UserType::Virtual))
    );
    let own = accepted(eng(), with(with(bob(), "uidNumber", "5"), "gidNumber", "6"));
    assert_eq!((own.uid, own.gid), (Some(5), Some(6)));
}

fn classed(classes: Vec<UserClass>) -> LoginPolicy {
    let mut policy = eng();
    policy.classes = UserClasses::new(classes);
    policy
}

#[test]
fn the_first_class_that_fits() {
    let of = |classes| accepted(classed(classes), bob()).user_class;
    let ops = UserClass {
        domain: Some("ops".into()),
        ..class("ops")
    };
    assert_eq!(
        of(vec![ops.clone(), class("b"), class("c")]).as_deref(),
        Some("b")
    );
    assert_eq!(
        of(vec![when("a", Ok(false)), when("b", Ok(true))]).as_deref(),
        Some("b")
    );
    assert_eq!(of(vec![ops]).as_deref(), None);
    assert_eq!(of(vec![]).as_deref(), None);
}

#[test]
fn an_expression_that_fails_refuses_and_never_falls_through() {
    let failing = vec![when("a", Err("`entry.x` is empty")), class("b")];
    let decided = login(classed(failing.clone()), bob(), "rule_failed");
    let said = records(&decided).any(|record| {
        matches!(record, Record::RuleFailed { problem, rule: RuleId(70), stage: Stage::UserClass } if problem == "`entry.x` is empty")
    });
    assert!(said);
    // One that is not reached decides nothing.
    let behind = failing.into_iter().rev().collect();
    assert_eq!(
        accepted(classed(behind), bob()).user_class.as_deref(),
        Some("b")
    );
}

#[test]
fn no_rule_sees_a_secret() {
    let curious = UserClass {
        when: Some(Arc::new(SeesASecret)),
        ..class("curious")
    };
    let shown = with(bob(), "userPassword", "{SSHA}x");
    assert_eq!(accepted(classed(vec![curious]), shown).user_class, None);
}

fn filtered(classes: Vec<UserClass>, filters: Vec<DnFilter>) -> LoginPolicy {
    let mut policy = classed(classes);
    policy.domains[0].dn_filters = DnFilters::new(filters).unwrap();
    policy
}

fn check_filtered(
    class_of_bob: Option<&str>,
    filters: Vec<DnFilter>,
    expected: impl Into<Option<DnOutcome>>,
) {
    let expected = expected.into();
    let refused = matches!(expected, Some(DnOutcome::Refused { .. }));
    let word = if refused {
        "dn_not_permitted"
    } else {
        "accept bob in eng"
    };
    let classes = class_of_bob.map(class).into_iter().collect();
    let decided = login(filtered(classes, filters), bob(), word);
    let said = records(&decided).find_map(|record| match record {
        Record::DnFiltered(outcome) => Some(outcome.clone()),
        _ => None,
    });
    assert_eq!(said, expected);
}

#[test]
fn dn_filters_of_the_class_and_of_everybody() {
    let (here, away) = ("ou=people,dc=eng", "ou=robots,dc=eng");
    let rule = |rule| RuleId(rule);
    // Where nothing filters, nothing is said.
    check_filtered(None, vec![], None);
    check_filtered(None, vec![under(Some("a"), away, 1)], DnOutcome::NoFilter);
    check_filtered(
        Some("b"),
        vec![under(Some("a"), away, 1)],
        DnOutcome::NoFilter,
    );
    check_filtered(
        Some("a"),
        vec![under(Some("a"), away, 1)],
        DnOutcome::Refused {
            of: 1,
            rules: vec![rule(1)],
        },
    );
    check_filtered(
        None,
        vec![under(None, away, 1)],
        DnOutcome::Refused {
            of: 1,
            rules: vec![rule(1)],
        },
    );
    let both = vec![
        under(Some("a"), away, 1),
        under(None, here, 2),
        under(Some("b"), here, 3),
    ];
    check_filtered(
        Some("a"),
        both,
        DnOutcome::Permitted {
            rule: rule(2),
            of: 2,
        },
    );
}

#[test]
fn a_whole_dn_is_matched() {
    for (pattern, permitted) in [
        ("O=acme", false),
        (".*,ou=people,dc=eng", true),
        ("uid=bob", false),
    ] {
        let filter = DnFilter {
            class: None,
            matches: DnMatch::Pattern {
                text: pattern.to_owned(),
                exact: false,
            },
            rule: RuleId(1),
        };
        let expected = if permitted {
            "accept bob in eng"
        } else {
            "dn_not_permitted"
        };
        login(filtered(vec![], vec![filter]), bob(), expected);
    }
}

fn homed(class_of_bob: Option<&str>) -> LoginPolicy {
    let mut policy = classed(class_of_bob.map(class).into_iter().collect());
    let folder = |class: Option<&str>, prefix: &str, rule| HomeFolder {
        class: class.map(Into::into),
        prefix: prefix.to_owned(),
        rule: RuleId(rule),
    };
    policy.home_folders = HomeFolders::new(vec![
        folder(None, "/everybody", 1),
        folder(Some("a"), "/srv/a/", 2),
    ]);
    policy
}

#[test]
fn a_home_by_class_else_for_everybody_unless_the_entry_has_one() {
    let home = |policy, person| accepted(policy, person).home;
    assert_eq!(home(homed(Some("a")), bob()).as_deref(), Some("/srv/a/bob"));
    assert_eq!(
        home(homed(Some("b")), bob()).as_deref(),
        Some("/everybody/bob")
    );
    assert_eq!(home(homed(None), bob()).as_deref(), Some("/everybody/bob"));
    let own = with(bob(), "homeDirectory", "/own");
    assert_eq!(home(homed(Some("a")), own).as_deref(), Some("/own"));
}

fn templated(rows: Vec<AccountTemplate>, class_of_bob: Option<&str>) -> LoginPolicy {
    let mut policy = homed(class_of_bob);
    policy.templates = AccountTemplates::new(rows, &["a".into(), "b".into()]);
    policy
}

#[test]
fn a_template_replaces_and_the_user_is_virtual() {
    let full = AccountTemplate {
        uid: text(Ok("700")),
        gid: text(Ok("701")),
        home: text(Ok("/t/bob")),
        ..row("t", Some("a"))
    };
    let real = with(with(bob(), "kind", "real"), "uidNumber", "5");
    let session = accepted(templated(vec![full.clone()], Some("a")), real.clone());
    assert_eq!(
        (session.uid, session.gid, session.home.as_deref()),
        (Some(700), Some(701), Some("/t/bob"))
    );
    assert_eq!(
        (session.user_type, session.template.as_deref()),
        (Some(UserType::Virtual), Some("t"))
    );
    // What was unusable and is replaced no longer matters.
    let odd = with(with(bob(), "uidNumber", "many"), "kind", "odd");
    accepted(templated(vec![full.clone()], Some("a")), odd);
    // None that fits does nothing.
    let session = accepted(templated(vec![full], Some("b")), real);
    assert_eq!((session.uid, session.template.as_deref()), (Some(5), None));
    assert_eq!(session.user_type, Some(UserType::Real));
}

#[test]
fn the_class_is_not_computed_again() {
    let mut policy = templated(
        vec![AccountTemplate {
            uid: text(Ok("700")),
            ..row("t", None)
        }],
        None,
    );
    let real = UserClass {
        user_type: Some(UserType::Real),
        ..class("a")
    };
    policy.classes = UserClasses::new(vec![real]);
    let session = accepted(policy, with(bob(), "kind", "real"));
    assert_eq!(
        (session.user_class.as_deref(), session.user_type),
        (Some("a"), Some(UserType::Virtual))
    );
}

#[test]
fn a_template_that_cannot_be_resolved_refuses_and_the_next_is_not_tried() {
    for broken in [Err("`entry.x` is empty"), Ok("many"), Ok("")] {
        let first = AccountTemplate {
            uid: text(Ok("700")),
            gid: text(broken),
            ..row("A1", None)
        };
        let second = AccountTemplate {
            gid: text(Ok("5")),
            ..row("B1", None)
        };
        let decided = login(
            templated(vec![second, first], None),
            bob(),
            "template_unresolved",
        );
        let said = records(&decided).find_map(|record| match record {
            Record::TemplateUnresolved { name, target, .. } => {
                Some((name.to_string(), target.clone()))
            }
            _ => None,
        });
        assert_eq!(said, Some(("A1".to_owned(), MapTarget::Gid)));
    }
    let outside = AccountTemplate {
        home: text(Ok("/srv/../etc")),
        ..row("t", None)
    };
    login(templated(vec![outside], None), bob(), "template_unresolved");
}

/// `/srv/{name}` and the like: the text before the name.
#[derive(Debug)]
struct Below(&'static str);

impl Template for Below {
    fn render_with(&self, facts: &Facts<'_>, fits: Fits<'_>) -> Result<String, RuleFailed> {
        fits(facts.name).map_err(RuleFailed)?;
        Ok(format!("{}{}", self.0, facts.name))
    }
    fn needs(&self) -> &Needs {
        unreachable!("asked when a configuration is read")
    }
}

#[test]
fn a_name_in_a_templates_home_is_one_folder() {
    let policy = |template| templated(vec![template], None);
    let home = |below| AccountTemplate {
        home: Some(Arc::new(Below(below))),
        ..row("t", None)
    };
    for name in ["victim/inner", "a\\b", "a:b", "..", "."] {
        let mut world = one_world(vec![(person("x", "eng"), "right")]);
        world.directories[0].people[0].0 = entry(
            "cn=x,ou=people,dc=eng",
            &[("objectClass", &["person"]), ("uid", &[name])],
        );
        let typed = format!("eng/{name}");
        check(
            policy(home("/jail/")),
            &mut world,
            &typed,
            "template_unresolved",
        );
        // Elsewhere than in a path it is a value like any other.
        let number = AccountTemplate {
            uid: text(Ok("5")),
            home: text(Ok("/jail")),
            ..row("t", None)
        };
        check(
            policy(number),
            &mut world,
            &typed,
            &format!("accept {name} in eng"),
        );
    }
    assert_eq!(
        accepted(policy(home("/jail/")), bob()).home.as_deref(),
        Some("/jail/bob")
    );
}

#[test]
fn an_account_of_the_store_comes_after_the_template() {
    let at = |uid, expected| {
        let template = AccountTemplate {
            uid: text(uid),
            ..row("t", None)
        };
        let mut world = one_world(vec![(with(bob(), "kind", "real"), "right")]);
        world.accounts = Ok(vec![(account("bob", KeptIn::Directory), "")]);
        check(templated(vec![template], None), &mut world, "bob", expected)
    };
    // Its uid replaces the template's; what it does not have is the template's.
    let session = session(at(Ok("4242"), "accept bob in eng"));
    assert_eq!(session.uid, Some(77));
    assert_eq!(session.template.as_deref(), Some("t"));
    assert_eq!(session.user_type, Some(UserType::Virtual));
    at(Err("gives nothing"), "template_unresolved");
}

#[test]
fn what_is_required_by_platform() {
    let bare = |platform| {
        let mut policy = one(|mut eng| {
            let defaults = &mut eng.defaults;
            (
                defaults.uid,
                defaults.gid,
                defaults.shell,
                defaults.user_type,
            ) = (None, None, None, None);
            eng
        });
        policy.platform = platform;
        policy.home_folders = HomeFolders::default();
        policy
    };
    let missing = |platform| {
        let decided = login(bare(platform), bob(), "missing_attribute");
        records(&decided).find_map(|record| match record {
            Record::Required { missing, .. } => Some(missing.clone()),
            _ => None,
        })
    };
    use MapTarget::{Gid, Home, Shell, Uid, UserType};
    assert_eq!(
        missing(Platform::Unix),
        Some(vec![Uid, Gid, Home, UserType, Shell])
    );
    assert_eq!(missing(Platform::Windows), Some(vec![Gid, Home, UserType]));
}
