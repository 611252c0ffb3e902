//! What a change asks beside the directory: a throttle with room, and accounts that nobody has.

use crate::servers::Running;
use entryway_directory::Domains;
use entryway_ldap_types::Password;
use entryway_login::{
    Attempt, BindAnswer, BindOperation, ChangeAnswer, ChangeLocalAnswer, ChangeLocalFailure,
    ChangeLocalOperation, ChangeOperation, Clock, Directories, FindAnswer, FindOperation,
    GroupsAnswer, GroupsOperation, Held, LocalAccount, LocalAccounts, LoginId, OsAccount,
    OsAccounts, OsAnswer, OsOperation, OsReply, ReserveAnswer, ReserveOperation, Settled,
    SiteAnswer, SiteFault, SiteOperation, SiteUnanswered, Sites, StoreUnavailable,
    SubmittedPassword, Throttle, VerifyAnswer, VerifyOperation, begin, begin_change, drive_from,
};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

const DEADLINE: Duration = Duration::from_secs(60);

struct World<'a>(&'a Domains);

struct Monotonic;

impl Clock for Monotonic {
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// A login, or a change to `new`: the code of its decision, and its trace.
pub(crate) fn decide(
    running: &Running,
    name: &str,
    old: &str,
    new: Option<&str>,
) -> (&'static str, String) {
    let given = |text: &str| {
        let password = Password::new(text.as_bytes().to_vec()).expect("a password");
        SubmittedPassword::Given(Arc::new(password))
    };
    let started = Instant::now();
    let attempt = Attempt {
        id: LoginId::from_bits(7),
        login_name: name.to_owned(),
        password: given(old),
        client_address: None,
        device: None,
        wants_groups: false,
        caller: None,
        at: SystemTime::now(),
        started,
        deadline: started + DEADLINE,
    };
    let policy = Arc::clone(&running.policy);
    let step = match new {
        Some(new) => begin_change(attempt, given(new), policy),
        None => begin(attempt, policy),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let decided = runtime.block_on(async {
        let domains = running.domains();
        let decided = drive_from(&World(&domains), &Monotonic, step).await;
        domains.close().await;
        decided
    });
    let trace = format!("{:?}", decided.trace);
    (decided.decision.row().code, trace)
}

impl Directories for World<'_> {
    async fn find(&self, operation: &FindOperation) -> FindAnswer {
        self.0.find(operation).await
    }
    async fn bind(&self, operation: BindOperation) -> BindAnswer {
        self.0.bind(operation).await
    }
    async fn bind_to_change(&self, operation: BindOperation) -> (BindAnswer, Option<Held>) {
        self.0.bind_to_change(operation).await
    }
    async fn change(&self, operation: ChangeOperation) -> ChangeAnswer {
        self.0.change(operation).await
    }
    async fn groups(&self, operation: &GroupsOperation) -> GroupsAnswer {
        self.0.groups(operation).await
    }
}

impl LocalAccounts for World<'_> {
    fn find_local(&self, _name: &str) -> Result<Option<Arc<LocalAccount>>, StoreUnavailable> {
        Ok(None)
    }
    async fn verify_local(&self, _operation: VerifyOperation) -> VerifyAnswer {
        VerifyAnswer {
            verified: Ok(false),
            took: Duration::ZERO,
        }
    }
    async fn change_local(&self, _operation: ChangeLocalOperation) -> ChangeLocalAnswer {
        let nobody = StoreUnavailable("nobody is here".to_owned());
        ChangeLocalAnswer {
            changed: Err(ChangeLocalFailure::NotDone(nobody)),
            took: Duration::ZERO,
        }
    }
}

impl Sites for World<'_> {
    async fn ask_site(&self, _operation: SiteOperation) -> SiteAnswer {
        let unanswered = SiteUnanswered {
            fault: SiteFault::Unreachable,
            written: false,
            cause: "there is no site".to_owned(),
        };
        SiteAnswer {
            connector: None,
            reply: Err(unanswered),
            took: Duration::ZERO,
        }
    }
}

impl OsAccounts for World<'_> {
    async fn find_os(&self, _name: &str, _deadline: Instant) -> Result<Option<OsAccount>, String> {
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
    async fn reserve(&self, _operation: &ReserveOperation) -> ReserveAnswer {
        ReserveAnswer::Reserved
    }
    fn settle(&self, _operation: &ReserveOperation, _settled: Settled) {}
}
