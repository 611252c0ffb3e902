//! From a host name to a connection that is ready for its role: resolve, connect, StartTLS,
//! handshake, service bind. The steps up to the handshake have one limit together, the bind has its own, and none
//! outlives the caller's deadline.
//!
//! The only place that opens a socket to a directory.

use crate::account::Credentials;
use crate::error::{Breach, CloseReason, DialError, LdapError, Step};
use crate::link::{Link, handshake_error, unexpected};
use crate::race::{self, Lost};
use crate::resolve::{Resolver, Unresolved};
use crate::settings::{Security, ServerSettings, ServiceBind, Way};
use crate::shared::Shared;
use crate::stats::Counters;
use crate::stream::Stream;
use crate::tls::{TlsClient, TlsFailure, TlsSetupError};
use entryway_ldap_proto::Limits;
use entryway_ldap_proto::client::{Event, SubmitError};
use entryway_ldap_types::{Password, ResultCode};
use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// Whom the connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    /// The service account, as configured.
    Service,
    /// Nobody yet: a person's bind follows.
    Nobody,
}

/// How the service account says who it is.
enum Account<'a> {
    Simple {
        dn: &'a str,
        password: &'a Password,
    },
    /// By the certificate that the handshake has shown.
    External,
}

/// How long each step took that was taken, in order.
pub(crate) type Steps = Vec<(Step, Duration)>;

/// The step that a dial is at, seen from outside.
#[derive(Default)]
pub(crate) struct Progress(AtomicU8);

const STEPS: [Step; 5] = [
    Step::Resolve,
    Step::Connect,
    Step::StartTls,
    Step::Handshake,
    Step::ServiceBind,
];

impl Progress {
    fn at(&self, step: Step) {
        let index = STEPS.iter().zip(0u8..).find(|(known, _)| **known == step);
        self.0
            .store(index.map_or(0, |(_, index)| index), Ordering::Relaxed);
    }
    pub(crate) fn step(&self) -> Step {
        STEPS
            .get(usize::from(self.0.load(Ordering::Relaxed)))
            .copied()
            .unwrap_or(Step::Connect)
    }
}

/// One dial: its bounds, and what it tells about itself.
pub(crate) struct Dial<'a> {
    settings: &'a ServerSettings,
    way: &'a Way,
    address: &'a Arc<str>,
    credentials: &'a Credentials,
    resolver: &'a Arc<Resolver>,
    deadline: Instant,
    /// By when the connection must stand, TLS included.
    stands_by: Instant,
    progress: &'a Progress,
    /// The one address to be tried, where it is not for the name to say.
    only: Option<IpAddr>,
    steps: Steps,
}

impl<'a> Dial<'a> {
    pub(crate) fn new(shared: &'a Shared, deadline: Instant, progress: &'a Progress) -> Self {
        Self {
            settings: &shared.settings,
            way: &shared.way,
            address: &shared.address,
            credentials: &shared.host.credentials,
            resolver: &shared.host.resolver,
            deadline,
            stands_by: deadline.min(Instant::now() + shared.settings.timeouts.connect),
            progress,
            only: None,
            steps: Steps::new(),
        }
    }
    /// The same at this address, whatever the name's are.
    pub(crate) fn at(self, address: IpAddr) -> Self {
        Self {
            only: Some(address),
            ..self
        }
    }
    /// Opens a connection and makes it ready for `identity`.
    pub(crate) async fn open(
        mut self,
        identity: Identity,
        counters: &Arc<Counters>,
    ) -> Result<(Link, Steps), LdapError> {
        let settings = self.settings;
        let account = match &settings.service_bind {
            ServiceBind::Simple { dn, password } if identity == Identity::Service => {
                self.way.takes_password(settings.clear_text_passwords)?;
                let checked = self.credentials.check(self.address, Instant::now());
                // What may be sent is counted when it is answered.
                if checked.is_err() {
                    self.credentials.count(&checked);
                }
                checked?;
                Some(Account::Simple { dn, password })
            }
            ServiceBind::External if identity == Identity::Service => {
                self.way.takes_certificate()?;
                Some(Account::External)
            }
            _ => None,
        };
        let addresses = self.resolve().await?;
        let tcp = self.connect(&addresses).await?;
        let peer = tcp.peer_addr().ok().map(|peer| peer.ip());
        let ready = self.make_ready(tcp, account, counters).await;
        if let Some(peer) = peer {
            self.resolver.judge(peer, ready.is_ok());
        }
        Ok((ready?, self.steps))
    }

