//! What a server is for: searches that share connections, binds that do not.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // functions beside `#[test]` ones

mod support;

use entryway_ldap::{
    CloseReason, DialError, LdapError, OperationKind, OperationOutcome, Overload, Role, SearchRole,
    ServiceBind, ServiceBinds, Step,
};
use entryway_ldap_types::ResultCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use support::{Asked, Scripted, obedient, password, request, soon, until};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};

#[tokio::test]
async fn a_search_returns_its_entries() {
    let scripted = Scripted::start(|peer, _| obedient(peer)).await;
    let server = scripted.server();
    let found = server
        .search(SearchRole::FindLogin, &request("cn=jane"), soon())
        .await
        .unwrap();
    assert_eq!(found.code, ResultCode::SUCCESS);
    assert_eq!(found.entries.len(), 1);
    assert_eq!(&*found.entries[0].dn_text, "cn=jane");
}

#[tokio::test]
async fn binds_reuse_one_connection_and_tell_right_from_wrong() {
    let scripted = Scripted::start(|peer, _| obedient(peer)).await;
    let server = scripted.server();
    let wrong = server
        .bind_as("cn=jane", &password("wrong"), soon())
        .await
        .unwrap();
    let right = server
        .bind_as("cn=jane", &password("right"), soon())
        .await
        .unwrap();
    assert_eq!(
        (wrong.code, right.code),
        (ResultCode::INVALID_CREDENTIALS, ResultCode::SUCCESS)
    );
    assert_eq!(scripted.accepted(), 1);
}

#[tokio::test]
async fn a_persons_bind_asks_for_the_password_policy_and_no_service_bind_precedes_it() {
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = parking_lot::Mutex::new(Some(tell));
    let scripted = Scripted::start(move |mut peer, _| {
        let tell = tell.lock().take();
        async move {
            let first = peer.next().await.unwrap();
            if let Asked::Bind { id, .. } = &first {
                peer.bound(*id, ResultCode::SUCCESS, "");
                peer.flush().await;
            }
            tell.unwrap().send(first).unwrap();
        }
    })
    .await;
    let server = scripted.server_with(|settings| {
        settings.service_bind = ServiceBind::Simple {
            dn: "cn=service".to_owned(),
            password: Arc::new(password("secret")),
        };
    });
    server
        .bind_as("cn=jane", &password("right"), soon())
        .await
        .unwrap();
    let Asked::Bind { dn, policy, .. } = told.await.unwrap() else {
        panic!("expected a bind")
    };
    assert_eq!((dn.as_str(), policy), ("cn=jane", true));
}

#[tokio::test]
async fn searches_share_a_connection_and_are_answered_in_any_order() {
    const MANY: usize = 50;
    let scripted = Scripted::start(|mut peer, _| async move {
        let mut asked = Vec::new();
        while asked.len() < MANY {
            let Some(Asked::Search { id, base }) = peer.next().await else {
                panic!("expected a search")
            };
            asked.push((id, base));
        }
        for (id, base) in asked.into_iter().rev() {
            peer.entry(id, &base);
            peer.done(id, ResultCode::SUCCESS, &base);
        }
        peer.flush().await;
        peer.until_closed().await;
    })
    .await;
    let server = scripted.server();
    let searches = (0..MANY).map(|number| {
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            let name = format!("cn={number}");
            let found = server
                .search(SearchRole::Resolve, &request(&name), soon())
                .await
                .unwrap();
            assert_eq!(found.diagnostic, name);
            assert_eq!(*found.entries[0].dn_text, *name);
        })
    });
    for search in searches.collect::<Vec<_>>() {
        search.await.unwrap();
    }
    assert_eq!(scripted.accepted(), 1);
}

#[tokio::test]
async fn a_full_connection_makes_room_by_a_further_one_up_to_the_limit() {
    let gate = Arc::new(Semaphore::new(0));
    let asked = Arc::new(AtomicUsize::new(0));
    let (script_gate, script_asked) = (Arc::clone(&gate), Arc::clone(&asked));
    let scripted = Scripted::start(move |mut peer, _| {
        let (gate, asked) = (Arc::clone(&script_gate), Arc::clone(&script_asked));
        async move {
            while let Some(Asked::Search { id, .. }) = peer.next().await {
                asked.fetch_add(1, Ordering::SeqCst);
                gate.acquire().await.unwrap().forget();
                peer.done(id, ResultCode::SUCCESS, "");
                peer.flush().await;
            }
        }
    })
    .await;
    let server = scripted.server_with(|settings| {
        support::limit(settings, 2, 1);
    });
    let searches: Vec<_> = (0..5)
        .map(|_| {
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                server
                    .search(SearchRole::Browse, &request("cn=a"), soon())
                    .await
                    .unwrap()
                    .code
            })
        })
        .collect();
    until(|| asked.load(Ordering::SeqCst) == 2).await;
    let stats = server.stats().roles.remove(0);
    assert_eq!(
        (stats.role, stats.open, stats.outstanding, stats.waiting),
        (Role::Browse, 2, 2, 3)
    );
    gate.add_permits(5);
    for search in searches {
        assert_eq!(search.await.unwrap(), ResultCode::SUCCESS);
    }
    assert_eq!(scripted.accepted(), 2);
}

