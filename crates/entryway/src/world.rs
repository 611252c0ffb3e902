//! Everything that a login asks, put together: the domains, the store, the operating system.

use crate::gateway::Course;
use crate::kept::Kept;
use entryway_config::Settings;
use entryway_directory::{Domains, Finder};
use entryway_login::{
    BindAnswer, BindOperation, BindUnanswered, ChangeAnswer, ChangeLocalAnswer, ChangeLocalFailure,
    ChangeLocalOperation, ChangeOperation, ChangeUnanswered, Directories, FindAnswer,
    FindOperation, GroupsAnswer, GroupsOperation, Held, LocalAccount, LocalAccounts, OsAccount,
    OsAccounts, OsAnswer, OsOperation, OsReply, ReserveAnswer, ReserveOperation, ServerFault,
    Settled, SiteAnswer, SiteAsk, SiteFault, SiteOperation, SiteUnanswered, Sites,
    StoreUnavailable, Throttle, VerifyAnswer, VerifyOperation,
};
use entryway_os::PamAccounts;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout_at;

/// What one configuration's logins ask.
pub(crate) struct World {
    pub(crate) domains: Arc<Domains>,
    /// Answers look-ups from the same domains.
    pub(crate) finder: Arc<Finder>,
    pub(crate) kept: Arc<Kept>,
    /// `None` where `login.os_users` is off.
    pub(crate) os: Option<PamAccounts>,
    /// The names of the policy's sites, by `SiteId`.
    sites: Vec<Arc<str>>,
}

impl World {
    /// Looks up in these domains what this configuration lets be looked up.
    pub(crate) fn new(
        settings: &Settings,
        domains: Arc<Domains>,
        os: Option<PamAccounts>,
        kept: Arc<Kept>,
    ) -> Self {
        let finder = Finder::new(
            Arc::clone(&domains),
            Arc::clone(&settings.lookups),
            Arc::clone(&kept.cursors) as _,
        );
        Self {
            domains,
            finder: Arc::new(finder),
            kept,
            os,
            sites: settings
                .policy
                .sites
                .iter()
                .map(|site| Arc::clone(&site.name))
                .collect(),
        }
    }
}

/// The world as one login sees it, which tells how far that login has come.
pub(crate) struct Asked<'a> {
    pub(crate) world: &'a World,
    pub(crate) course: &'a Course,
}

impl Deref for Asked<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        self.world
    }
}

/// The domains keep the deadline themselves, and then tell which server was waited for; this net is
/// for what they might miss, so it lets them speak first.
const NET: Duration = Duration::from_millis(50);

const LATE: &str = "the login's deadline passed";

