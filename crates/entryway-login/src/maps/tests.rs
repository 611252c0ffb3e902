use super::*;
use crate::UserType;
use crate::support::{domain, entry, map, mapping, raw_entry};

/// The outcome of one map over an attribute `x` with these values, and what it left in the draft.
fn mapped(
    target: MapTarget,
    values: &[&str],
    change: impl FnOnce(&mut AttributeMap),
) -> (MapOutcome, Draft) {
    let mut map = map(target, "x");
    change(&mut map);
    let entry = entry("uid=jdoe,ou=people,dc=staff", &[("x", values)]);
    let mut draft = Draft::default();
    let outcome = run(&map, Platform::Unix, &entry, &mut draft);
    (outcome, draft)
}

fn check_invalid(target: MapTarget, values: &[&str], problem: &str) {
    let (outcome, draft) = mapped(target.clone(), values, |_| {});
    assert_eq!(
        outcome,
        MapOutcome::Invalid {
            problem: problem.to_owned(),
            defaulted: false
        },
        "{values:?}"
    );
    assert_eq!(draft.invalid, [(target, problem.to_owned())]);
}

#[test]
fn ids_are_numbers_in_range() {
    for (text, expected) in [
        ("0", 0),
        ("1042", 1042),
        ("007", 7),
        ("4294967294", u32::MAX - 1),
    ] {
        assert_eq!(
            mapped(MapTarget::Uid, &[text], |_| {}).1.uid,
            Some(expected)
        );
        assert_eq!(
            mapped(MapTarget::Gid, &[text], |_| {}).1.gid,
            Some(expected)
        );
    }
    for text in [
        "4294967295",
        "-1",
        "+1",
        "1.0",
        "0x10",
        "12 ",
        "many",
        "99999999999",
    ] {
        check_invalid(
            MapTarget::Uid,
            &[text],
            &format!("is {text:?}, expected a number from 0 to 4294967294"),
        );
    }
}

#[test]
fn user_types_in_any_case() {
    assert_eq!(
        mapped(MapTarget::UserType, &["REAL"], |_| {}).1.user_type,
        Some(UserType::Real)
    );
    assert_eq!(
        mapped(MapTarget::UserType, &["virtual"], |_| {})
            .1
            .user_type,
        Some(UserType::Virtual)
    );
    check_invalid(
        MapTarget::UserType,
        &["staff"],
        "is \"staff\", expected `real` or `virtual`",
    );
}

#[test]
fn paths_are_absolute() {
    assert_eq!(
        mapped(MapTarget::Home, &["/home/jdoe"], |_| {})
            .1
            .home
            .as_deref(),
        Some("/home/jdoe")
    );
    assert_eq!(
        mapped(MapTarget::Shell, &["/bin/zsh"], |_| {})
            .1
            .shell
            .as_deref(),
        Some("/bin/zsh")
    );
    check_invalid(
        MapTarget::Home,
        &["home/jdoe"],
        "is \"home/jdoe\", which is not an absolute path",
    );
    check_invalid(
        MapTarget::Home,
        &["/home/../etc"],
        "is \"/home/../etc\", which holds `..`",
    );
    check_invalid(
        MapTarget::Shell,
        &["zsh"],
        "is \"zsh\", which is not an absolute path",
    );
}

#[test]
fn lines_of_text_hold_no_control_characters() {
    assert_eq!(
        mapped(MapTarget::Email, &["j@x"], |_| {})
            .1
            .email
            .as_deref(),
        Some("j@x")
    );
    assert_eq!(
        mapped(MapTarget::DisplayName, &["Jane Doe"], |_| {})
            .1
            .display_name
            .as_deref(),
        Some("Jane Doe")
    );
    assert_eq!(
        mapped(MapTarget::SystemUser, &["svc"], |_| {})
            .1
            .system_user
            .as_deref(),
        Some("svc")
    );
    check_invalid(
        MapTarget::Email,
        &["j@x\r\nbcc: all"],
        "is \"j@x\\r\\nbcc: all\", which holds a control character",
    );
}

#[test]
fn a_list_holds_lines_too() {
    let custom = || MapTarget::Custom("street".into());
    for odd in ["a\0", "a\r\nX-User: root", "a\nb", "a\tb", "a\u{85}"] {
        for values in [
            MapValues::One,
            MapValues::First,
            MapValues::Join,
            MapValues::List,
        ] {
            let (outcome, draft) = mapped(custom(), &[odd], |map| map.values = values);
            assert_eq!(
                outcome,
                MapOutcome::Invalid {
                    problem: format!("is {odd:?}, which holds a control character"),
                    defaulted: false
                },
                "{odd:?} {values:?}"
            );
            assert!(draft.attributes.is_empty());
        }
    }
    // One bad value among good ones is not left out quietly.
    let (outcome, draft) = mapped(custom(), &["good", "b\nad"], |map| {
        map.values = MapValues::List
    });
    assert!(matches!(outcome, MapOutcome::Invalid { .. }) && draft.attributes.is_empty());
}

