//! Several searches that belong to one question: on one server of a domain as long as it serves, then on the
//! next. Must not know what is asked.

use crate::fault::server_fault;
use crate::hedge::{Hedged, first_answer};
use entryway_ldap::{DirectoryKind, LdapError, SearchRequest, SearchResult, SearchRole, Server};
use entryway_ldap_types::ResultCode;
use entryway_login::ServerTry;
use futures_util::future::try_join_all;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

/// Most searches of one question in flight: other people's share the connection.
pub(crate) const AT_ONCE: usize = 16;

/// A question in several searches, all of them on connections of one role: what decides a login goes the way of the
/// login's search, which is encrypted wherever passwords are.
pub(crate) struct Asker {
    /// Servers that were not given up, the one in use first.
    order: Vec<Arc<Server>>,
    role: SearchRole,
    deadline: Instant,
    /// Most searches, repeated ones too.
    most: u32,
    round_trips: u32,
    waits: u32,
    entries: u32,
    tried: Vec<ServerTry>,
    served: Option<Arc<str>>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// No server serves.
    NoServer,
    /// The time is up.
    Deadline,
    /// It would take more searches than this.
    Searches(u32),
}

/// In words, for the administrator.
impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoServer => f.write_str("no server answers"),
            Self::Deadline => f.write_str("there is no time left"),
            Self::Searches(most) => write!(f, "the limit of {most} searches is reached"),
        }
    }
}

/// What the asking was like.
pub(crate) struct Asked {
    /// Servers that did not serve, in order.
    pub(crate) tried: Vec<ServerTry>,
    /// The server that answered last.
    pub(crate) served: Option<Arc<str>>,
    /// Searches that were made.
    pub(crate) round_trips: u32,
    /// How often an answer was waited for: searches at the same time count once.
    pub(crate) waits: u32,
    /// Entries that came.
    pub(crate) entries: u32,
}

impl Asker {
    /// Asks these servers in this order, by the deadline, `most` searches in all.
    pub(crate) fn new(
        order: Vec<Arc<Server>>,
        role: SearchRole,
        deadline: Instant,
        most: u32,
    ) -> Self {
        Self {
            order,
            role,
            deadline,
            most,
            round_trips: 0,
            waits: 0,
            entries: 0,
            tried: Vec::new(),
            served: None,
        }
    }

    /// Asks one thing.
    pub(crate) async fn ask(&mut self, request: SearchRequest) -> Result<SearchResult, Unanswered> {
        let mut answers = self.ask_all(&[request]).await?;
        answers.pop().ok_or(Unanswered::NoServer)
    }

    /// Asks for several things at the same time; the answers are in the order of the requests, and may have any
    /// code but busy and unavailable. Sixteen at a time are answered by one server; where one of them is not, all of
    /// these are asked of the next.
    pub(crate) async fn ask_all(
        &mut self,
        requests: &[SearchRequest],
    ) -> Result<Vec<SearchResult>, Unanswered> {
        let mut answers = Vec::with_capacity(requests.len());
        for slice in requests.chunks(AT_ONCE) {
            answers.extend(self.ask_slice(slice).await?);
        }
        Ok(answers)
    }

