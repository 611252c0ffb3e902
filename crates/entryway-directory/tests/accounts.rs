//! The service account is one for all servers of a domain, and for every reading of the configuration.

#![allow(clippy::unwrap_used)] // functions beside `#[test]` ones

mod support;

use entryway_directory::Domains;
use entryway_ldap::{Server, ServerSettings, ServiceBind};
use entryway_ldap_types::{Password, ResultCode};
use entryway_testdir::TestServer;
use std::sync::Arc;
use support::{SERVICE_DN, domain_of, find, full, settings, until};

fn read(servers: &[TestServer], password: &str) -> Domains {
    let server = |server: &TestServer| {
        Server::new(ServerSettings {
            service_bind: ServiceBind::Simple {
                dn: SERVICE_DN.to_owned(),
                password: Arc::new(Password::new(password.as_bytes().to_vec()).unwrap()),
            },
            ..settings(server.ldap_addr())
        })
    };
    domain_of(servers.iter().map(server).collect())
}

fn refused(servers: &[TestServer]) -> u64 {
    let count = |server: &TestServer| {
        server
            .counters()
            .binds_with(SERVICE_DN, ResultCode::INVALID_CREDENTIALS)
    };
    servers.iter().map(count).sum()
}

/// Starts, and waits until it is known of each server how it stands.
async fn start(domains: &Domains, up: bool) {
    domains.start();
    until(|| {
        let readiness = domains.readiness();
        let mut servers = readiness.iter().flat_map(|domain| &domain.servers);
        servers.all(|server| server.up == up)
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_is_sent_twice_whatever_there_is_of_servers_and_readings() {
    let mut servers = Vec::new();
    for _ in 0..6 {
        servers.push(full().await);
    }
    let mut domains = read(&servers, "wrong");
    start(&domains, false).await;
    assert_eq!(refused(&servers), 2);
    for _ in 0..3 {
        let next = read(&servers, "wrong");
        next.use_accounts(&domains);
        start(&next, false).await;
        assert!(find(&next, "ada").await.served.is_none());
        domains.close().await;
        domains = next;
    }
    assert_eq!(refused(&servers), 2);

    // Another wrong one is another account, and the right one serves at once.
    let next = read(&servers, "wrong again");
    next.use_accounts(&domains);
    start(&next, false).await;
    assert_eq!(refused(&servers), 4);
    let mended = read(&servers, "service");
    mended.use_accounts(&next);
    assert!(find(&mended, "ada").await.served.is_some());
    start(&mended, true).await;
    assert_eq!(refused(&servers), 4);
    domains.close().await;
    next.close().await;
    mended.close().await;
}