/// Held to the deadline from outside: whatever a server or a pool does, the login is answered, and its trace says what
/// it was waiting for.
impl Directories for Asked<'_> {
    async fn find(&self, operation: &FindOperation) -> FindAnswer {
        let asked = Instant::now();
        let answer = timeout_at(
            (operation.deadline + NET).into(),
            self.domains.find(operation),
        );
        answer.await.unwrap_or_else(|_| FindAnswer {
            tried: Vec::new(),
            served: None,
            took: asked.elapsed(),
        })
    }

    async fn bind(&self, operation: BindOperation) -> BindAnswer {
        self.course.password_goes_out();
        let (asked, server) = (Instant::now(), Arc::clone(&operation.server));
        let answer = timeout_at(
            (operation.deadline + NET).into(),
            self.domains.bind(operation),
        );
        answer.await.unwrap_or_else(|_| {
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

    async fn bind_to_change(&self, operation: BindOperation) -> (BindAnswer, Option<Held>) {
        self.course.password_goes_out();
        let (asked, server) = (Instant::now(), Arc::clone(&operation.server));
        let answer = timeout_at(
            (operation.deadline + NET).into(),
            // Its state is large, and no login has it.
            Box::pin(self.domains.bind_to_change(operation)),
        );
        answer.await.unwrap_or_else(|_| {
            let unanswered = BindUnanswered {
                written: true,
                fault: ServerFault::TimedOut,
                cause: LATE.to_owned(),
            };
            let answer = BindAnswer {
                server,
                reply: Err(unanswered),
                took: asked.elapsed(),
            };
            (answer, None)
        })
    }

    async fn change(&self, operation: ChangeOperation) -> ChangeAnswer {
        let (asked, server) = (Instant::now(), Arc::clone(&operation.server));
        let answer = timeout_at(
            (operation.deadline + NET).into(),
            // As above.
            Box::pin(self.domains.change(operation)),
        );
        answer.await.unwrap_or_else(|_| ChangeAnswer {
            server,
            reply: Err(ChangeUnanswered {
                written: true,
                fault: ServerFault::TimedOut,
                cause: LATE.to_owned(),
            }),
            took: asked.elapsed(),
        })
    }

    async fn groups(&self, operation: &GroupsOperation) -> GroupsAnswer {
        let asked = Instant::now();
        let answer = timeout_at(
            (operation.deadline + NET).into(),
            self.domains.groups(operation),
        );
        answer.await.unwrap_or_else(|_| GroupsAnswer {
            groups: Vec::new(),
            partial: Some(LATE.to_owned()),
            tried: Vec::new(),
            server: None,
            round_trips: 0,
            took: asked.elapsed(),
        })
    }
}

impl LocalAccounts for Asked<'_> {
    fn find_local(&self, name: &str) -> Result<Option<Arc<LocalAccount>>, StoreUnavailable> {
        self.kept.accounts.find_local(name)
    }

    async fn verify_local(&self, operation: VerifyOperation) -> VerifyAnswer {
        self.course.password_goes_out();
        let (asked, deadline) = (Instant::now(), operation.deadline + NET);
        let answer = timeout_at(deadline.into(), self.kept.accounts.verify_local(operation));
        answer.await.unwrap_or_else(|_| VerifyAnswer {
            verified: Err(StoreUnavailable(LATE.to_owned())),
            took: asked.elapsed(),
        })
    }

    async fn change_local(&self, operation: ChangeLocalOperation) -> ChangeLocalAnswer {
        let (asked, deadline) = (Instant::now(), operation.deadline + NET);
        let answer = timeout_at(deadline.into(), self.kept.accounts.change_local(operation));
        answer.await.unwrap_or_else(|_| ChangeLocalAnswer {
            changed: Err(ChangeLocalFailure::Unknown(StoreUnavailable(
                LATE.to_owned(),
            ))),
            took: asked.elapsed(),
        })
    }
}

impl OsAccounts for Asked<'_> {
    async fn find_os(&self, name: &str, deadline: Instant) -> Result<Option<OsAccount>, String> {
        let Some(os) = &self.os else {
            return Ok(None);
        };
        let answer = timeout_at((deadline + NET).into(), os.find_os(name, deadline));
        answer.await.unwrap_or_else(|_| Err(LATE.to_owned()))
    }

    async fn login_os(&self, operation: OsOperation) -> OsAnswer {
        self.course.password_goes_out();
        let (asked, deadline) = (Instant::now(), operation.deadline + NET);
        let Some(os) = &self.os else {
            return OsAnswer {
                reply: OsReply::Unknown,
                took: Duration::ZERO,
            };
        };
        let answer = timeout_at(deadline.into(), os.login_os(operation));
        answer.await.unwrap_or_else(|_| OsAnswer {
            reply: OsReply::NoVerdict(LATE.to_owned()),
            took: asked.elapsed(),
        })
    }
}

impl Sites for Asked<'_> {
    async fn ask_site(&self, operation: SiteOperation) -> SiteAnswer {
        match &operation.ask {
            SiteAsk::Login { .. } | SiteAsk::Change { .. } => self.course.password_goes_out(),
            SiteAsk::Revalidate { .. } => {}
        }
        let Some(site) = self.sites.get(operation.site.0) else {
            // Routes lead to sites of the policy alone.
            let unanswered = SiteUnanswered {
                fault: SiteFault::Unreachable,
                written: false,
                cause: "there is no such site".to_owned(),
            };
            return SiteAnswer {
                connector: None,
                reply: Err(unanswered),
                took: Duration::ZERO,
            };
        };
        self.kept.exchange.ask_site(site, operation).await
    }
}

impl Throttle for Asked<'_> {
    async fn reserve(&self, operation: &ReserveOperation) -> ReserveAnswer {
        self.kept.throttle.reserve(operation).await
    }
    fn settle(&self, operation: &ReserveOperation, settled: Settled) {
        self.kept.throttle.settle(operation, settled);
    }
}
