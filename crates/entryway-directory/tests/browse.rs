//! Paging through a domain: by name, by tree, in both directions; what is kept, and what happens when a server does
//! not do as it should.

#![allow(clippy::unwrap_used)] // functions beside `#[test]` ones

mod support;

use entryway_directory::Finder;
use entryway_ldap_types::{Dn, ResultCode};
use entryway_login::Fault as Whose;
use entryway_lookup::{
    BrowseKinds, BrowsePolicy, BrowseQuestion, Browsing, CursorError, Missing, Page, Position,
    Refused, RowKind, View,
};
use entryway_testdir::faults::{Fault, FaultPlan, Gate, Rule};
use entryway_testdir::{Directory, Kind, Options, TestServer};
use std::fmt::Write;
use std::time::{Duration, Instant};
use support::groups::{HEAD, group, start};
use support::lookups::{finder_with, misspelt_groups, policy};
use support::{DEADLINE, SERVICE, nobody, until};

const ALL: BrowseKinds = BrowseKinds {
    people: true,
    groups: true,
    containers: true,
};
const PEOPLE: BrowseKinds = BrowseKinds {
    people: true,
    groups: false,
    containers: false,
};

fn people(count: usize) -> String {
    let mut ldif = String::new();
    for number in 0..count {
        write!(
            ldif,
            "\ndn: uid=u{number},ou=people,dc=example,dc=com\nobjectClass: person\nuid: u{number}\ncn: Person {number:04}\nmail: u{number}@corp.example\ntitle: Engineer\nemployeeType: staff\n"
        )
        .unwrap();
    }
    ldif
}

fn browse() -> BrowsePolicy {
    BrowsePolicy {
        page_size: 100,
        refresh: Duration::from_secs(3600),
        index_max: 10_000,
    }
}

fn finder_by(server: &TestServer, browse: Option<BrowsePolicy>) -> Finder {
    let mut policy = policy(&["staff"]);
    policy.browse = browse;
    policy.cursor_age = Duration::from_secs(3600);
    finder_with(&[("staff", server.ldap_addr())], policy, None)
}

fn finder(server: &TestServer) -> Finder {
    finder_by(server, Some(browse()))
}

fn question(view: View, kinds: BrowseKinds, position: Position) -> BrowseQuestion {
    BrowseQuestion {
        domain: "staff".to_owned(),
        view,
        kinds,
        position,
        size: None,
        refresh: false,
        deadline: Instant::now() + DEADLINE,
    }
}

fn flat(kinds: BrowseKinds) -> BrowseQuestion {
    question(View::Flat, kinds, Position::Start)
}

fn below(dn: Option<&str>) -> BrowseQuestion {
    let view = View::Below(dn.map(|dn| Dn::parse(dn).unwrap()));
    question(view, ALL, Position::Start)
}

fn names(page: &Page) -> Vec<&str> {
    page.rows.iter().map(|row| &*row.name).collect()
}

async fn cursor(finder: &Finder, of: &BrowseQuestion, cursor: &Option<String>) -> Page {
    let position = Position::Cursor(cursor.clone().unwrap());
    let question = BrowseQuestion {
        position,
        ..of.clone()
    };
    finder.page(question).await.unwrap()
}

#[tokio::test]
async fn every_row_is_on_one_page_there_and_back() {
    let ldif = people(250) + &group("Person 0100", &[]) + &group("admins", &[]);
    let server = start(&ldif, Options::default()).await;
    let finder = finder(&server);
    let asked = BrowseQuestion {
        size: Some(40),
        ..flat(ALL)
    };
    let mut page = finder.page(asked.clone()).await.unwrap();
    assert_eq!((page.total, page.offset), (252, 0));
    assert_eq!(page.previous, None);
    let mut seen = Vec::new();
    loop {
        assert_eq!(page.gaps, []);
        assert_eq!(page.offset, seen.len() as u64);
        seen.extend(page.rows.iter().cloned());
        if page.next.is_none() {
            break;
        }
        page = cursor(&finder, &asked, &page.next).await;
    }
    assert_eq!(seen.len(), 252);
    assert_eq!(&*seen[0].name, "admins");
    assert_eq!(
        seen[101].kind,
        RowKind::Group,
        "a group before its namesake"
    );
    assert_eq!(seen[102].name, seen[101].name);
    let row = &seen[1];
    assert_eq!(&*row.dn, "uid=u0,ou=people,dc=example,dc=com");
    assert_eq!(row.mail.as_deref(), Some("u0@corp.example"));
    assert_eq!(row.description.as_deref(), Some("Engineer"));
    let mut back = Vec::new();
    while page.previous.is_some() {
        page = cursor(&finder, &asked, &page.previous).await;
        back.extend(page.rows.iter().rev().cloned());
    }
    assert_eq!(page.offset, 0);
    back.reverse();
    assert_eq!(back, seen[..back.len()]);
    assert_eq!(back.len(), 240);
}

