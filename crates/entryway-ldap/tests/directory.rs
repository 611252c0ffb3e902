//! The demo's directory over real TLS: found as the service account, bound as the person.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // functions beside `#[test]` ones

mod support;

use entryway_ldap::{
    SearchRole, Security, Server, ServiceBind, TlsClient, TlsVersion, TrustSource, TrustStore,
};
use entryway_ldap_types::{AttributeName, Filter, ResultCode, Scope};
use entryway_testdir::{TestServer, demo};
use std::net::SocketAddr;
use std::sync::Arc;
use support::{password, request, soon};

const PEOPLE: &str = "ou=people,dc=example,dc=com";

async fn directory() -> TestServer {
    TestServer::start(demo::directory().unwrap(), demo::options())
        .await
        .unwrap()
}

fn client(directory: &TestServer) -> TlsClient {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, directory.ca_pem()).unwrap();
    let store =
        TrustStore::load(&[TrustSource::File(entryway_ldap::StoreFile::open(path))]).unwrap();
    TlsClient::new(&store, None, TlsVersion::Tls12, Some("localhost")).unwrap()
}

fn server(address: SocketAddr, security: Security) -> Arc<Server> {
    let mut settings = support::settings(address);
    support::secure(&mut settings, security);
    support::limit(&mut settings, 16, 64);
    settings.service_bind = ServiceBind::Simple {
        dn: demo::SERVICE_DN.to_owned(),
        password: Arc::new(password(demo::service_password())),
    };
    Server::new(settings)
}

/// Finds the person and binds with this password.
async fn login(server: &Server, uid: &str, secret: &str) -> ResultCode {
    let mut request = request(PEOPLE);
    request.scope = Scope::Subtree;
    request.size_limit = 2;
    request.filter =
        Filter::Equal(AttributeName::from_static("uid"), uid.as_bytes().to_vec()).into();
    let found = server
        .search(SearchRole::FindLogin, &request, soon())
        .await
        .unwrap();
    assert_eq!(
        (found.code, found.entries.len()),
        (ResultCode::SUCCESS, 1),
        "for {uid}"
    );
    server
        .bind_as(&found.entries[0].dn_text, &password(secret), soon())
        .await
        .unwrap()
        .code
}

async fn check_logins(directory: &TestServer, server: &Arc<Server>) {
    assert_eq!(
        login(server, "aokafor", &demo::password("aokafor")).await,
        ResultCode::SUCCESS
    );
    assert_eq!(
        login(server, "aokafor", "wrong").await,
        ResultCode::INVALID_CREDENTIALS
    );
    let dn = format!("uid=aokafor,{PEOPLE}");
    let counters = directory.counters();
    assert_eq!(counters.binds_with(&dn, ResultCode::INVALID_CREDENTIALS), 1);
    assert_eq!(counters.binds_of(demo::SERVICE_DN), 1);
    assert_eq!(counters.all_binds(), 3);
    let report = server.probe(SearchRole::FindLogin, soon()).await.unwrap();
    let root_dse = report.root_dse.unwrap();
    assert_eq!(root_dse.naming_contexts, ["dc=example,dc=com"]);
    server.close().await;
    assert!(
        directory
            .wait_until(support::PATIENCE, |counters| counters.open == 0)
            .await
    );
    assert_eq!(directory.counters().protocol_errors, 0);
}

#[tokio::test]
async fn people_log_in_over_ldaps() {
    let directory = directory().await;
    let server = server(directory.ldaps_addr(), Security::Ldaps(client(&directory)));
    check_logins(&directory, &server).await;
}

#[tokio::test]
async fn people_log_in_over_start_tls() {
    let directory = directory().await;
    let server = server(
        directory.ldap_addr(),
        Security::StartTls(client(&directory)),
    );
    check_logins(&directory, &server).await;
    assert_eq!(directory.counters().start_tls, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_at_once_share_few_connections() {
    const MANY: u64 = 1_000;
    let directory = directory().await;
    let server = server(directory.ldaps_addr(), Security::Ldaps(client(&directory)));
    let logins: Vec<_> = (0..MANY)
        .map(|number| {
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                let right = number % 3 > 0;
                let secret = if right {
                    demo::password("aokafor")
                } else {
                    "wrong".to_owned()
                };
                assert_eq!(
                    login(&server, "aokafor", &secret).await == ResultCode::SUCCESS,
                    right
                );
            })
        })
        .collect();
    for login in logins {
        login.await.unwrap();
    }
    let counters = directory.counters();
    assert_eq!(counters.binds_of(&format!("uid=aokafor,{PEOPLE}")), MANY);
    assert!(
        counters.connections <= 32,
        "{} connections",
        counters.connections
    );
}
