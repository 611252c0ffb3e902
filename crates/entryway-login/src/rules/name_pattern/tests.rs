use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(pattern: &str, name: &str, expected: bool) {
    let found = NamePattern::new(pattern).matches(name);
    assert_eq!(found, expected, "`{pattern}` and `{name}`");
}

#[test]
fn without_wildcards_it_is_that_name() {
    check("jdoe", "jdoe", true);
    check("jdoe", "JDoe", false);
    check("jdoe", "jdoe2", false);
    check("jdoe", "jdo", false);
    check("", "", true);
    check("", "a", false);
}

#[test]
fn a_question_mark_is_one_character() {
    check("j?", "jä", true);
    check("j?", "j", false);
    check("j?", "jab", false);
    check("?", "😀", true);
    check("??", "ä", false);
}

#[test]
fn a_star_is_any_number() {
    for (name, expected) in [("a", true), ("ab", true), ("", false), ("ba", false)] {
        check("a*", name, expected);
    }
    check("*", "", true);
    check("**", "x", true);
    check("*a*b*", "xaxbx", true);
    check("*a*b*", "xbxax", false);
    // The same letters are not counted twice.
    check("ab*ba", "aba", false);
    check("ab*ba", "abba", true);
    check("*?x", "ax", true);
    check("*?x", "x", false);
    check("a*b?d*e", "a-bcdbcd-e", true);
    check("*ss", "sss", true);
    check("*ä?", "xäß", true);
}

#[test]
fn a_pattern_made_to_go_back_does_not() {
    let pattern = format!("{}b", "a*".repeat(1_000));
    check(&pattern, &"a".repeat(100_000), false);
    let pattern = format!("{}b", "a?*".repeat(100));
    check(&pattern, &"a".repeat(10_000), false);
}

#[track_caller]
fn check_landmark(pattern: &str, landmark: Landmark<'_>, is_all: bool) {
    assert_eq!(NamePattern::new(pattern).landmark(), (landmark, is_all));
}

#[test]
fn landmarks() {
    check_landmark("jdoe", Landmark::Whole("jdoe"), true);
    check_landmark("", Landmark::Whole(""), true);
    check_landmark("adm-*", Landmark::Begins("adm-"), true);
    check_landmark("adm-?*", Landmark::Begins("adm-"), false);
    check_landmark("a*b", Landmark::Begins("a"), false);
    check_landmark("a**", Landmark::Begins("a"), false);
    check_landmark("*-adm", Landmark::Ends("-adm"), true);
    check_landmark("?-adm", Landmark::Ends("-adm"), false);
    check_landmark("*a*", Landmark::None, false);
    check_landmark("*", Landmark::None, true);
}

#[test]
fn only_names_are_literal() {
    assert_eq!(NamePattern::new("a").literal(), Some("a"));
    assert_eq!(NamePattern::new("a?").literal(), None);
    assert_eq!(NamePattern::new("*").literal(), None);
    assert_eq!(NamePattern::new("a?*").as_str(), "a?*");
}

/// The definition, character by character, going back wherever it can.
fn naive(pattern: &[char], name: &[char]) -> bool {
    match pattern {
        [] => name.is_empty(),
        ['*', rest @ ..] => (0..=name.len()).any(|skip| naive(rest, &name[skip..])),
        ['?', rest @ ..] => !name.is_empty() && naive(rest, &name[1..]),
        [char, rest @ ..] => name.first() == Some(char) && naive(rest, &name[1..]),
    }
}

proptest! {
    #[test]
    fn matches_as_the_definition_does(pattern in "[abä?*]{0,8}", name in "[abä]{0,8}") {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        let expected = naive(&chars(&pattern), &chars(&name));
        let compiled = NamePattern::new(pattern);
        prop_assert_eq!(compiled.matches(&name), expected);
        let (landmark, is_all) = compiled.landmark();
        let has_it = match landmark {
            Landmark::Whole(text) => name == text,
            Landmark::Begins(text) => name.starts_with(text),
            Landmark::Ends(text) => name.ends_with(text),
            Landmark::None => true,
        };
        prop_assert!(!expected || has_it);
        prop_assert!(!(is_all && has_it) || expected);
    }
}
