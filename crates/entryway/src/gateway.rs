//! The login of this process: the pure flow, driven against the configured domains under its deadline.

use crate::witness::{Submitted, Witness};
use entryway_directory::Domains;
use entryway_login::{
    Attempt, BindAnswer, BindOperation, BindUnanswered, Clock, Decided, Directories, FindAnswer,
    FindOperation, GroupsAnswer, GroupsOperation, LocalAccount, LocalAccounts, LoginPolicy,
    LoginService, OsAccount, OsAccounts, OsAnswer, OsOperation, OsReply, ReserveAnswer,
    ReserveOperation, ServerFault, Settled, StoreUnavailable, Throttle, VerifyAnswer,
    VerifyOperation, drive,
};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout_at;

/// One configuration's logins. Replaced as a whole on reload.
pub(crate) struct Gateway {
    policy: Arc<LoginPolicy>,
    domains: Domains,
    witnesses: Vec<Arc<dyn Witness>>,
}

impl Gateway {
    /// Logins of `policy` against `domains`, seen by `witnesses`.
    pub(crate) fn new(
        policy: Arc<LoginPolicy>,
        domains: Domains,
        witnesses: Vec<Arc<dyn Witness>>,
    ) -> Self {
        Self {
            policy,
            domains,
            witnesses,
        }
    }

    /// The domains, for probes, metrics and the end.
    pub(crate) fn domains(&self) -> &Domains {
        &self.domains
    }

    /// What the login needs to know beforehand.
    pub(crate) fn policy(&self) -> &Arc<LoginPolicy> {
        &self.policy
    }

    async fn decide(&self, attempt: Attempt) -> Decided {
        let mut watched = Watched {
            gateway: self,
            submitted: Some(Submitted::of(&attempt)),
        };
        let decided = drive(
            &World {
                domains: OnTime(&self.domains),
            },
            &Monotonic,
            Arc::clone(&self.policy),
            attempt,
        )
        .await;
        if let Some(submitted) = watched.submitted.take() {
            for witness in &self.witnesses {
                witness.decided(&submitted, &decided, &self.policy);
            }
        }
        decided
    }
}

impl LoginService for Gateway {
    fn login(&self, attempt: Attempt) -> Pin<Box<dyn Future<Output = Decided> + Send + '_>> {
        Box::pin(self.decide(attempt))
    }
}

/// A login under way. Dropped before its decision, it was abandoned, and that is told too: its bind
/// may have counted against the person.
struct Watched<'a> {
    gateway: &'a Gateway,
    submitted: Option<Submitted>,
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        if let Some(submitted) = self.submitted.take() {
            for witness in &self.gateway.witnesses {
                witness.abandoned(&submitted);
            }
        }
    }
}

struct Monotonic;

impl Clock for Monotonic {
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// Everything that a login asks.
struct World<'a> {
    domains: OnTime<'a>,
}

impl Directories for World<'_> {
    async fn find(&self, operation: &FindOperation) -> FindAnswer {
        self.domains.find(operation).await
    }
    async fn bind(&self, operation: BindOperation) -> BindAnswer {
        self.domains.bind(operation).await
    }
    async fn groups(&self, operation: &GroupsOperation) -> GroupsAnswer {
        self.domains.groups(operation).await
    }
}

impl LocalAccounts for World<'_> {
    fn find_local(&self, _name: &str) -> Result<Option<Arc<LocalAccount>>, StoreUnavailable> {
        Ok(None)
    }
    async fn verify_local(&self, _operation: VerifyOperation) -> VerifyAnswer {
        VerifyAnswer {
            verified: Err(StoreUnavailable("there is no store".to_owned())),
            took: Duration::ZERO,
        }
    }
}

impl OsAccounts for World<'_> {
    async fn find_os(&self, _name: &str) -> Result<Option<OsAccount>, String> {
        Ok(None)
    }
    async fn login_os(&self, _operation: OsOperation) -> OsAnswer {
        OsAnswer {
            reply: OsReply::Unknown,
            took: Duration::ZERO,
        }
    }
}

impl Throttle for World<'_> {
    fn reserve(&self, _operation: &ReserveOperation) -> ReserveAnswer {
        ReserveAnswer::Reserved
    }
    fn settle(&self, _operation: &ReserveOperation, _settled: Settled) {}
}

/// The domains, held to the deadline from outside: whatever a server or a pool does, the login is
/// answered, and its trace says what it was waiting for.
struct OnTime<'a>(&'a Domains);

/// The domains keep the deadline themselves, and then tell which server was waited for; this net is
/// for what they might miss, so it lets them speak first.
const NET: Duration = Duration::from_millis(50);

const LATE: &str = "the login's deadline passed";

impl Directories for OnTime<'_> {
    async fn find(&self, operation: &FindOperation) -> FindAnswer {
        let asked = Instant::now();
        let answer = timeout_at((operation.deadline + NET).into(), self.0.find(operation)).await;
        answer.unwrap_or_else(|_| FindAnswer {
            tried: Vec::new(),
            served: None,
            took: asked.elapsed(),
        })
    }

    async fn groups(&self, operation: &GroupsOperation) -> GroupsAnswer {
        let asked = Instant::now();
        let answer = timeout_at((operation.deadline + NET).into(), self.0.groups(operation)).await;
        answer.unwrap_or_else(|_| GroupsAnswer {
            groups: Vec::new(),
            partial: Some(LATE.to_owned()),
            tried: Vec::new(),
            server: None,
            round_trips: 0,
            took: asked.elapsed(),
        })
    }

    async fn bind(&self, operation: BindOperation) -> BindAnswer {
        let (asked, server) = (Instant::now(), Arc::clone(&operation.server));
        let answer = timeout_at((operation.deadline + NET).into(), self.0.bind(operation)).await;
        answer.unwrap_or_else(|_| {
            // Nobody knows how far it got: it counts as sent.
            let unanswered = BindUnanswered {
                written: true,
                fault: ServerFault::TimedOut,
                cause: LATE.to_owned(),
            };
            BindAnswer {
                server,
                reply: Err(unanswered),
                took: asked.elapsed(),
            }
        })
    }
}