    /// From a socket to a connection that is ready.
    async fn make_ready(
        &mut self,
        tcp: TcpStream,
        account: Option<Account<'_>>,
        counters: &Arc<Counters>,
    ) -> Result<Link, LdapError> {
        let settings = self.settings;
        let mut link = Link::new(
            Stream::new(tcp),
            settings.proto_limits,
            Arc::clone(counters),
        );
        match &self.way.security {
            Security::Clear => {}
            Security::Ldaps(tls) => self.handshake(&mut link, tls).await?,
            Security::StartTls(tls) => {
                self.step(Step::StartTls, self.stands_by, start_tls(&mut link))
                    .await?;
                self.handshake(&mut link, tls).await?;
                link.connection
                    .tls_established(&link.input)
                    .map_err(LdapError::breach)?;
            }
        }
        let limit = settings.timeouts.operation;
        match account {
            Some(Account::Simple { dn, password }) => {
                link.connection
                    .bind_simple(dn, password, &[])
                    .map_err(submit_error)?;
                let (credentials, address) = (self.credentials, self.address);
                let bind = async {
                    let bind = service_bind(&mut link);
                    let bound = credentials.bind(address, limit / 2, bind).await;
                    credentials.count(&bound);
                    bound
                };
                self.step(Step::ServiceBind, Instant::now() + limit, bind)
                    .await?;
            }
            // There is no password that could be locked for being wrong: each server is asked for itself.
            Some(Account::External) => {
                // Empty, the server derives who it is from the certificate; absent, OpenLDAP asks for it first.
                link.connection
                    .bind_external(Some(""), &[])
                    .map_err(submit_error)?;
                let certificate = self.shown();
                let credentials = self.credentials;
                let bind = async {
                    let bound = service_bind(&mut link).await;
                    let bound = bound.map_err(|error| by_certificate(error, certificate));
                    credentials.count(&bound);
                    bound
                };
                self.step(Step::ServiceBind, Instant::now() + limit, bind)
                    .await?;
            }
            None => {}
        }
        if !link.input.is_empty() {
            // It would be read as an answer to what is asked next.
            return Err(LdapError::breach(Breach::Unexpected {
                expected: "silence before a request",
                found: "bytes",
            }));
        }
        Ok(link)
    }

    /// The certificate that a server which asks is shown.
    fn shown(&self) -> Arc<str> {
        let identity = match &self.way.security {
            Security::Ldaps(tls) | Security::StartTls(tls) => tls.identity(),
            Security::Clear => None,
        };
        identity.map_or_else(Arc::default, |identity| identity.in_words())
    }

    async fn resolve(&mut self) -> Result<Vec<SocketAddr>, LdapError> {
        let (host, port) = (self.settings.host.as_str(), self.way.port);
        let at = |address| SocketAddr::new(address, port);
        if let Some(address) = self.only.or_else(|| host.parse().ok()) {
            return Ok(vec![at(address)]);
        }
        let address = self.address;
        let resolver = Arc::clone(self.resolver);
        let limit = self.stands_by.min(self.deadline);
        let lookup = async {
            let found = resolver.addresses(host, limit).await;
            found.map_err(|failure| unresolved(address, failure))
        };
        let found = self.step(Step::Resolve, limit, lookup).await?;
        Ok(found.into_iter().map(at).collect())
    }

    /// Tries the addresses beside one another: a dead one uses up nothing of the others' time.
    async fn connect(&mut self, addresses: &[SocketAddr]) -> Result<TcpStream, LdapError> {
        let address = self.address;
        self.progress.at(Step::Connect);
        let started = Instant::now();
        let connected = race::connect(addresses, self.stands_by.min(self.deadline)).await;
        let tcp = connected.map_err(|lost| match lost {
            Lost::Failed(error) => unreachable(address, error),
            Lost::TimedOut => LdapError::TimedOut {
                step: Step::Connect,
            },
        })?;
        // Requests are written whole; waiting to fill a segment only delays them.
        tcp.set_nodelay(true)
            .map_err(|error| unreachable(address, error))?;
        self.steps.push((Step::Connect, started.elapsed()));
        Ok(tcp)
    }

