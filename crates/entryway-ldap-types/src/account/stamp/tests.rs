use super::*;
use crate::{Attribute, Dn};
use bytes::Bytes;

fn stamp(attributes: &[(&str, &[&str])]) -> Option<PasswordStamp> {
    let attributes = attributes
        .iter()
        .map(|(name, values)| Attribute {
            name: AttributeName::parse(name).unwrap(),
            values: values
                .iter()
                .map(|value| Bytes::copy_from_slice(value.as_bytes()))
                .collect(),
        })
        .collect();
    PasswordStamp::read(&Entry {
        dn: Dn::default(),
        dn_text: "".into(),
        attributes,
    })
}

#[track_caller]
fn check(before: &[(&str, &[&str])], after: &[(&str, &[&str])], changed: bool) {
    assert_eq!(stamp(before) != stamp(after), changed);
}

#[test]
fn an_entry_that_tells_nothing_has_no_stamp() {
    assert_eq!(stamp(&[]), None);
    assert_eq!(stamp(&[("pwdLastSet", &[]), ("cn", &["1"])]), None);
}

#[test]
fn each_attribute_changes_it() {
    for name in PasswordStamp::names() {
        let name = name.as_str();
        check(&[(name, &["1"])], &[(name, &["1"])], false);
        check(&[(name, &["1"])], &[(name, &["2"])], true);
        check(&[], &[(name, &["1"])], true);
    }
}

#[test]
fn the_attribute_counts_and_the_order_does_not() {
    check(
        &[("pwdLastSet", &["1"])],
        &[("shadowLastChange", &["1"])],
        true,
    );
    check(
        &[("pwdLastSet", &["1", "2"])],
        &[("pwdLastSet", &["2", "1"])],
        false,
    );
    check(
        &[("pwdLastSet", &["12"])],
        &[("pwdLastSet", &["1", "2"])],
        true,
    );
}

#[test]
fn a_warning_is_no_change() {
    check(
        &[
            ("pwdUpdateTime", &["1"]),
            ("passwordExpirationTime", &["5"]),
        ],
        &[
            ("pwdUpdateTime", &["1"]),
            ("passwordExpirationTime", &["9"]),
        ],
        false,
    );
}

#[test]
fn it_does_not_show_itself() {
    let stamp = stamp(&[("pwdLastSet", &["133"])]);
    assert_eq!(format!("{stamp:?}"), "Some(PasswordStamp)");
}
