//! A domain's servers in order of preference, and what a login asks of them.

mod bind;
mod change;
mod kind;

use crate::ask::{Asker, is_active_directory, search};
use crate::groups::{GroupsSettings, groups_of};
use crate::hedge::{Hedged, first_answer};
use crate::lockout::Lockout;
use crate::referral::{Follower, Referrals};
use crate::roster::{Discovery, Roster};
use crate::share::seconds_until;
use crate::source::ServerSource;
use crate::traffic;
use entryway_ldap::{DerefAliases, SearchRequest, SearchRole, Server};
use entryway_ldap_types::{AttributeName, Filter};
use entryway_login::{
    BindAnswer, BindOperation, ChangeAnswer, ChangeOperation, Directories, FindAnswer,
    FindOperation, GroupsAnswer, GroupsOperation, Held, LockoutPolicy, Served,
};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use tokio::task::JoinSet;

/// The way of everything that decides a login.
pub(crate) const ROLE: SearchRole = SearchRole::FindLogin;
/// More entries than this never matter to a login: two already make the name ambiguous.
const FIND_SIZE_LIMIT: u32 = 2;

/// Every configured domain, in the order of `entryway_login::LoginPolicy::domains`.
pub struct Domains {
    domains: Vec<Domain>,
    /// Read what changes now and then; they end with the domains.
    readers: Mutex<JoinSet<()>>,
}

/// One domain with its servers.
pub struct Domain {
    name: Arc<str>,
    servers: Arc<Roster>,
    /// For cards alone; empty where `servers` has them.
    cards: Vec<Arc<Server>>,
    follower: Follower,
    groups: Option<GroupsSettings>,
    lockout: Arc<Lockout>,
    /// Whether its directory said that it is Active Directory when it was asked last.
    active_directory: AtomicBool,
}

/// Whether a domain can serve logins now.
#[derive(Debug, Clone)]
pub struct DomainReadiness {
    /// The domain's name.
    pub name: Arc<str>,
    /// Whether at least one server is not known to be down.
    pub ready: bool,
    /// Each server, in order of preference.
    pub servers: Vec<ServerReadiness>,
}

/// What is known of one server.
#[derive(Debug, Clone)]
pub struct ServerReadiness {
    /// As shown to the administrator.
    pub server: Arc<str>,
    /// Whether it is not known to be down. A server that was never asked counts as up.
    pub up: bool,
    /// The last error while it is down, in words.
    pub last_error: Option<Arc<str>>,
}

impl Domain {
    /// A domain of these servers, the preferred one first. Does no I/O. Their service account is one: a
    /// password that is refused is sent again as rarely as if they were one server.
    pub fn new(name: Arc<str>, servers: Vec<Arc<Server>>) -> Self {
        Self::of(name, Roster::written(servers))
    }

    /// A domain whose servers are found in DNS, when the first is needed or from [`Domains::start`] on.
    pub fn discovered(name: Arc<str>, discovery: Discovery) -> Self {
        let roster = Roster::found(Arc::clone(&name), discovery);
        Self::of(name, roster)
    }

    fn of(name: Arc<str>, servers: Roster) -> Self {
        Self {
            name,
            servers: Arc::new(servers),
            cards: Vec::new(),
            follower: Follower::default(),
            groups: None,
            lockout: Arc::default(),
            active_directory: AtomicBool::new(false),
        }
    }

    /// The same domain, whose business cards are on servers of their own. Nothing looks at them before somebody
    /// asks for a card: no login waits for them or fails with them.
    #[must_use]
    pub fn with_cards(self, cards: Vec<Arc<Server>>) -> Self {
        share_accounts(&cards);
        Self { cards, ..self }
    }

    /// The same domain, which finds people's groups this way. Without it, it has none.
    #[must_use]
    pub fn with_groups(self, groups: GroupsSettings) -> Self {
        Self {
            groups: Some(groups),
            ..self
        }
    }

    /// The same domain, which goes on where its servers refer to. Without it, that is told of and passed over.
    #[must_use]
    pub fn with_referrals(self, referrals: Referrals) -> Self {
        Self {
            follower: Follower::new(referrals),
            ..self
        }
    }

