use super::*;
use crate::fixture::group;

/// A group is found as it is spelt in a list, and in no other domain.
fn check(domain: &str, name: &str, written: &str, expected: bool) {
    let of = group(domain, name);
    assert_eq!(
        is_group(&of, written),
        expected,
        "{domain}/{name} is {written}"
    );
    let Value::Text(text) = super::group(&of) else {
        panic!("a group is a text");
    };
    assert!(is_group(&of, &text), "{domain}/{name} is {text}");
}

#[test]
fn groups_are_named_without_case() {
    check("staff", "Engineers", "staff/engineers", true);
    check("Staff", "engineers", "STAFF/ENGINEERS", true);
    check("staff", "ZÜRICH", "staff/zürich", true);
    check("staff", "ΣΟΦΟΣ", "staff/σοφοσ", true);
    check("staff", "a/b", "staff/A/B", true);
    check("staff", "engineers", "partners/engineers", false);
    check("staff", "engineers", "engineers", false);
    check("staff", "engineers", "staff/engineer", false);
}
