//! The login of this process: the pure flow, driven in the world that the configuration names; then written down, and
//! answered no earlier than a refusal may be.

use crate::kept::Kept;
use crate::record;
use crate::witness::{Submitted, Witness};
use crate::world::World;
use entryway_config::RuleBook;
use entryway_directory::Domains;
use entryway_login::{
    Attempt, Clock, Decided, Decision, Fault, LoginPolicy, LoginService, Remembered, Step,
    SubmittedPassword, begin, begin_revalidation, drive_from,
};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Instant, SystemTime};
use tokio::sync::Semaphore;
use tokio::time::sleep_until;

/// Refusals that are held at a time. One that cannot be held is no verdict: it would tell by its time what it was.
const HELD_MAX: usize = 8192;

/// One configuration's logins. Replaced as a whole on reload.
pub(crate) struct Gateway {
    policy: Arc<LoginPolicy>,
    places: Arc<RuleBook>,
    world: World,
    witnesses: Vec<Arc<dyn Witness>>,
    held: Semaphore,
}

impl Gateway {
    /// Logins of `policy` in `world`, seen by `witnesses`.
    pub(crate) fn new(
        policy: Arc<LoginPolicy>,
        places: Arc<RuleBook>,
        world: World,
        witnesses: Vec<Arc<dyn Witness>>,
    ) -> Self {
        Self {
            policy,
            places,
            world,
            witnesses,
            held: Semaphore::new(HELD_MAX),
        }
    }

    /// The domains, for probes, metrics and the end.
    pub(crate) fn domains(&self) -> &Domains {
        &self.world.domains
    }

    /// What outlives a request.
    pub(crate) fn kept(&self) -> &Arc<Kept> {
        &self.world.kept
    }

    /// What the login needs to know beforehand.
    pub(crate) fn policy(&self) -> &Arc<LoginPolicy> {
        &self.policy
    }

    /// Where its rules were written.
    pub(crate) fn places(&self) -> &RuleBook {
        &self.places
    }

    async fn decide(&self, attempt: Attempt) -> Decided {
        let device = attempt.device.clone();
        let explained = matches!(attempt.password, SubmittedPassword::NotAsked);
        let submitted = Submitted::of(&attempt);
        let started = attempt.started;
        let step = begin(attempt, Arc::clone(&self.policy));
        let mut decided = self.drive(submitted, step, !explained).await;
        if let Decision::Accept(session) = &decided.decision {
            let own = device.filter(|device| *device.identity == *session.subject.0);
            decided.tokens =
                self.kept()
                    .seals
                    .tokens(session, SystemTime::now(), own.map(|device| device.id));
        }
        if explained {
            return decided;
        }
        self.hold(decided, started).await
    }

    /// Whether somebody who logged in before is still welcome. Written down as a login is.
    pub(crate) async fn revalidate(&self, remembered: Remembered, attempt: Attempt) -> Decided {
        let submitted = Submitted::of(&attempt);
        let step = begin_revalidation(remembered, attempt, Arc::clone(&self.policy));
        let mut decided = self.drive(submitted, step, true).await;
        if let Decision::Accept(session) = &decided.decision {
            decided.tokens = self.kept().seals.tokens(session, SystemTime::now(), None);
        }
        decided
    }

    /// To the decision, and into the record.
    async fn drive(&self, submitted: Submitted, step: Step, recorded: bool) -> Decided {
        let mut watched = Watched {
            gateway: self,
            submitted: Some(submitted),
        };
        let mut decided = drive_from(&self.world, &Monotonic, step).await;
        let Some(submitted) = watched.submitted.take() else {
            return decided;
        };
        if recorded {
            let entry = record::entry(&submitted, &decided, &self.policy, &self.places);
            if let Err(why) = self.kept().store.audit().append(entry).await {
                tracing::error!(target: "audit.not_written", login = %decided.id, problem = %why.0);
                // Nobody is told a decision that nobody can look up.
                decided = decided.withdrawn(Fault::StoreUnavailable);
            }
        }
        for witness in &self.witnesses {
            witness.decided(&submitted, &decided, &self.policy);
        }
        decided
    }

    /// No refusal leaves earlier than any other.
    async fn hold(&self, decided: Decided, started: Instant) -> Decided {
        if !matches!(decided.decision, Decision::Reject(_)) {
            return decided;
        }
        let until = started + self.policy.reject_after;
        if Instant::now() >= until {
            return decided;
        }
        let Ok(_place) = self.held.try_acquire() else {
            return decided.withdrawn(Fault::Overloaded);
        };
        sleep_until(until.into()).await;
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
