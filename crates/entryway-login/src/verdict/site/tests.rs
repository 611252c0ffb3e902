use super::*;
use crate::{Group, RuleId, SessionGroups, SiteTakes};

fn session() -> SiteSession {
    SiteSession {
        subject: "staff:u-1".to_owned(),
        name: "jane".to_owned(),
        ..SiteSession::default()
    }
}

fn site() -> SitePolicy {
    SitePolicy {
        name: "plant-a".into(),
        suffixes: Vec::new(),
        clients: Vec::new(),
        applications: None,
        lookups: Vec::new(),
        enabled: true,
        takes: SiteTakes::default(),
        rule: RuleId(1),
    }
}

fn fault(verdict: SiteVerdict, wanted: Wanted) -> Option<Fault> {
    match judge(verdict, wanted, &site()).0 {
        AtSite::NoVerdict(fault) => Some(fault),
        _ => None,
    }
}

fn invalid(change: impl FnOnce(&mut SiteSession)) -> bool {
    let mut session = session();
    change(&mut session);
    let verdict = SiteVerdict::Accepted(Box::new(session));
    fault(verdict, Wanted::Login) == Some(Fault::SiteReplyInvalid)
}

#[test]
fn a_session_is_lines_of_text() {
    assert!(!invalid(|_| {}));
    assert!(invalid(|session| session.subject = " ".to_owned()));
    assert!(invalid(|session| session.name.clear()));
    assert!(invalid(|session| session.name.push('\n')));
    assert!(invalid(|session| session.email = Some("a\0b".to_owned())));
    assert!(invalid(
        |session| session.home = Some("h".repeat(TEXTS_MAX + 1))
    ));
    assert!(invalid(|session| session.user_class = Some("a\tb".into())));
    let value = |text: &str| vec![("key".into(), vec!["good".to_owned(), text.to_owned()])];
    assert!(!invalid(|session| session.attributes = value("good")));
    assert!(invalid(|session| session.attributes = value("b\rad")));
    let group = Group {
        domain: "staff".into(),
        name: "admins\r\nX: 1".into(),
        dn: None,
        gid: None,
        path: Vec::new(),
    };
    assert!(invalid(|session| session.groups = Some(SessionGroups {
        groups: vec![group],
        partial: false,
    })));
    assert!(invalid(
        |session| session.token = Some("t".repeat(TOKEN_MAX + 1).into())
    ));
}

#[test]
fn a_session_is_no_larger_than_what_is_kept_of_one() {
    let long = |bytes: usize| "n".repeat(bytes);
    assert!(!invalid(|session| session.subject = long(200)));
    assert!(invalid(|session| session.subject = long(201)));
    assert!(!invalid(|session| session.name = long(200)));
    assert!(invalid(|session| session.name = long(201)));
    // Each for itself would do: it is all of them that are kept.
    let values = |count: usize| vec![("key".into(), vec![long(1024); count])];
    assert!(!invalid(|session| session.attributes = values(63)));
    assert!(invalid(|session| session.attributes = values(64)));
    // Texts without a byte are kept too.
    let empty = |count: usize| vec![("key".into(), vec![String::new(); count])];
    assert!(!invalid(|session| session.attributes = empty(9_999)));
    assert!(invalid(|session| session.attributes = empty(10_000)));
    let keys = |count: usize| vec![("".into(), Vec::new()); count];
    assert!(!invalid(|session| session.attributes = keys(10_000)));
    assert!(invalid(|session| session.attributes = keys(10_001)));
    let groups = |count: usize| {
        let group = Group {
            domain: "d".into(),
            name: "g".into(),
            dn: None,
            gid: None,
            path: Vec::new(),
        };
        Some(SessionGroups {
            groups: vec![group; count],
            partial: false,
        })
    };
    assert!(!invalid(|session| session.groups = groups(1_000)));
    assert!(invalid(|session| session.groups = groups(1_001)));
}

#[test]
fn an_answer_to_another_question_is_none() {
    let accepted = || SiteVerdict::Accepted(Box::new(session()));
    for (verdict, wanted) in [
        (accepted(), Wanted::Change),
        (SiteVerdict::Changed, Wanted::Login),
        (SiteVerdict::Changed, Wanted::Revalidation),
        (SiteVerdict::MustChange, Wanted::Change),
        (
            SiteVerdict::SealRefused("expired".to_owned()),
            Wanted::Revalidation,
        ),
    ] {
        assert_eq!(fault(verdict, wanted), Some(Fault::SiteReplyInvalid));
    }
}

#[test]
fn a_refusal_has_the_reason_that_the_site_tells() {
    for (told, expected) in [
        (None, Reason::RefusedBySite),
        (Some("wrong_password"), Reason::WrongPassword),
        // Of a newer version.
        (Some("moon_phase"), Reason::RefusedBySite),
    ] {
        let verdict = SiteVerdict::Refused(told.map(str::to_owned));
        let (AtSite::Refused(reason), _) = judge(verdict, Wanted::Login, &site()) else {
            panic!("a refusal refuses");
        };
        assert_eq!(reason, expected);
    }
}

#[test]
fn a_fault_there_is_the_sites() {
    let check = |told: &str, expected| {
        let verdict = SiteVerdict::NoVerdict(told.to_owned());
        assert_eq!(fault(verdict, Wanted::Login), Some(expected));
    };
    check("directory_unreachable", Fault::SiteNoVerdict);
    check("deadline", Fault::SiteTimedOut);
    check("password_change_unknown", Fault::PasswordChangeUnknown);
    check("something_new", Fault::SiteNoVerdict);
    let sealed = SiteVerdict::SealRefused("expired".to_owned());
    assert_eq!(fault(sealed, Wanted::Login), Some(Fault::SealExpired));
}

#[test]
fn a_change_that_may_have_arrived_may_have_been_made() {
    let unanswered_so = |fault, written| SiteUnanswered {
        fault,
        written,
        cause: String::new(),
    };
    let check = |fault, written, wanted, expected| {
        assert_eq!(unanswered(&unanswered_so(fault, written), wanted), expected);
    };
    check(
        SiteFault::Unreachable,
        false,
        Wanted::Change,
        Fault::SiteUnreachable,
    );
    check(
        SiteFault::Unreachable,
        true,
        Wanted::Change,
        Fault::PasswordChangeUnknown,
    );
    check(
        SiteFault::Unreachable,
        true,
        Wanted::Login,
        Fault::SiteUnreachable,
    );
    check(SiteFault::Busy, false, Wanted::Login, Fault::SiteBusy);
    check(
        SiteFault::TimedOut,
        true,
        Wanted::Login,
        Fault::SiteTimedOut,
    );
    check(
        SiteFault::Invalid,
        true,
        Wanted::Revalidation,
        Fault::SiteReplyInvalid,
    );
}