#[tokio::test]
async fn a_text_is_gone_to_and_behind_the_last_row_there_is_a_way_back() {
    let server = start(&people(120), Options::default()).await;
    let finder = finder(&server);
    let seek = |text: &str| question(View::Flat, PEOPLE, Position::Seek(text.to_owned()));
    let page = finder.page(seek("PERSON  0042")).await.unwrap();
    assert_eq!((names(&page)[0], page.offset), ("Person 0042", 42));
    let asked = seek("zzz");
    let page = finder.page(asked.clone()).await.unwrap();
    assert_eq!((page.rows.len(), page.offset, page.next), (0, 120, None));
    let before = cursor(&finder, &asked, &page.previous).await;
    assert_eq!((before.offset, before.rows.len()), (20, 100));
}

#[tokio::test]
async fn a_tree_is_gone_down_by_what_stands_right_below() {
    let ldif = format!(
        "{}{}{}",
        people(2),
        group("devs", &[]),
        "\ndn: ou=sales,ou=people,dc=example,dc=com\nobjectClass: organizationalUnit\nou: sales\ndescription: Who sells\n\
         \ndn: uid=eve,ou=sales,ou=people,dc=example,dc=com\nobjectClass: person\nuid: eve\ncn: Eve\nemployeeType: staff\n\
         \ndn: uid=ghost,ou=people,dc=example,dc=com\nobjectClass: person\nuid: ghost\ncn: Ghost\nemployeeType: hidden\n"
    );
    let server = start(&ldif, Options::default()).await;
    let finder = finder(&server);
    let top = finder.page(below(None)).await.unwrap();
    // The groups stand elsewhere: the way to them begins here too.
    assert_eq!(
        names(&top),
        ["groups", "Person 0000", "Person 0001", "sales"]
    );
    assert_eq!(top.rows[0].kind, RowKind::Container);
    assert_eq!(top.rows[3].description.as_deref(), Some("Who sells"));
    let sales = finder.page(below(Some(&top.rows[3].dn))).await.unwrap();
    assert_eq!(names(&sales), ["Eve"]);
    let groups = finder.page(below(Some(&top.rows[0].dn))).await.unwrap();
    assert_eq!(names(&groups), ["devs"]);
    assert_eq!(groups.rows[0].kind, RowKind::Group);
    for (dn, code) in [
        ("dc=example,dc=com", "outside_view"),
        ("ou=nowhere,ou=people,dc=example,dc=com", "not_found"),
    ] {
        let refused = finder.page(below(Some(dn))).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    let empty = finder.page(below(Some(&sales.rows[0].dn))).await.unwrap();
    assert_eq!((empty.total, empty.gaps), (0, Vec::new()));
}

#[tokio::test]
async fn a_list_is_read_once_and_anew_when_that_is_asked_for() {
    let server = start(&people(600), Options::default()).await;
    let finder = finder(&server);
    let first = finder.page(flat(PEOPLE)).await.unwrap();
    assert!(first.spent.searches > 0);
    let asked = server.counters().searches;
    let more = format!("{HEAD}{SERVICE}{}", people(700));
    // It is seen on new connections: each walk has one.
    server.set_directory(Directory::from_ldif(&more).unwrap());
    let second = finder.page(flat(PEOPLE)).await.unwrap();
    assert_eq!((second.total, second.spent.searches), (600, 0));
    assert_eq!(second.as_of, first.as_of);
    assert_eq!(server.counters().searches, asked);
    let anew = BrowseQuestion {
        refresh: true,
        ..flat(PEOPLE)
    };
    let third = finder.page(anew).await.unwrap();
    assert_eq!(third.total, 700);
    assert!(third.as_of > first.as_of);
}

#[tokio::test]
async fn many_who_ask_at_the_same_time_cost_one_reading() {
    let server = start(&people(1200), Options::default()).await;
    let finder = finder(&server);
    let pages = (0..20).map(|_| finder.page(flat(PEOPLE)));
    for page in futures_util::future::join_all(pages).await {
        assert_eq!(page.unwrap().total, 1200);
    }
    // What is given at once, and three pages.
    assert_eq!(server.counters().searches, 4);
}

#[tokio::test]
async fn a_cursor_holds_for_its_list_and_was_made_here() {
    let server = start(&people(150), Options::default()).await;
    let finder = finder(&server);
    let next = finder.page(flat(PEOPLE)).await.unwrap().next.unwrap();
    let of = |view, kinds, text: &str| question(view, kinds, Position::Cursor(text.to_owned()));
    let both = BrowseKinds {
        groups: true,
        ..PEOPLE
    };
    let mut forged = next.clone();
    // Its first byte but one says which way it goes on.
    let other = if &next[1..2] == "A" { "Q" } else { "A" };
    forged.replace_range(1..2, other);
    for (asked, error) in [
        (of(View::Flat, both, &next), CursorError::OtherList),
        (of(View::Below(None), PEOPLE, &next), CursorError::OtherList),
        (of(View::Flat, PEOPLE, &forged), CursorError::Forged),
        (of(View::Flat, PEOPLE, "???"), CursorError::Forged),
    ] {
        let refused = finder.page(asked).await.unwrap_err();
        assert_eq!(refused, Refused::Cursor(error));
    }
    let page = finder.page(of(View::Flat, PEOPLE, &next)).await.unwrap();
    assert_eq!(page.offset, 100);
}

#[tokio::test]
async fn switched_off_it_says_so() {
    let server = start(&people(1), Options::default()).await;
    let finder = finder_by(&server, None);
    assert_eq!(finder.browsed(), []);
    let refused = finder.page(flat(PEOPLE)).await.unwrap_err();
    assert_eq!(refused, Refused::SwitchedOff("browsing"));
}

#[tokio::test]
async fn a_question_for_nothing_is_none() {
    let server = start(&people(1), Options::default()).await;
    let finder = finder(&server);
    let containers = BrowseKinds {
        people: false,
        groups: false,
        containers: true,
    };
    let refused = finder.page(flat(containers)).await.unwrap_err();
    assert_eq!(refused.code(), "unusable_question");
    let elsewhere = BrowseQuestion {
        domain: "other".to_owned(),
        ..flat(PEOPLE)
    };
    let refused = finder.page(elsewhere).await.unwrap_err();
    assert_eq!(refused.code(), "unknown_domain");
}

#[tokio::test]
async fn more_rows_than_are_kept_and_more_than_the_server_sends_leave_a_gap() {
    let server = start(&people(1500), Options::default()).await;
    let few = BrowsePolicy {
        index_max: 1000,
        ..browse()
    };
    let page = finder_by(&server, Some(few))
        .page(flat(PEOPLE))
        .await
        .unwrap();
    assert_eq!(page.total, 1000);
    assert_eq!(page.gaps[0].why, Missing::Entries(1000));
    let options = Options {
        size_limit: 200,
        ..Options::default()
    };
    let server = start(&people(600), options).await;
    let page = finder(&server).page(flat(PEOPLE)).await.unwrap();
    assert_eq!(
        (page.total, page.gaps.len()),
        (600, 0),
        "smaller pages are allowed"
    );
}

#[tokio::test]
async fn a_part_that_is_on_another_server_is_told_of() {
    let server = start(&people(2), Options::default()).await;
    let plan = FaultPlan::new().on(
        Kind::Search,
        Fault::Continue(vec!["ldap://elsewhere.example/ou=x".to_owned()]),
    );
    server.set_faults(plan);
    let page = finder(&server).page(flat(PEOPLE)).await.unwrap();
    assert_eq!(page.total, 2);
    assert_eq!(page.gaps[0].why, Missing::Referral);
}

#[tokio::test]
async fn a_list_that_takes_longer_than_the_deadline_is_there_for_the_next() {
    let server = start(&people(1200), Options::default()).await;
    let gate = Gate::new();
    // What is given at once comes, and the first page of the others; then nothing.
    let held = Rule::on(Kind::Search, Fault::Hold(gate.clone())).after(2);
    server.set_faults(FaultPlan::new().rule(held.times(1)));
    let finder = finder(&server);
    let soon = BrowseQuestion {
        // Within what one search may take.
        deadline: Instant::now() + Duration::from_millis(1200),
        ..flat(PEOPLE)
    };
    let refused = finder.page(soon).await.unwrap_err();
    let Refused::Unanswered(gap) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(gap.why, Missing::BeingRead(500));
    gate.open();
    let page = finder.page(flat(PEOPLE)).await.unwrap();
    assert_eq!((page.total, page.gaps.len()), (1200, 0));
}

#[tokio::test]
async fn a_server_that_fails_in_the_middle_is_begun_anew_at_the_next() {
    let (one, two) = (
        start(&people(1200), Options::default()).await,
        start(&people(1200), Options::default()).await,
    );
    let broken = Rule::on(Kind::Search, Fault::Close).after(2);
    one.set_faults(FaultPlan::new().rule(broken));
    let servers = vec![
        support::server(one.ldap_addr()),
        support::server(two.ldap_addr()),
    ];
    let mut policy = policy(&["staff"]);
    policy.browse = Some(browse());
    let finder = support::lookups::finder_of(servers, policy);
    let page = finder.page(flat(PEOPLE)).await.unwrap();
    assert_eq!((page.total, page.gaps.len()), (1200, 0));
    assert!(two.counters().searches >= 3, "{}", two.counters().searches);
}

#[tokio::test]
async fn a_domain_that_is_down_is_no_empty_list() {
    let mut policy = policy(&["staff"]);
    policy.browse = Some(browse());
    let finder = finder_with(&[("staff", nobody().await)], policy, None);
    let refused = finder.page(flat(PEOPLE)).await.unwrap_err();
    let Refused::Unanswered(gap) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(gap.why, Missing::Unanswered(Whose::DirectoryUnreachable));
}

#[tokio::test]
async fn a_base_that_is_not_there_is_no_empty_list() {
    let server = start(&people(2), Options::default()).await;
    let mut misspelt = misspelt_groups();
    misspelt.browse = Some(browse());
    let finder = finder_with(&[("staff", server.ldap_addr())], misspelt, None);
    let gone = Missing::Refused(ResultCode::NO_SUCH_OBJECT);
    let page = finder.page(flat(ALL)).await.unwrap();
    assert_eq!(names(&page), ["Person 0000", "Person 0001"]);
    let why: Vec<_> = page.gaps.iter().map(|gap| gap.why).collect();
    assert_eq!(why, [gone]);
    let groups = BrowseKinds {
        people: false,
        ..ALL
    };
    for question in [flat(groups), below(Some("ou=gruops,dc=example,dc=com"))] {
        let refused = finder.page(question).await.unwrap_err();
        assert!(
            matches!(&refused, Refused::Unanswered(gap) if gap.why == gone),
            "{refused:?}"
        );
    }
    // What somebody names and is not there is not found.
    let nowhere = below(Some("ou=nowhere,ou=people,dc=example,dc=com"));
    assert_eq!(finder.page(nowhere).await.unwrap_err(), Refused::NotFound);
}

#[tokio::test]
async fn what_was_read_is_told_with_a_gap_when_it_cannot_be_read_again() {
    let server = start(&people(3), Options::default()).await;
    let finder = finder(&server);
    assert_eq!(finder.page(flat(PEOPLE)).await.unwrap().total, 3);
    let refusing = Fault::Answer {
        code: ResultCode::UNWILLING_TO_PERFORM,
        diagnostic: String::new(),
    };
    server.set_faults(FaultPlan::new().on(Kind::Search, refusing));
    let anew = BrowseQuestion {
        refresh: true,
        ..flat(PEOPLE)
    };
    let page = finder.page(anew).await.unwrap();
    assert_eq!(page.total, 3);
    assert_eq!(
        page.gaps[0].why,
        Missing::Refused(ResultCode::UNWILLING_TO_PERFORM)
    );
}

#[tokio::test]
async fn a_reading_ends_with_the_configuration_that_began_it() {
    let server = start(&people(1200), Options::default()).await;
    let gate = Gate::new();
    let held = Rule::on(Kind::Search, Fault::Hold(gate.clone())).after(1);
    server.set_faults(FaultPlan::new().rule(held));
    let finder = finder(&server);
    let soon = BrowseQuestion {
        deadline: Instant::now() + Duration::from_millis(300),
        ..flat(PEOPLE)
    };
    finder.page(soon).await.unwrap_err();
    let begun = server.counters().searches;
    drop(finder);
    // The walk's connection is gone: the page that was held is the last.
    until(|| server.counters().open == 0).await;
    gate.open();
    assert_eq!(server.counters().searches, begun);
}
