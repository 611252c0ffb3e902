//! Answers that no server gives at once: pages of entries, and parts of an attribute's values.

#![allow(clippy::unwrap_used)] // functions beside `#[test]` ones

mod support;

use entryway_ldap::{DirectoryKind, LdapError, PageLimits, SearchRequest, SearchRole, Server};
use entryway_ldap_types::{AttributeName, Filter, ResultCode, Scope};
use entryway_testdir::faults::{Fault, FaultPlan, Rule};
use entryway_testdir::{Directory, Kind, Operation, Options, TestServer};
use std::fmt::Write as _;
use std::sync::Arc;
use support::{PATIENCE, soon};

const PEOPLE: u32 = 10;

async fn directory(options: Options) -> TestServer {
    let mut ldif = "dn: dc=example\nobjectClass: domain\ndc: example\n".to_owned();
    for number in 0..PEOPLE {
        write!(
            ldif,
            "\ndn: uid=p{number},dc=example\nobjectClass: person\nuid: p{number}\n"
        )
        .unwrap();
    }
    ldif += "\ndn: cn=all,dc=example\nobjectClass: groupOfNames\ncn: all\n";
    for number in 0..PEOPLE {
        writeln!(ldif, "member: uid=p{number},dc=example").unwrap();
    }
    let options = Options {
        require_bind: false,
        ..options
    };
    TestServer::start(Directory::from_ldif(&ldif).unwrap(), options)
        .await
        .unwrap()
}

fn server(directory: &TestServer) -> Arc<Server> {
    Server::new(support::settings(directory.ldap_addr()))
}

fn people() -> SearchRequest {
    let mut request = support::request("dc=example");
    request.scope = Scope::Subtree;
    request.size_limit = 0;
    let person = Filter::Equal(
        AttributeName::from_static("objectClass"),
        b"person".to_vec(),
    );
    request.filter = person.into();
    request
}

/// What a walk with these limits brings, whether it is all, and the pages that were asked for.
async fn check(size: u32, entries: usize, found: usize, whole: bool, pages: &[u32]) {
    let directory = directory(Options::default()).await;
    let limits = PageLimits { size, entries };
    let walk = server(&directory)
        .pages(SearchRole::Browse, people(), limits, soon())
        .await
        .unwrap();
    let all = walk.all(soon()).await.unwrap();
    assert_eq!((all.entries.len(), all.whole), (found, whole));
    assert_eq!(all.code, ResultCode::SUCCESS);
    let asked: Vec<_> = directory
        .received()
        .into_iter()
        .filter_map(|received| match received.operation {
            Operation::Search { page, .. } => page,
            _ => None,
        })
        .collect();
    assert_eq!(asked, pages);
    // The walk's connection ends with it.
    assert!(directory.wait_until(PATIENCE, |seen| seen.open == 0).await);
}

#[tokio::test]
async fn rfc2696_pages_follow_one_another_to_the_end() {
    check(3, 100, 10, true, &[3, 3, 3, 3]).await;
    check(5, 10, 10, true, &[5, 5]).await;
    check(1000, 100, 10, true, &[100]).await;
}

#[tokio::test]
async fn a_walk_ends_where_enough_was_gathered() {
    check(3, 7, 7, false, &[3, 3, 1]).await;
    check(4, 4, 4, false, &[4]).await;
}

#[tokio::test]
async fn a_server_without_pages_is_taken_at_its_word_and_no_further() {
    // It ends its answer without a control.
    let directory = directory(Options::default()).await;
    let server = server(&directory);
    let plan = FaultPlan::new().on(Kind::Search, Fault::EndlessEntries);
    directory.set_faults(plan);
    let limits = PageLimits {
        size: 3,
        entries: 20,
    };
    let walk = server
        .pages(SearchRole::Browse, people(), limits, soon())
        .await
        .unwrap();
    let all = walk.all(soon()).await.unwrap();
    assert_eq!((all.entries.len(), all.whole), (20, false));
}

