//! Servers that are down: who pays for it, what is said of it, and how it is noticed that they are back.

#![allow(clippy::unwrap_used)] // functions beside `#[test]` ones

mod support;

use entryway_directory::Domains;
use entryway_ldap::{
    Security, Server, ServerSettings, Timeouts, TlsClient, TlsVersion, TrustSource, TrustStore,
};
use entryway_login::ServerFault;
use entryway_testdir::TestServer;
use entryway_testdir::faults::{ConnectFault, FaultPlan};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use support::{
    PATIENCE, PEOPLE, check, domain_of, domains, find, full, nobody, server, settings, start,
    until, way,
};

/// Waits shortly, so that a silent server is known as such soon.
fn brisk(address: SocketAddr) -> Arc<Server> {
    Server::new(ServerSettings {
        timeouts: Timeouts {
            connect: Duration::from_millis(250),
            operation: Duration::from_millis(250),
            ..Timeouts::default()
        },
        ..settings(address)
    })
}

fn ready(domains: &Domains) -> Vec<bool> {
    let readiness = domains.readiness();
    readiness.iter().map(|domain| domain.ready).collect()
}

fn up(domains: &Domains) -> Vec<bool> {
    let readiness = domains.readiness();
    let servers = readiness.iter().flat_map(|domain| &domain.servers);
    servers.map(|server| server.up).collect()
}

fn go_silent(server: &TestServer) {
    server.set_faults(FaultPlan::new().on_connect(ConnectFault::Silence));
}

#[tokio::test]
async fn of_many_logins_the_first_alone_waits_for_a_silent_preferred_server() {
    let (first, second) = (full().await, full().await);
    go_silent(&first);
    let domains = domain_of(vec![brisk(first.ldap_addr()), server(second.ldap_addr())]);
    let mut waited = Vec::new();
    // Between the logins it is looked at, again and again, and by none of them.
    for looks in 0..3 {
        let looked = first
            .wait_until(PATIENCE, |seen| looks == 0 || seen.connections > looks)
            .await;
        assert!(looked, "after {looks}");
        for number in 0..14 {
            let answer = find(&domains, "ada").await;
            assert!(answer.served.is_some());
            if !answer.tried.is_empty() {
                waited.push((looks, number));
            }
        }
    }
    assert_eq!(waited, [(0, 0)]);
}

/// A server that fails from the start is found down and found well again, and nobody has logged in.
async fn check_recovery(fault: ConnectFault) {
    let only = full().await;
    only.set_faults(FaultPlan::new().on_connect(fault.clone()));
    let domains = domain_of(vec![brisk(only.ldap_addr())]);
    assert_eq!(
        ready(&domains),
        [true],
        "what nobody has asked is not known to be down"
    );
    domains.start();
    until(|| ready(&domains) == [false]).await;
    only.set_faults(FaultPlan::new());
    until(|| ready(&domains) == [true]).await;
    assert_eq!(only.counters().searches, 0, "{fault:?}");
}

#[tokio::test]
async fn readiness_recovers_without_a_login() {
    check_recovery(ConnectFault::Silence).await;
    check_recovery(ConnectFault::Close).await;
    check_recovery(ConnectFault::Bytes(b"220 mail ready\r\n".to_vec())).await;
}

#[tokio::test]
async fn logins_return_to_the_preferred_server_by_themselves() {
    let (first, second) = (full().await, full().await);
    go_silent(&first);
    let domains = domain_of(vec![brisk(first.ldap_addr()), server(second.ldap_addr())]);
    check(
        &find(&domains, "ada").await,
        Some((second.ldap_addr(), 1)),
        &[ServerFault::TimedOut],
    );
    first.set_faults(FaultPlan::new());
    until(|| up(&domains) == [true, true]).await;
    check(
        &find(&domains, "ada").await,
        Some((first.ldap_addr(), 1)),
        &[],
    );
}

#[tokio::test]
async fn the_start_tells_which_servers_are_down_and_opens_a_connection_to_the_others() {
    let (first, second) = (nobody().await, full().await);
    let domains = domains(&[first, second.ldap_addr()]);
    domains.start();
    until(|| up(&domains) == [false, true]).await;
    assert_eq!(ready(&domains), [true]);
    assert!(
        second
            .wait_until(PATIENCE, |seen| seen.all_binds() == 1)
            .await
    );
    check(
        &find(&domains, "ada").await,
        Some((second.ldap_addr(), 1)),
        &[],
    );
    assert_eq!(second.counters().connections, 1);
}

#[tokio::test]
async fn a_refused_service_bind_stays_one_however_often_it_is_asked() {
    let only = start(PEOPLE).await;
    let domains = domains(&[only.ldap_addr()]);
    for _ in 0..20 {
        check(
            &find(&domains, "ada").await,
            None,
            &[ServerFault::ServiceBindRefused],
        );
    }
    // A few of them would lock the account.
    assert_eq!(only.counters().all_binds(), 1);
}

#[tokio::test]
async fn a_refused_service_password_is_sent_to_each_server_once() {
    let (first, second) = (start(PEOPLE).await, start(PEOPLE).await);
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    domains.start();
    until(|| up(&domains) == [false, false]).await;
    assert_eq!(ready(&domains), [false]);
    for _ in 0..20 {
        check(
            &find(&domains, "ada").await,
            None,
            &[ServerFault::ServiceBindRefused; 2],
        );
    }
    let binds = [&first, &second].map(|server| server.counters().all_binds());
    assert_eq!(binds, [1, 1]);
}

#[tokio::test]
async fn an_untrusted_certificate_stays_one_however_often_it_is_asked() {
    let (only, another) = (full().await, full().await);
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ca.pem");
    std::fs::write(&authority, another.ca_pem()).unwrap();
    let store =
        TrustStore::load(&[TrustSource::File(entryway_ldap::StoreFile::open(authority))]).unwrap();
    let client = TlsClient::new(&store, None, TlsVersion::Tls12, None).unwrap();
    let domains = domain_of(vec![Server::new(ServerSettings {
        ways: way(only.ldaps_addr().port(), Security::Ldaps(client)),
        ..settings(only.ldaps_addr())
    })]);
    for _ in 0..20 {
        check(
            &find(&domains, "ada").await,
            None,
            &[ServerFault::TlsUntrusted],
        );
    }
}