#[test]
fn several_values_are_unusable_unless_the_map_says_otherwise() {
    check_invalid(MapTarget::Uid, &["1", "2"], "has 2 values, expected one");
    let first = mapped(MapTarget::Uid, &["1", "2"], |map| {
        map.values = MapValues::First
    });
    assert_eq!(first.1.uid, Some(1));
    let joined = mapped(MapTarget::DisplayName, &["Jane", "Doe"], |map| {
        map.values = MapValues::Join
    });
    assert_eq!(joined.1.display_name.as_deref(), Some("Jane, Doe"));
    let list = mapped(MapTarget::Custom("d".into()), &["a", "b"], |map| {
        map.values = MapValues::List
    });
    assert_eq!(
        list.1.attributes,
        [("d".into(), vec!["a".to_owned(), "b".to_owned()])]
    );
    assert_eq!(
        list.0,
        MapOutcome::Set(vec!["a".to_owned(), "b".to_owned()])
    );
    check_invalid(
        MapTarget::Custom("d".into()),
        &["a", "b"],
        "has 2 values, expected one",
    );
    // A list makes no sense for one number, and must not quietly take the first.
    let (outcome, draft) = mapped(MapTarget::Uid, &["1", "2"], |map| {
        map.values = MapValues::List
    });
    assert!(matches!(outcome, MapOutcome::Invalid { .. }) && draft.uid.is_none());
}

#[test]
fn a_long_value_is_cut_where_it_is_quoted() {
    let long = "x".repeat(4000);
    check_invalid(
        MapTarget::Uid,
        &[&long],
        &format!(
            "is \"{}\"…, expected a number from 0 to 4294967294",
            "x".repeat(128)
        ),
    );
}

/// The problem of a map that takes so many values of so many bytes each.
fn problem_of(values: MapValues, count: usize, bytes: usize) -> Option<String> {
    let texts = vec!["x".repeat(bytes); count];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    match mapped(MapTarget::Custom("c".into()), &texts, |map| {
        map.values = values
    })
    .0
    {
        MapOutcome::Invalid { problem, .. } => Some(problem),
        MapOutcome::Set(_) | MapOutcome::Absent => None,
    }
}

#[test]
fn a_map_is_bounded() {
    use MapValues::{First, Join, List, One};
    let check = |values, count, bytes, expected: Option<&str>| {
        assert_eq!(
            problem_of(values, count, bytes).as_deref(),
            expected,
            "{values:?} {count} times {bytes}"
        );
    };
    for values in [List, Join] {
        check(values, 1000, 65, None);
        check(
            values,
            1001,
            1,
            Some("has 1001 values, expected at most 1000"),
        );
        check(
            values,
            2,
            32_769,
            Some("has 65538 bytes, expected at most 65536"),
        );
    }
    // What is not taken does not count.
    check(First, 2000, 65_536, None);
    for values in [First, One] {
        check(values, 1, 65_536, None);
        check(
            values,
            1,
            65_537,
            Some("has 65537 bytes, expected at most 65536"),
        );
    }
}

#[test]
fn an_absent_attribute_sets_nothing() {
    let (outcome, draft) = mapped(MapTarget::Uid, &[], |_| {});
    assert_eq!(outcome, MapOutcome::Absent);
    assert!(draft.invalid.is_empty());
}

#[test]
fn on_invalid_default_leaves_the_target_to_the_defaults() {
    let (outcome, draft) = mapped(MapTarget::Uid, &["x"], |map| {
        map.on_invalid = OnInvalid::Default
    });
    assert!(matches!(
        outcome,
        MapOutcome::Invalid {
            defaulted: true,
            ..
        }
    ));
    assert!(draft.invalid.is_empty() && draft.uid.is_none());
}

#[test]
fn bytes_that_are_not_text_are_unusable() {
    let mut draft = Draft::default();
    let entry = raw_entry("x", &[b"\xff\xfe"]);
    let outcome = run(
        &map(MapTarget::Custom("c".into()), "x"),
        Platform::Unix,
        &entry,
        &mut draft,
    );
    assert_eq!(
        outcome,
        MapOutcome::Invalid {
            problem: "is not UTF-8 text".to_owned(),
            defaulted: false
        }
    );
    check_invalid(MapTarget::Email, &[""], "is empty");
}

#[test]
fn a_secret_is_not_mapped_even_if_a_server_volunteers_it() {
    let entry = entry(
        "uid=jdoe,ou=people,dc=staff",
        &[("userPassword", &["{SSHA}x"])],
    );
    let mut draft = Draft::default();
    let outcome = run(
        &map(MapTarget::Custom("p".into()), "userPassword"),
        Platform::Unix,
        &entry,
        &mut draft,
    );
    assert_eq!(outcome, MapOutcome::Absent);
    assert!(draft.attributes.is_empty());
}

fn check_mail(values: &[&str], on_invalid: OnInvalid, default: bool, expected: bool) {
    let mut staff = mapping(domain("staff"), |maps| {
        maps.push(AttributeMap {
            on_invalid,
            ..map(MapTarget::AuthByEmail, "mailLogin")
        });
    });
    staff.defaults.auth_by_email = default;
    let entry = entry("uid=jdoe,ou=people,dc=staff", &[("mailLogin", values)]);
    assert_eq!(
        allows_mail_login(&staff, &entry),
        expected,
        "{values:?} {on_invalid:?} {default}"
    );
}

#[test]
fn who_may_log_in_by_mail() {
    use OnInvalid::{Default, Refuse};
    for yes in ["true", "TRUE", "yes", "1"] {
        check_mail(&[yes], Refuse, false, true);
    }
    for no in ["false", "No", "0"] {
        check_mail(&[no], Refuse, true, false);
    }
    check_mail(&[], Refuse, true, true);
    check_mail(&[], Refuse, false, false);
    check_mail(&["perhaps"], Refuse, true, false);
    check_mail(&["perhaps"], Default, true, true);
    check_mail(&["true", "false"], Refuse, true, false);
}

#[test]
fn without_a_map_the_default_decides_on_mail() {
    let mut staff = domain("staff");
    let nobody = entry("uid=jdoe,ou=people,dc=staff", &[]);
    assert!(!allows_mail_login(&staff, &nobody));
    staff.defaults.auth_by_email = true;
    assert!(allows_mail_login(&staff, &nobody));
}
