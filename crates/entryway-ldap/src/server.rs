//! One LDAP host, with everything that Entryway does on it.

use crate::dial::{Identity, Progress};
use crate::error::{BindFailure, LdapError, Step};
use crate::health::HealthReport;
use crate::mux::{MuxPool, SearchResult, Unanswered};
use crate::persons::PersonPool;
use crate::probe::{self, ProbeReport};
use crate::settings::{Role, ServerSettings, ServiceBind};
use crate::shared::Shared;
use crate::stats::{Counters, OperationKind, ServerStats, Tally};
use crate::watch;
use entryway_ldap_proto::SearchRequest;
use entryway_ldap_proto::client::BindResult;
use entryway_ldap_types::Password;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;
use tokio::time::Instant as RuntimeInstant;

/// One LDAP host: connections by role, health and counters.
///
/// Its futures may be dropped at any time: a search is abandoned, a bind's connection is kept from
/// everybody until its own answer has come.
pub struct Server {
    shared: Arc<Shared>,
    persons: Arc<PersonPool>,
    /// One per role, in the order of [`Role::ALL`].
    searches: [Arc<MuxPool>; Role::ALL.len()],
}

impl Server {
    /// A server that was not dialled yet: does no I/O.
    pub fn new(settings: ServerSettings) -> Arc<Self> {
        let shared = Arc::new(Shared::new(settings));
        Arc::new(Self {
            persons: Arc::new(PersonPool::new(Arc::clone(&shared))),
            searches: Role::ALL.map(|role| Arc::new(MuxPool::new(Arc::clone(&shared), role))),
            shared,
        })
    }
    /// Has the same service account as another server: what one of them learns of its password the other
    /// knows. For servers of one domain, before either is used; nothing changes where the names differ.
    pub fn share_account(&self, with: &Self) {
        let (own, other) = (self.settings(), with.settings());
        if let (ServiceBind::Simple { dn, .. }, ServiceBind::Simple { dn: known, .. }) =
            (&own.service_bind, &other.service_bind)
            && dn == known
        {
            self.shared.credentials.share(&with.shared.credentials);
        }
    }
    /// As shown to the administrator.
    pub fn display(&self) -> &Arc<str> {
        &self.shared.settings.display
    }
    /// What it was told.
    pub fn settings(&self) -> &ServerSettings {
        &self.shared.settings
    }