    /// After how many wrong passwords the directory locks an account and for how long, as it was last read: not
    /// before [`Domains::start`].
    pub fn lockout(&self) -> LockoutPolicy {
        self.lockout.policy()
    }

    /// The domain's name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Servers for cards alone, the preferred one first; none where [`Domain::servers`] have them.
    pub fn cards(&self) -> &[Arc<Server>] {
        &self.cards
    }

    /// Its servers as far as they are known, the preferred one first.
    pub fn servers(&self) -> Arc<[Arc<Server>]> {
        self.servers.known()
    }

    /// Every server that it speaks with, as far as they are known: no more than the configuration and DNS name.
    pub fn every_server(&self) -> Vec<(ServerSource, Arc<Server>)> {
        let servers = self.servers.known();
        ServerSource::each(&servers, &self.cards, self.follower.servers())
    }

    /// New servers of each host that its referrals may lead to, by every way: one of them may well lead nowhere.
    pub fn followed(&self) -> Vec<Vec<Arc<Server>>> {
        self.follower.hosts()
    }

    /// Why none of its servers is known, where that is so: the source and the cause, in words.
    pub fn problem(&self) -> Option<String> {
        let problem = self.servers.problem()?;
        Some(format!("{}: {}", problem.server, problem.cause))
    }

    /// Its servers, found by the deadline where none is known yet; else why not, in words.
    pub async fn find_servers(&self, deadline: Instant) -> Result<Arc<[Arc<Server>]>, String> {
        let servers = self.servers.servers(deadline).await;
        match self.servers.problem() {
            Some(problem) if servers.is_empty() => Err(problem.cause),
            _ => Ok(servers),
        }
    }

    async fn find(&self, operation: &FindOperation) -> FindAnswer {
        let started = Instant::now();
        let time_limit = seconds_until(operation.deadline);
        let request = |filter: &Arc<Filter>, attributes: &Arc<[AttributeName]>| SearchRequest {
            base: Arc::clone(&operation.base),
            scope: operation.scope,
            deref: DerefAliases::Never,
            size_limit: FIND_SIZE_LIMIT,
            time_limit,
            types_only: false,
            filter: Arc::clone(filter),
            attributes: Arc::clone(attributes),
        };
        let usual = request(&operation.filter, &operation.attributes);
        let other = operation.active_directory.as_ref();
        let other = other.map(|other| request(&other.filter, &other.attributes));
        let servers = self.servers.servers(operation.deadline).await;
        let mut order = order_now(&servers);
        if let Some(last) = &operation.last {
            order.sort_by_key(|server| server.display() == last);
        }
        let (usual, other) = (&usual, &other);
        let hedged = first_answer(&order, ROLE, operation.deadline, |server, due| async move {
            // What a server is, it says itself: which question it gets is never a guess.
            let of_its_kind = match other {
                Some(other) if is_active_directory(&server, ROLE, due).await? => Some(other),
                _ => None,
            };
            let result = search(&server, ROLE, of_its_kind.unwrap_or(usual), due).await?;
            Ok((of_its_kind, result))
        });
        let Hedged { mut tried, answer } = hedged.await;
        if order.is_empty() {
            tried.extend(self.servers.problem());
        }
        let mut served = None;
        if let Some((server, (of_its_kind, result))) = answer {
            let (request, answer) = (of_its_kind.unwrap_or(usual), (server, result));
            let followed = self
                .follower
                .follow(&self.name, request, answer, operation.deadline)
                .await;
            tried.extend(followed.failed);
            served = Some(Served {
                server: followed.server.display().clone(),
                entries: followed.result.entries,
                code: followed.result.code,
                diagnostic: followed.result.diagnostic,
                lockout: self.lockout(),
                active_directory: of_its_kind.is_some(),
                passed_over: followed.passed_over,
            });
        }
        FindAnswer {
            tried,
            served,
            took: started.elapsed(),
        }
    }

