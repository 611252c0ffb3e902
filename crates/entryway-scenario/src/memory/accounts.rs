//! The accounts of a scenario, and a throttle that starts empty: what a store and an operating system would have.

use super::world::World;
use crate::ScenarioError;
use crate::account::{LocalRow, SystemRow};
use crate::document::Scenario;
use entryway_config::ThrottleSettings;
use entryway_login::{
    Bucket, ChangeLocalAnswer, ChangeLocalFailure, ChangeLocalOperation, IdentityReserve,
    LocalAccount, LocalAccounts, OsAccount, OsAccounts, OsAnswer, OsOperation, OsReply,
    ReserveAnswer, ReserveOperation, Settled, SiteAnswer, SiteFault, SiteOperation, SiteUnanswered,
    Sites, StoreUnavailable, Throttle, VerifyAnswer, VerifyOperation,
};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Accounts, and failures.
pub(super) struct Store {
    accounts: Vec<LocalRow>,
    system: Vec<SystemRow>,
    system_is_down: bool,
    failures: Mutex<HashMap<(Bucket, String), u32>>,
    limits: ThrottleSettings,
    down: bool,
}

/// How long anything takes, and how long somebody who was wrong too often waits.
const TOOK: Duration = Duration::from_millis(1);
const WAIT: Duration = Duration::from_secs(60);

impl Store {
    pub(super) fn of(scenario: &Scenario, limits: ThrottleSettings) -> Result<Self, ScenarioError> {
        Ok(Self {
            accounts: scenario.local_rows()?,
            system: scenario.system_rows()?,
            system_is_down: scenario.system_is_down,
            failures: Mutex::default(),
            limits,
            down: scenario.store_is_down,
        })
    }

    fn up(&self) -> Result<(), StoreUnavailable> {
        if self.down {
            Err(StoreUnavailable("as the scenario has it".to_owned()))
        } else {
            Ok(())
        }
    }

    fn buckets(&self, operation: &ReserveOperation) -> Vec<(Bucket, String, u32)> {
        match operation {
            ReserveOperation::Address { address, .. } => address
                .iter()
                .map(|address| {
                    (
                        Bucket::Address,
                        address.to_string(),
                        self.limits.failures_per_address,
                    )
                })
                .collect(),
            ReserveOperation::Identity(identity) => self.of_identity(identity),
        }
    }

    fn of_identity(&self, reserve: &IdentityReserve) -> Vec<(Bucket, String, u32)> {
        let below = reserve
            .threshold
            .map_or(u32::MAX, |threshold| threshold.saturating_sub(1));
        let near = self.limits.failures.min(below);
        let who = &reserve.identity;
        let first = match reserve.device {
            Some(device) => (
                Bucket::IdentityAndDevice,
                format!("{who} {:?}", device.0),
                near,
            ),
            None => (
                Bucket::IdentityAndNetwork,
                format!("{who} {:?}", reserve.address),
                near,
            ),
        };
        vec![
            first,
            (
                Bucket::Identity,
                who.to_string(),
                self.limits.failures_per_identity,
            ),
        ]
    }
}

impl LocalAccounts for World {
    fn find_local(&self, name: &str) -> Result<Option<Arc<LocalAccount>>, StoreUnavailable> {
        self.store.up()?;
        let mut accounts = self.store.accounts.iter();
        Ok(accounts
            .find(|row| row.account.name.to_lowercase() == name.to_lowercase())
            .map(|row| Arc::clone(&row.account)))
    }
    async fn verify_local(&self, operation: VerifyOperation) -> VerifyAnswer {
        let mut accounts = self.store.accounts.iter();
        let right = accounts
            .find(|row| row.account.id == operation.account.id)
            .and_then(|row| row.password.as_ref());
        let verified = self
            .store
            .up()
            .map(|()| right.is_some_and(|right| right.as_bytes() == operation.password.expose()));
        VerifyAnswer {
            verified,
            took: TOOK,
        }
    }
    async fn change_local(&self, _operation: ChangeLocalOperation) -> ChangeLocalAnswer {
        let why = StoreUnavailable("the accounts of a document do not change".to_owned());
        ChangeLocalAnswer {
            changed: Err(ChangeLocalFailure::NotDone(why)),
            took: TOOK,
        }
    }
}

impl Store {
    fn of_system(&self, name: &str) -> Result<Option<&SystemRow>, String> {
        if self.system_is_down {
            return Err("as the scenario has it".to_owned());
        }
        let mut rows = self.system.iter();
        Ok(rows.find(|row| row.account.name == name))
    }
}

impl OsAccounts for World {
    async fn find_os(&self, name: &str, _by: Instant) -> Result<Option<OsAccount>, String> {
        let row = self.store.of_system(name)?;
        Ok(row.map(|row| row.account.clone()))
    }
    async fn login_os(&self, operation: OsOperation) -> OsAnswer {
        let reply = match self.store.of_system(&operation.name) {
            Err(why) => OsReply::NoVerdict(why),
            Ok(None) => OsReply::Unknown,
            Ok(Some(row)) if row.password.as_bytes() == operation.password.expose() => {
                OsReply::Verified(row.account.clone())
            }
            Ok(Some(_)) => OsReply::WrongPassword,
        };
        OsAnswer { reply, took: TOOK }
    }
}

/// No site: its people are another daemon's, and documents know one.
impl Sites for World {
    async fn ask_site(&self, _operation: SiteOperation) -> SiteAnswer {
        let unanswered = SiteUnanswered {
            fault: SiteFault::Unreachable,
            written: false,
            cause: "a scenario has no site".to_owned(),
        };
        SiteAnswer {
            connector: None,
            reply: Err(unanswered),
            took: TOOK,
        }
    }
}

impl Throttle for World {
    async fn reserve(&self, operation: &ReserveOperation) -> ReserveAnswer {
        if let Err(unavailable) = self.store.up() {
            return ReserveAnswer::Unavailable(unavailable);
        }
        let (count, at) = match operation {
            ReserveOperation::Address { at, .. } => (1, *at),
            ReserveOperation::Identity(identity) => (identity.failures, identity.at),
        };
        let buckets = self.store.buckets(operation);
        let mut failures = lock(&self.store.failures);
        for (bucket, key, limit) in &buckets {
            let counted = failures.get(&(*bucket, key.clone())).copied().unwrap_or(0);
            if counted.saturating_add(count) > *limit {
                return ReserveAnswer::Throttled {
                    until: at + WAIT,
                    bucket: *bucket,
                    limit: *limit,
                };
            }
        }
        for (bucket, key, _) in buckets {
            *failures.entry((bucket, key)).or_default() += count;
        }
        ReserveAnswer::Reserved
    }
    fn settle(&self, operation: &ReserveOperation, settled: Settled) {
        if settled == Settled::Failed {
            // One login at a time is under way here: what it reserved is counted already.
            return;
        }
        let count = match operation {
            ReserveOperation::Address { .. } => 1,
            ReserveOperation::Identity(identity) => identity.failures,
        };
        let mut failures = lock(&self.store.failures);
        for (bucket, key, _) in self.store.buckets(operation) {
            let near = matches!(
                bucket,
                Bucket::IdentityAndNetwork | Bucket::IdentityAndDevice
            );
            let counted = failures.entry((bucket, key)).or_default();
            *counted = if near && settled == Settled::Passed {
                0
            } else {
                counted.saturating_sub(count)
            };
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