    /// Searches as the service account, on a connection of `role`.
    ///
    /// Waits for a connection, for room on it and for the answer, never beyond `deadline`. When the
    /// connection dies before anything of the answer has come, the search is sent once more.
    /// The answer's code may be anything; only what is no answer is an error.
    pub async fn search(
        &self,
        role: Role,
        request: &SearchRequest,
        deadline: Instant,
    ) -> Result<SearchResult, LdapError> {
        let pool = self.pool(role);
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
        let operation = self.shared.settings.timeouts.operation;
        if RuntimeInstant::now() >= deadline {
            return Err(LdapError::TimedOut { step: Step::Search });
        }
        let mut may_retry = true;
        loop {
            let mut ticket = pool.submit(request, deadline).await?;
            let submitted = RuntimeInstant::now();
            match ticket.wait((submitted + operation).min(deadline)).await {
                Some(Ok(found)) => {
                    self.shared.health.answered();
                    return Ok(found);
                }
                Some(Err(Unanswered {
                    error: LdapError::Closed(_),
                    untouched: true,
                })) if may_retry => may_retry = false,
                Some(Err(Unanswered { error, .. })) => {
                    self.shared.failed(&error, submitted, operation);
                    return Err(error);
                }
                None => {
                    let error = LdapError::TimedOut { step: Step::Search };
                    // One slow search is that search's; a server that says nothing to anybody is gone.
                    if ticket.mux().silent_since(submitted) {
                        self.shared.failed(&error, submitted, operation);
                        ticket.mux().retire();
                    }
                    return Err(error);
                }
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
        self.persons.bind_as(dn, password, deadline.into()).await
    }

    /// Dials once, by the same way as every connection, and reads the root DSE.
    pub async fn probe(&self, deadline: Instant) -> Result<ProbeReport, LdapError> {
        let counters = Arc::<Counters>::default();
        let deadline = deadline.into();
        let (link, steps) = self
            .shared
            .dial(Identity::Service, &counters, deadline, &Progress::default())
            .await?;
        let asked = RuntimeInstant::now();
        let report = probe::read(
            link,
            steps,
            deadline,
            self.shared.settings.timeouts.operation,
        )
        .await;
        match &report {
            Ok(_) => self.shared.health.answered(),
            Err(error) => {
                let limit = self.shared.settings.timeouts.operation;
                self.shared.failed(error, asked, limit);
            }
        }
        report
    }

    /// Looks at it once in the background and returns at once: health then tells the truth, and a
    /// connection of `role` is open when the first search comes.
    ///
    /// Needs a tokio runtime. What is down is looked at again until it answers, started or not.
    pub fn start(self: &Arc<Self>, role: Role) {
        let server = Arc::clone(self);
        tokio::spawn(async move {
            let deadline = server.shared.nobodys_deadline();
            let looked = server.look(server.pool(role), deadline).await;
            if let Err(error) = looked {
                server
                    .shared
                    .health
                    .found_down(&error, RuntimeInstant::now(), || {
                        watch::start(&server.shared)
                    });
            }
        });
    }

    /// Takes a whole LDAP answer for health: a service bind's, or else the root DSE.
    async fn look(&self, pool: &Arc<MuxPool>, deadline: RuntimeInstant) -> Result<(), LdapError> {
        pool.warm(deadline).await?;
        match self.shared.settings.service_bind {
            ServiceBind::Simple { .. } => Ok(()),
            ServiceBind::Anonymous => self
                .search_on(pool, &probe::request(), deadline)
                .await
                .map(|_| ()),
        }
    }

    /// Whether it is not known to be down. While it is, it is looked at in the background, and a dial
    /// for anybody else is let through now and then; open connections are used in any case.
    pub fn available(&self) -> bool {
        self.shared.health.available()
    }
    /// Health as it was learnt.
    pub fn health(&self) -> HealthReport {
        self.shared.health.report()
    }
    /// Counters at this moment, of roles that were used.
    pub fn stats(&self) -> ServerStats {
        let searches = Role::ALL
            .into_iter()
            .zip(&self.searches)
            .map(|(role, pool)| {
                let mut stats = pool.counters().snapshot(role);
                stats.idle = pool.idle_connections();
                stats
            });
        let persons = self.persons.counters().snapshot(Role::Authenticate);
        ServerStats {
            display: Arc::clone(&self.shared.settings.display),
            health: self.health(),
            roles: std::iter::once(persons)
                .chain(searches)
                .filter(|role| role.was_used())
                .collect(),
        }
    }

    /// Takes nothing more, waits for what is in flight (no longer than an operation may take), and
    /// says goodbye on every connection.
    pub async fn close(&self) {
        let limit = RuntimeInstant::now() + self.shared.settings.timeouts.operation;
        self.searches.iter().for_each(|pool| pool.retire());
        self.persons.close(limit).await;
        for pool in &self.searches {
            pool.close(limit).await;
        }
    }

    fn pool(&self, role: Role) -> &Arc<MuxPool> {
        let [
            authenticate,
            find_login,
            resolve,
            browse,
            group_content,
            cards,
            change_password,
        ] = &self.searches;
        match role {
            Role::Authenticate => authenticate,
            Role::FindLogin => find_login,
            Role::Resolve => resolve,
            Role::Browse => browse,
            Role::GroupContent => group_content,
            Role::Cards => cards,
            Role::ChangePassword => change_password,
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("display", &self.shared.settings.display)
            .finish_non_exhaustive()
    }
}