    async fn groups(&self, operation: &GroupsOperation) -> GroupsAnswer {
        let started = Instant::now();
        let Some(settings) = &self.groups else {
            return GroupsAnswer {
                took: started.elapsed(),
                ..no_groups(format!("domain `{}` has no groups configured", self.name))
            };
        };
        // The server that gave the entry knows it as it was found; another one may be behind.
        let (mut order, others): (Vec<_>, Vec<_>) = order_now(&self.servers.known())
            .into_iter()
            .partition(|server| *server.display() == operation.server);
        order.extend(others);
        let mut asker = Asker::new(order, ROLE, operation.deadline, settings.max_searches);
        let (groups, partial) = groups_of(operation, &self.name, settings, &mut asker).await;
        let asked = asker.end();
        GroupsAnswer {
            groups,
            partial,
            tried: asked.tried,
            server: asked.served,
            round_trips: asked.round_trips,
            took: started.elapsed(),
        }
    }

    /// Asks several things of this domain, on connections of this role.
    pub(crate) async fn asker(&self, role: SearchRole, deadline: Instant, most: u32) -> Asker {
        let servers = self.servers.servers(deadline).await;
        Asker::new(order_now(&servers), role, deadline, most)
    }

    /// In which order servers are asked for business cards, which may be on servers of their own.
    pub(crate) async fn cards_order(&self, deadline: Instant) -> Vec<Arc<Server>> {
        if !self.cards.is_empty() {
            return order_now(&self.cards);
        }
        order_now(&self.servers.servers(deadline).await)
    }

    /// How its groups are found, if at all.
    pub(crate) fn groups_settings(&self) -> Option<&GroupsSettings> {
        self.groups.as_ref()
    }

    fn readiness(&self) -> DomainReadiness {
        let known = self.servers.known();
        let mut servers: Vec<_> = known
            .iter()
            .map(|server| {
                let health = server.health();
                ServerReadiness {
                    server: Arc::clone(server.display()),
                    up: health.degraded_since.is_none(),
                    last_error: health.last_error,
                }
            })
            .collect();
        servers.extend(self.servers.problem().map(|problem| ServerReadiness {
            server: problem.server,
            up: false,
            last_error: Some(problem.cause.into()),
        }));
        DomainReadiness {
            name: self.name.clone(),
            ready: servers.iter().any(|server| server.up),
            servers,
        }
    }
}

impl Domains {
    /// These domains; the order is that of the login policy.
    pub fn new(domains: Vec<Domain>) -> Self {
        Self {
            domains,
            readers: Mutex::default(),
        }
    }

    /// The domain of this index.
    pub(crate) fn get(&self, index: usize) -> Option<&Domain> {
        self.domains.get(index)
    }

    /// Each domain.
    pub fn iter(&self) -> impl Iterator<Item = &Domain> {
        self.domains.iter()
    }

    /// Looks at every server once, in the background, and returns at once. A server that is down delays
    /// nothing; it shows in [`Domains::readiness`] soon, without a login. From then on each domain's
    /// [`Domain::lockout`] is read now and then, and the log tells where its logins go. Needs a tokio runtime.
    pub fn start(&self) {
        let mut readers = self.readers.lock();
        for domain in &self.domains {
            domain.servers.start();
            let servers = Arc::clone(&domain.servers);
            readers.spawn(async move { servers.keep_asking().await });
            let (name, servers) = (Arc::clone(&domain.name), Arc::clone(&domain.servers));
            let lockout = Arc::clone(&domain.lockout);
            readers.spawn(async move { lockout.keep_reading(&name, &servers).await });
            let (name, servers) = (Arc::clone(&domain.name), Arc::clone(&domain.servers));
            readers.spawn(async move { traffic::tell(&name, &servers).await });
        }
    }

    /// Reads each domain's [`Domain::lockout`] now, for a process that decides one login and is gone; no longer than this.
    pub async fn read_lockouts(&self, deadline: Instant) {
        let mut reading = JoinSet::new();
        for domain in &self.domains {
            let (lockout, servers) = (Arc::clone(&domain.lockout), Arc::clone(&domain.servers));
            reading.spawn(async move { lockout.read_once(&servers, deadline).await });
        }
        reading.join_all().await;
    }