/// All connections are taken by binds that are never answered: half of the time is left for another server.
#[tokio::test]
async fn nobody_waits_to_the_end_for_a_connection_to_a_server_that_swallows_binds() {
    let scripted = Scripted::start(|mut peer, _| async move { peer.until_closed().await }).await;
    let server = scripted.server_with(|settings| {
        support::limit(settings, 1, 64);
        settings.timeouts.operation = Duration::from_secs(1);
        settings.service_bind = ServiceBind::Simple {
            dn: "cn=service".to_owned(),
            password: Arc::new(password("right")),
        };
    });
    let holder = {
        let server = Arc::clone(&server);
        tokio::spawn(async move { server.bind_as("cn=slow", &password("x"), soon()).await })
    };
    until(|| server.stats().roles.iter().any(|role| role.open == 1)).await;
    let deadline = Instant::now() + Duration::from_secs(2);
    let failure = server
        .bind_as("cn=jane", &password("right"), deadline)
        .await
        .unwrap_err();
    assert!(!failure.written && Instant::now() < deadline);
    assert!(
        matches!(failure.cause, LdapError::Overloaded(Overload::Connections)),
        "{failure:?}"
    );
    holder.abort();
}

/// The look that finds a server down begins long before the first bind is given up.
#[tokio::test]
async fn a_server_that_swallows_a_bind_is_looked_at_before_its_time_is_over() {
    let scripted = Scripted::start(|mut peer, number| async move {
        if number == 0 {
            peer.until_closed().await;
        } else {
            obedient(peer).await;
        }
    })
    .await;
    let server = scripted.server_with(|settings| {
        settings.timeouts.operation = Duration::from_secs(2);
    });
    let slow = {
        let server = Arc::clone(&server);
        tokio::spawn(async move { server.bind_as("cn=slow", &password("x"), soon()).await })
    };
    until(|| scripted.accepted() == 2).await;
    assert!(!slow.is_finished());
    // It was well, and what it answered is no answer to the bind.
    assert!(!slow.await.unwrap().unwrap_err().cause.code().is_empty());
    assert!(server.available());
}

#[tokio::test]
async fn waiting_for_a_connection_ends_at_the_deadline() {
    let scripted = Scripted::start(|mut peer, _| async move { peer.until_closed().await }).await;
    let server = scripted.server_with(|settings| support::limit(settings, 1, 64));
    let holder = {
        let server = Arc::clone(&server);
        tokio::spawn(async move { server.bind_as("cn=slow", &password("x"), soon()).await })
    };
    until(|| server.stats().roles.iter().any(|role| role.open == 1)).await;
    let deadline = Instant::now() + Duration::from_millis(50);
    let failure = server
        .bind_as("cn=jane", &password("right"), deadline)
        .await
        .unwrap_err();
    assert!(!failure.written);
    assert!(
        matches!(failure.cause, LdapError::Overloaded(Overload::Connections)),
        "{failure:?}"
    );
    holder.abort();
}

#[tokio::test]
async fn an_idle_connection_that_the_server_closed_is_noticed_before_a_bind_is_written() {
    let close = Arc::new(Notify::new());
    let closed = Arc::new(Notify::new());
    let binds = Arc::new(AtomicUsize::new(0));
    let (script_close, script_closed, script_binds) =
        (Arc::clone(&close), Arc::clone(&closed), Arc::clone(&binds));
    let scripted = Scripted::start(move |mut peer, number| {
        let (close, closed, binds) = (
            Arc::clone(&script_close),
            Arc::clone(&script_closed),
            Arc::clone(&script_binds),
        );
        async move {
            let (id, ..) = peer.next_bind().await;
            binds.fetch_add(1, Ordering::SeqCst);
            peer.bound(id, ResultCode::SUCCESS, "");
            peer.flush().await;
            if number == 0 {
                close.notified().await;
                drop(peer);
                closed.notify_one();
            } else {
                peer.until_closed().await;
            }
        }
    })
    .await;
    let server = scripted.server();
    server
        .bind_as("cn=jane", &password("right"), soon())
        .await
        .unwrap();
    close.notify_one();
    closed.notified().await;
    server
        .bind_as("cn=jane", &password("right"), soon())
        .await
        .unwrap();
    assert_eq!((scripted.accepted(), binds.load(Ordering::SeqCst)), (2, 2));
}

