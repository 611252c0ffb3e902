//! Several searches that belong to one question: on one server of a domain as long as it serves, then on the
//! next. Must not know what is asked.

use crate::fault::server_fault;
use crate::share::share;
use entryway_ldap::{LdapError, SearchRequest, SearchResult, SearchRole, Server};
use entryway_ldap_types::ResultCode;
use entryway_login::ServerTry;
use futures_util::future::join_all;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

/// Most searches of one question in flight: other people's share the connection.
const AT_ONCE: usize = 16;

/// A question in several searches. All of them decide a login, so they go the way of the login's search
/// ([`SearchRole::FindLogin`]), which is encrypted wherever passwords are.
pub(crate) struct Asker {
    /// Servers that were not given up, the one in use first.
    order: Vec<Arc<Server>>,
    deadline: Instant,
    /// Most searches, repeated ones too.
    most: u32,
    round_trips: u32,
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
}

impl Asker {
    /// Asks these servers in this order, by the deadline, `most` searches in all.
    pub(crate) fn new(order: Vec<Arc<Server>>, deadline: Instant, most: u32) -> Self {
        Self {
            order,
            deadline,
            most,
            round_trips: 0,
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
    /// code but busy and unavailable. What one server did not answer is asked of the next.
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
        let mut answers: Vec<Option<SearchResult>> = requests.iter().map(|_| None).collect();
        loop {
            let open: Vec<_> = requests
                .iter()
                .zip(&mut answers)
                .filter(|(_, answer)| answer.is_none())
                .collect();
            if open.is_empty() {
                break;
            }
            let Some(server) = self.order.first().map(Arc::clone) else {
                return Err(Unanswered::NoServer);
            };
            let now = Instant::now();
            if now >= self.deadline {
                return Err(Unanswered::Deadline);
            }
            let searches = u32::try_from(open.len()).unwrap_or(u32::MAX);
            self.round_trips = match self.round_trips.checked_add(searches) {
                Some(round_trips) if round_trips <= self.most => round_trips,
                _ => return Err(Unanswered::Searches(self.most)),
            };
            let due = share(now, self.deadline, self.order.len());
            let made = open
                .iter()
                .map(|(request, _)| server.search(SearchRole::FindLogin, request, due));
            let made = join_all(made).await;
            let mut failure = None;
            for ((_, answer), result) in open.into_iter().zip(made) {
                match result {
                    Ok(result) if passes_on(result.code) => {
                        failure = failure.or_else(|| Some(busy(&server, &result)));
                    }
                    Ok(result) => *answer = Some(result),
                    Err(error) => failure = failure.or_else(|| Some(failed(&server, &error))),
                }
            }
            match failure {
                Some(failure) => {
                    self.tried.push(failure);
                    self.order.remove(0);
                }
                None => self.served = Some(Arc::clone(server.display())),
            }
        }
        Ok(answers.into_iter().flatten().collect())
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
        }
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