    /// Goes on with what other domains of the same names know of their service accounts: a password that a directory
    /// refuses is no better for being configured once more. For a configuration that takes another's place, before
    /// [`Domains::start`].
    pub fn use_accounts(&self, before: &Self) {
        for domain in &self.domains {
            let known = before.domains.iter().find(|it| it.name == domain.name);
            let Some(known) = known else { continue };
            if let Some(account) = known.servers.account() {
                domain.servers.use_account(&account);
            }
            let cards = known.cards.first().and_then(|server| server.account());
            if let Some(account) = cards {
                for server in &domain.cards {
                    server.use_account(&account);
                }
            }
        }
    }

    /// Whether each domain can serve logins, from what is already known: asks nobody.
    pub fn readiness(&self) -> Vec<DomainReadiness> {
        self.domains
            .iter()
            .map(|domain| domain.readiness())
            .collect()
    }

    /// Says goodbye on what is idle and waits for what is in flight, no longer than an operation may
    /// take; all servers at the same time, so that a dead one holds nobody up.
    pub async fn close(&self) {
        self.readers.lock().abort_all();
        let mut closing = JoinSet::new();
        for (_, server) in self.domains.iter().flat_map(Domain::every_server) {
            closing.spawn(async move { server.close().await });
        }
        closing.join_all().await;
    }
}

impl Directories for Domains {
    async fn find(&self, operation: &FindOperation) -> FindAnswer {
        match self.domains.get(operation.domain.0) {
            Some(domain) => domain.find(operation).await,
            None => FindAnswer {
                tried: Vec::new(),
                served: None,
                took: std::time::Duration::ZERO,
            },
        }
    }

    async fn bind(&self, operation: BindOperation) -> BindAnswer {
        match self.domains.get(operation.domain.0) {
            Some(domain) => domain.bind(&operation).await,
            None => bind::no_server(&operation, Instant::now()),
        }
    }

    async fn bind_to_change(&self, operation: BindOperation) -> (BindAnswer, Option<Held>) {
        match self.domains.get(operation.domain.0) {
            Some(domain) => domain.bind_to_change(&operation).await,
            None => (bind::no_server(&operation, Instant::now()), None),
        }
    }

    async fn change(&self, operation: ChangeOperation) -> ChangeAnswer {
        match self.domains.get(operation.domain.0) {
            Some(domain) => domain.change(operation).await,
            None => change::no_server(&operation.server, Instant::now()),
        }
    }

    async fn groups(&self, operation: &GroupsOperation) -> GroupsAnswer {
        match self.domains.get(operation.domain.0) {
            Some(domain) => domain.groups(operation).await,
            None => no_groups("the domain is no longer configured".to_owned()),
        }
    }
}

/// Servers in order of preference, those first that are likely to answer soon, last those that are known to be down: they
/// are dialled only where none of the others serves, and then hardly ever (see [`Server::available`]). So a
/// login never pays for finding out whether a better server is back.
pub(crate) fn order_now(servers: &[Arc<Server>]) -> Vec<Arc<Server>> {
    let rank = |server: &Arc<Server>| {
        if !server.available() {
            2
        } else if !server.is_prompt(ROLE) {
            1
        } else {
            0
        }
    };
    // Asked once each: what is known of a server may change meanwhile.
    let mut ranked: Vec<_> = servers
        .iter()
        .map(|server| (rank(server), server))
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked
        .into_iter()
        .map(|(_, server)| Arc::clone(server))
        .collect()
}

fn share_accounts(servers: &[Arc<Server>]) {
    if let Some((first, others)) = servers.split_first() {
        others.iter().for_each(|server| server.share_account(first));
    }
}

fn no_groups(partial: String) -> GroupsAnswer {
    GroupsAnswer {
        groups: Vec::new(),
        partial: Some(partial),
        tried: Vec::new(),
        server: None,
        round_trips: 0,
        took: std::time::Duration::ZERO,
    }
}