    async fn ask_slice(
        &mut self,
        requests: &[SearchRequest],
    ) -> Result<Vec<SearchResult>, Unanswered> {
        let now = Instant::now();
        if self.order.is_empty() {
            return Err(Unanswered::NoServer);
        }
        if now >= self.deadline {
            return Err(Unanswered::Deadline);
        }
        let searches = u32::try_from(requests.len()).unwrap_or(u32::MAX);
        // Every server that is asked costs the searches once more.
        let affordable = self.left().checked_div(searches).unwrap_or(u32::MAX);
        let affordable = usize::try_from(affordable).unwrap_or(usize::MAX);
        let order = self.order.get(..affordable).unwrap_or(&self.order);
        if order.is_empty() {
            return Err(Unanswered::Searches(self.most));
        }
        let mut asked = 0_u32;
        let role = self.role;
        let hedged = first_answer(order, role, self.deadline, |server, due| {
            asked += 1;
            async move { all_of(&server, role, requests, due).await }
        });
        let Hedged { tried, answer } = hedged.await;
        self.round_trips += asked * searches;
        self.waits += 1;
        let poor = order.len() < self.order.len();
        // One that was only late is not waited for again by this question either.
        self.order
            .retain(|server| !tried.iter().any(|tried| tried.server == *server.display()));
        self.tried.extend(tried);
        match answer {
            Some((server, answers)) => {
                self.served = Some(Arc::clone(server.display()));
                let entries: usize = answers.iter().map(|answer| answer.entries.len()).sum();
                let entries = u32::try_from(entries).unwrap_or(u32::MAX);
                self.entries = self.entries.saturating_add(entries);
                Ok(answers)
            }
            None if Instant::now() >= self.deadline => Err(Unanswered::Deadline),
            None if poor => Err(Unanswered::Searches(self.most)),
            None => Err(Unanswered::NoServer),
        }
    }

    /// The server that answered last.
    pub(crate) fn served(&self) -> Option<&Arc<str>> {
        self.served.as_ref()
    }

    /// How many searches may still be made.
    pub(crate) fn left(&self) -> u32 {
        self.most.saturating_sub(self.round_trips)
    }

    /// What the asking was like.
    pub(crate) fn end(self) -> Asked {
        Asked {
            tried: self.tried,
            served: self.served,
            round_trips: self.round_trips,
            waits: self.waits,
            entries: self.entries,
        }
    }

    /// Asks this server before the others: it knows the entry as it was found, and another may be behind.
    pub(crate) fn first(&mut self, server: &str) {
        self.order.sort_by_key(|one| **one.display() != *server);
    }

    /// Servers that did not serve so far.
    pub(crate) fn tried(&self) -> &[ServerTry] {
        &self.tried
    }
}

/// All of these from one server, or why it does not serve.
async fn all_of(
    server: &Server,
    role: SearchRole,
    requests: &[SearchRequest],
    due: Instant,
) -> Result<Vec<SearchResult>, ServerTry> {
    let searches = requests
        .iter()
        .map(|request| search(server, role, request, due));
    try_join_all(searches).await
}

/// One search, or why the server does not serve.
pub(crate) async fn search(
    server: &Server,
    role: SearchRole,
    request: &SearchRequest,
    due: Instant,
) -> Result<SearchResult, ServerTry> {
    match server.search(role, request, due).await {
        Ok(result) if passes_on(result.code) => Err(busy(server, &result)),
        Ok(result) => Ok(result),
        Err(error) => Err(failed(server, &error)),
    }
}

/// Whether the server says that it is Active Directory; asked once and then known. One that hides it is not.
pub(crate) async fn is_active_directory(
    server: &Server,
    role: SearchRole,
    due: Instant,
) -> Result<bool, ServerTry> {
    match server.root_dse(role, due).await {
        Ok(root) => Ok(root.kind() == DirectoryKind::ActiveDirectory),
        Err(error) => Err(failed(server, &error)),
    }
}

/// Codes by which a server says that another one should be asked (RFC 4511 appendix A.2).
pub(crate) fn passes_on(code: ResultCode) -> bool {
    matches!(code, ResultCode::BUSY | ResultCode::UNAVAILABLE)
}

pub(crate) fn busy(server: &Server, result: &SearchResult) -> ServerTry {
    ServerTry {
        server: server.display().clone(),
        fault: entryway_login::ServerFault::Unreachable,
        cause: format!("answers {}", result.code),
    }
}

pub(crate) fn failed(server: &Server, error: &LdapError) -> ServerTry {
    ServerTry {
        server: server.display().clone(),
        fault: server_fault(error),
        cause: error.in_words(),
    }
}
