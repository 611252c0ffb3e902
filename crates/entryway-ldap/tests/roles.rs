//! Each role has a way, connections, limits and counters of its own, and people bind in one role alone.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // functions beside `#[test]` ones

mod support;

use entryway_ldap::{
    LdapError, PoolLimits, Role, SearchRole, Security, Server, ServerSettings, ServiceBind, Way,
};
use entryway_ldap_types::ResultCode;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::identity::Authority;
use support::{Asked, Scripted, obedient, password, request, soon, until};
use tokio::sync::Semaphore;

fn service(settings: &mut ServerSettings) {
    settings.service_bind = ServiceBind::Simple {
        dn: "cn=service".to_owned(),
        password: Arc::new(password("right")),
    };
}

fn open_in(server: &Server, role: Role) -> usize {
    let stats = server.stats();
    let found = stats.roles.iter().find(|found| found.role == role);
    found.map_or(0, |found| found.open)
}

/// The settings said TLS once and are wrong now; or a caller forgot to ask. Nothing is dialled.
#[tokio::test]
async fn a_password_never_leaves_on_a_clear_way_that_may_not_carry_it() {
    let scripted = Scripted::start(|peer, _| obedient(peer)).await;
    let server = scripted.server_with(|settings| {
        service(settings);
        settings.clear_text_passwords = false;
    });
    let failure = server
        .bind_as("cn=jane", &password("right"), soon())
        .await
        .unwrap_err();
    assert!(!failure.written);
    assert!(
        matches!(failure.cause, LdapError::PasswordInClear),
        "{failure:?}"
    );
    for role in SearchRole::ALL {
        let error = server
            .search(role, &request("cn=jane"), soon())
            .await
            .unwrap_err();
        assert!(matches!(error, LdapError::PasswordInClear), "{error:?}");
    }
    assert_eq!(scripted.accepted(), 0);
    assert!(server.available(), "it is no fault of the server's");
    // Without a password to be sent the same way is good.
    let server = scripted.server_with(|settings| settings.clear_text_passwords = false);
    server
        .search(SearchRole::Resolve, &request("cn=jane"), soon())
        .await
        .unwrap();
}

