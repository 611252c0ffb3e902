//! The other operations over a socket, and what the server keeps of them.

use crate::client::{ADA, ADA_PASSWORD, Client, DEADLINE, PEOPLE, attribute, raw, start};
use entryway_ldap_proto::client::Event;
use entryway_ldap_proto::oid;
use entryway_ldap_types::{ResultCode, Scope};
use entryway_testdir::{Operation, Options};

#[tokio::test]
async fn rfc4511_4_10_compare() {
    let server = start(Options::default()).await;
    let mut client = Client::plain(&server).await.bound_as_ada().await;
    for (name, value, expected) in [
        ("cn", "ADA lovelace", ResultCode::COMPARE_TRUE),
        ("cn", "Bob", ResultCode::COMPARE_FALSE),
        ("title", "x", ResultCode::NO_SUCH_ATTRIBUTE),
        (
            "userPassword",
            ADA_PASSWORD,
            ResultCode::INSUFFICIENT_ACCESS_RIGHTS,
        ),
    ] {
        client
            .ldap
            .compare(ADA, &attribute(name), value.as_bytes(), &[])
            .unwrap();
        client.send().await;
        let Event::CompareDone { result, .. } = client.event().await.unwrap() else {
            panic!("another event")
        };
        assert_eq!(result.code, expected, "{name}");
    }
}

#[tokio::test]
async fn rfc4511_4_6_nothing_changes() {
    let server = start(Options::default()).await;
    let mut client = Client::plain(&server).await.bound_as_ada().await;
    client.ldap.modify(ADA, &[], &[]).unwrap();
    client.send().await;
    let Event::ModifyDone { result, .. } = client.event().await.unwrap() else {
        panic!("another event")
    };
    assert_eq!(
        (result.code, server.counters().refused_updates),
        (ResultCode::UNWILLING_TO_PERFORM, 1)
    );
}

#[tokio::test]
async fn rfc4532_who_am_i() {
    let server = start(Options::default()).await;
    let mut client = Client::plain(&server).await;
    for expected in [String::new(), format!("dn:{ADA}")] {
        client.ldap.extended(oid::WHO_AM_I, None, &[]).unwrap();
        client.send().await;
        let Event::ExtendedDone { value, .. } = client.event().await.unwrap() else {
            panic!("another event")
        };
        assert_eq!(value.unwrap(), expected);
        client.bind(ADA, ADA_PASSWORD).await.unwrap();
    }
}

#[tokio::test]
async fn rfc4511_3_1_many_requests_may_be_under_way() {
    let server = start(Options::default()).await;
    let mut client = Client::plain(&server).await.bound_as_ada().await;
    let asked: Vec<_> = (0..500)
        .map(|_| client.ask(PEOPLE, Scope::Subtree, "(cn=bob)", &["cn"]))
        .collect();
    client.send().await;
    let mut done = Vec::new();
    let mut entries = 0;
    while done.len() < asked.len() {
        match client.event().await.unwrap() {
            Event::Entry { .. } => entries += 1,
            Event::SearchDone { id, .. } => done.push(id),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((done, entries), (asked, 500));
}

#[tokio::test]
async fn rfc4511_4_11_and_4_3_abandon_and_unbind_are_counted() {
    let server = start(Options::default()).await;
    let mut client = Client::plain(&server).await.bound_as_ada().await;
    let id = client.ask(PEOPLE, Scope::Subtree, "(cn=bob)", &["cn"]);
    assert!(client.ldap.abandon(id).unwrap());
    client.ldap.unbind().unwrap();
    client.send().await;
    assert!(
        server
            .wait_until(DEADLINE, |counters| (
                counters.abandons,
                counters.unbinds,
                counters.open
            ) == (1, 1, 0))
            .await
    );
    assert!(
        server
            .received()
            .iter()
            .any(|received| received.operation == Operation::Abandon(id.get()))
    );
}

#[tokio::test]
async fn rfc4511_4_4_1_a_client_that_breaks_the_protocol_gets_notice() {
    let server = start(Options::default()).await;
    for nonsense in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        b"\x30\x84\x80\x00\x00\x00",
        b"\x30\x05\x02\x01\x00\x42\x00",
        b"\x30\x07\x02\x01\x01\x61\x02\x0a\x00",
    ] {
        let answer = raw(server.ldap_addr(), nonsense).await;
        let notice = oid::NOTICE_OF_DISCONNECTION.as_bytes();
        assert!(
            answer.windows(notice.len()).any(|window| window == notice),
            "{nonsense:?} {answer:?}"
        );
    }
    assert_eq!(server.counters().protocol_errors, 4);
}

#[tokio::test]
async fn the_log_keeps_filters_and_no_passwords() {
    let server = start(Options {
        log_capacity: 3,
        ..Options::default()
    })
    .await;
    let mut client = Client::plain(&server).await.bound_as_ada().await;
    client
        .search(
            PEOPLE,
            Scope::OneLevel,
            "(&(objectClass=person)(uid=\\28\\2a\\29))",
            &["mail"],
        )
        .await
        .unwrap();
    client
        .ldap
        .compare(
            ADA,
            &attribute("userPassword"),
            ADA_PASSWORD.as_bytes(),
            &[],
        )
        .unwrap();
    client.send().await;
    client.event().await.unwrap();
    let log = server.received();
    assert!(!format!("{log:?}").contains(ADA_PASSWORD));
    let Operation::Search {
        base,
        scope,
        filter,
        attributes,
        ..
    } = &log[1].operation
    else {
        panic!("{log:?}")
    };
    assert_eq!(
        (base.as_str(), *scope, attributes.as_slice()),
        (PEOPLE, Scope::OneLevel, &["mail".to_owned()][..])
    );
    assert_eq!(
        filter.to_string(),
        "(&(objectClass=person)(uid=\\28\\2a\\29))"
    );
    client
        .search(PEOPLE, Scope::Base, "(objectClass=*)", &[])
        .await
        .unwrap();
    assert_eq!(server.received().len(), 3);
    assert!(
        matches!(server.received()[0].operation, Operation::Search { .. }),
        "the oldest went first"
    );
}
