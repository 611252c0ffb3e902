use super::*;
use crate::support::{attempt, domain, entry, given, policy};
use crate::{
    BindAnswer, BindOperation, BindReply, Decision, Directories, FindAnswer, FindOperation,
    GroupsAnswer, GroupsOperation, LocalAccount, OsAccount, OsAnswer, OsOperation, OsReply,
    ReserveAnswer, ReserveOperation, Served, Settled, StoreUnavailable, VerifyAnswer,
    VerifyOperation,
};
use entryway_ldap_types::ResultCode;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Knows one person and accepts one password.
struct OneServer;

impl LocalAccounts for OneServer {
    fn find_local(&self, _name: &str) -> Result<Option<Arc<LocalAccount>>, StoreUnavailable> {
        Ok(None)
    }
    async fn verify_local(&self, _operation: VerifyOperation) -> VerifyAnswer {
        VerifyAnswer {
            verified: Ok(false),
            took: Duration::ZERO,
        }
    }
}

impl OsAccounts for OneServer {
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

impl Throttle for OneServer {
    fn reserve(&self, _operation: &ReserveOperation) -> ReserveAnswer {
        ReserveAnswer::Reserved
    }
    fn settle(&self, _operation: &ReserveOperation, _settled: Settled) {}
}

impl Directories for OneServer {
    async fn find(&self, _operation: &FindOperation) -> FindAnswer {
        let jdoe = entry("uid=jdoe,ou=people,dc=staff", &[("uid", &["jdoe"])]);
        let served = Served {
            server: "ldaps://dc1".into(),
            entries: vec![jdoe],
            code: ResultCode::SUCCESS,
            diagnostic: String::new(),
            lockout_threshold: None,
            lockout_duration: None,
        };
        FindAnswer {
            tried: Vec::new(),
            served: Some(served),
            took: Duration::from_millis(1),
        }
    }
    async fn groups(&self, _operation: &GroupsOperation) -> GroupsAnswer {
        GroupsAnswer {
            groups: Vec::new(),
            partial: None,
            tried: Vec::new(),
            server: Some("ldaps://dc1".into()),
            round_trips: 1,
            took: Duration::from_millis(1),
        }
    }
    async fn bind(&self, operation: BindOperation) -> BindAnswer {
        let code = if operation.password.expose() == b"right" {
            ResultCode::SUCCESS
        } else {
            ResultCode::INVALID_CREDENTIALS
        };
        let reply = BindReply {
            code,
            diagnostic: String::new(),
            policy: None,
        };
        BindAnswer {
            server: operation.server,
            reply: Ok(reply),
            took: Duration::from_millis(1),
        }
    }
}

struct Stopped(Instant);

impl Clock for Stopped {
    fn now(&self) -> Instant {
        self.0
    }
}

/// Nothing waits here, so one poll is enough.
fn driven(password: &str) -> Decision {
    let attempt = attempt("jdoe", given(password));
    let clock = Stopped(attempt.started);
    let future = pin!(drive(
        &OneServer,
        &clock,
        Arc::new(policy(vec![domain("staff")])),
        attempt
    ));
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(decided) => decided.decision,
        Poll::Pending => panic!("nothing here waits"),
    }
}

#[test]
fn a_login_is_driven_to_its_end() {
    assert!(matches!(driven("right"), Decision::Accept(_)));
    assert!(matches!(
        driven("wrong"),
        Decision::Reject(crate::Reason::WrongPassword)
    ));
}
