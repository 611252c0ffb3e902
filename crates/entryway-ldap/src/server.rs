//! One LDAP host, with everything that Entryway does on it.

mod account;
mod change;
mod once;
mod pool;
mod seen;

use crate::error::{BindFailure, LdapError, Step};
use crate::health::HealthReport;
use crate::mux::{MuxPool, SearchResult, Standing, Unanswered};
use crate::pages::{PageLimits, Pages};
use crate::patrol;
use crate::probe::{self, RootDse};
use crate::race::ATTEMPT_DELAY;
use crate::settings::{SearchRole, ServerSettings, ServiceBind, Way};
use crate::shared::{Host, Shared};
use crate::stats::{OperationKind, Tally};
use crate::totals::ServerTotals;
use crate::watch;
use bytes::Bytes;
use entryway_ldap_proto::client::BindResult;
use entryway_ldap_proto::{DerefAliases, SearchRequest};
use entryway_ldap_types::{
    AttributeName, ByRole, Filter, Password, RangedValues, ResultCode, Role, Scope,
};
use parking_lot::Mutex;
use pool::Pool;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;
use tokio::task::AbortHandle;
use tokio::time::Instant as RuntimeInstant;

/// One LDAP host: connections by role, health and counters.
///
/// Its futures may be dropped at any time: a search is abandoned, a bind's connection is kept from
/// everybody until its own answer has come.
pub struct Server {
    settings: Arc<ServerSettings>,
    host: Arc<Host>,
    /// Each way that some role takes, once.
    ways: Vec<Arc<Shared>>,
    /// Of each role that this server is used for.
    pools: ByRole<Option<Pool>>,
    /// Look at it while nobody asks it anything.
    patrols: Mutex<Vec<AbortHandle>>,
}

impl Server {
    /// A server that was not dialled yet: does no I/O.
    pub fn new(settings: ServerSettings) -> Arc<Self> {
        Self::counting(settings, ServerTotals::default())
    }
    /// The same, which counts on from what is counted there.
    pub fn counting(mut settings: ServerSettings, totals: ServerTotals) -> Arc<Self> {
        settings.timeouts = settings.timeouts.clamped();
        let settings = Arc::new(settings);
        let host = Arc::new(Host::counting(totals.clone()));
        let mut ways: Vec<Arc<Shared>> = Vec::new();
        let pools = ByRole::each(|role| {
            let way = settings.ways.of(role).as_ref()?;
            let known = ways.iter().find(|known| Arc::ptr_eq(&known.way, way));
            let shared = match known {
                Some(known) => Arc::clone(known),
                None => {
                    let shared = Arc::new(Shared::new(&settings, way, &host));
                    ways.push(Arc::clone(&shared));
                    shared
                }
            };
            Some(Pool::new(role, &shared, &totals))
        });
        Arc::new(Self {
            settings,
            host,
            ways,
            pools,
            patrols: Mutex::default(),
        })
    }
    /// As shown to the administrator.
    pub fn display(&self) -> &Arc<str> {
        &self.settings.display
    }
    /// What it was told.
    pub fn settings(&self) -> &ServerSettings {
        &self.settings
    }
    /// How it is reached in this role; `None` where it is not used for it.
    pub fn way(&self, role: Role) -> Option<&Way> {
        self.settings.ways.of(role).as_deref()
    }

    /// Searches as the service account, on a connection of `role`.
    ///
    /// Waits for a connection, for room on it and for the answer, never beyond `deadline`. When the
    /// connection dies before anything of the answer has come, the search is sent once more.
    /// The answer's code may be anything; only what is no answer is an error.
    pub async fn search(
        &self,
        role: SearchRole,
        request: &SearchRequest,
        deadline: Instant,
    ) -> Result<SearchResult, LdapError> {
        let pool = self.searches(role)?;
        let tally = Tally::start(pool.counters(), OperationKind::Search);
        let result = self.search_on(pool, request, deadline.into()).await;
        tally.end(result.as_ref().ok().map(|found| found.code));
        result
    }

