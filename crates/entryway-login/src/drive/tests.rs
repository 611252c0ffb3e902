use super::*;
use crate::support::{attempt, domain, entry, given, policy};
use crate::{
    BindAnswer, BindOperation, BindReply, ChangeAnswer, ChangeLocalAnswer, ChangeLocalOperation,
    ChangeOperation, ChangeReply, Decision, Directories, FindAnswer, FindOperation, GroupsAnswer,
    GroupsOperation, Held, LocalAccount, LockoutPolicy, OsAccount, OsAnswer, OsOperation, OsReply,
    ReserveAnswer, ReserveOperation, Served, Settled, SiteAnswer, SiteFault, SiteOperation,
    SiteUnanswered, Sites, StoreUnavailable, VerifyAnswer, VerifyOperation,
};
use entryway_ldap_types::ResultCode;
use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Knows one person and accepts one password.
#[derive(Default)]
struct OneServer {
    /// What the throttle says to whom it does not let through, and when in the login.
    no_room: Option<(usize, ReserveAnswer)>,
    /// The bind is never answered.
    is_silent: bool,
    reserved: Mutex<Vec<ReserveOperation>>,
    settled: Mutex<Vec<(ReserveOperation, Settled)>>,
}

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
    async fn change_local(&self, _operation: ChangeLocalOperation) -> ChangeLocalAnswer {
        ChangeLocalAnswer {
            changed: Ok(()),
            took: Duration::ZERO,
        }
    }
}

impl OsAccounts for OneServer {
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

impl Sites for OneServer {
    async fn ask_site(&self, _operation: SiteOperation) -> SiteAnswer {
        let unanswered = SiteUnanswered {
            fault: SiteFault::Unreachable,
            written: false,
            cause: "no connector is here".to_owned(),
        };
        SiteAnswer {
            connector: None,
            reply: Err(unanswered),
            took: Duration::ZERO,
        }
    }
}

impl Throttle for OneServer {
    async fn reserve(&self, operation: &ReserveOperation) -> ReserveAnswer {
        let mut reserved = self.reserved.lock().unwrap();
        match &self.no_room {
            Some((after, answer)) if *after == reserved.len() => answer.clone(),
            _ => {
                reserved.push(operation.clone());
                ReserveAnswer::Reserved
            }
        }
    }
    fn settle(&self, operation: &ReserveOperation, settled: Settled) {
        let mut all = self.settled.lock().unwrap();
        all.push((operation.clone(), settled));
    }
}

impl Directories for OneServer {
    async fn find(&self, _operation: &FindOperation) -> FindAnswer {
        let jdoe = entry("uid=jdoe,ou=people,dc=staff", &[("uid", &["jdoe"])]);
        let served = Served {
            server: "ldaps://dc1".into(),
            entries: vec![jdoe],
            code: ResultCode::SUCCESS,
            diagnostic: String::new(),
            lockout: LockoutPolicy::default(),
            active_directory: false,
            passed_over: Vec::new(),
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
    async fn bind_to_change(&self, operation: BindOperation) -> (BindAnswer, Option<Held>) {
        (self.bind(operation).await, Some(Held::new("a connection")))
    }
    async fn change(&self, operation: ChangeOperation) -> ChangeAnswer {
        let bound = operation.bound.and_then(Held::into_inner);
        let code = if bound == Some("a connection") {
            ResultCode::SUCCESS
        } else {
            ResultCode::OPERATIONS_ERROR
        };
        let reply = ChangeReply {
            code,
            diagnostic: String::new(),
            policy: None,
        };
        ChangeAnswer {
            server: operation.server,
            reply: Ok(reply),
            took: Duration::from_millis(1),
        }
    }
    async fn bind(&self, operation: BindOperation) -> BindAnswer {
        if self.is_silent {
            std::future::pending::<()>().await;
        }
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

/// One poll; dropped after it.
fn polled(world: &OneServer, password: &str, late: Duration) -> Option<Decision> {
    let attempt = attempt("jdoe", given(password));
    let clock = Stopped(attempt.started + late);
    let policy = Arc::new(policy(vec![domain("staff")]));
    let future = pin!(drive(world, &clock, policy, attempt));
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(decided) => Some(decided.decision),
        Poll::Pending => None,
    }
}

fn driven(world: &OneServer, password: &str) -> Decision {
    polled(world, password, Duration::ZERO).expect("nothing here waits")
}

/// Every reservation is settled once, each in this way.
fn check_settled(world: &OneServer, expected: &[Settled]) {
    let settled = world.settled.lock().unwrap();
    let mut left = world.reserved.lock().unwrap().clone();
    for (operation, _) in &*settled {
        let place = left.iter().position(|reserved| reserved == operation);
        left.swap_remove(place.expect("reserved, and settled once"));
    }
    assert_eq!(left, [], "never settled");
    let settled: Vec<_> = settled.iter().map(|(_, settled)| *settled).collect();
    assert_eq!(settled, expected);
}

#[test]
fn a_login_is_driven_to_its_end() {
    let world = OneServer::default();
    assert!(matches!(driven(&world, "right"), Decision::Accept(_)));
    check_settled(&world, &[Settled::Passed, Settled::Passed]);
    let world = OneServer::default();
    assert!(matches!(
        driven(&world, "wrong"),
        Decision::Reject(crate::Reason::WrongPassword)
    ));
    check_settled(&world, &[Settled::Failed, Settled::Failed]);
}

#[test]
fn a_change_goes_on_where_its_bind_has_bound() {
    let world = OneServer::default();
    let attempt = attempt("jdoe", given("right"));
    let clock = Stopped(attempt.started);
    let policy = Arc::new(policy(vec![domain("staff")]));
    let step = crate::begin_change(attempt, given("new"), policy);
    let future = pin!(drive_from(&world, &clock, step));
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(decided) => {
            assert!(
                matches!(decided.decision, Decision::Changed),
                "{:?}",
                decided.trace
            )
        }
        Poll::Pending => panic!("nothing here waits"),
    }
    check_settled(&world, &[Settled::Passed, Settled::Passed]);
}

#[test]
fn whoever_hangs_up_in_the_middle_has_failed() {
    let world = OneServer {
        is_silent: true,
        ..OneServer::default()
    };
    assert!(polled(&world, "right", Duration::ZERO).is_none());
    check_settled(&world, &[Settled::Failed, Settled::Failed]);
}

#[test]
fn logins_under_way_are_no_verdict() {
    let world = |after| OneServer {
        no_room: Some((after, ReserveAnswer::UnderWay)),
        ..OneServer::default()
    };
    for (after, settled) in [(0, &[][..]), (1, &[Settled::NotCounted])] {
        let world = world(after);
        let decision = driven(&world, "right");
        assert!(matches!(
            decision,
            Decision::Indeterminate(crate::Fault::Overloaded)
        ));
        check_settled(&world, settled);
    }
    // The wait took all the time there was.
    let decision = polled(&world(0), "right", Duration::from_secs(3600));
    assert!(matches!(
        decision,
        Some(Decision::Indeterminate(crate::Fault::Deadline))
    ));
}
