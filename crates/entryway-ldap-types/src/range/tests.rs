use super::*;
use crate::{Attribute, Dn};

fn entry(attributes: &[(&str, &[&str])]) -> Entry {
    Entry {
        dn: Dn::parse("cn=all").unwrap(),
        dn_text: "cn=all".into(),
        attributes: attributes
            .iter()
            .map(|(name, values)| Attribute {
                name: AttributeName::parse(name).unwrap(),
                values: values
                    .iter()
                    .map(|value| Bytes::copy_from_slice(value.as_bytes()))
                    .collect(),
            })
            .collect(),
    }
}

fn check_range(name: &str, expected: Option<(usize, Option<usize>)>) {
    let range = ValueRange::of(&AttributeName::parse(name).unwrap());
    let expected = expected.map(|(first, last)| ValueRange { first, last });
    assert_eq!(range, expected, "{name}");
}

#[test]
fn ranges_are_read() {
    check_range("member", None);
    check_range("member;binary", None);
    check_range("member;range=0-1499", Some((0, Some(1499))));
    check_range("member;Range=1500-*", Some((1500, None)));
    check_range("member;binary;range=1-2", Some((1, Some(2))));
    for odd in [
        "member;range=x-1",
        "member;range=1",
        "member;range=1-x",
        "member;range=*-1",
    ] {
        check_range(odd, None);
    }
}

/// Gathers from these parts; gives what was asked for, what was gathered, and whether it is all.
fn check(parts: &[&[(&str, &[&str])]], asked: &[&str], values: &[&str], whole: bool) {
    let member = AttributeName::from_static("member");
    let (first, rest) = parts.split_first().unwrap();
    let mut gathered = RangedValues::begin(&member, &entry(first), 5);
    let mut rest = rest.iter();
    let mut really = Vec::new();
    while let Some(next) = gathered.next() {
        really.push(next.to_string());
        gathered.take(&entry(rest.next().unwrap()));
    }
    assert_eq!(really, asked);
    let (found, all) = gathered.end();
    let found: Vec<_> = found
        .iter()
        .map(|it| std::str::from_utf8(it).unwrap())
        .collect();
    assert_eq!((&*found, all), (values, whole));
}

#[test]
fn values_that_come_at_once_are_all() {
    check(
        &[&[("cn", &["x"]), ("member", &["a", "b"])]],
        &[],
        &["a", "b"],
        true,
    );
    check(&[&[("cn", &["x"])]], &[], &[], true);
}

#[test]
fn parts_are_asked_for_to_the_end() {
    check(
        &[
            &[("member", &[]), ("member;range=0-1", &["a", "b"])],
            &[("member;range=2-3", &["c", "d"])],
            &[("member;range=4-*", &["e"])],
        ],
        &["member;range=2-*", "member;range=4-*"],
        &["a", "b", "c", "d", "e"],
        true,
    );
    check(
        &[
            &[("member;range=0-1", &["a", "b"])],
            &[("member;range=2-*", &[])],
        ],
        &["member;range=2-*"],
        &["a", "b"],
        true,
    );
    // Values were taken away meanwhile.
    check(
        &[&[("member;range=0-1", &["a", "b"])], &[]],
        &["member;range=2-*"],
        &["a", "b"],
        true,
    );
}

#[test]
fn no_more_is_held_than_may_be() {
    check(
        &[
            &[("member;range=0-2", &["a", "b", "c"])],
            &[("member;range=3-5", &["d", "e", "f"])],
        ],
        &["member;range=3-*"],
        &["a", "b", "c", "d", "e"],
        false,
    );
}

#[test]
fn a_server_that_answers_something_else_is_asked_no_further() {
    let first: &[(&str, &[&str])] = &[("member;range=0-1", &["a", "b"])];
    for odd in [
        &[("member;range=0-1", &["a", "b"][..])][..],
        &[("member;range=2-3", &[][..])][..],
        &[("member", &["a", "b"][..])][..],
    ] {
        check(&[first, odd], &["member;range=2-*"], &["a", "b"], false);
    }
}
