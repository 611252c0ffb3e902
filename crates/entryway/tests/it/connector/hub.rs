//! A hub as a connector meets it: the upgrade, the inner TLS, a welcome.

use crate::world::SOON;
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use entryway_bridge::message::{
    Ability, Bye, ByeCode, Der, Enrol, Enrolled, Hello, Method, NodeUrl, RefusalCode, Renew,
    Renewed, Standing, Welcome, write,
};
use entryway_bridge::{ConnectorId, SiteName, Text, Ticket};
use entryway_tunnel::hub::{Admit, Down, Later, Tunnel, accept};
use entryway_tunnel::{
    Pace, PeerIdentity, SiteAuthority, fingerprint_in_words, hub_tls, key_fingerprint,
};
use serde::Serialize;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

const DAY: Duration = Duration::from_secs(86_400);
const SECRET: [u8; 16] = [9; 16];

struct Book {
    authority: SiteAuthority,
    address: SocketAddr,
    last_key: Mutex<String>,
    left: AtomicBool,
    enrolments: AtomicUsize,
    tunnel: Mutex<Option<Arc<Tunnel>>>,
    further: Mutex<Vec<NodeUrl>>,
    certified_ago: Mutex<Duration>,
}

fn site() -> SiteName {
    SiteName::parse("plant-a").expect("a name")
}

impl Book {
    fn certify(&self, request: &[u8]) -> Der {
        let number = ConnectorId::from_bits([1; 10]);
        let now = SystemTime::now() - *self.certified_ago.lock().expect("alone");
        let made = self
            .authority
            .issue_connector(request, number.as_str(), now, 90 * DAY)
            .expect("a certificate");
        let key = key_fingerprint(&made).expect("a key");
        *self.last_key.lock().expect("alone") = fingerprint_in_words(&key);
        Der::new(made.to_vec()).expect("short")
    }
    fn node(&self) -> NodeUrl {
        Text::cut(&format!("http://{}", self.address))
    }
    fn nodes(&self) -> Vec<NodeUrl> {
        let further = self.further.lock().expect("alone").clone();
        [self.node()].into_iter().chain(further).collect()
    }
}

impl Admit for Book {
    fn admit<'a>(
        &'a self,
        peer: &'a PeerIdentity,
        _: &'a Hello,
    ) -> Later<'a, Result<Welcome, Bye>> {
        Box::pin(async move {
            if self.left.load(Ordering::Relaxed) {
                return Err(Bye::new(ByeCode::Revoked, ""));
            }
            Ok(Welcome {
                site: site(),
                connector: ConnectorId::parse(&peer.connector).expect("an id"),
                node: Text::cut("one"),
                nodes: self.nodes(),
                standing: Standing::Active,
                wanted: vec![Ability::Password, Ability::Certificate],
            })
        })
    }
    fn enrol<'a>(&'a self, enrol: &'a Enrol) -> Later<'a, Result<Enrolled, Bye>> {
        Box::pin(async move {
            if enrol.secret.as_slice() != SECRET {
                // With what would colour the terminal that it is shown at.
                return Err(Bye::new(ByeCode::Ticket, "nobody \u{1b}[31mknows it"));
            }
            self.enrolments.fetch_add(1, Ordering::Relaxed);
            Ok(Enrolled {
                site: site(),
                connector: ConnectorId::from_bits([1; 10]),
                chain: vec![self.certify(enrol.request.as_slice())],
                authority: Der::new(self.authority.certificate().to_vec()).expect("short"),
                nodes: vec![self.node()],
            })
        })
    }
    fn renew<'a>(
        &'a self,
        _: &'a PeerIdentity,
        _: &'a Renew,
    ) -> Later<'a, Result<Renewed, RefusalCode>> {
        Box::pin(async { Err(RefusalCode::Unavailable) })
    }
    fn left<'a>(&'a self, _: &'a PeerIdentity) -> Later<'a, ()> {
        Box::pin(async { self.left.store(true, Ordering::Relaxed) })
    }
    fn up(&self, tunnel: &Arc<Tunnel>) {
        *self.tunnel.lock().expect("alone") = Some(Arc::clone(tunnel));
    }
    fn reported(&self, _: &Arc<Tunnel>) {}
    fn down(&self, _: &Arc<Tunnel>, _: &Down) {}
}

/// Of a hub with an authority of its own.
fn book(address: SocketAddr) -> Arc<Book> {
    Arc::new(Book {
        authority: SiteAuthority::make("plant-a", SystemTime::now()).expect("an authority"),
        address,
        last_key: Mutex::default(),
        left: AtomicBool::new(false),
        enrolments: AtomicUsize::new(0),
        tunnel: Mutex::default(),
        further: Mutex::default(),
        certified_ago: Mutex::default(),
    })
}

