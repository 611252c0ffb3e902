use super::*;
use crate::rules::tests::{identity, jane, people, rule};
use crate::{Access, PathError, People};

/// `/` is public, `/staff` for those who logged in, `/api` for programs too, `/board` for a class.
fn rules() -> Rules {
    let basic = People {
        basic: true,
        ..people()
    };
    let board = People {
        class: Some("board".into()),
        ..people()
    };
    Rules::new(
        vec![
            rule("wiki.example", "/", Access::Public),
            rule("wiki.example", "/staff", Access::People(people())),
            rule("wiki.example", "/api", Access::People(basic)),
            rule("wiki.example", "/board", Access::People(board)),
        ],
        identity(),
    )
}

fn asked(scheme: &str, uri: &str, kind: Kind) -> Asked {
    Asked {
        page: Page::read("GET", scheme, "wiki.example", uri),
        kind,
        has_cookie: false,
        basic: None,
    }
}

fn with_cookie(uri: &str, kind: Kind) -> Asked {
    Asked {
        has_cookie: true,
        ..asked("https", uri, kind)
    }
}

fn with_basic(asked: Asked) -> Asked {
    let basic = BasicCredentials::read(b"Basic amRvZTpyaWdodA==");
    Asked { basic, ..asked }
}

fn jane_() -> Somebody {
    Somebody::Person(Arc::new(jane()))
}

/// What is asked on the way, and the answer's code.
fn check(asked: Asked, session: &Somebody, basic: &Somebody, expected: &str) {
    let rules = rules();
    let mut course = String::new();
    let mut step = begin(&rules, asked);
    let answer = loop {
        step = match step {
            Step::FindSession(host, after) => {
                assert_eq!(host.as_str(), "wiki.example");
                course += "session ";
                after.resume(session)
            }
            Step::VerifyBasic(shown, after) => {
                assert_eq!(&*shown.name, "jdoe");
                course += "basic ";
                Step::Answer(after.resume(basic))
            }
            Step::Answer(answer) => break answer,
        };
    };
    assert!(Answer::CODES.contains(&answer.code()));
    course += answer.code();
    if let Answer::Unknown { basic } = answer {
        course += if basic { " basic" } else { "" };
    }
    assert_eq!(course, expected);
}

use Kind::{Navigation, Program, Within};
use Somebody::{Nobody, SealedOnly, Unavailable};

#[test]
fn a_site_s_password_in_clear_is_refused_for_what_it_is() {
    let check = |kind, expected| {
        let asked = with_basic(asked("https", "/api", kind));
        check(asked, &Nobody, &SealedOnly, expected);
    };
    check(Program, "basic sealed_only");
    check(Within, "basic sealed_only");
    // At the login it can be sealed.
    check(Navigation, "basic log_in");
}

#[test]
fn a_public_page_asks_nobody() {
    for scheme in ["https", "http"] {
        check(
            asked(scheme, "/x", Program),
            &Unavailable,
            &Unavailable,
            "pass",
        );
    }
    let everything = with_basic(with_cookie("/x", Navigation));
    check(everything, &Unavailable, &Unavailable, "pass");
}

#[test]
fn whoever_is_not_known_is_sent_to_the_login_or_told_so() {
    check(
        asked("https", "/staff", Navigation),
        &Nobody,
        &Nobody,
        "log_in",
    );
    check(
        asked("https", "/staff", Within),
        &Nobody,
        &Nobody,
        "unknown",
    );
    check(
        asked("https", "/staff", Program),
        &Nobody,
        &Nobody,
        "unknown",
    );
    check(
        asked("https", "/api", Program),
        &Nobody,
        &Nobody,
        "unknown basic",
    );
    check(asked("https", "/api", Within), &Nobody, &Nobody, "unknown");
    check(
        with_cookie("/staff", Navigation),
        &Nobody,
        &Nobody,
        "session log_in",
    );
}

#[test]
fn a_session_opens_what_its_person_may_see() {
    check(
        with_cookie("/staff", Navigation),
        &jane_(),
        &Nobody,
        "session pass",
    );
    check(
        with_cookie("/board", Navigation),
        &jane_(),
        &Nobody,
        "session not_admitted",
    );
    check(
        with_cookie("/staff", Program),
        &Unavailable,
        &Nobody,
        "session unavailable",
    );
}

#[test]
fn a_password_is_looked_at_where_it_may_be_sent_and_no_session_is_there() {
    let api = || with_basic(asked("https", "/api", Program));
    check(api(), &Nobody, &jane_(), "basic pass");
    check(api(), &Nobody, &Nobody, "basic unknown basic");
    check(api(), &Nobody, &Unavailable, "basic unavailable");
    check(
        with_basic(asked("https", "/staff", Program)),
        &Nobody,
        &jane_(),
        "unknown",
    );
    check(
        with_basic(with_cookie("/api", Program)),
        &jane_(),
        &Unavailable,
        "session pass",
    );
    check(
        with_basic(with_cookie("/api", Program)),
        &Nobody,
        &jane_(),
        "session basic pass",
    );
    check(
        with_basic(with_cookie("/api", Program)),
        &Unavailable,
        &jane_(),
        "session unavailable",
    );
}

#[test]
fn nothing_secret_is_asked_for_in_clear_text() {
    for uri in ["/staff", "/api"] {
        let clear = with_basic(Asked {
            has_cookie: true,
            ..asked("http", uri, Navigation)
        });
        check(clear, &jane_(), &jane_(), "clear_text");
    }
}

#[test]
fn what_is_not_clear_is_refused_before_anybody_is_asked() {
    let unclear = |uri| with_basic(with_cookie(uri, Navigation));
    check(unclear("/x/../staff"), &jane_(), &jane_(), "unclear");
    check(unclear("/STAFF"), &jane_(), &jane_(), "unclear");
    let missing = Asked {
        page: Err(PageError::Missing("the host")),
        ..unclear("/")
    };
    check(missing, &jane_(), &jane_(), "unclear");
    let elsewhere = Asked {
        page: Page::read("GET", "https", "other.example", "/"),
        ..unclear("/")
    };
    check(elsewhere, &jane_(), &jane_(), "no_rule");
    assert_eq!(
        Page::read_again("wiki.example", "/%2e%2e/staff").err(),
        Some(PageError::Path(PathError::Dots))
    );
}

#[test]
fn a_browser_comes_back_to_what_is_protected_and_nowhere_else() {
    let rules = rules();
    let back = |host: &str, uri: &str| {
        Page::read_again(host, uri).is_ok_and(|page| may_come_back(&rules, &page))
    };
    assert!(back("wiki.example", "/staff/a?b"));
    assert!(!back("wiki.example", "/"));
    assert!(!back("wiki.example:8443", "/staff"));
    assert!(!back("evil.example", "/staff"));
    assert!(!back("wiki.example", "//evil.example/staff"));
}
