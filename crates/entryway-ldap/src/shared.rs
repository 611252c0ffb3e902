//! What all roles that reach a server by one way have in common: the server's settings, the way's health, and
//! how it is dialled.

use crate::account::Credentials;
use crate::dial::{Dial, Identity, Progress, Steps};
use crate::error::{LdapError, Step};
use crate::expiry::Expiry;
use crate::health::Health;
use crate::link::Link;
use crate::probe::RootDse;
use crate::resolve::Resolver;
use crate::settings::{ServerSettings, Timeouts, Way};
use crate::stats::{Counted, Counters};
use crate::totals::ServerTotals;
use crate::watch;
use entryway_ldap_types::ResultCode;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// A wait shorter than this says nothing about a server: its caller had no time left.
const TELLING_WAIT: Duration = Duration::from_millis(200);

pub(crate) struct Shared {
    pub(crate) settings: Arc<ServerSettings>,
    pub(crate) way: Arc<Way>,
    /// Host and port.
    pub(crate) address: Arc<str>,
    pub(crate) health: Health,
    pub(crate) host: Arc<Host>,
    /// Whether it is being asked because somebody's operation has no answer yet.
    pub(crate) doubted: AtomicBool,
    pub(crate) expiry: Expiry,
}

/// What all ways to a server have in common, and what is not settled beforehand.
#[derive(Default)]
pub(crate) struct Host {
    /// The service account's, which is one by whichever way it binds.
    pub(crate) credentials: Credentials,
    pub(crate) resolver: Arc<Resolver>,
    /// What the server last said of itself.
    pub(crate) root_dse: Mutex<Option<Arc<RootDse>>>,
}

impl Host {
    /// One whose service binds are counted there.
    pub(crate) fn counting(totals: ServerTotals) -> Self {
        Self {
            credentials: Credentials::counting(totals),
            ..Self::default()
        }
    }
}

impl Shared {
    pub(crate) fn new(settings: &Arc<ServerSettings>, way: &Arc<Way>, host: &Arc<Host>) -> Self {
        let (name, port) = (&settings.host, way.port);
        let address = if name.contains(':') {
            format!("[{name}]:{port}")
        } else {
            format!("{name}:{port}")
        };
        Self {
            health: Health::new(Arc::clone(&settings.display)),
            address: address.into(),
            host: Arc::clone(host),
            doubted: AtomicBool::new(false),
            expiry: Expiry::default(),
            settings: Arc::clone(settings),
            way: Arc::clone(way),
        }
    }
    /// Dials, if the breaker lets it, and tells the breaker how it went.
    pub(crate) async fn dial(
        self: &Arc<Self>,
        identity: Identity,
        counters: &Arc<Counters>,
        deadline: Instant,
        progress: &Progress,
    ) -> Result<(Link, Steps), LdapError> {
        let started = Instant::now();
        let _grant = self
            .health
            .grant(started)
            .map_err(|cause| LdapError::unreachable(&self.address, cause))?;
        let _dialling = Counted::new(counters, |counters| &counters.dialling);
        let opened = Dial::new(self, deadline, progress)
            .open(identity, counters)
            .await;
        match &opened {
            Ok((link, steps)) => {
                counters.dialled(link.protection());
                self.agreed(link);
                // An accepted connection is no answer: a server may accept and then say nothing.
                if steps
                    .iter()
                    .any(|(step, _)| matches!(step, Step::StartTls | Step::ServiceBind))
                {
                    self.health.answered();
                }
            }
            Err(error) => {
                counters.dial_failed(error.code());
                tracing::debug!(server = %self.settings.display, code = error.code(), error = %error.in_words(), "dial failed");
                // What another server of the domain was told is this one's failure too: it cannot serve.
                self.failed(error.underlying(), started, self.settings.timeouts.connect);
            }
        }
        opened
    }
    /// Tells the breaker of a failure, unless it was the caller's time that was short.
    pub(crate) fn failed(self: &Arc<Self>, error: &LdapError, started: Instant, limit: Duration) {
        if !error.is_slow() || started.elapsed() >= limit.min(TELLING_WAIT) {
            self.health
                .failed(error, Instant::now(), || watch::start(self));
        }
    }
    /// The server answered, whatever it was. One that asks to be left alone is not well: each answer of that kind is a
    /// failure, so that others are preferred before each of their callers has had to hear it.
    pub(crate) fn answered_with(self: &Arc<Self>, code: ResultCode) {
        if matches!(code, ResultCode::BUSY | ResultCode::UNAVAILABLE) {
            let error = LdapError::Declined { code };
            self.health
                .failed(&error, Instant::now(), || watch::start(self));
        } else {
            self.health.answered();
        }
    }
    /// One operation has no answer in time. That may be its own fault, so it closes the server to
    /// nobody: the server itself is asked, in the background, and by one task at a time. Until it has answered,
    /// others are preferred.
    pub(crate) fn doubt(self: &Arc<Self>, started: Instant, limit: Duration) {
        if started.elapsed() >= limit.min(TELLING_WAIT)
            && self.health.available()
            && !self.doubted.swap(true, Ordering::Relaxed)
        {
            watch::look_once(self);
        }
    }
    /// Whether others are preferred now.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.doubted.load(Ordering::Relaxed) || !self.health.available()
    }
    /// A connection stands: what its handshake showed is the newest that is known of this way.
    pub(crate) fn agreed(&self, link: &Link) {
        if let Some(agreed) = &link.agreed {
            self.expiry.agreed(&self.settings.display, agreed);
        }
    }
    /// The server has said this of itself. Nothing is no word: one that is busy tells nothing, and is what it was.
    pub(crate) fn knows(&self, root_dse: Option<RootDse>) {
        if let Some(said) = root_dse {
            *self.host.root_dse.lock() = Some(Arc::new(said));
        }
    }
    /// It shows nothing of itself, and need not be asked again. What it has once said stands.
    pub(crate) fn hides_itself(&self) {
        self.host.root_dse.lock().get_or_insert_default();
    }
    /// Long enough for a dial and an operation, whose steps are each bounded on their own.
    pub(crate) fn nobodys_deadline(&self) -> Instant {
        let Timeouts {
            connect, operation, ..
        } = self.settings.timeouts;
        Instant::now() + connect * 8 + operation * 2
    }
}