/// A descriptor, and on the way there a state of the server's firewall, is held as long as only one side has closed.
#[tokio::test]
async fn an_idle_connection_that_the_server_closed_is_closed_here_long_before_it_is_old() {
    let scripted = Scripted::start(|mut peer, _| async move {
        let (id, ..) = peer.next_bind().await;
        peer.bound(id, ResultCode::SUCCESS, "");
        peer.flush().await;
    })
    .await;
    let server = scripted.server_with(|settings| settings.timeouts.idle = Duration::from_secs(30));
    server
        .bind_as("cn=jane", &password("right"), soon())
        .await
        .unwrap();
    until(|| {
        let roles = server.stats().roles;
        roles.iter().all(|role| (role.open, role.idle) == (0, 0))
    })
    .await;
}

#[tokio::test]
async fn a_bind_that_may_have_left_is_not_repeated() {
    let binds = Arc::new(AtomicUsize::new(0));
    let script_binds = Arc::clone(&binds);
    let scripted = Scripted::start(move |mut peer, _| {
        let binds = Arc::clone(&script_binds);
        async move {
            peer.next_bind().await;
            binds.fetch_add(1, Ordering::SeqCst);
        }
    })
    .await;
    let server = scripted.server();
    let failure = server
        .bind_as("cn=jane", &password("right"), soon())
        .await
        .unwrap_err();
    assert!(failure.written);
    assert!(matches!(failure.cause, LdapError::Closed(_)), "{failure:?}");
    assert_eq!(binds.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_search_is_sent_once_more_when_its_connection_dies() {
    let scripted = Scripted::start(|mut peer, number| async move {
        if number == 0 {
            peer.next_search().await;
            peer.notice(ResultCode::UNAVAILABLE, "shutting down");
            peer.flush().await;
        } else {
            obedient(peer).await;
        }
    })
    .await;
    let found = scripted
        .server()
        .search(SearchRole::FindLogin, &request("cn=jane"), soon())
        .await
        .unwrap();
    assert_eq!((found.entries.len(), scripted.accepted()), (1, 2));
}

#[tokio::test]
async fn a_search_is_not_repeated_for_ever() {
    let scripted = Scripted::start(|mut peer, _| async move {
        peer.next_search().await;
        peer.notice(ResultCode::UNAVAILABLE, "shutting\ndown");
        peer.flush().await;
    })
    .await;
    let error = scripted
        .server()
        .search(SearchRole::FindLogin, &request("cn=jane"), soon())
        .await
        .unwrap_err();
    assert_eq!(
        error.in_words(),
        "the connection ended before the answer: the server announced it with unavailable (52), `shutting\\ndown`"
    );
    assert_eq!(scripted.accepted(), 2);
}

#[tokio::test]
async fn searches_wait_for_the_service_bind() {
    let scripted = Scripted::start(|mut peer, _| async move {
        let (id, dn, password) = peer.next_bind().await;
        assert_eq!((dn.as_str(), password.as_str()), ("cn=service", "secret"));
        peer.bound(id, ResultCode::SUCCESS, "");
        peer.flush().await;
        obedient(peer).await;
    })
    .await;
    let server = scripted.server_with(|settings| {
        settings.service_bind = ServiceBind::Simple {
            dn: "cn=service".to_owned(),
            password: Arc::new(password("secret")),
        };
    });
    assert!(!format!("{:?}", server.settings()).contains("secret"));
    server
        .search(SearchRole::FindLogin, &request("cn=jane"), soon())
        .await
        .unwrap();
    let taken = ServiceBinds {
        taken: 1,
        ..ServiceBinds::default()
    };
    assert_eq!(server.stats().service_binds, taken);
}

#[tokio::test]
async fn each_service_bind_is_counted_at_its_server_and_what_is_withheld_too() {
    let refusing = || {
        Scripted::start(|mut peer, _| async move {
            let (id, ..) = peer.next_bind().await;
            peer.bound(id, ResultCode::INVALID_CREDENTIALS, "no such account");
            peer.flush().await;
            peer.until_closed().await;
        })
    };
    let scripted = [refusing().await, refusing().await, refusing().await];
    let servers = scripted.each_ref().map(|scripted| {
        scripted.server_with(|settings| {
            settings.service_bind = ServiceBind::Simple {
                dn: "cn=service".to_owned(),
                password: Arc::new(password("x")),
            };
        })
    });
    for server in &servers {
        server.share_account(&servers[0]);
    }
    let mut counted = Vec::new();
    for server in &servers {
        server
            .search(SearchRole::FindLogin, &request("cn=jane"), soon())
            .await
            .unwrap_err();
        let binds = server.stats().service_binds;
        counted.push((binds.taken, binds.refused, binds.withheld));
    }
    // Two refusals are enough: the third is not asked.
    assert_eq!(counted, [(0, 1, 0), (0, 1, 0), (0, 0, 1)]);
    assert_eq!(scripted[2].accepted(), 0);
}

#[tokio::test]
async fn a_refused_service_bind_is_said_and_not_repeated_for_every_waiter() {
    let scripted = Scripted::start(|mut peer, _| async move {
        let (id, ..) = peer.next_bind().await;
        peer.bound(id, ResultCode::INVALID_CREDENTIALS, "no such account");
        peer.flush().await;
        peer.until_closed().await;
    })
    .await;
    let server = scripted.server_with(|settings| {
        settings.service_bind = ServiceBind::Simple {
            dn: "cn=service".to_owned(),
            password: Arc::new(password("x")),
        };
    });
    let waiters: Vec<_> = (0..20)
        .map(|_| {
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                server
                    .search(SearchRole::FindLogin, &request("cn=jane"), soon())
                    .await
                    .unwrap_err()
            })
        })
        .collect();
    for waiter in waiters {
        let error = waiter.await.unwrap();
        assert!(
            matches!(
                &error,
                LdapError::ServiceBindRefused {
                    code: ResultCode::INVALID_CREDENTIALS,
                    ..
                }
            ),
            "{error:?}"
        );
    }
    assert_eq!(scripted.accepted(), 1);
}

