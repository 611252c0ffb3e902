//! Searches over a socket: what comes back, how much of it, and in which pages.

use crate::client::{ADA, Client, PEOPLE, request, start, texts};
use entryway_ldap_proto::control::PagedResults;
use entryway_ldap_proto::{RequestControl, SearchRequest, oid};
use entryway_ldap_types::{ResultCode, Scope};
use entryway_testdir::Options;

#[tokio::test]
async fn rfc4512_5_1_anybody_reads_the_root_dse() {
    let names = [
        "namingContexts",
        "supportedExtension",
        "supportedControl",
        "defaultNamingContext",
        "vendorName",
    ];
    for (options, default_context) in [
        (Options::default(), vec![]),
        (
            Options::active_directory("CORP"),
            vec!["dc=corp,dc=example"],
        ),
    ] {
        let server = start(options).await;
        let mut client = Client::plain(&server).await;
        let (entries, result) = client
            .search("", Scope::Base, "(objectClass=*)", &names)
            .await
            .unwrap();
        assert_eq!((entries.len(), result.code), (1, ResultCode::SUCCESS));
        assert_eq!(texts(&entries[0], "namingContexts"), ["dc=corp,dc=example"]);
        assert_eq!(texts(&entries[0], "defaultNamingContext"), default_context);
        assert!(
            texts(&entries[0], "supportedExtension")
                .iter()
                .any(|extension| extension == oid::START_TLS)
        );
        assert!(
            texts(&entries[0], "supportedControl")
                .iter()
                .any(|control| control == oid::PAGED_RESULTS)
        );
        assert_eq!(
            (server.counters().root_dse_reads, server.counters().searches),
            (1, 0)
        );
    }
}

#[tokio::test]
async fn rfc4511_4_5_2_entries_come_with_what_was_selected_and_never_a_password() {
    let server = start(Options::default()).await;
    let mut client = Client::plain(&server).await.bound_as_ada().await;
    let (entries, result) = client
        .search(
            PEOPLE,
            Scope::Subtree,
            "(mail=ADA@corp.example)",
            &["CN", "entryUUID"],
        )
        .await
        .unwrap();
    assert_eq!(result.code, ResultCode::SUCCESS);
    assert_eq!(&*entries[0].dn_text, ADA);
    assert_eq!(entries[0].attributes.len(), 2);
    assert_eq!(texts(&entries[0], "cn"), ["Ada Lovelace"]);
    let everything = SearchRequest {
        types_only: true,
        ..request(
            PEOPLE,
            Scope::Subtree,
            "(objectClass=*)",
            &["cn", "userPassword"],
        )
    };
    let (entries, ..) = client.search_with(&everything, &[]).await.unwrap();
    assert_eq!(entries.len(), 4);
    assert!(
        entries
            .iter()
            .flat_map(|entry| &entry.attributes)
            .all(|attribute| attribute.values.is_empty())
    );
    assert!(
        entries
            .iter()
            .flat_map(|entry| &entry.attributes)
            .all(|attribute| !attribute.name.matches("userPassword"))
    );
    let (entries, result) = client
        .search(
            "uid=x,ou=people,dc=corp,dc=example",
            Scope::Base,
            "(objectClass=*)",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(
        (entries.len(), result.code, &*result.matched_dn),
        (0, ResultCode::NO_SUCH_OBJECT, PEOPLE)
    );
}

#[tokio::test]
async fn rfc4511_4_5_1_4_size_limits_of_either_side() {
    for (theirs, ours, expected) in [(0, 0, 4), (2, 0, 2), (0, 3, 3), (2, 3, 2), (9, 3, 3)] {
        let server = start(Options {
            size_limit: ours,
            ..Options::default()
        })
        .await;
        let mut client = Client::plain(&server).await.bound_as_ada().await;
        let limited = SearchRequest {
            size_limit: theirs,
            ..request(PEOPLE, Scope::Subtree, "(objectClass=*)", &["cn"])
        };
        let (entries, result, _) = client.search_with(&limited, &[]).await.unwrap();
        let code = if expected < 4 {
            ResultCode::SIZE_LIMIT_EXCEEDED
        } else {
            ResultCode::SUCCESS
        };
        assert_eq!(
            (entries.len(), result.code),
            (expected, code),
            "{theirs} {ours}"
        );
    }
}

#[tokio::test]
async fn rfc2696_pages_follow_one_another() {
    let server = start(Options::default()).await;
    let mut client = Client::plain(&server).await.bound_as_ada().await;
    let search = request(PEOPLE, Scope::Subtree, "(objectClass=*)", &["cn"]);
    let mut page = PagedResults {
        size: 3,
        ..PagedResults::default()
    };
    let mut sizes = Vec::new();
    loop {
        let (entries, result, controls) = client
            .search_with(
                &search,
                &[RequestControl::PagedResults {
                    page: page.clone(),
                    critical: true,
                }],
            )
            .await
            .unwrap();
        assert_eq!(result.code, ResultCode::SUCCESS);
        sizes.push(entries.len());
        page.cookie = PagedResults::find(&controls).unwrap().unwrap().cookie;
        if page.cookie.is_empty() {
            break;
        }
    }
    assert_eq!(sizes, [3, 1]);
}

#[tokio::test]
async fn rfc4511_4_1_11_unknown_critical_controls_are_refused() {
    let server = start(Options::default()).await;
    let mut client = Client::plain(&server).await.bound_as_ada().await;
    for (critical, code) in [
        (true, ResultCode::UNAVAILABLE_CRITICAL_EXTENSION),
        (false, ResultCode::SUCCESS),
    ] {
        let control = RequestControl::Other {
            oid: "1.2.3.4".into(),
            critical,
            value: None,
        };
        let (_, result, _) = client
            .search_with(
                &request(PEOPLE, Scope::Base, "(objectClass=*)", &[]),
                &[control],
            )
            .await
            .unwrap();
        assert_eq!(result.code, code);
    }
}

#[tokio::test]
async fn values_come_in_ranges_where_there_are_many() {
    let members: String = (0..7)
        .map(|number| format!("member: uid=p{number},dc=example\n"))
        .collect();
    let ldif = format!(
        "dn: dc=example\nobjectClass: domain\ndc: example\n\ndn: cn=all,dc=example\nobjectClass: groupOfNames\ncn: all\n{members}"
    );
    let options = Options {
        require_bind: false,
        value_range: 3,
        ..Options::default()
    };
    let directory = entryway_testdir::Directory::from_ldif(&ldif).unwrap();
    let server = entryway_testdir::TestServer::start(directory, options)
        .await
        .unwrap();
    let mut client = Client::plain(&server).await;
    for (asked, told, count) in [
        ("member", "member;range=0-2", 3),
        ("member;range=3-*", "member;range=3-5", 3),
        ("member;range=6-*", "member;range=6-*", 1),
        ("member;range=1-2", "member;range=1-2", 2),
        ("cn", "cn", 1),
    ] {
        let names = [asked];
        let found = client.search("cn=all,dc=example", Scope::Base, "(cn=all)", &names);
        let (entries, _) = found.await.unwrap();
        let attributes: Vec<_> = entries[0]
            .attributes
            .iter()
            .map(|attribute| (attribute.name.as_str(), attribute.values.len()))
            .collect();
        assert_eq!(attributes, [(told, count)], "{asked}");
    }
}
