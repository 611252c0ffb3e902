//! Servers that misbehave: each ends in an error of the right kind inside its time, with little
//! buffered, and the next connection is served as if nothing had been.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // functions beside `#[test]` ones

mod support;

use entryway_ldap::{Breach, CloseReason, LdapError, Overload, ProtocolError, SearchRole, Step};
use entryway_ldap_proto::MessageId;
use entryway_ldap_types::ResultCode;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::{Asked, Peer, Scripted, obedient, password, request, soon};
use tokio::sync::Notify;

/// The first connection misbehaves, all further ones obey. Returns how the first search ended,
/// and how many bytes were received until the second one had ended.
async fn first_hostile<F, W>(misbehave: F) -> (LdapError, u64)
where
    F: Fn(Peer) -> W + Send + Sync + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let misbehave = Arc::new(misbehave);
    let scripted = Scripted::start(move |peer, number| {
        let misbehave = Arc::clone(&misbehave);
        async move {
            if number == 0 {
                misbehave(peer).await
            } else {
                obedient(peer).await
            }
        }
    })
    .await;
    let server = scripted.server();
    let error = server
        .search(SearchRole::FindLogin, &request("cn=victim"), soon())
        .await
        .unwrap_err();
    let found = server
        .search(SearchRole::FindLogin, &request("cn=next"), soon())
        .await
        .unwrap();
    assert_eq!(&*found.entries[0].dn_text, "cn=next");
    let stats = server.stats();
    (error, stats.roles[0].bytes_received)
}

async fn check_garbage(bytes: Vec<u8>) -> (LdapError, u64) {
    first_hostile(move |mut peer| {
        let bytes = bytes.clone();
        async move {
            peer.next_search().await;
            peer.raw(&bytes).await;
            peer.until_closed().await;
        }
    })
    .await
}

fn breach(error: &LdapError) -> ProtocolError {
    match error {
        LdapError::Protocol(Breach::Message(error)) => *error,
        other => panic!("expected a breach of the protocol, found {other:?}"),
    }
}