    async fn search_on(
        &self,
        pool: &Arc<MuxPool>,
        request: &SearchRequest,
        deadline: RuntimeInstant,
    ) -> Result<SearchResult, LdapError> {
        let shared = pool.shared();
        let operation = self.settings.timeouts.operation;
        if RuntimeInstant::now() >= deadline {
            return Err(LdapError::TimedOut { step: Step::Search });
        }
        let mut may_retry = true;
        loop {
            let mut ticket = pool.submit(request, deadline).await?;
            let submitted = RuntimeInstant::now();
            match ticket.wait((submitted + operation).min(deadline)).await {
                Some(Ok(found)) => {
                    shared.answered_with(found.code);
                    return Ok(found);
                }
                Some(Err(Unanswered {
                    error: LdapError::Closed(_),
                    untouched: true,
                })) if may_retry => may_retry = false,
                Some(Err(Unanswered { error, .. })) => {
                    shared.failed(&error, submitted, operation);
                    return Err(error);
                }
                None => {
                    let error = LdapError::TimedOut { step: Step::Search };
                    // One slow search is that search's; a server that says nothing to anybody is gone.
                    if ticket.mux().silent_since(submitted) {
                        shared.failed(&error, submitted, operation);
                        ticket.mux().retire();
                    }
                    return Err(error);
                }
            }
        }
    }

    /// Searches as the service account in pages (RFC 2696), on a connection of its own: for answers that no server gives at
    /// once. The request's size limit should be 0; the limits here hold in its place.
    pub async fn pages(
        &self,
        role: SearchRole,
        request: SearchRequest,
        limits: PageLimits,
        deadline: Instant,
    ) -> Result<Pages, LdapError> {
        Pages::open(self.searches(role)?, request, limits, deadline.into()).await
    }

    /// All values of an attribute of the entry at `base`, at most `most`, and whether these are all. A server that tells them
    /// in parts is asked for each (see [`RangedValues`]). `None` where there is no such entry.
    pub async fn values(
        &self,
        role: SearchRole,
        base: &str,
        attribute: &AttributeName,
        most: usize,
        deadline: Instant,
    ) -> Result<Option<(Vec<Bytes>, bool)>, LdapError> {
        let mut request = SearchRequest {
            base: base.into(),
            scope: Scope::Base,
            deref: DerefAliases::Never,
            size_limit: 1,
            time_limit: 0,
            types_only: false,
            filter: Filter::Present(AttributeName::from_static("objectClass")).into(),
            attributes: Arc::new([attribute.clone()]),
        };
        let mut gathered: Option<RangedValues> = None;
        loop {
            let found = self.search(role, &request, deadline).await?;
            let entry = found.entries.first();
            match (entry, &mut gathered) {
                (Some(entry), None) => {
                    gathered = Some(RangedValues::begin(attribute, entry, most));
                }
                (Some(entry), Some(gathered)) => gathered.take(entry),
                // It is gone meanwhile, or never was.
                (None, _) => return Ok(None),
            }
            match gathered.as_ref().and_then(RangedValues::next) {
                Some(next) => request.attributes = Arc::new([next]),
                None => return Ok(gathered.map(RangedValues::end)),
            }
        }
    }

    /// Binds once as a person, with the password-policy control, on a connection of the authenticate
    /// role. Never repeated once a byte of it may have left: see [`BindFailure::written`].
    pub async fn bind_as(
        &self,
        dn: &str,
        password: &Password,
        deadline: Instant,
    ) -> Result<BindResult, BindFailure> {
        let Some(Pool::Persons(persons)) = self.pools.of(Role::Authenticate) else {
            return Err(BindFailure {
                written: false,
                cause: LdapError::OtherRole(Role::Authenticate),
            });
        };
        persons.bind_as(dn, password, deadline.into()).await
    }