#[tokio::test]
async fn a_refused_connection_is_unreachable_and_after_some_is_left_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let server = entryway_ldap::Server::new(support::settings(address));
    for _ in 0..3 {
        assert!(server.available());
        let error = server
            .search(SearchRole::FindLogin, &request("cn=jane"), soon())
            .await
            .unwrap_err();
        assert!(
            matches!(
                &error,
                LdapError::Unreachable {
                    cause: DialError::Io(_),
                    ..
                }
            ),
            "{error:?}"
        );
    }
    assert!(!server.available());
    assert!(server.health().degraded_since.is_some());
    let error = server
        .bind_as("cn=jane", &password("x"), soon())
        .await
        .unwrap_err();
    assert!(!error.written);
    assert!(
        matches!(
            &error.cause,
            LdapError::Unreachable {
                cause: DialError::Suspended { .. },
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_probe_reads_the_root_dse_and_names_its_steps() {
    let scripted = Scripted::start(|peer, _| obedient(peer)).await;
    let report = scripted
        .server()
        .probe(SearchRole::FindLogin, soon())
        .await
        .unwrap();
    assert_eq!(report.peer, Some(scripted.address));
    assert!(report.tls.is_none() && report.root_dse.is_some());
    let steps: Vec<_> = report.steps.iter().map(|(step, _)| *step).collect();
    assert_eq!(steps, [Step::Connect, Step::Search]);
}

#[tokio::test]
async fn closing_waits_for_what_is_in_flight_and_says_goodbye() {
    let gate = Arc::new(Semaphore::new(0));
    let goodbyes = Arc::new(AtomicUsize::new(0));
    let (script_gate, script_goodbyes) = (Arc::clone(&gate), Arc::clone(&goodbyes));
    let scripted = Scripted::start(move |mut peer, _| {
        let (gate, goodbyes) = (Arc::clone(&script_gate), Arc::clone(&script_goodbyes));
        async move {
            while let Some(asked) = peer.next().await {
                match asked {
                    Asked::Search { id, .. } => {
                        gate.acquire().await.unwrap().forget();
                        peer.done(id, ResultCode::SUCCESS, "");
                    }
                    Asked::Bind { id, .. } => peer.bound(id, ResultCode::SUCCESS, ""),
                    Asked::Unbind => {
                        goodbyes.fetch_add(1, Ordering::SeqCst);
                    }
                    other => panic!("unexpected {other:?}"),
                }
                peer.flush().await;
            }
        }
    })
    .await;
    let server = scripted.server();
    server
        .bind_as("cn=jane", &password("right"), soon())
        .await
        .unwrap();
    let search = {
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            server
                .search(SearchRole::FindLogin, &request("cn=a"), soon())
                .await
        })
    };
    until(|| {
        server
            .stats()
            .roles
            .iter()
            .any(|role| role.role == Role::FindLogin && role.outstanding == 1)
    })
    .await;
    let closing = {
        let server = Arc::clone(&server);
        tokio::spawn(async move { server.close().await })
    };
    until(|| goodbyes.load(Ordering::SeqCst) == 1).await;
    assert!(!closing.is_finished());
    gate.add_permits(1);
    assert_eq!(search.await.unwrap().unwrap().code, ResultCode::SUCCESS);
    closing.await.unwrap();
    until(|| goodbyes.load(Ordering::SeqCst) == 2).await;
    let error = server
        .search(SearchRole::FindLogin, &request("cn=a"), soon())
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        LdapError::Closed(CloseReason::ShuttingDown)
    ));
    let failure = server
        .bind_as("cn=jane", &password("x"), soon())
        .await
        .unwrap_err();
    assert!(
        !failure.written && matches!(failure.cause, LdapError::Closed(CloseReason::ShuttingDown))
    );
}

