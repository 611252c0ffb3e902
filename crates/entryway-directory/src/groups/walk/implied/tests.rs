//! Which groups stand above which, by their `memberOf` alone.

use super::{Told, told};
use crate::groups::MEMBER_OF;
use crate::groups::tests_support::entry;
use entryway_ldap_types::{Attribute, Dn, Entry};

fn dn(name: &str) -> Dn {
    Dn::parse(&format!("cn={name},ou=groups,o=x")).unwrap()
}

/// A group that names these in `memberOf`.
fn group(name: &str, above: &[&str]) -> Entry {
    let above: Vec<String> = above.iter().map(|name| dn(name).to_string()).collect();
    let mut group = entry(&[]);
    group.dn = dn(name);
    let values = above.iter().map(|name| name.as_bytes().to_vec().into());
    group.attributes = vec![Attribute {
        name: MEMBER_OF.clone(),
        values: values.collect(),
    }];
    group
}

/// `groups` are those that the person names, each with whom it names; `expected` the one right below each implied one.
#[track_caller]
fn check(groups: &[(&str, &[&str])], expected: Option<&[(&str, &str)]>) {
    let named: Vec<Entry> = groups
        .iter()
        .map(|(name, above)| group(name, above))
        .collect();
    let by_person: Vec<Dn> = named.iter().map(|group| group.dn.clone()).collect();
    let base = Dn::parse("ou=groups,o=x").unwrap();
    let found = told(&named, &by_person, |dn| dn.is_under(&base));
    let expected = match expected {
        None => Told::Unclear,
        Some(pairs) => Told::Above(
            pairs
                .iter()
                .map(|(one, below)| (dn(one), dn(below)))
                .collect(),
        ),
    };
    assert_eq!(found, expected);
}

#[test]
fn the_group_right_below_is_the_one_that_has_all_the_others_below_it() {
    check(&[("a", &["b"]), ("b", &[])], Some(&[("b", "a")]));
    check(
        &[("c", &[]), ("a", &["b", "c"]), ("b", &["c"])],
        Some(&[("b", "a"), ("c", "b")]),
    );
    // Two ways to one: both are real, and the answer is the same each time.
    check(
        &[("a", &["d"]), ("b", &["c", "d"]), ("c", &["d"]), ("d", &[])],
        Some(&[("c", "b"), ("d", "c")]),
    );
}

#[test]
fn groups_in_each_other_are_asked() {
    check(&[("a", &["b", "a"]), ("b", &["a", "b"])], None);
    check(
        &[("a", &["b", "c"]), ("b", &["b", "c"]), ("c", &["b", "c"])],
        None,
    );
    // In itself alone it stands above nobody.
    check(&[("a", &["a", "b"]), ("b", &[])], Some(&[("b", "a")]));
}

#[test]
fn whoever_leaves_one_out_tells_direct_ones_alone() {
    let named = [group("a", &["b", "c"]), group("b", &[])];
    let by_person = [dn("a"), dn("b")];
    assert_eq!(told(&named, &by_person, |_| true), Told::Direct);
    // What lies outside is none of the domain's, whoever tells of it.
    let inside = |name: &Dn| *name != dn("c");
    let above = Told::Above([(dn("b"), dn("a"))].into());
    assert_eq!(told(&named, &by_person, inside), above);
}

#[test]
fn what_may_be_direct_or_lies_too_deep_is_asked() {
    let below = || Told::Above([(dn("c"), dn("b")), (dn("b"), dn("a"))].into());
    assert_eq!(below().within(Some(2)), below());
    for depth in [Some(1), Some(0), None] {
        assert_eq!(below().within(depth), Told::Unclear, "{depth:?}");
    }
    assert_eq!(Told::Direct.within(None), Told::Direct);
}