    /// Looks at it once in the background and returns at once: health then tells the truth, and a
    /// connection of `role` is open when the first search comes. From then on it is looked at now and then while
    /// nobody asks it anything.
    ///
    /// Needs a tokio runtime. What is down is looked at again until it answers, started or not.
    pub fn start(self: &Arc<Self>, role: SearchRole) {
        let warmed = self.pools.of(role.into()).as_ref();
        // People's connections may go another way.
        for way in self.login_ways() {
            if !warmed.is_some_and(|warmed| Arc::ptr_eq(warmed.shared(), way)) {
                watch::look_once(way);
            }
        }
        let server = Arc::clone(self);
        tokio::spawn(async move {
            let Ok(pool) = server.searches(role) else {
                return;
            };
            let shared = pool.shared();
            let looked = server.look(pool, shared.nobodys_deadline()).await;
            if let Err(error) = looked {
                shared
                    .health
                    .found_down(&error, RuntimeInstant::now(), || watch::start(shared));
            }
        });
        let patrols = self.ways.iter().filter_map(|way| {
            let for_logins = self.login_ways().any(|needed| Arc::ptr_eq(needed, way));
            patrol::start(way, for_logins)
        });
        let patrols = patrols.collect();
        let before = std::mem::replace(&mut *self.patrols.lock(), patrols);
        before.iter().for_each(AbortHandle::abort);
    }

    /// What the server says of itself (RFC 4512 §5.1), asked once and then remembered; asked again when the server
    /// was down or silent. Without what a server does not show.
    pub async fn root_dse(
        &self,
        role: SearchRole,
        deadline: Instant,
    ) -> Result<Arc<RootDse>, LdapError> {
        match self.known_root_dse() {
            Some(known) => Ok(known),
            None => {
                self.ask_root_dse(self.searches(role)?, deadline.into())
                    .await
            }
        }
    }
    /// The same as far as it is known; asks nobody.
    pub fn known_root_dse(&self) -> Option<Arc<RootDse>> {
        self.host.root_dse.lock().clone()
    }

    /// Takes a whole LDAP answer for health: a service bind's, or else the root DSE. The bind's is enough, because people's
    /// searches may come on this connection at the same moment, and what one of them does to it is not the server's state.
    async fn look(&self, pool: &Arc<MuxPool>, deadline: RuntimeInstant) -> Result<(), LdapError> {
        match self.settings.service_bind {
            ServiceBind::Simple { .. } | ServiceBind::External => pool.warm(deadline).await,
            ServiceBind::Anonymous => match self.ask_root_dse(pool, deadline).await {
                Ok(_) | Err(LdapError::Declined { .. }) => Ok(()),
                Err(error) => Err(error),
            },
        }
    }

    async fn ask_root_dse(
        &self,
        pool: &Arc<MuxPool>,
        deadline: RuntimeInstant,
    ) -> Result<Arc<RootDse>, LdapError> {
        let found = self.search_on(pool, &probe::request(), deadline).await?;
        match (RootDse::of(&found), found.code) {
            // What it is decides what it is asked: not to know that is no answer.
            (None, code @ (ResultCode::BUSY | ResultCode::UNAVAILABLE)) => {
                return Err(LdapError::Declined { code });
            }
            (None, _) => pool.shared().hides_itself(),
            (said, _) => pool.shared().knows(said),
        }
        Ok(self.known_root_dse().unwrap_or_default())
    }

    /// Whether a search is likely to be answered soon: its way is not known to be down, nobody waits for it in vain, and
    /// its connection does not take long to stand. For choosing between servers.
    pub fn is_prompt(&self, role: SearchRole) -> bool {
        let Ok(pool) = self.searches(role) else {
            return false;
        };
        let shared = pool.shared();
        shared.health.available()
            && !shared.doubted.load(Ordering::Relaxed)
            && match pool.standing() {
                Standing::Dialling { since } => since.elapsed() < ATTEMPT_DELAY,
                Standing::Open { .. } | Standing::Closed => true,
            }
    }