#[tokio::test]
async fn idle_connections_are_closed() {
    let scripted = Scripted::start(|peer, _| obedient(peer)).await;
    let server =
        scripted.server_with(|settings| settings.timeouts.idle = Duration::from_millis(20));
    server
        .search(SearchRole::FindLogin, &request("cn=a"), soon())
        .await
        .unwrap();
    server
        .bind_as("cn=a", &password("right"), soon())
        .await
        .unwrap();
    until(|| {
        server
            .stats()
            .roles
            .iter()
            .all(|role| role.open == 0 && role.idle == 0)
    })
    .await;
    server
        .bind_as("cn=a", &password("right"), soon())
        .await
        .unwrap();
    server
        .search(SearchRole::FindLogin, &request("cn=a"), soon())
        .await
        .unwrap();
    assert_eq!(scripted.accepted(), 4);
}

#[tokio::test]
async fn operations_are_counted_once_each() {
    let scripted = Scripted::start(|peer, _| obedient(peer)).await;
    let server = scripted.server();
    for _ in 0..3 {
        server
            .search(SearchRole::FindLogin, &request("cn=a"), soon())
            .await
            .unwrap();
    }
    server
        .bind_as("cn=a", &password("wrong"), soon())
        .await
        .unwrap();
    let stats = server.stats();
    let find = |role| stats.roles.iter().find(|stats| stats.role == role).unwrap();
    let counts = |role| {
        find(role)
            .operations
            .iter()
            .map(|op| (op.kind, op.outcome, op.count))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        counts(Role::FindLogin),
        [(
            OperationKind::Search,
            OperationOutcome::Code(ResultCode::SUCCESS),
            3
        )]
    );
    assert_eq!(
        counts(Role::Authenticate),
        [(
            OperationKind::Bind,
            OperationOutcome::Code(ResultCode::INVALID_CREDENTIALS),
            1
        )]
    );
    let role = find(Role::FindLogin);
    assert_eq!(
        (role.open, role.idle, role.outstanding, role.opened),
        (1, 1, 0, 1)
    );
    assert_eq!(role.latency.buckets.iter().sum::<u64>(), 3);
    assert!(role.bytes_received > 0 && role.bytes_sent > 0);
    assert_eq!(find(Role::Authenticate).idle, 1);
}

#[tokio::test]
async fn nothing_is_sent_after_the_deadline() {
    let scripted = Scripted::start(|mut peer, _| async move {
        while let Some(asked) = peer.next().await {
            assert!(matches!(asked, Asked::Unbind), "unexpected {asked:?}");
        }
    })
    .await;
    let server = scripted.server();
    let failure = server
        .bind_as("cn=jane", &password("right"), Instant::now())
        .await
        .unwrap_err();
    assert!(
        !failure.written && matches!(failure.cause, LdapError::TimedOut { .. }),
        "{failure:?}"
    );
    let error = server
        .search(SearchRole::FindLogin, &request("cn=jane"), Instant::now())
        .await
        .unwrap_err();
    assert!(matches!(error, LdapError::TimedOut { .. }), "{error:?}");
    assert!(server.available());
    assert_eq!(scripted.accepted(), 0);
}