    async fn handshake(&mut self, link: &mut Link, tls: &TlsClient) -> Result<(), LdapError> {
        let (session, vintage) = tls
            .connect(&self.settings.host)
            .map_err(|error| match error {
                TlsSetupError::ServerName { .. } => {
                    LdapError::unreachable(self.address, DialError::NoServerName)
                }
                error => LdapError::Tls(TlsFailure::Other {
                    problem: error.to_string(),
                }),
            })?;
        link.stream.start_tls(session, vintage.terms());
        // The answer to StartTLS is none to the certificate that is shown now.
        link.heard = false;
        let shaken = poll_fn(|cx| link.stream.poll_handshake(cx));
        let shaken = async { shaken.await.map_err(handshake_error) };
        self.step(Step::Handshake, self.stands_by, shaken).await?;
        if let Some(session) = link.stream.tls() {
            let agreed = vintage.agreed(session).map_err(LdapError::Tls)?;
            link.agreed = Some(Arc::new(agreed));
        }
        link.vintage = Some(vintage);
        Ok(())
    }

    async fn step<T>(
        &mut self,
        step: Step,
        limit: Instant,
        work: impl Future<Output = Result<T, LdapError>>,
    ) -> Result<T, LdapError> {
        self.progress.at(step);
        let started = Instant::now();
        let result = timeout_at(limit.min(self.deadline), work)
            .await
            .unwrap_or(Err(LdapError::TimedOut { step }));
        self.steps.push((step, started.elapsed()));
        result
    }
}

/// Why a name has no address.
pub(crate) fn unresolved(address: &str, failure: Unresolved) -> LdapError {
    let address = Arc::from(address);
    match failure {
        Unresolved::Failed(error) => LdapError::unreachable(&address, DialError::Io(error)),
        Unresolved::NoAddress => LdapError::unreachable(&address, DialError::NoAddress),
        Unresolved::TimedOut => LdapError::TimedOut {
            step: Step::Resolve,
        },
    }
}

async fn start_tls(link: &mut Link) -> Result<(), LdapError> {
    link.connection.start_tls().map_err(submit_error)?;
    link.flush().await?;
    let answer = link.next().await.map_err(|error| match error {
        LdapError::Closed(CloseReason::ByServer | CloseReason::Lost(_)) => {
            LdapError::Closed(CloseReason::InsideStartTls)
        }
        error => error,
    })?;
    match answer {
        Event::ExtendedDone { result, .. } if result.code == ResultCode::SUCCESS => Ok(()),
        // RFC 4511 §4.12: that is how an operation is answered that the server does not know.
        Event::ExtendedDone { result, .. } if result.code == ResultCode::PROTOCOL_ERROR => {
            Err(LdapError::Tls(TlsFailure::StartTlsNotOffered {
                diagnostic: result.diagnostic.into(),
            }))
        }
        Event::ExtendedDone { result, .. } => Err(LdapError::Tls(TlsFailure::StartTlsRefused {
            code: result.code,
            diagnostic: result.diagnostic.into(),
        })),
        event => Err(unexpected("the answer to StartTLS", &event)),
    }
}

/// A stream on which the server has agreed to StartTLS, before anything of TLS.
pub(crate) async fn started(stream: Stream) -> Result<Stream, LdapError> {
    let mut link = Link::new(stream, Limits::CLIENT, Arc::default());
    start_tls(&mut link).await?;
    Ok(link.stream)
}

async fn service_bind(link: &mut Link) -> Result<(), LdapError> {
    link.flush().await?;
    loop {
        match link.next().await? {
            Event::BindDone { result, .. } if result.code == ResultCode::SUCCESS => return Ok(()),
            Event::BindDone { result, .. } => {
                return Err(LdapError::ServiceBindRefused {
                    code: result.code,
                    diagnostic: result.diagnostic.into(),
                });
            }
            Event::UnknownNotice { .. } | Event::Intermediate { .. } => {}
            event => return Err(unexpected("the answer to a bind", &event)),
        }
    }
}

fn by_certificate(error: LdapError, certificate: Arc<str>) -> LdapError {
    match error {
        LdapError::ServiceBindRefused { code, diagnostic } => LdapError::ExternalBindRefused {
            certificate,
            code,
            diagnostic,
        },
        other => other,
    }
}

fn unreachable(address: &Arc<str>, error: io::Error) -> LdapError {
    LdapError::unreachable(address, DialError::Io(Arc::new(error)))
}

/// A request that was refused before it was written.
pub(crate) fn submit_error(error: SubmitError) -> LdapError {
    match error {
        SubmitError::Ended => LdapError::Closed(CloseReason::ByServer),
        error => LdapError::Unsendable(error),
    }
}
