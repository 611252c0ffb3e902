//! A server that does what a test's script says, and servers' settings that point at it.

#![allow(dead_code, unreachable_pub)] // each test file uses its own part
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests, though not inside `#[test]`

pub mod identity;
pub mod random;

use bytes::BytesMut;
use entryway_ldap::{
    ByRole, DerefAliases, Limits, PoolLimits, Role, SearchRequest, Security, Server,
    ServerSettings, ServiceBind, Timeouts, TlsClient, Way,
};
use entryway_ldap_proto::message::Credentials;
use entryway_ldap_proto::server::{Connection, Reply, ReplyKind};
use entryway_ldap_proto::{MessageId, Op, oid};
use entryway_ldap_types::{AttributeName, Filter, Password, ResultCode, Scope};
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Long enough for a loaded machine; nothing waits for it unless something is wrong.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub trait Socket: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Socket for T {}

/// A listener whose every connection runs the script. Stops when dropped.
pub struct Scripted {
    pub address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Scripted {
    /// `script` is given each connection and its number, from 0.
    pub async fn start<F, W>(script: F) -> Self
    where
        F: Fn(Peer, usize) -> W + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepted = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&accepted);
        let task = tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                socket.set_nodelay(true).unwrap();
                let number = counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(script(Peer::new(Box::new(socket)), number));
            }
        });
        Self {
            address,
            accepted,
            task,
        }
    }
    /// Connections so far.
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
    pub fn settings(&self) -> ServerSettings {
        settings(self.address)
    }
    pub fn server(&self) -> Arc<Server> {
        Server::new(self.settings())
    }
    pub fn server_with(&self, change: impl FnOnce(&mut ServerSettings)) -> Arc<Server> {
        let mut settings = self.settings();
        change(&mut settings);
        Server::new(settings)
    }
}

/// Clear, anonymous, and patient.
pub fn settings(address: SocketAddr) -> ServerSettings {
    ServerSettings {
        display: format!("ldap://{address}").into(),
        host: address.ip().to_string(),
        ways: way(address.port(), Security::Clear),
        clear_text_passwords: true,
        service_bind: ServiceBind::Anonymous,
        timeouts: Timeouts {
            connect: PATIENCE,
            operation: PATIENCE,
            idle: PATIENCE,
        },
        limits: limits(4, 64),
        proto_limits: Limits::CLIENT,
    }
}

fn limits(max: usize, outstanding: usize) -> ByRole<PoolLimits> {
    ByRole::all(PoolLimits { max, outstanding })
}

/// The same bounds for every role.
pub fn limit(settings: &mut ServerSettings, max: usize, outstanding: usize) {
    settings.limits = limits(max, outstanding);
}

/// One way for every role.
pub fn way(port: u16, security: Security) -> ByRole<Option<Arc<Way>>> {
    ByRole::all(Some(Arc::new(Way { port, security })))
}

/// The same port for every role, protected in this way.
pub fn secure(settings: &mut ServerSettings, security: Security) {
    let port = settings.ways.of(Role::Authenticate).as_ref().unwrap().port;
    settings.ways = way(port, security);
}

pub fn ldaps(settings: &mut ServerSettings, client: TlsClient) {
    secure(settings, Security::Ldaps(client));
}

/// What a client asked, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    Bind {
        id: MessageId,
        dn: String,
        password: String,
        policy: bool,
    },
    Search {
        id: MessageId,
        base: String,
    },
    External(MessageId),
    Abandon(MessageId),
    StartTls(MessageId),
    Unbind,
    Other(MessageId),
}

/// The server's end of one connection.
pub struct Peer {
    socket: Box<dyn Socket>,
    connection: Connection,
    input: BytesMut,
}

