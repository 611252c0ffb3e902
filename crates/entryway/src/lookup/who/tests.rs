use super::*;
use entryway_ldap_types::ResultCode;
use entryway_login::{Fault, Subject};
use entryway_lookup::{EntryId, Kind};

fn somebody(name: &str) -> Match {
    Match {
        id: EntryId::from_subject(Subject(format!("staff:{name}"))).expect("an id"),
        kind: Kind::Person,
        name: name.to_owned(),
        description: None,
        mail: None,
        login_name: None,
        domain: "staff".into(),
        dn: format!("cn={name}").into(),
    }
}

/// Whom `jane` means where these were found: the name, `nobody`, `several`, `unsaid`.
#[track_caller]
fn check(found: &[&str], gaps: &[Missing], expected: &str) {
    check_typed("jane", found, gaps, expected);
}

#[track_caller]
fn check_typed(typed: &str, found: &[&str], gaps: &[Missing], expected: &str) {
    let gaps: Vec<Gap> = gaps
        .iter()
        .map(|why| Gap {
            domain: "staff".into(),
            why: *why,
        })
        .collect();
    let matches = found.iter().map(|name| somebody(name)).collect();
    let meant = match meant(typed, matches, &gaps) {
        Meant::One(one) => one.name,
        Meant::Nobody => "nobody".to_owned(),
        Meant::Several(_) => "several".to_owned(),
        Meant::Unsaid(_) => "unsaid".to_owned(),
    };
    assert_eq!(meant, expected, "{found:?} {gaps:?}");
}

#[test]
fn what_is_exact_counts_before_what_begins_so() {
    check(&[], &[], "nobody");
    check(&["Jane Doe"], &[], "Jane Doe");
    check(&["Jane", "Jane Doe"], &[], "Jane");
    check(&["Jane Doe", "Jane Roe"], &[], "several");
    check(&["Jane", "JANE", "Jane Roe"], &[], "several");
}

#[test]
fn nobody_is_taken_where_somebody_else_may_be_meant() {
    let silent = Missing::Unanswered(Fault::DirectoryUnreachable);
    for why in [
        silent,
        Missing::Refused(ResultCode::NO_SUCH_OBJECT),
        Missing::ServerLimit(1),
        Missing::Searches(16),
        Missing::Identity,
        Missing::Referral,
    ] {
        check(&[], &[why], "unsaid");
        check(&["Jane Doe"], &[why], "unsaid");
        check(&["Jane"], &[why], "unsaid");
    }
    check(&["Jane", "JANE"], &[Missing::ServerLimit(2)], "several");
    check(&["Jane", "JANE"], &[silent], "unsaid");
}

#[test]
fn behind_our_own_limit_nothing_is_exact() {
    let limit = Missing::Limit(20);
    check(&["Jane", "Jane Doe"], &[limit], "Jane");
    check(&["Jane Doe", "Jane Roe"], &[limit], "several");
    check(&["Jane", "Jane Doe"], &[limit, Missing::Identity], "unsaid");
}

#[test]
fn an_identity_is_nobody_else_s() {
    check_typed("staff:7", &["7"], &[Missing::Referral], "7");
    check_typed("staff:7", &["7"], &[Missing::ServerLimit(1)], "unsaid");
    check_typed("staff:7", &["7"], &[Missing::Identity], "unsaid");
}
