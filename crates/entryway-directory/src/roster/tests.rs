use super::*;
use crate::{Domain, Domains};
use entryway_ldap::{
    ByRole, Limits, PoolLimits, Security, ServerSettings, ServiceBind, Timeouts, Way,
};
use entryway_ldap_types::{AttributeName, Filter, Scope};
use entryway_login::{Directories, DomainId, FindAnswer, FindOperation};
use entryway_testdir::{Directory, Options, TestServer};
use simple_dns::rdata::{RData, SRV};
use simple_dns::{CLASS, Name, Packet, ResourceRecord};
use std::net::SocketAddr;
use tokio::net::UdpSocket;

const SERVICE: &str = "_ldap._tcp.corp.example";
const DEADLINE: Duration = Duration::from_secs(4);
const LDIF: &str = "dn: dc=corp,dc=example\nobjectClass: domain\ndc: corp\n\ndn: uid=ada,dc=corp,dc=example\nobjectClass: person\nuid: ada\ncn: Ada\n";

/// Priority, weight, target and port.
type Records = Vec<(u16, u16, &'static str, u16)>;

/// A name server that knows the records of one service, or is silent.
struct Dns {
    address: SocketAddr,
    records: Arc<Mutex<Option<Records>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Dns {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Dns {
    async fn start(records: Records) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let records = Arc::new(Mutex::new(Some(records)));
        let known = Arc::clone(&records);
        let task = tokio::spawn(async move {
            let mut datagram = [0; 1024];
            loop {
                let (length, from) = socket.recv_from(&mut datagram).await.unwrap();
                let reply = known
                    .lock()
                    .as_ref()
                    .map(|it| reply(&datagram[..length], it));
                if let Some(reply) = reply {
                    socket.send_to(&reply, from).await.unwrap();
                }
            }
        });
        Self {
            address,
            records,
            task,
        }
    }
    fn set(&self, records: Option<Records>) {
        *self.records.lock() = records;
    }
    fn discovery(&self) -> Discovery {
        Discovery {
            source: SrvSource {
                domain: "corp.example".to_owned(),
                name_servers: vec![self.address],
                trusted_hosts: vec!["localhost".to_owned()],
            },
            server: Box::new(server),
        }
    }
}

fn reply(query: &[u8], records: &Records) -> Vec<u8> {
    let query = Packet::parse(query).unwrap();
    let mut packet = Packet::new_reply(query.id());
    packet.questions = query.questions.clone();
    let asked = query.questions[0].qname.to_string();
    for (priority, weight, target, port) in records.iter().filter(|_| asked == SERVICE) {
        let record = SRV {
            priority: *priority,
            weight: *weight,
            port: *port,
            target: Name::new(target).unwrap(),
        };
        let name = Name::new(SERVICE).unwrap();
        let record = ResourceRecord::new(name, CLASS::IN, 60, RData::SRV(record));
        packet.answers.push(record);
    }
    packet.build_bytes_vec().unwrap()
}

fn server(target: &SrvTarget) -> Arc<Server> {
    let way = Arc::new(Way {
        port: target.port,
        security: Security::Clear,
    });
    Server::new(ServerSettings {
        display: format!("{}://{}:{}", target.scheme, target.host, target.port).into(),
        host: target.host.clone(),
        ways: ByRole::all(Some(way)),
        clear_text_passwords: false,
        service_bind: ServiceBind::Anonymous,
        timeouts: Timeouts::default(),
        limits: ByRole::all(PoolLimits::default()),
        proto_limits: Limits::CLIENT,
    })
}

async fn directory() -> (TestServer, u16) {
    let options = Options {
        require_bind: false,
        ..Options::default()
    };
    let server = TestServer::start(Directory::from_ldif(LDIF).unwrap(), options)
        .await
        .unwrap();
    let port = server.ldap_addr().port();
    (server, port)
}

fn domains(dns: &Dns) -> Domains {
    Domains::new(vec![Domain::discovered("staff".into(), dns.discovery())])
}

async fn find(domains: &Domains) -> FindAnswer {
    let uid = AttributeName::from_static("uid");
    let operation = FindOperation {
        domain: DomainId(0),
        base: "dc=corp,dc=example".into(),
        scope: Scope::Subtree,
        filter: Arc::new(Filter::Equal(uid.clone(), b"ada".to_vec())),
        attributes: Arc::new([uid]),
        active_directory: None,
        last: None,
        deadline: Instant::now() + DEADLINE,
    };
    domains.find(&operation).await
}

fn served(answer: &FindAnswer) -> Option<String> {
    answer.served.as_ref().map(|it| it.server.to_string())
}

async fn until(condition: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < end, "the condition does not come true");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_first_login_finds_the_servers_in_the_order_of_their_priority() {
    let ((_one, first), (_other, second)) = (directory().await, directory().await);
    let dns = Dns::start(vec![
        (20, 0, "localhost", second),
        (10, 0, "localhost", first),
    ])
    .await;
    let domains = domains(&dns);
    let answer = find(&domains).await;
    assert_eq!(
        served(&answer).as_deref(),
        Some(&*format!("ldap://localhost:{first}"))
    );
    let known = domains.iter().next().unwrap().servers();
    let names: Vec<_> = known.iter().map(|it| it.display().to_string()).collect();
    let expected = [first, second].map(|port| format!("ldap://localhost:{port}"));
    assert_eq!(names, expected);
}

#[tokio::test]
async fn what_lies_elsewhere_is_no_server() {
    let dns = Dns::start(vec![(0, 0, "dc1.evil.test", 389)]).await;
    let domains = domains(&dns);
    let answer = find(&domains).await;
    assert!(answer.served.is_none());
    let tried = answer.tried.first().unwrap();
    assert_eq!(&*tried.server, "srv corp.example");
    assert_eq!(
        tried.cause,
        "_ldap._tcp.corp.example names servers outside `corp.example` alone: `dc1.evil.test:389`"
    );
}

#[tokio::test]
async fn the_start_waits_for_no_dns_and_readiness_tells_of_it() {
    let (_server, port) = directory().await;
    let dns = Dns::start(Vec::new()).await;
    dns.set(None);
    let domains = domains(&dns);
    domains.start();
    let readiness = domains.readiness();
    assert!(!readiness[0].ready);
    assert_eq!(
        readiness[0].servers[0].last_error.as_deref(),
        Some("DNS has not answered yet")
    );
    dns.set(Some(vec![(0, 0, "localhost", port)]));
    // UDP: the question that met silence is asked again.
    until(|| domains.readiness()[0].ready).await;
}

/// A roster on its own, which is asked by hand.
fn found(dns: &Dns) -> Box<Found> {
    match Roster::found("staff".into(), dns.discovery()) {
        Roster::Found(found) => found,
        Roster::Written(_) => unreachable!(),
    }
}

fn known(found: &Found) -> Vec<Arc<Server>> {
    found.state.lock().servers.to_vec()
}

#[tokio::test]
async fn a_new_answer_keeps_the_servers_that_it_names_again_and_closes_the_others() {
    let ((_one, first), (other, second)) = (directory().await, directory().await);
    let dns = Dns::start(vec![
        (10, 0, "localhost", first),
        (20, 0, "localhost", second),
    ])
    .await;
    let found = found(&dns);
    assert_eq!(found.ask().await, Ok(Duration::from_secs(60)));
    let before = known(&found);
    assert_eq!(before.len(), 2);
    let root = before[1].root_dse(ROLE, Instant::now() + DEADLINE).await;
    assert!(root.is_ok());
    dns.set(Some(vec![(10, 0, "localhost", first)]));
    assert!(found.ask().await.is_ok());
    let after = known(&found);
    assert!(after.len() == 1 && Arc::ptr_eq(&after[0], &before[0]));
    assert!(
        other
            .wait_until(Duration::from_secs(20), |seen| seen.unbinds == 1)
            .await
    );
}

/// What is written to the log about new servers: level, domain and servers.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(tracing::Level, String, String)>>>);

impl tracing::Subscriber for Told {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        if event.metadata().target() != "directory.target_new" {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let Fields { domain, servers } = fields;
        let level = *event.metadata().level();
        self.0.lock().push((level, domain, servers));
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[derive(Default)]
struct Fields {
    domain: String,
    servers: String,
}

impl tracing::field::Visit for Fields {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        match field.name() {
            "domain" => self.domain = format!("{value:?}"),
            "servers" => self.servers = format!("{value:?}"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_server_that_was_not_named_before_is_told_once_and_the_first_ones_are_not() {
    // One thread: all that is asked here is told here.
    let told = Told::default();
    let _told = tracing::subscriber::set_default(told.clone());
    let news = || std::mem::take(&mut *told.0.lock());
    let expected = |servers: &str| {
        vec![(
            tracing::Level::WARN,
            "staff".to_owned(),
            format!("{servers:?}"),
        )]
    };
    let dns = Dns::start(vec![(0, 0, "localhost", 1001)]).await;
    let found = found(&dns);
    assert!(found.ask().await.is_ok());
    assert_eq!(news(), [], "the first answer");
    dns.set(Some(vec![
        (0, 0, "localhost", 1001),
        (10, 0, "localhost", 1002),
        (20, 0, "localhost", 1003),
    ]));
    assert!(found.ask().await.is_ok());
    assert_eq!(
        news(),
        expected("ldap://localhost:1002 ldap://localhost:1003")
    );
    // The same again, and then less: nobody is new.
    assert!(found.ask().await.is_ok());
    dns.set(Some(vec![(0, 0, "localhost", 1001)]));
    assert!(found.ask().await.is_ok());
    assert_eq!(news(), []);
    // Who was gone is new when it comes back.
    dns.set(Some(vec![
        (0, 0, "localhost", 1001),
        (10, 0, "localhost", 1002),
    ]));
    assert!(found.ask().await.is_ok());
    assert_eq!(news(), expected("ldap://localhost:1002"));
}

#[tokio::test]
async fn the_same_answer_moves_nobody() {
    let records: Records = (1..=20).map(|port| (0, 10, "localhost", port)).collect();
    let dns = Dns::start(records).await;
    let found = found(&dns);
    assert!(found.ask().await.is_ok());
    let before = known(&found);
    for _ in 0..5 {
        assert!(found.ask().await.is_ok());
        let after = known(&found);
        assert!(
            before
                .iter()
                .zip(&after)
                .all(|(one, other)| Arc::ptr_eq(one, other))
        );
    }
}

#[tokio::test]
async fn without_dns_the_last_answer_stays() {
    let dns = Dns::start(vec![(0, 0, "localhost", 389)]).await;
    let found = found(&dns);
    assert!(found.ask().await.is_ok());
    // An answer without any is no answer either: nobody has taken all servers away at once.
    dns.set(Some(Vec::new()));
    assert!(found.ask().await.is_err());
    assert_eq!(known(&found).len(), 1);
    drop(dns);
    assert!(found.ask().await.is_err());
    assert_eq!(known(&found).len(), 1);
}

#[tokio::test]
async fn the_same_answer_after_an_outage_is_the_end_of_the_outage() {
    let records = vec![(0, 0, "localhost", 389)];
    let dns = Dns::start(records.clone()).await;
    let found = found(&dns);
    assert!(found.ask().await.is_ok());
    let before = known(&found);
    dns.set(Some(Vec::new()));
    assert!(found.ask().await.is_err());
    assert!(found.state.lock().problem.is_some());
    dns.set(Some(records));
    assert!(found.ask().await.is_ok());
    assert!(found.state.lock().problem.is_none());
    assert!(Arc::ptr_eq(&known(&found)[0], &before[0]));
}

#[tokio::test]
async fn after_a_failure_the_next_ones_do_not_wait() {
    let dns = Dns::start(Vec::new()).await;
    let domains = domains(&dns);
    let first = find(&domains).await;
    assert!(first.served.is_none());
    dns.set(None);
    let failed = Instant::now();
    for _ in 0..20 {
        // One that begins later may ask again.
        if failed.elapsed() >= FAILED_LATELY / 2 {
            break;
        }
        let next = find(&domains).await;
        assert!(next.served.is_none());
        // One that asks has no answer before its deadline.
        assert!(next.took < DEADLINE / 2, "{:?}", next.took);
    }
}
