//! Cancelling: whatever is dropped, and whenever, no answer reaches another call.
//!
//! Thousands of searches and binds are dropped at random moments, against a server that answers
//! late and out of order and says in each answer whom it is for. Moments are counted in turns of
//! the scheduler, so a seed repeats them as far as sockets allow.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // functions beside `#[test]` ones

mod support;

use entryway_ldap::{
    BindFailure, BindResult, LdapError, OperationOutcome, SearchResult, SearchRole, Server,
};
use entryway_ldap_types::ResultCode;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use support::random::{Random, turns};
use support::{Asked, Peer, Scripted, password, request, soon, until};
use tokio::sync::Semaphore;

const CALLS: usize = 4_000;
const CALLERS: usize = 16;

/// Runs `future` for some turns at most; `None` when it was dropped.
async fn drop_after<T>(limit: usize, future: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        result = future => Some(result),
        () = turns(limit) => None,
    }
}

/// Collects some requests, then answers them in any order; abandoned ones sometimes all the same.
async fn late_and_out_of_order(mut peer: Peer, seed: u64) {
    let mut random = Random::new(seed);
    let mut owed: Vec<Asked> = Vec::new();
    loop {
        let patience = random.below(30);
        match drop_after(patience, peer.next()).await {
            Some(Some(Asked::Abandon(abandoned))) => {
                let obeys = random.below(2) == 0;
                owed.retain(|asked| {
                    !(obeys && matches!(asked, Asked::Search { id, .. } if *id == abandoned))
                });
            }
            Some(Some(Asked::Unbind) | None) => return,
            Some(Some(asked)) => owed.push(asked),
            None if owed.is_empty() => match peer.next().await {
                Some(asked @ (Asked::Search { .. } | Asked::Bind { .. })) => owed.push(asked),
                Some(Asked::Unbind) | None => return,
                Some(_) => {}
            },
            None => {
                let chosen = owed.swap_remove(random.below(owed.len()));
                answer(&mut peer, chosen);
                if !peer.flush().await {
                    return;
                }
            }
        }
    }
}

fn answer(peer: &mut Peer, asked: Asked) {
    match asked {
        Asked::Search { id, base } => {
            peer.entry(id, &base);
            peer.done(id, ResultCode::SUCCESS, &base);
        }
        Asked::Bind {
            id, dn, password, ..
        } => {
            let right = format!("right for {dn}");
            let code = if password == right {
                ResultCode::SUCCESS
            } else {
                ResultCode::INVALID_CREDENTIALS
            };
            peer.bound(id, code, &dn);
        }
        other => panic!("unexpected {other:?}"),
    }
}

fn check_search(name: &str, found: &SearchResult) {
    assert_eq!(found.diagnostic, name);
    assert_eq!(found.entries.len(), 1);
    assert_eq!(&*found.entries[0].dn_text, name);
}

fn check_bind(name: &str, right: bool, result: Result<BindResult, BindFailure>) {
    let result = result.unwrap();
    assert_eq!(&*result.diagnostic, name);
    assert_eq!(result.code == ResultCode::SUCCESS, right, "for {name}");
}

