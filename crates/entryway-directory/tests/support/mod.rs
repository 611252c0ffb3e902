//! Directories in this process, and domains of servers that point at them.

#![allow(dead_code, unreachable_pub)] // each test file uses its own part
#![allow(clippy::unwrap_used)] // tests, though not inside `#[test]`

pub mod groups;
pub mod lookups;

use entryway_directory::{Domain, Domains};
use entryway_ldap::{
    ByRole, Limits, PoolLimits, Security, Server, ServerSettings, ServiceBind, Timeouts, Way,
};
use entryway_ldap_types::{AttributeName, Filter, Password, Scope};
use entryway_login::{Directories, DomainId, FindAnswer, FindOperation, ServerFault};
use entryway_testdir::{Directory, Options, TestServer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub const PEOPLE: &str = "dn: dc=example,dc=com
objectClass: domain
dc: example

dn: uid=ada,dc=example,dc=com
objectClass: person
uid: ada
cn: Ada
userPassword: right
";
pub const SERVICE_DN: &str = "cn=entryway,dc=example,dc=com";
pub const SERVICE: &str = "
dn: cn=entryway,dc=example,dc=com
objectClass: applicationProcess
cn: entryway
userPassword: service
";
pub const ADA: &str = "uid=ada,dc=example,dc=com";
pub const DEADLINE: Duration = Duration::from_secs(4);

pub async fn start(ldif: &str) -> TestServer {
    let directory = Directory::from_ldif(ldif).unwrap();
    TestServer::start(directory, Options::default())
        .await
        .unwrap()
}

pub async fn full() -> TestServer {
    start(&format!("{PEOPLE}{SERVICE}")).await
}

/// A server that knows the service account and nobody else.
pub async fn empty() -> TestServer {
    start(&format!(
        "dn: dc=example,dc=com\nobjectClass: domain\ndc: example\n{SERVICE}"
    ))
    .await
}

/// An address at which nobody listens.
pub async fn nobody() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

pub fn server(address: SocketAddr) -> Arc<Server> {
    Server::new(settings(address))
}

/// As whom and how patiently the servers of these tests are asked.
/// One way for every role.
pub fn way(port: u16, security: Security) -> ByRole<Option<Arc<Way>>> {
    ByRole::all(Some(Arc::new(Way { port, security })))
}

pub fn settings(address: SocketAddr) -> ServerSettings {
    ServerSettings {
        display: format!("ldap://{address}").into(),
        host: address.ip().to_string(),
        ways: way(address.port(), Security::Clear),
        clear_text_passwords: true,
        service_bind: ServiceBind::Simple {
            dn: SERVICE_DN.to_owned(),
            password: Arc::new(Password::new(b"service".to_vec()).unwrap()),
        },
        timeouts: Timeouts::default(),
        limits: ByRole::all(PoolLimits::default()),
        proto_limits: Limits::CLIENT,
    }
}

pub fn domains(addresses: &[SocketAddr]) -> Domains {
    domain_of(addresses.iter().copied().map(server).collect())
}

pub fn domain_of(servers: Vec<Arc<Server>>) -> Domains {
    Domains::new(vec![Domain::new("staff".into(), servers)])
}

pub async fn find(domains: &Domains, uid: &str) -> FindAnswer {
    find_with(domains, uid, None).await
}

/// The same, `last` being asked after all others.
pub async fn find_with(domains: &Domains, uid: &str, last: Option<SocketAddr>) -> FindAnswer {
    let operation = FindOperation {
        domain: DomainId(0),
        base: "dc=example,dc=com".into(),
        scope: Scope::Subtree,
        filter: Arc::new(Filter::Equal(
            AttributeName::from_static("uid"),
            uid.as_bytes().to_vec(),
        )),
        attributes: Arc::new([AttributeName::from_static("uid")]),
        active_directory: None,
        last: last.map(|address| format!("ldap://{address}").into()),
        deadline: Instant::now() + DEADLINE,
    };
    domains.find(&operation).await
}

/// Who served, how many entries it gave, and whose fault it was that others did not.
pub fn check(answer: &FindAnswer, served: Option<(SocketAddr, usize)>, faults: &[ServerFault]) {
    let got = answer
        .served
        .as_ref()
        .map(|served| (served.server.to_string(), served.entries.len()));
    assert_eq!(
        got,
        served.map(|(address, count)| (format!("ldap://{address}"), count))
    );
    let tried: Vec<_> = answer.tried.iter().map(|tried| tried.fault).collect();
    assert_eq!(tried, faults, "{:?}", answer.tried);
    assert!(answer.took <= DEADLINE, "{:?}", answer.took);
}

/// Long enough for a loaded machine; nothing waits for it unless something is wrong.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub async fn until(condition: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < end, "the condition does not come true");
        tokio::task::yield_now().await;
    }
}
