//! Counting failures before they are made, so that parallel guesses cannot overrun the count.

use super::{Found, Login, Step, find::Asking};
use crate::{
    Fault, IdentityReserve, LocalAccount, LockoutPolicy, OsAccount, Reason, Record, ReserveAnswer,
    ReserveOperation, Stage, SubmittedPassword,
};
use entryway_ldap_types::LockoutDuration;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A login that waits for its failures to be counted.
pub struct AfterReserve {
    login: Box<Login>,
    operation: ReserveOperation,
    then: Then,
}

/// What the failures are counted for.
pub(super) enum Then {
    /// The address, before anybody is asked.
    Begin,
    /// A local account's password.
    VerifyLocal(Arc<LocalAccount>),
    /// An entry's.
    Bind(Asking, Found),
    /// The entry's once more, because its bind may or may not have arrived.
    BindAgain(Asking, Found, Fault),
    /// The operating system's.
    LoginOs(OsAccount),
    /// The address, before a certificate is looked at.
    Map,
}

/// The least time for which a failure counts that the directory never forgets.
const COUNTED_AT_LEAST: Duration = Duration::from_secs(30 * 60);

/// How long a failure counts. A directory whose failures never age, or that does not say, still unlocks what it locked
/// when it says so: whoever waited here for longer would be worse off than by the lock that they are kept from.
fn remembered_for(lockout: &LockoutPolicy) -> Option<Duration> {
    match (lockout.window, lockout.duration) {
        (None, Some(LockoutDuration::For(locked))) => Some(locked.max(COUNTED_AT_LEAST)),
        (window, _) => window,
    }
}

impl AfterReserve {
    /// Goes on with what came back.
    pub fn resume(self, answer: ReserveAnswer, now: Instant) -> Step {
        let Self {
            mut login,
            operation,
            then,
        } = self;
        login.look_at(now);
        match answer {
            ReserveAnswer::Reserved => match &operation {
                ReserveOperation::Address { .. } => login.tally.address = Some(operation),
                ReserveOperation::Identity(_) => login.tally.identity.push(operation),
            },
            ReserveAnswer::Throttled {
                until,
                bucket,
                limit,
            } => {
                login.log.note(Record::Throttled {
                    bucket,
                    limit,
                    until,
                });
                // A second failure has no room: what the first one came to is unknown.
                return match then {
                    Then::BindAgain(_, _, fault) => login.indeterminate(fault),
                    _ => login.reject(Reason::Throttled),
                };
            }
            ReserveAnswer::UnderWay => {
                return match then {
                    Then::BindAgain(_, _, fault) => login.indeterminate(fault),
                    _ if login.is_over() => {
                        let problem = "other logins were under way until no time was left";
                        login.stop(Fault::Deadline, problem, Stage::Throttle)
                    }
                    _ => {
                        let problem = "too many wait for logins that are under way";
                        login.stop(Fault::Overloaded, problem, Stage::Throttle)
                    }
                };
            }
            ReserveAnswer::Unavailable(why) => return login.without_store(why.0),
        }
        match then {
            Then::Begin => login.ask_first(),
            Then::VerifyLocal(account) => login.verify_local(account),
            Then::Bind(asking, found) => login.bind(asking, found, false),
            Then::BindAgain(asking, found, fault) => login.find_again(asking, found, fault),
            Then::LoginOs(account) => login.login_os(account),
            Then::Map => login.look_at_certificate(),
        }
    }
}

impl Login {
    /// Where a password is about to be shown, one failure is counted for the address first.
    pub(super) fn reserve_address(self: Box<Self>) -> Step {
        let operation = ReserveOperation::Address {
            address: self.client_address,
            at: self.wall_clock(),
            deadline: self.deadline,
        };
        match self.password {
            _ if self.mapping.is_some() => self.reserve(operation, Then::Map),
            SubmittedPassword::Given(_) | SubmittedPassword::Sealed(_) => {
                self.reserve(operation, Then::Begin)
            }
            // Nothing is guessed.
            SubmittedPassword::NotAsked | SubmittedPassword::Malformed => self.ask_first(),
        }
    }

    /// One failure for an identity.
    pub(super) fn reserve_identity(
        self: Box<Self>,
        identity: String,
        lockout: LockoutPolicy,
        then: Then,
    ) -> Step {
        let device = self.device.as_ref();
        let device = device.filter(|device| *device.identity == *identity);
        // Whoever holds one place and waits for another may wait for somebody who does the same.
        let deadline = match then {
            Then::BindAgain(..) => self.started + self.log.at(),
            _ => self.deadline,
        };
        let operation = ReserveOperation::Identity(IdentityReserve {
            device: device.map(|device| device.id),
            identity: identity.into(),
            address: self.client_address,
            threshold: lockout.threshold,
            window: remembered_for(&lockout),
            failures: 1,
            at: self.wall_clock(),
            deadline,
        });
        self.reserve(operation, then)
    }

    fn reserve(self: Box<Self>, operation: ReserveOperation, then: Then) -> Step {
        if self.is_over() {
            return self.out_of_time(Stage::Throttle);
        }
        let asked = operation.clone();
        Step::Reserve(
            asked,
            AfterReserve {
                login: self,
                operation,
                then,
            },
        )
    }

    pub(super) fn without_store(mut self: Box<Self>, problem: String) -> Step {
        self.log.note(Record::StoreUnavailable { problem });
        self.indeterminate(Fault::StoreUnavailable)
    }
}