/// Each caller makes calls one after the other and drops about half of them.
async fn torment(server: &Arc<Server>, seed: u64) -> usize {
    let completed = Arc::new(AtomicUsize::new(0));
    let callers = (0..CALLERS).map(|caller| {
        let (server, completed) = (Arc::clone(server), Arc::clone(&completed));
        tokio::spawn(async move {
            let mut random = Random::new(seed ^ (caller as u64) << 32);
            for call in 0..CALLS / CALLERS {
                let name = format!("cn=caller {caller} call {call}");
                let limit = random.below(400);
                if random.below(2) == 0 {
                    let request = request(&name);
                    let found = drop_after(
                        limit,
                        server.search(SearchRole::FindLogin, &request, soon()),
                    )
                    .await;
                    if let Some(found) = found {
                        check_search(&name, &found.unwrap());
                        completed.fetch_add(1, Ordering::SeqCst);
                    }
                } else {
                    let right = random.below(2) == 0;
                    let secret = if right {
                        format!("right for {name}")
                    } else {
                        "wrong".to_owned()
                    };
                    let result =
                        drop_after(limit, server.bind_as(&name, &password(&secret), soon())).await;
                    if let Some(result) = result {
                        check_bind(&name, right, result);
                        completed.fetch_add(1, Ordering::SeqCst);
                    }
                }
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    completed.load(Ordering::SeqCst)
}

async fn check_torment(seed: u64) {
    let scripted =
        Scripted::start(move |peer, number| late_and_out_of_order(peer, seed + number as u64))
            .await;
    let server = scripted.server();
    let completed = torment(&server, seed).await;
    assert!(
        completed > CALLS / 100,
        "seed {seed}: only {completed} calls were not dropped"
    );
    let abandoned: u64 = server
        .stats()
        .roles
        .iter()
        .flat_map(|role| &role.operations)
        .filter(|counted| counted.outcome == OperationOutcome::Abandoned)
        .map(|counted| counted.count)
        .sum();
    assert!(
        abandoned > CALLS as u64 / 100,
        "seed {seed}: only {abandoned} calls were dropped"
    );
    // Nothing is left over: no slot, no waiter, and every connection can be used again.
    until(|| {
        server
            .stats()
            .roles
            .iter()
            .all(|role| role.outstanding == 0 && role.waiting == 0)
    })
    .await;
    until(|| {
        server
            .stats()
            .roles
            .iter()
            .all(|role| role.open == role.idle)
    })
    .await;
    let name = "cn=afterwards";
    check_search(
        name,
        &server
            .search(SearchRole::FindLogin, &request(name), soon())
            .await
            .unwrap(),
    );
    check_bind(
        name,
        false,
        server.bind_as(name, &password("wrong"), soon()).await,
    );
    check_bind(
        name,
        true,
        server
            .bind_as(name, &password("right for cn=afterwards"), soon())
            .await,
    );
}

#[tokio::test]
async fn no_answer_reaches_another_call_on_one_thread() {
    for seed in 1..=2 {
        check_torment(seed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_answer_reaches_another_call_on_many_threads() {
    for seed in 11..=12 {
        check_torment(seed).await;
    }
}

#[tokio::test]
async fn a_wrong_password_after_a_cancelled_right_one_is_refused() {
    let scripted = Scripted::start(|peer, number| late_and_out_of_order(peer, number as u64)).await;
    let server = scripted.server_with(|settings| support::limit(settings, 1, 64));
    let mut random = Random::new(77);
    let mut dropped = 0;
    for round in 0..1_500 {
        let name = format!("cn=round {round}");
        let right = format!("right for {name}");
        let limit = random.below(60);
        let first = drop_after(limit, server.bind_as(&name, &password(&right), soon())).await;
        dropped += usize::from(first.is_none());
        check_bind(
            &name,
            false,
            server.bind_as(&name, &password("wrong"), soon()).await,
        );
    }
    assert!(dropped > 100, "only {dropped} binds were dropped");
}

#[tokio::test]
async fn a_dropped_bind_keeps_its_connection_until_its_own_answer() {
    let gate = Arc::new(Semaphore::new(0));
    let binds = Arc::new(AtomicUsize::new(0));
    let (script_gate, script_binds) = (Arc::clone(&gate), Arc::clone(&binds));
    let scripted = Scripted::start(move |mut peer, _| {
        let (gate, binds) = (Arc::clone(&script_gate), Arc::clone(&script_binds));
        async move {
            while let Some(Asked::Bind { id, dn, .. }) = peer.next().await {
                binds.fetch_add(1, Ordering::SeqCst);
                gate.acquire().await.unwrap().forget();
                peer.bound(id, ResultCode::SUCCESS, &dn);
                peer.flush().await;
            }
        }
    })
    .await;
    let server = scripted.server_with(|settings| support::limit(settings, 1, 64));
    let first = {
        let server = Arc::clone(&server);
        tokio::spawn(async move { server.bind_as("cn=first", &password("x"), soon()).await })
    };
    until(|| binds.load(Ordering::SeqCst) == 1).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    let second = {
        let server = Arc::clone(&server);
        tokio::spawn(async move { server.bind_as("cn=second", &password("x"), soon()).await })
    };
    until(|| server.stats().roles.iter().any(|role| role.waiting == 1)).await;
    assert_eq!(binds.load(Ordering::SeqCst), 1);
    gate.add_permits(2);
    assert_eq!(&*second.await.unwrap().unwrap().diagnostic, "cn=second");
    assert_eq!(scripted.accepted(), 1);
}

#[tokio::test]
async fn a_dropped_search_is_abandoned_at_the_server() {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let scripted = Scripted::start(move |mut peer, _| {
        let tell = tell.clone();
        async move {
            while let Some(asked) = peer.next().await {
                tell.send(asked).unwrap();
            }
        }
    })
    .await;
    let server = scripted.server();
    let search = {
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            server
                .search(SearchRole::Cards, &request("cn=a"), soon())
                .await
        })
    };
    let Some(Asked::Search { id, .. }) = told.recv().await else {
        panic!("expected a search")
    };
    search.abort();
    assert_eq!(told.recv().await, Some(Asked::Abandon(id)));
}

#[tokio::test]
async fn a_dropped_dial_is_not_taken_from_those_who_also_wait() {
    let gate = Arc::new(Semaphore::new(0));
    let script_gate = Arc::clone(&gate);
    let scripted = Scripted::start(move |mut peer, _| {
        let gate = Arc::clone(&script_gate);
        async move {
            let (id, ..) = peer.next_bind().await;
            gate.acquire().await.unwrap().forget();
            peer.bound(id, ResultCode::SUCCESS, "");
            peer.flush().await;
            support::obedient(peer).await;
        }
    })
    .await;
    let server = scripted.server_with(|settings| {
        let password = Arc::new(password("secret"));
        settings.service_bind = entryway_ldap::ServiceBind::Simple {
            dn: "cn=service".to_owned(),
            password,
        };
    });
    let search = |name: &'static str| {
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            server
                .search(SearchRole::FindLogin, &request(name), soon())
                .await
        })
    };
    let (first, second) = (search("cn=first"), search("cn=second"));
    until(|| {
        server
            .stats()
            .roles
            .iter()
            .any(|role| role.waiting == 2 && role.dialling == 1)
    })
    .await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    gate.add_permits(1);
    let found: Result<SearchResult, LdapError> = second.await.unwrap();
    assert_eq!(&*found.unwrap().entries[0].dn_text, "cn=second");
    assert_eq!(scripted.accepted(), 1);
}