/// A hub of one node on a port of its own.
pub(super) struct Hub {
    book: Arc<Book>,
    runtime: Option<Runtime>,
}

impl Hub {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut hub = Self {
            book: book(address),
            runtime: None,
        };
        hub.serve(listener);
        hub
    }
    /// As after a crash: nobody is told.
    pub(super) fn stop(&mut self) {
        drop(self.runtime.take());
    }
    pub(super) fn start_again(&mut self) {
        let mut listener = TcpListener::bind(self.book.address);
        super::until("listening", || {
            if listener.is_err() {
                listener = TcpListener::bind(self.book.address);
            }
            listener.is_ok()
        });
        self.serve(listener.expect("a port"));
    }
    /// Another one answers where it was: of the same name, and with another authority.
    pub(super) fn becomes_another(&mut self) {
        self.stop();
        self.book = book(self.book.address);
        self.start_again();
    }
    /// What the connector answers to a question, once it says that it is ready for passwords.
    pub(super) fn ask(&self, method: Method, asked: &impl Serialize) -> Bytes {
        let tunnel = || self.book.tunnel.lock().expect("alone").clone();
        let is_ready = |tunnel: Arc<Tunnel>| {
            let ready = &tunnel.report().ready;
            let mut all = ready.iter().filter(|ready| ready.not_because.is_none());
            all.any(|ready| ready.ability == Ability::Password)
        };
        super::until("ready", || tunnel().is_some_and(is_ready));
        let runtime = self.runtime.as_ref().expect("it runs");
        let asking = tunnel().expect("one");
        let asked = write(asked).into();
        let reply = runtime.block_on(asking.ask(method, asked, Instant::now() + SOON));
        reply.expect("an answer").body().clone()
    }
    fn serve(&mut self, listener: TcpListener) {
        let runtime = Runtime::new().expect("a runtime");
        let book = Arc::clone(&self.book);
        listener.set_nonblocking(true).expect("a socket");
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(take(tcp, Arc::clone(&book)));
            }
        });
        self.runtime = Some(runtime);
    }
    pub(super) fn url(&self) -> String {
        format!("http://{}/connector/v1/plant-a", self.book.address)
    }
    pub(super) fn url_of_nobody(&self) -> String {
        format!("http://{}/connector/v1/nowhere", self.book.address)
    }
    pub(super) fn ticket(&self) -> String {
        Ticket::new(SECRET, self.book.authority.certificate())
            .to_text()
            .to_string()
    }
    pub(super) fn ticket_of_nobody(&self) -> String {
        Ticket::new([8; 16], self.book.authority.certificate())
            .to_text()
            .to_string()
    }
    /// From now on it says that there is this node too.
    pub(super) fn names(&self, node: &str) {
        let mut further = self.book.further.lock().expect("alone");
        further.push(Text::cut(node));
    }
    /// What it certifies from now on is as if it had been certified so many days ago, for 90.
    pub(super) fn certified_days_ago(&self, days: u32) {
        *self.book.certified_ago.lock().expect("alone") = days * DAY;
    }
    pub(super) fn key_of_the_last(&self) -> String {
        self.book.last_key.lock().expect("alone").clone()
    }
    /// Certificates that were given for a ticket.
    pub(super) fn enrolments(&self) -> usize {
        self.book.enrolments.load(Ordering::Relaxed)
    }
    pub(super) fn was_left(&self) -> bool {
        self.book.left.load(Ordering::Relaxed)
    }
}

async fn take(mut tcp: TcpStream, book: Arc<Book>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match tcp.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).expect("text");
    if !head.starts_with("GET /connector/v1/plant-a ") {
        let _ = tcp
            .write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
            .await;
        return;
    }
    let key = head
        .lines()
        .find_map(|line| {
            line.strip_prefix("sec-websocket-key: ")
                .or(line.strip_prefix("Sec-WebSocket-Key: "))
        })
        .expect("a key");
    let answer = format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    let answer = STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, answer.as_bytes()));
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: {answer}\r\n\
         sec-websocket-protocol: entryway.tunnel\r\n\r\n"
    );
    tcp.write_all(head.as_bytes()).await.expect("written");
    let leaf = book
        .authority
        .issue_hub(SystemTime::now(), DAY)
        .expect("a leaf");
    let tls = hub_tls(&leaf, book.authority.certificate()).expect("TLS");
    let never = Box::pin(std::future::pending());
    let _ = accept(tcp, &site(), tls, book, "test", Pace::default(), never).await;
}