    /// By when whoever has searched here at `asked` and must know by `deadline` should ask another server too: after a
    /// quarter of the time for an answer, and after no more than RFC 8305's delay for a connection.
    pub fn patience(&self, role: SearchRole, asked: Instant, deadline: Instant) -> Instant {
        let quarter = deadline.saturating_duration_since(asked) / 4;
        let standing = self.searches(role).map(|pool| pool.standing());
        let wait = match standing {
            Ok(Standing::Open { .. }) => quarter,
            // Others may have waited for it before.
            Ok(Standing::Dialling { since }) => {
                let waited = asked.saturating_duration_since(since.into_std());
                quarter.min(ATTEMPT_DELAY.saturating_sub(waited))
            }
            Ok(Standing::Closed) | Err(_) => quarter.min(ATTEMPT_DELAY),
        };
        asked + wait
    }

    /// Whoever searched here at `asked` asks another server now. Where this one has said nothing to anybody since, it is
    /// looked at in the background, and until it has answered others are preferred. A dial under way tells by itself.
    pub fn doubt(&self, role: SearchRole, asked: Instant) {
        let asked = asked.into();
        if let Ok(pool) = self.searches(role)
            && let Standing::Open { heard } = pool.standing()
            && heard < asked
        {
            pool.shared().doubt(asked, self.settings.timeouts.operation);
        }
    }

    /// The ways that a login needs; where it needs none, every way.
    fn login_ways(&self) -> impl Iterator<Item = &Arc<Shared>> {
        let roles = [Role::Authenticate, Role::FindLogin];
        let pools = roles.map(|role| self.pools.of(role).as_ref());
        let needed = move |way: &&Arc<Shared>| {
            let mut pools = pools.iter().flatten().peekable();
            pools.peek().is_none() || pools.any(|pool| Arc::ptr_eq(pool.shared(), way))
        };
        self.ways.iter().filter(needed)
    }

    /// Whether it is not known to be down for logins. While it is, it is looked at in the background, and a dial
    /// for anybody else is let through now and then; open connections are used in any case.
    pub fn available(&self) -> bool {
        self.login_ways().all(|way| way.health.available())
    }
    /// Health as it was learnt, of what a login needs: of several ways, the one that is down.
    pub fn health(&self) -> HealthReport {
        let mut reports = self.login_ways().map(|way| way.health.report());
        let first = reports.next().unwrap_or_default();
        if first.degraded_since.is_some() {
            return first;
        }
        reports
            .find(|report| report.degraded_since.is_some())
            .unwrap_or(first)
    }

    /// Lets go of connections that were made before the stores of its [`crate::TlsClient`] were read anew:
    /// idle ones at once, the others when what is in flight on them is over.
    pub fn drain_old(&self) {
        for (_, pool) in self.pools.iter() {
            match pool {
                Some(Pool::Persons(pool)) => pool.drain_old(),
                Some(Pool::Searches(pool)) => pool.drain_old(),
                Some(Pool::Single(_)) | None => {}
            }
        }
    }

    /// Takes nothing more, waits for what is in flight (no longer than an operation may take), and
    /// says goodbye on every connection.
    pub async fn close(&self) {
        self.stop_patrols();
        let limit = RuntimeInstant::now() + self.settings.timeouts.operation;
        for (_, pool) in self.pools.iter() {
            if let Some(Pool::Searches(pool)) = pool {
                pool.retire();
            }
        }
        for (_, pool) in self.pools.iter() {
            match pool {
                Some(Pool::Persons(pool)) => pool.close(limit).await,
                Some(Pool::Searches(pool)) => pool.close(limit).await,
                Some(Pool::Single(_)) | None => {}
            }
        }
    }

    fn stop_patrols(&self) {
        self.patrols.lock().drain(..).for_each(|it| it.abort());
    }

    fn searches(&self, role: SearchRole) -> Result<&Arc<MuxPool>, LdapError> {
        match self.pools.of(role.into()) {
            Some(Pool::Searches(pool)) => Ok(pool),
            _ => Err(LdapError::OtherRole(role.into())),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop_patrols();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("display", &self.settings.display)
            .finish_non_exhaustive()
    }
}