impl Peer {
    fn new(socket: Box<dyn Socket>) -> Self {
        Self {
            socket,
            connection: Connection::new(Limits::SERVER),
            input: BytesMut::new(),
        }
    }
    /// The next request; `None` when the client has closed.
    pub async fn next(&mut self) -> Option<Asked> {
        loop {
            if let Some(frame) = self.connection.next_frame(&mut self.input).unwrap() {
                return Some(asked(&self.connection, &frame));
            }
            match self.socket.read_buf(&mut self.input).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
    pub async fn next_search(&mut self) -> MessageId {
        match self.next().await {
            Some(Asked::Search { id, .. }) => id,
            other => panic!("expected a search, found {other:?}"),
        }
    }
    pub async fn next_bind(&mut self) -> (MessageId, String, String) {
        match self.next().await {
            Some(Asked::Bind {
                id, dn, password, ..
            }) => (id, dn, password),
            other => panic!("expected a bind, found {other:?}"),
        }
    }
    pub fn entry(&mut self, id: MessageId, dn: &str) {
        self.connection
            .search_entry(id, dn, [("cn", [dn.as_bytes()])], &[]);
    }
    pub fn entry_with(&mut self, id: MessageId, dn: &str, value: &[u8]) {
        self.connection.search_entry(id, dn, [("cn", [value])], &[]);
    }
    pub fn done(&mut self, id: MessageId, code: ResultCode, words: &str) {
        self.connection
            .reply(id, ReplyKind::SearchDone, &Reply::new(code, words), &[]);
    }
    pub fn bound(&mut self, id: MessageId, code: ResultCode, words: &str) {
        self.connection
            .reply(id, ReplyKind::Bind, &Reply::new(code, words), &[]);
    }
    pub fn extended(&mut self, id: MessageId, code: ResultCode, words: &str) {
        self.connection
            .reply(id, ReplyKind::Extended, &Reply::new(code, words), &[]);
    }
    pub fn notice(&mut self, code: ResultCode, words: &str) {
        self.connection
            .notice_of_disconnection(&Reply::new(code, words));
    }
    /// Writes what was answered; false when the client has gone.
    pub async fn flush(&mut self) -> bool {
        let sent = self.socket.write_all_buf(self.connection.outbound()).await;
        sent.is_ok() && self.socket.flush().await.is_ok()
    }
    /// Writes bytes as they are; false when the client has gone.
    pub async fn raw(&mut self, bytes: &[u8]) -> bool {
        self.socket.write_all(bytes).await.is_ok() && self.socket.flush().await.is_ok()
    }
    /// What was answered and not written, to be written in parts.
    pub fn take_answer(&mut self) -> Vec<u8> {
        let answer = self.connection.outbound().as_slice().to_vec();
        self.connection.outbound().consume(answer.len());
        answer
    }
    /// Says that nothing more comes: in TLS with `close_notify` too.
    pub async fn farewell(&mut self) {
        let _ = self.socket.shutdown().await;
    }
    /// Waits until the client closes, whatever it still says.
    pub async fn until_closed(&mut self) {
        while self.next().await.is_some() {}
    }
    /// The same connection in TLS; `None` when the handshake fails.
    pub async fn secured(self, acceptor: &TlsAcceptor) -> Option<Self> {
        let socket = acceptor.accept(self.socket).await.ok()?;
        Some(Self::new(Box::new(socket)))
    }
}

fn asked(connection: &Connection, frame: &[u8]) -> Asked {
    let message = connection.request(frame).unwrap();
    let id = message.id;
    match message.op {
        Op::BindRequest(bind) => {
            let password = match bind.credentials {
                Credentials::Simple(password) => password,
                Credentials::Sasl {
                    mechanism: "EXTERNAL",
                    ..
                } => return Asked::External(id),
                _ => panic!("expected a simple bind or EXTERNAL"),
            };
            let control = message.controls.find(oid::PASSWORD_POLICY);
            assert!(control.is_none_or(|control| !control.critical));
            Asked::Bind {
                id,
                dn: bind.name.to_owned(),
                password: String::from_utf8(password.to_vec()).unwrap(),
                policy: control.is_some(),
            }
        }
        Op::SearchRequest(search) => Asked::Search {
            id,
            base: search.base.to_owned(),
        },
        Op::AbandonRequest(abandoned) => Asked::Abandon(abandoned),
        Op::UnbindRequest => Asked::Unbind,
        Op::ExtendedRequest(request) if request.name == oid::START_TLS => Asked::StartTls(id),
        _ => Asked::Other(id),
    }
}

/// Answers every search with the entry it was asked for, and every bind whose password is `right`.
pub async fn obedient(mut peer: Peer) {
    while let Some(asked) = peer.next().await {
        match asked {
            Asked::Search { id, base } => {
                peer.entry(id, &base);
                peer.done(id, ResultCode::SUCCESS, "");
            }
            Asked::Bind {
                id, dn, password, ..
            } => {
                let code = if password == "right" {
                    ResultCode::SUCCESS
                } else {
                    ResultCode::INVALID_CREDENTIALS
                };
                peer.bound(id, code, &dn);
            }
            Asked::Abandon(_) => {}
            Asked::Unbind => return,
            Asked::StartTls(id) | Asked::External(id) | Asked::Other(id) => {
                peer.extended(id, ResultCode::PROTOCOL_ERROR, "no")
            }
        }
        if !peer.flush().await {
            return;
        }
    }
}

/// A search for the entry `base` itself.
pub fn request(base: &str) -> SearchRequest {
    SearchRequest {
        base: base.into(),
        scope: Scope::Base,
        deref: DerefAliases::Never,
        size_limit: 0,
        time_limit: 0,
        types_only: false,
        filter: Filter::Present(AttributeName::from_static("objectClass")).into(),
        attributes: Arc::new([AttributeName::from_static("cn")]),
    }
}

pub fn password(text: &str) -> Password {
    Password::new(text.as_bytes().to_vec()).unwrap()
}

pub fn soon() -> Instant {
    Instant::now() + PATIENCE
}

/// Waits until `condition` holds, giving everything else its turn.
pub async fn until(condition: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < end, "the condition does not come true");
        tokio::task::yield_now().await;
    }
}
