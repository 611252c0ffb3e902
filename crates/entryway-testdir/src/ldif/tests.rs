//! RFC 2849, by the rule that each case is about.

use super::*;

/// Records as `dn` and `name=value` texts.
fn check(text: &str, expected: &[(&str, &[&str])]) {
    let found: Vec<(String, Vec<String>)> = parse(text)
        .unwrap_or_else(|error| panic!("{error}: {}", error.problem))
        .into_iter()
        .map(|record| {
            let values = record
                .values
                .iter()
                .map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(value)));
            (record.dn, values.collect())
        })
        .collect();
    let expected: Vec<(String, Vec<String>)> = expected
        .iter()
        .map(|(dn, values)| {
            (
                (*dn).to_owned(),
                values.iter().map(|value| (*value).to_owned()).collect(),
            )
        })
        .collect();
    assert_eq!(found, expected);
}

fn check_error(text: &str, line: usize, problem: LdifProblem) {
    assert_eq!(parse(text).err(), Some(LdifError { line, problem }));
}

#[test]
fn records_are_separated_by_blank_lines() {
    check(
        "dn: dc=x\ndc: x\n\n\n\ndn: cn=a,dc=x\ncn: a\ncn: b\n",
        &[("dc=x", &["dc=x"]), ("cn=a,dc=x", &["cn=a", "cn=b"])],
    );
}

#[test]
fn version_is_optional_and_first() {
    check("version: 1\n\ndn: dc=x\ndc: x", &[("dc=x", &["dc=x"])]);
    check("version: 1\ndn: dc=x\ndc: x", &[("dc=x", &["dc=x"])]);
    check_error("version: 2\ndn: dc=x\n", 1, LdifProblem::Version);
    check_error("dn: dc=x\ndc: x\n\nversion: 1\n", 4, LdifProblem::Version);
}

#[test]
fn a_leading_space_folds_names_values_and_comments() {
    check(
        "# a comment\n  that goes: on\ndn: cn=lo\n ng,dc\n =x\ndescri\n ption: two\n  words\n",
        &[("cn=long,dc=x", &["description=two words"])],
    );
    check_error(" cn: x\n", 1, LdifProblem::NothingToContinue);
    check_error("dn: dc=x\n\n cn: x\n", 3, LdifProblem::NothingToContinue);
}

#[test]
fn crlf_ends_lines_too() {
    check(
        "dn: dc=x\r\ndc: x\r\n\r\ndn: dc=y\r\ndc: y\r\n",
        &[("dc=x", &["dc=x"]), ("dc=y", &["dc=y"])],
    );
}

#[test]
fn base64_is_decoded_in_values_and_names() {
    check(
        "dn:: Y249csO8LGRjPXg=\ncn:: csO8\n",
        &[("cn=rü,dc=x", &["cn=rü"])],
    );
    check_error("dn: dc=x\ncn:: !\n", 2, LdifProblem::Base64);
    check_error("dn:: /w==\n", 1, LdifProblem::Base64);
}

#[test]
fn values_may_be_empty_and_hold_colons() {
    check(
        "dn: dc=x\ndescription:\nlabeledURI: http://x/ a:b\n",
        &[("dc=x", &["description=", "labeledURI=http://x/ a:b"])],
    );
}

#[test]
fn urls_are_never_followed() {
    check_error(
        "dn: dc=x\njpegPhoto:< file:///etc/passwd\n",
        2,
        LdifProblem::Url,
    );
}

#[test]
fn changes_are_refused() {
    check_error("dn: dc=x\nchangetype: delete\n", 2, LdifProblem::Change);
}

#[test]
fn a_record_starts_with_its_name() {
    check_error("cn: x\n", 1, LdifProblem::Dn);
    check_error("dn: dc=x\ndn: dc=y\n", 2, LdifProblem::Dn);
    check_error("dn: dc=x\nno colon here\n", 2, LdifProblem::NoColon);
}