#[tokio::test]
async fn garbage_is_a_breach() {
    for garbage in [
        &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
        b"\x16\x03\x01\x00\x05hello",
        &[0xff; 100],
        &[0x30, 0x80, 0, 0],
    ] {
        let (error, _) = check_garbage(garbage.to_vec()).await;
        assert!(
            matches!(breach(&error), ProtocolError::Malformed(_)),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn two_gibibytes_are_refused_by_their_header() {
    let (error, received) = check_garbage(vec![0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x02]).await;
    assert!(
        matches!(
            breach(&error),
            ProtocolError::TooLong {
                found: 0x8000_0005,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(received < 1_000);
}

#[tokio::test]
async fn deep_nesting_is_a_breach() {
    // 600 KB of sequences in sequences, each with the length of what is left.
    const DEPTH: usize = 120_000;
    let mut bytes = Vec::new();
    for level in (1..=DEPTH).rev() {
        bytes.extend([0x30, 0x83]);
        bytes.extend(&u32::try_from((level - 1) * 5).unwrap().to_be_bytes()[1..]);
    }
    assert_eq!(bytes.len(), 600_000);
    let (error, received) = check_garbage(bytes).await;
    assert!(
        matches!(breach(&error), ProtocolError::Malformed(_)),
        "{error:?}"
    );
    assert!(received < 700_000);
}

#[tokio::test]
async fn an_answer_to_nothing_that_was_asked_is_a_breach() {
    let (error, _) = first_hostile(|mut peer| async move {
        peer.next_search().await;
        peer.done(MessageId::new(4711).unwrap(), ResultCode::SUCCESS, "");
        peer.flush().await;
        peer.until_closed().await;
    })
    .await;
    assert!(
        matches!(breach(&error), ProtocolError::UnknownId { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_second_answer_is_a_breach_and_never_the_next_ones() {
    let scripted = Scripted::start(|mut peer, number| async move {
        if number > 0 {
            return obedient(peer).await;
        }
        let (id, ..) = peer.next_bind().await;
        peer.bound(id, ResultCode::SUCCESS, "first");
        peer.flush().await;
        // The stale success arrives together with the next bind's turn.
        peer.next_bind().await;
        peer.bound(id, ResultCode::SUCCESS, "stale");
        peer.flush().await;
        peer.until_closed().await;
    })
    .await;
    let server = scripted.server();
    server
        .bind_as("cn=jane", &password("right"), soon())
        .await
        .unwrap();
    let failure = server
        .bind_as("cn=jane", &password("wrong"), soon())
        .await
        .unwrap_err();
    assert!(failure.written);
    assert!(matches!(
        breach(&failure.cause),
        ProtocolError::UnknownId { .. }
    ));
    let refused = server
        .bind_as("cn=jane", &password("wrong"), soon())
        .await
        .unwrap();
    assert_eq!(refused.code, ResultCode::INVALID_CREDENTIALS);
}

#[tokio::test]
async fn a_success_that_comes_before_its_bind_is_never_taken_for_its_answer() {
    let sent = Arc::new(Notify::new());
    let script_sent = Arc::clone(&sent);
    let scripted = Scripted::start(move |mut peer, number| {
        let sent = Arc::clone(&script_sent);
        async move {
            if number > 0 {
                return obedient(peer).await;
            }
            let (id, ..) = peer.next_bind().await;
            peer.bound(id, ResultCode::SUCCESS, "");
            peer.flush().await;
            peer.bound(
                MessageId::new(id.get() + 1).unwrap(),
                ResultCode::SUCCESS,
                "too early",
            );
            peer.flush().await;
            sent.notify_one();
            peer.until_closed().await;
        }
    })
    .await;
    let server = scripted.server();
    server
        .bind_as("cn=jane", &password("right"), soon())
        .await
        .unwrap();
    sent.notified().await;
    let refused = server
        .bind_as("cn=jane", &password("wrong"), soon())
        .await
        .unwrap();
    assert_eq!(refused.code, ResultCode::INVALID_CREDENTIALS);
    assert_eq!(scripted.accepted(), 2);
}

#[tokio::test]
async fn a_bind_response_to_a_search_is_a_breach() {
    let (error, _) = first_hostile(|mut peer| async move {
        let id = peer.next_search().await;
        peer.bound(id, ResultCode::SUCCESS, "");
        peer.flush().await;
        peer.until_closed().await;
    })
    .await;
    assert!(
        matches!(breach(&error), ProtocolError::WrongKind { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn entries_without_end_are_cut_and_the_connection_is_given_up() {
    let scripted = Scripted::start(|mut peer, number| async move {
        if number > 0 {
            return obedient(peer).await;
        }
        let id = peer.next_search().await;
        loop {
            for _ in 0..1_000 {
                peer.entry(id, "cn=again");
            }
            if !peer.flush().await {
                return;
            }
        }
    })
    .await;
    let server = scripted.server();
    let mut request = request("cn=victim");
    request.size_limit = 2;
    let found = server
        .search(SearchRole::FindLogin, &request, soon())
        .await
        .unwrap();
    // As if the server had kept the limit: to a login, an ambiguous name and not an outage.
    assert_eq!(
        (found.entries.len(), found.code),
        (2, ResultCode::SIZE_LIMIT_EXCEEDED)
    );
    // It goes on sending; after so much of that it is left, and the next search has another.
    support::until(|| server.stats().roles[0].open == 0).await;
    assert!(server.stats().roles[0].bytes_received < 16 << 20);
    let found = server
        .search(SearchRole::FindLogin, &request, soon())
        .await
        .unwrap();
    assert_eq!((found.entries.len(), scripted.accepted()), (1, 2));
}

#[tokio::test]
async fn a_login_holds_no_more_of_an_answer_than_a_login_needs() {
    let large = vec![b'x'; 2 << 20];
    let scripted = Scripted::start(move |mut peer, _| {
        let large = large.clone();
        async move {
            let id = peer.next_search().await;
            peer.entry_with(id, "cn=large", &large);
            while peer.flush().await {
                peer.entry_with(id, "cn=large", &large);
            }
        }
    })
    .await;
    let server = scripted.server();
    let error = server
        .search(SearchRole::FindLogin, &request("cn=victim"), soon())
        .await
        .unwrap_err();
    assert!(
        matches!(error, LdapError::Overloaded(Overload::Bytes { limit }) if limit == 1 << 20),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_answer_of_too_many_bytes_is_cut() {
    let large = vec![b'x'; 1 << 20];
    let scripted = Scripted::start(move |mut peer, _| {
        let large = large.clone();
        async move {
            let id = peer.next_search().await;
            loop {
                peer.entry_with(id, "cn=large", &large);
                if !peer.flush().await {
                    return;
                }
            }
        }
    })
    .await;
    let server = scripted.server();
    let error = server
        .search(SearchRole::Browse, &request("cn=victim"), soon())
        .await
        .unwrap_err();
    assert!(
        matches!(error, LdapError::Overloaded(Overload::Bytes { .. })),
        "{error:?}"
    );
}

#[tokio::test]
async fn half_an_answer_is_no_answer() {
    let scripted = Scripted::start(|mut peer, _| async move {
        let id = peer.next_search().await;
        peer.entry(id, "cn=whole");
        peer.flush().await;
        peer.entry(id, "cn=half");
        let answer = peer.take_answer();
        peer.raw(&answer[..answer.len() / 2]).await;
    })
    .await;
    let server = scripted.server();
    let error = server
        .search(SearchRole::FindLogin, &request("cn=victim"), soon())
        .await
        .unwrap_err();
    assert!(
        matches!(error, LdapError::Closed(CloseReason::InsideMessage)),
        "{error:?}"
    );
    // A part had come, so it was not asked again.
    assert_eq!(scripted.accepted(), 1);
}

#[tokio::test]
async fn a_connection_that_hangs_inside_an_answer_is_left() {
    let scripted = Scripted::start(|mut peer, number| async move {
        if number > 0 {
            return obedient(peer).await;
        }
        let id = peer.next_search().await;
        peer.entry(id, "cn=half");
        let answer = peer.take_answer();
        peer.raw(&answer[..answer.len() / 2]).await;
        peer.until_closed().await;
    })
    .await;
    let server =
        scripted.server_with(|settings| settings.timeouts.operation = Duration::from_millis(400));
    let search = async || {
        let request = request("cn=victim");
        server.search(SearchRole::FindLogin, &request, soon()).await
    };
    let error = search().await.unwrap_err();
    assert!(
        matches!(error, LdapError::TimedOut { step: Step::Search }),
        "{error:?}"
    );
    // It is looked at on a connection of its own, and then searches must not go back to the old one.
    support::until(|| server.available()).await;
    search().await.unwrap();
}

#[tokio::test]
async fn an_answer_may_come_byte_by_byte() {
    let scripted = Scripted::start(|mut peer, _| async move {
        let id = peer.next_search().await;
        peer.entry(id, "cn=jane");
        peer.done(id, ResultCode::SUCCESS, "");
        for byte in peer.take_answer() {
            peer.raw(&[byte]).await;
            tokio::task::yield_now().await;
        }
        peer.until_closed().await;
    })
    .await;
    let found = scripted
        .server()
        .search(SearchRole::FindLogin, &request("cn=jane"), soon())
        .await
        .unwrap();
    assert_eq!(found.entries.len(), 1);
}

#[tokio::test]
async fn a_flood_is_an_answer_and_ends_with_its_connection() {
    let hung_up = Arc::new(Notify::new());
    let told = Arc::clone(&hung_up);
    let scripted = Scripted::start(move |mut peer, _| {
        let hung_up = Arc::clone(&hung_up);
        async move {
            let id = peer.next_search().await;
            loop {
                for _ in 0..64 {
                    peer.entry(id, "cn=again");
                }
                if !peer.flush().await {
                    return hung_up.notify_one();
                }
            }
        }
    })
    .await;
    let server = scripted.server();
    let mut request = request("cn=jane");
    request.size_limit = 2;
    for _ in 0..2 {
        let found = server
            .search(SearchRole::FindLogin, &request, soon())
            .await
            .unwrap();
        assert_eq!(found.code, ResultCode::SIZE_LIMIT_EXCEEDED);
        // Nobody reads on: the server cannot write any more.
        tokio::time::timeout(support::PATIENCE, told.notified())
            .await
            .unwrap();
    }
    assert_eq!(scripted.accepted(), 2);
}

#[tokio::test]
async fn silence_costs_its_limit_and_the_connection() {
    let scripted = Scripted::start(|mut peer, number| async move {
        if number == 0 {
            peer.until_closed().await
        } else {
            obedient(peer).await
        }
    })
    .await;
    let server =
        scripted.server_with(|settings| settings.timeouts.operation = Duration::from_millis(60));
    let started = Instant::now();
    let error = server
        .search(SearchRole::FindLogin, &request("cn=victim"), soon())
        .await
        .unwrap_err();
    assert!(
        matches!(error, LdapError::TimedOut { step: Step::Search }),
        "{error:?}"
    );
    assert!(started.elapsed() < support::PATIENCE);
    // Silence counts: the server is avoided until a look finds it well, without anybody's search.
    assert!(!server.available());
    support::until(|| server.available()).await;
    server
        .search(SearchRole::FindLogin, &request("cn=next"), soon())
        .await
        .unwrap();
    assert!(server.health().degraded_since.is_none());
}

#[tokio::test]
async fn a_callers_short_time_says_nothing_about_the_server() {
    let scripted = Scripted::start(|mut peer, _| async move { peer.until_closed().await }).await;
    let server = scripted.server();
    let deadline = Instant::now() + Duration::from_millis(20);
    let error = server
        .search(SearchRole::FindLogin, &request("cn=victim"), deadline)
        .await
        .unwrap_err();
    assert!(matches!(error, LdapError::TimedOut { .. }), "{error:?}");
    assert!(server.available());
}

#[tokio::test]
async fn one_slow_search_disturbs_no_other() {
    let scripted = Scripted::start(|mut peer, _| async move {
        peer.next_search().await;
        obedient(peer).await;
    })
    .await;
    let server =
        scripted.server_with(|settings| settings.timeouts.operation = Duration::from_millis(400));
    let slow = {
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            server
                .search(SearchRole::FindLogin, &request("cn=slow"), soon())
                .await
        })
    };
    support::until(|| {
        server
            .stats()
            .roles
            .first()
            .is_some_and(|role| role.outstanding == 1)
    })
    .await;
    server
        .search(SearchRole::FindLogin, &request("cn=quick"), soon())
        .await
        .unwrap();
    let error = slow.await.unwrap().unwrap_err();
    assert!(
        matches!(error, LdapError::TimedOut { step: Step::Search }),
        "{error:?}"
    );
    assert!(server.available());
    server
        .search(SearchRole::FindLogin, &request("cn=quick"), soon())
        .await
        .unwrap();
    assert_eq!(scripted.accepted(), 1);
}

#[tokio::test]
async fn silence_after_a_bind_ends_at_the_deadline_and_holds_one_connection_only() {
    let scripted = Scripted::start(|mut peer, number| async move {
        if number == 0 {
            peer.until_closed().await
        } else {
            obedient(peer).await
        }
    })
    .await;
    let server = scripted.server();
    let deadline = Instant::now() + Duration::from_millis(50);
    let failure = server
        .bind_as("cn=jane", &password("right"), deadline)
        .await
        .unwrap_err();
    assert!(failure.written);
    assert!(
        matches!(failure.cause, LdapError::TimedOut { step: Step::Bind }),
        "{failure:?}"
    );
    server
        .bind_as("cn=jane", &password("right"), soon())
        .await
        .unwrap();
    assert_eq!(scripted.accepted(), 2);
}

#[tokio::test]
async fn silence_during_the_service_bind_is_named() {
    let scripted = Scripted::start(|mut peer, _| async move { peer.until_closed().await }).await;
    let server = scripted.server_with(|settings| {
        settings.timeouts.operation = Duration::from_millis(60);
        let password = Arc::new(password("secret"));
        settings.service_bind = entryway_ldap::ServiceBind::Simple {
            dn: "cn=service".to_owned(),
            password,
        };
    });
    let error = server
        .search(SearchRole::FindLogin, &request("cn=victim"), soon())
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            LdapError::TimedOut {
                step: Step::ServiceBind
            }
        ),
        "{error:?}"
    );
    let server = scripted.server_with(|settings| {
        let password = Arc::new(password("secret"));
        settings.service_bind = entryway_ldap::ServiceBind::Simple {
            dn: "cn=service".to_owned(),
            password,
        };
    });
    // The caller's time ends first: the step at which the shared dial stands is named all the same.
    let deadline = Instant::now() + Duration::from_millis(1500);
    let error = server
        .search(SearchRole::FindLogin, &request("cn=victim"), deadline)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            LdapError::TimedOut {
                step: Step::ServiceBind
            }
        ),
        "{error:?}"
    );
}

/// Answers searches at once and binds never.
async fn slow_binds(mut peer: Peer) {
    while let Some(asked) = peer.next().await {
        if let Asked::Search { id, base } = asked {
            peer.entry(id, &base);
            peer.done(id, ResultCode::SUCCESS, "");
            peer.flush().await;
        }
    }
}

#[tokio::test]
async fn one_persons_slow_bind_closes_the_server_to_nobody() {
    let scripted = Scripted::start(|peer, _| slow_binds(peer)).await;
    let server =
        scripted.server_with(|settings| settings.timeouts.operation = Duration::from_millis(250));
    let failure = server
        .bind_as("cn=slow", &password("right"), soon())
        .await
        .unwrap_err();
    assert!(
        matches!(failure.cause, LdapError::TimedOut { step: Step::Bind }),
        "{failure:?}"
    );
    // The server is asked whether it is there, on a connection of its own.
    support::until(|| scripted.accepted() == 2).await;
    server
        .search(SearchRole::FindLogin, &request("cn=next"), soon())
        .await
        .unwrap();
    assert!(server.available());
    assert_eq!(server.health().consecutive_failures, 0);
}

#[tokio::test]
async fn a_server_that_answers_nobody_after_a_bind_is_found_down() {
    let scripted = Scripted::start(|mut peer, _| async move { peer.until_closed().await }).await;
    let server =
        scripted.server_with(|settings| settings.timeouts.operation = Duration::from_millis(250));
    let bound = server.bind_as("cn=slow", &password("right"), soon()).await;
    assert!(bound.is_err());
    support::until(|| !server.available()).await;
}