#[tokio::test]
async fn people_bind_on_connections_that_do_nothing_else() {
    let asked = Arc::new(Mutex::new(BTreeMap::<usize, Vec<String>>::new()));
    let seen = Arc::clone(&asked);
    let scripted = Scripted::start(move |mut peer, number| {
        let seen = Arc::clone(&seen);
        async move {
            while let Some(asked) = peer.next().await {
                let what = match asked {
                    Asked::Bind { id, dn, .. } => {
                        peer.bound(id, ResultCode::SUCCESS, "");
                        format!("bind {dn}")
                    }
                    Asked::Search { id, .. } => {
                        peer.done(id, ResultCode::SUCCESS, "");
                        "search".to_owned()
                    }
                    _ => continue,
                };
                seen.lock().unwrap().entry(number).or_default().push(what);
                if !peer.flush().await {
                    return;
                }
            }
        }
    })
    .await;
    let server = scripted.server_with(service);
    for _ in 0..3 {
        for role in SearchRole::ALL {
            server
                .search(role, &request("cn=jane"), soon())
                .await
                .unwrap();
        }
        server
            .bind_as("cn=jane", &password("secret"), soon())
            .await
            .unwrap();
    }
    let asked = asked.lock().unwrap();
    let mut kinds: Vec<Vec<&str>> = asked
        .values()
        .map(|what| what.iter().map(String::as_str).collect())
        .collect();
    kinds.sort();
    let searches = vec!["bind cn=service", "search", "search", "search"];
    let mut expected = vec![vec!["bind cn=jane"; 3]];
    expected.extend(vec![searches; SearchRole::ALL.len()]);
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn a_way_that_is_down_leaves_the_others_as_they_were() {
    let authority = Authority::new();
    let acceptor = authority.good();
    let in_tls = Scripted::start(move |peer, _| {
        let acceptor = acceptor.clone();
        async move {
            if let Some(peer) = peer.secured(&acceptor).await {
                obedient(peer).await;
            }
        }
    })
    .await;
    let in_clear = Scripted::start(|peer, _| async move { drop(peer) }).await;
    let server = in_tls.server_with(|settings| {
        let port = in_tls.address.port();
        settings.clear_text_passwords = false;
        settings.ways = support::way(port, Security::Ldaps(authority.client()));
        let clear = Some(Arc::new(Way {
            port: in_clear.address.port(),
            security: Security::Clear,
        }));
        for role in [Role::Resolve, Role::Browse] {
            *settings.ways.of_mut(role) = clear.clone();
        }
    });
    // Enough failures to open its breaker.
    for _ in 0..8 {
        let found = server
            .search(SearchRole::Resolve, &request("cn=jane"), soon())
            .await;
        assert!(found.is_err());
    }
    let dialled = in_clear.accepted();
    assert!(dialled < 8 * 2, "{dialled} dials: the breaker is open");
    assert!(server.available(), "a login goes another way");
    assert_eq!(server.health().consecutive_failures, 0);
    for _ in 0..3 {
        server
            .search(SearchRole::FindLogin, &request("cn=jane"), soon())
            .await
            .unwrap();
        let bound = server
            .bind_as("cn=jane", &password("right"), soon())
            .await
            .unwrap();
        assert_eq!(bound.code, ResultCode::SUCCESS);
    }
    assert_eq!(in_tls.accepted(), 2);
}

#[tokio::test]
async fn a_role_that_a_server_is_not_used_for_dials_nothing() {
    let scripted = Scripted::start(|peer, _| obedient(peer)).await;
    let server = scripted.server_with(|settings| {
        for role in Role::ALL {
            if role != Role::Cards {
                *settings.ways.of_mut(role) = None;
            }
        }
    });
    let error = server
        .search(SearchRole::FindLogin, &request("cn=jane"), soon())
        .await
        .unwrap_err();
    assert!(
        matches!(error, LdapError::OtherRole(Role::FindLogin)),
        "{error:?}"
    );
    let failure = server
        .bind_as("cn=jane", &password("right"), soon())
        .await
        .unwrap_err();
    assert!(matches!(
        failure.cause,
        LdapError::OtherRole(Role::Authenticate)
    ));
    assert_eq!(scripted.accepted(), 0);
    server
        .search(SearchRole::Cards, &request("cn=jane"), soon())
        .await
        .unwrap();
    assert_eq!(scripted.accepted(), 1);
}

#[tokio::test]
async fn a_change_of_password_is_dialled_when_needed_and_kept_by_nobody() {
    let authority = Authority::new();
    let acceptor = authority.good();
    let scripted = Scripted::start(move |peer, _| {
        let acceptor = acceptor.clone();
        async move {
            let mut peer = peer.secured(&acceptor).await.unwrap();
            // No service bind: whoever changes a password binds with it.
            assert_eq!(peer.next().await, Some(Asked::Unbind));
        }
    })
    .await;
    let server = scripted.server_with(|settings| {
        service(settings);
        support::ldaps(settings, authority.client());
    });
    for _ in 0..2 {
        let report = server.connect(Role::ChangePassword, soon()).await.unwrap();
        assert!(report.tls.is_some());
    }
    assert_eq!(scripted.accepted(), 2);
    assert!(server.stats().roles.is_empty());
}

/// Whatever a login may do in clear, a change may not: there is no setting for it. Nothing is dialled.
#[tokio::test]
async fn a_password_is_never_changed_in_clear() {
    let scripted = Scripted::start(|peer, _| obedient(peer)).await;
    let server = scripted.server_with(|settings| settings.clear_text_passwords = true);
    let refused = server
        .bind_to_change("cn=jane", &password("right"), soon())
        .await;
    let Err(failure) = refused else {
        panic!("it was bound in clear")
    };
    assert!(!failure.written);
    assert!(matches!(failure.cause, LdapError::PasswordInClear));
    let served = server.serve_change(soon()).await;
    assert!(matches!(served, Err(LdapError::PasswordInClear)));
    assert_eq!(scripted.accepted(), 0);
}

/// A server that answers nothing before it is told to.
async fn held() -> (Scripted, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let waiting = Arc::clone(&gate);
    let scripted = Scripted::start(move |mut peer, _| {
        let gate = Arc::clone(&waiting);
        async move {
            while let Some(asked) = peer.next().await {
                gate.acquire().await.unwrap().forget();
                match asked {
                    Asked::Search { id, .. } => peer.done(id, ResultCode::SUCCESS, ""),
                    Asked::Bind { id, .. } => peer.bound(id, ResultCode::SUCCESS, ""),
                    _ => {}
                }
                if !peer.flush().await {
                    return;
                }
            }
        }
    })
    .await;
    (scripted, gate)
}

fn burst(server: &Arc<Server>, many: usize) -> Vec<tokio::task::JoinHandle<()>> {
    let bind = |server: Arc<Server>| async move {
        let bound = server.bind_as("cn=jane", &password("right"), soon()).await;
        assert_eq!(bound.unwrap().code, ResultCode::SUCCESS);
    };
    let search = |server: Arc<Server>| async move {
        let found = server
            .search(SearchRole::Browse, &request("cn=jane"), soon())
            .await;
        assert_eq!(found.unwrap().code, ResultCode::SUCCESS);
    };
    let mut tasks = Vec::new();
    for _ in 0..many {
        tasks.push(tokio::spawn(bind(Arc::clone(server))));
        tasks.push(tokio::spawn(search(Arc::clone(server))));
    }
    tasks
}

#[tokio::test]
async fn limits_are_each_roles_own() {
    let (scripted, gate) = held().await;
    let server = scripted.server_with(|settings| {
        *settings.limits.of_mut(Role::Authenticate) = PoolLimits {
            max: 3,
            outstanding: 1,
        };
        *settings.limits.of_mut(Role::Browse) = PoolLimits {
            max: 2,
            outstanding: 2,
        };
    });
    let tasks = burst(&server, 8);
    until(|| {
        let stats = server.stats();
        let load = |role| {
            let found = stats.roles.iter().find(|found| found.role == role);
            found.map(|found| (found.open, found.outstanding, found.waiting))
        };
        load(Role::Authenticate) == Some((3, 3, 5)) && load(Role::Browse) == Some((2, 4, 4))
    })
    .await;
    // A third role is as if the others did not exist.
    let other = tokio::spawn({
        let server = Arc::clone(&server);
        async move {
            server
                .search(SearchRole::Resolve, &request("cn=jane"), soon())
                .await
        }
    });
    until(|| open_in(&server, Role::Resolve) == 1).await;
    gate.add_permits(1_000);
    other.await.unwrap().unwrap();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(scripted.accepted(), 3 + 2 + 1);
}

#[tokio::test]
async fn what_a_burst_opened_goes_long_before_what_is_kept() {
    let (scripted, gate) = held().await;
    let idle = Duration::from_secs(10);
    let server = scripted.server_with(|settings| {
        settings.timeouts.idle = idle;
        support::limit(settings, 6, 1);
    });
    let tasks = burst(&server, 6);
    until(|| open_in(&server, Role::Authenticate) == 6 && open_in(&server, Role::Browse) == 6)
        .await;
    gate.add_permits(1_000);
    for task in tasks {
        task.await.unwrap();
    }
    let over = Instant::now();
    until(|| open_in(&server, Role::Authenticate) == 2 && open_in(&server, Role::Browse) == 1)
        .await;
    assert!(
        over.elapsed() < idle / 2,
        "{:?}: the kept ones are not what went",
        over.elapsed()
    );
    let accepted = scripted.accepted();
    for task in burst(&server, 1) {
        task.await.unwrap();
    }
    assert_eq!(scripted.accepted(), accepted, "and the kept ones serve");
}