#[tokio::test]
async fn a_page_that_is_refused_ends_the_walk_and_says_so() {
    let directory = directory(Options::default()).await;
    let refused = Fault::Answer {
        code: ResultCode::ADMIN_LIMIT_EXCEEDED,
        diagnostic: "enough".to_owned(),
    };
    directory.set_faults(FaultPlan::new().rule(Rule::on(Kind::Search, refused).after(2)));
    let limits = PageLimits {
        size: 3,
        entries: 100,
    };
    let walk = server(&directory)
        .pages(SearchRole::Browse, people(), limits, soon())
        .await
        .unwrap();
    let all = walk.all(soon()).await.unwrap();
    assert_eq!((all.entries.len(), all.whole), (6, false));
    assert_eq!(
        (all.code, &*all.diagnostic),
        (ResultCode::ADMIN_LIMIT_EXCEEDED, "enough")
    );
}

#[tokio::test]
async fn a_connection_that_is_lost_between_pages_is_an_error_and_no_end() {
    let directory = directory(Options::default()).await;
    directory.set_faults(FaultPlan::new().rule(Rule::on(Kind::Search, Fault::Close).after(1)));
    let limits = PageLimits {
        size: 3,
        entries: 100,
    };
    let mut walk = server(&directory)
        .pages(SearchRole::Browse, people(), limits, soon())
        .await
        .unwrap();
    let first = walk.next(soon()).await.unwrap().unwrap();
    assert_eq!(first.entries.len(), 3);
    assert!(walk.has_more());
    let lost = walk.next(soon()).await;
    assert!(matches!(lost, Err(LdapError::Closed(_))), "{lost:?}");
    assert!(walk.next(soon()).await.unwrap().is_none());
}

#[tokio::test]
async fn values_in_parts_are_gathered() {
    let member = AttributeName::from_static("member");
    for (value_range, most, found, whole, searches) in [
        (0, 100, 10, true, 1),
        (3, 100, 10, true, 4),
        (5, 100, 10, true, 2),
        (3, 7, 7, false, 3),
    ] {
        let directory = directory(Options {
            value_range,
            ..Options::default()
        })
        .await;
        let (values, all) = server(&directory)
            .values(
                SearchRole::GroupContent,
                "cn=all,dc=example",
                &member,
                most,
                soon(),
            )
            .await
            .unwrap()
            .unwrap();
        assert_eq!((values.len(), all), (found, whole), "{value_range} {most}");
        assert_eq!(&*values[6], b"uid=p6,dc=example");
        assert_eq!(directory.counters().searches, searches);
    }
}

#[tokio::test]
async fn an_entry_that_is_not_there_has_no_values() {
    let directory = directory(Options::default()).await;
    let member = AttributeName::from_static("member");
    let found = server(&directory)
        .values(
            SearchRole::GroupContent,
            "cn=no,dc=example",
            &member,
            9,
            soon(),
        )
        .await;
    assert!(found.unwrap().is_none());
}

#[tokio::test]
async fn what_a_server_says_of_itself_is_asked_once() {
    let directory = directory(Options::active_directory("CORP")).await;
    let server = server(&directory);
    assert!(server.known_root_dse().is_none());
    for _ in 0..3 {
        let known = server
            .root_dse(SearchRole::FindLogin, soon())
            .await
            .unwrap();
        assert_eq!(known.default_naming_context.as_deref(), Some("dc=example"));
    }
    assert_eq!(directory.counters().root_dse_reads, 1);
}

#[tokio::test]
async fn a_server_that_is_busy_has_not_said_what_it_is() {
    let directory = directory(Options::active_directory("CORP")).await;
    let server = server(&directory);
    let busy = Fault::Answer {
        code: ResultCode::BUSY,
        diagnostic: String::new(),
    };
    directory.set_faults(FaultPlan::new().rule(Rule::on(Kind::Search, busy).times(1)));
    let told = server.root_dse(SearchRole::FindLogin, soon()).await;
    assert_eq!(told.unwrap_err().code(), "declined");
    assert!(server.known_root_dse().is_none());
    let told = server.root_dse(SearchRole::FindLogin, soon()).await;
    assert_eq!(told.unwrap().kind(), DirectoryKind::ActiveDirectory);
}
