//! Servers in order of preference, against in-process directories that fail on request.

use entryway_directory::{Domain, Domains};
use entryway_ldap::{Limits, PoolLimits, Security, Server, ServerSettings, ServiceBind, Timeouts};
use entryway_ldap_types::{AttributeName, Filter, Password, ResultCode, Scope};
use entryway_login::{
    BindOperation, Directories, DomainId, FindAnswer, FindOperation, ServerFault,
};
use entryway_testdir::faults::{ConnectFault, Fault, FaultPlan};
use entryway_testdir::{Directory, Kind, Options, TestServer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

const PEOPLE: &str = "dn: dc=example,dc=com
objectClass: domain
dc: example

dn: uid=ada,dc=example,dc=com
objectClass: person
uid: ada
cn: Ada
userPassword: right
";
const SERVICE_DN: &str = "cn=entryway,dc=example,dc=com";
const SERVICE: &str = "
dn: cn=entryway,dc=example,dc=com
objectClass: applicationProcess
cn: entryway
userPassword: service
";
const ADA: &str = "uid=ada,dc=example,dc=com";
const DEADLINE: Duration = Duration::from_secs(4);

async fn start(ldif: &str) -> TestServer {
    let directory = Directory::from_ldif(ldif).unwrap();
    TestServer::start(directory, Options::default())
        .await
        .unwrap()
}

async fn full() -> TestServer {
    start(&format!("{PEOPLE}{SERVICE}")).await
}

/// A server that knows the service account and nobody else.
async fn empty() -> TestServer {
    start(&format!(
        "dn: dc=example,dc=com\nobjectClass: domain\ndc: example\n{SERVICE}"
    ))
    .await
}

/// An address at which nobody listens.
async fn nobody() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

fn server(address: SocketAddr) -> Arc<Server> {
    Server::new(ServerSettings {
        display: format!("ldap://{address}").into(),
        host: address.ip().to_string(),
        port: address.port(),
        security: Security::Clear,
        service_bind: ServiceBind::Simple {
            dn: SERVICE_DN.to_owned(),
            password: Arc::new(Password::new(b"service".to_vec()).unwrap()),
        },
        timeouts: Timeouts::default(),
        limits: PoolLimits::default(),
        proto_limits: Limits::CLIENT,
    })
}

fn domains(addresses: &[SocketAddr]) -> Domains {
    let servers = addresses.iter().copied().map(server).collect();
    Domains::new(vec![Domain::new("staff".into(), servers)])
}

async fn find(domains: &Domains, uid: &str) -> FindAnswer {
    let operation = FindOperation {
        domain: DomainId(0),
        base: "dc=example,dc=com".into(),
        scope: Scope::Subtree,
        filter: Arc::new(Filter::Equal(
            AttributeName::from_static("uid"),
            uid.as_bytes().to_vec(),
        )),
        attributes: Arc::new([AttributeName::from_static("uid")]),
        deadline: Instant::now() + DEADLINE,
    };
    domains.find(&operation).await
}

/// Who served, how many entries it gave, and whose fault it was that others did not.
fn check(answer: &FindAnswer, served: Option<(SocketAddr, usize)>, faults: &[ServerFault]) {
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

#[tokio::test]
async fn the_preferred_server_is_the_one_that_is_asked() {
    let (first, second) = (full().await, full().await);
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    check(
        &find(&domains, "ada").await,
        Some((first.ldap_addr(), 1)),
        &[],
    );
    assert_eq!(second.counters().connections, 0);
}

#[tokio::test]
async fn who_is_not_on_the_first_server_is_not_in_the_domain() {
    let (first, second) = (empty().await, full().await);
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    check(
        &find(&domains, "ada").await,
        Some((first.ldap_addr(), 0)),
        &[],
    );
    assert_eq!(second.counters().connections, 0);
}

#[tokio::test]
async fn a_server_that_refuses_connections_is_passed_by() {
    let (first, second) = (nobody().await, full().await);
    let domains = domains(&[first, second.ldap_addr()]);
    check(
        &find(&domains, "ada").await,
        Some((second.ldap_addr(), 1)),
        &[ServerFault::Unreachable],
    );
}

#[tokio::test]
async fn a_server_that_refuses_the_service_bind_is_passed_by_and_named() {
    let (first, second) = (start(PEOPLE).await, full().await);
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    let answer = find(&domains, "ada").await;
    check(
        &answer,
        Some((second.ldap_addr(), 1)),
        &[ServerFault::ServiceBindRefused],
    );
}

#[tokio::test]
async fn a_busy_server_is_passed_by() {
    let (first, second) = (full().await, full().await);
    first.set_faults(FaultPlan::new().on(
        Kind::Search,
        Fault::Answer {
            code: ResultCode::BUSY,
            diagnostic: String::new(),
        },
    ));
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    check(
        &find(&domains, "ada").await,
        Some((second.ldap_addr(), 1)),
        &[ServerFault::Unreachable],
    );
}

#[tokio::test]
async fn a_silent_server_costs_a_share_of_the_first_search_and_nothing_of_the_next() {
    let (first, second) = (full().await, full().await);
    first.set_faults(FaultPlan::new().on_connect(ConnectFault::Silence));
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    check(
        &find(&domains, "ada").await,
        Some((second.ldap_addr(), 1)),
        &[ServerFault::TimedOut],
    );
    let dialled = first.counters().connections;
    check(
        &find(&domains, "ada").await,
        Some((second.ldap_addr(), 1)),
        &[],
    );
    assert_eq!(
        first.counters().connections,
        dialled,
        "the silent server was dialled again at once"
    );
    let readiness = domains.readiness();
    let up: Vec<_> = readiness
        .iter()
        .flat_map(|domain| &domain.servers)
        .map(|server| server.up)
        .collect();
    assert_eq!(up, [false, true]);
    assert!(readiness.iter().all(|domain| domain.ready));
}

#[tokio::test]
async fn more_entries_than_were_asked_for_are_an_answer_and_no_outage() {
    let (first, second) = (full().await, full().await);
    first.set_faults(FaultPlan::new().on(Kind::Search, Fault::EndlessEntries));
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    let answer = find(&domains, "ada").await;
    check(&answer, Some((first.ldap_addr(), 2)), &[]);
    let code = answer.served.map(|served| served.code);
    assert_eq!(code, Some(ResultCode::SIZE_LIMIT_EXCEEDED));
    assert_eq!(second.counters().connections, 0);
}

#[tokio::test]
async fn with_every_server_down_nobody_serves() {
    let domains = domains(&[nobody().await, nobody().await]);
    check(
        &find(&domains, "ada").await,
        None,
        &[ServerFault::Unreachable, ServerFault::Unreachable],
    );
}

#[tokio::test]
async fn garbage_is_the_servers_fault() {
    let first = full().await;
    first.set_faults(FaultPlan::new().on(Kind::Search, Fault::Garbage));
    let domains = domains(&[first.ldap_addr()]);
    check(&find(&domains, "ada").await, None, &[ServerFault::Protocol]);
}

async fn bind(
    domains: &Domains,
    server: &str,
    password: &str,
) -> Result<ResultCode, (bool, ServerFault)> {
    let operation = BindOperation {
        domain: DomainId(0),
        server: server.into(),
        dn: ADA.into(),
        password: Arc::new(Password::new(password.as_bytes().to_vec()).unwrap()),
        deadline: Instant::now() + DEADLINE,
    };
    let answer = domains.bind(operation).await;
    answer
        .reply
        .map(|reply| reply.code)
        .map_err(|unanswered| (unanswered.written, unanswered.fault))
}

#[tokio::test]
async fn a_bind_goes_to_the_named_server_once() {
    let (first, second) = (full().await, full().await);
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    let name = format!("ldap://{}", second.ldap_addr());
    assert_eq!(
        bind(&domains, &name, "right").await,
        Ok(ResultCode::SUCCESS)
    );
    assert_eq!(
        bind(&domains, &name, "wrong").await,
        Ok(ResultCode::INVALID_CREDENTIALS)
    );
    assert_eq!(second.counters().binds_of(ADA), 2);
    assert_eq!(first.counters().all_binds(), 0);
}

#[tokio::test]
async fn a_bind_on_a_server_that_is_gone_from_the_configuration_sends_nothing() {
    let first = full().await;
    let domains = domains(&[first.ldap_addr()]);
    assert_eq!(
        bind(&domains, "ldap://elsewhere", "right").await,
        Err((false, ServerFault::Unreachable))
    );
    assert_eq!(first.counters().all_binds(), 0);
}

#[tokio::test]
async fn a_bind_that_is_lost_after_it_was_written_says_so_and_is_not_repeated() {
    let first = full().await;
    first.set_faults(FaultPlan::new().on(Kind::Bind, Fault::Close));
    let domains = domains(&[first.ldap_addr()]);
    let name = format!("ldap://{}", first.ldap_addr());
    assert_eq!(
        bind(&domains, &name, "right").await,
        Err((true, ServerFault::Unreachable))
    );
    assert_eq!(
        first
            .received()
            .iter()
            .filter(|got| got.operation.kind() == Kind::Bind)
            .count(),
        1
    );
}

#[tokio::test]
async fn closing_says_goodbye_on_every_connection() {
    let first = full().await;
    let domains = domains(&[first.ldap_addr()]);
    check(
        &find(&domains, "ada").await,
        Some((first.ldap_addr(), 1)),
        &[],
    );
    domains.close().await;
    let answer = find(&domains, "ada").await;
    assert!(answer.served.is_none());
}
