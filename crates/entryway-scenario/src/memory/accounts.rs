//! The accounts of a scenario, and a throttle that starts empty: what a store would have.

use super::world::World;
use crate::document::{Account, Scenario};
use crate::{Problem, ScenarioError};
use entryway_config::ThrottleSettings;
use entryway_login::{
    Bucket, IdentityReserve, KeptIn, LocalAccount, LocalAccounts, OsAccount, OsAccounts, OsAnswer,
    OsOperation, OsReply, ReserveAnswer, ReserveOperation, Settled, StoreUnavailable, Throttle,
    UserType, VerifyAnswer, VerifyOperation,
};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Accounts, and failures.
pub(super) struct Store {
    accounts: Vec<(Arc<LocalAccount>, Option<String>)>,
    failures: Mutex<HashMap<(Bucket, String), u32>>,
    limits: ThrottleSettings,
    down: bool,
}

/// How long anything takes, and how long somebody who was wrong too often waits.
const TOOK: Duration = Duration::from_millis(1);
const WAIT: Duration = Duration::from_secs(60);

impl Store {
    pub(super) fn of(scenario: &Scenario, limits: ThrottleSettings) -> Result<Self, ScenarioError> {
        let accounts = scenario
            .accounts
            .iter()
            .map(|account| local(&scenario.file, account))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            accounts,
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

/// An account as its row has it.
fn local(
    file: &str,
    account: &Account,
) -> Result<(Arc<LocalAccount>, Option<String>), ScenarioError> {
    let bad = |column: &str, expected: &str| ScenarioError {
        file: file.to_owned(),
        line: account.line,
        problem: Problem::Cell {
            column: column.to_owned(),
            what: format!(
                "expected {expected}, found `{}`",
                account.get(column).unwrap_or_default()
            ),
        },
    };
    let number = |column: &str| {
        let text = account.get(column);
        text.map(|text| text.parse::<u32>().map_err(|_| bad(column, "a number")))
            .transpose()
    };
    let text = |column: &str| account.get(column).map(str::to_owned);
    let password = match account.get("kept in") {
        None | Some("store") => KeptIn::Store,
        Some("directory") => KeptIn::Directory,
        Some(_) => return Err(bad("kept in", "`store` or `directory`")),
    };
    let user_type = account
        .get("user type")
        .map(|text| UserType::parse(text).map_err(|_| bad("user type", "`real` or `virtual`")))
        .transpose()?;
    let local = LocalAccount {
        id: format!("{}", account.line).into(),
        name: account.get("account").unwrap_or_default().into(),
        password,
        password_stamp: Box::default(),
        enabled: account.get("enabled").is_none_or(|text| text == "true"),
        uid: number("uid")?,
        gid: number("gid")?,
        home: text("home"),
        shell: text("shell"),
        user_type,
        email: text("email"),
        display_name: text("display name"),
    };
    Ok((Arc::new(local), text("password")))
}

impl LocalAccounts for World {
    fn find_local(&self, name: &str) -> Result<Option<Arc<LocalAccount>>, StoreUnavailable> {
        self.store.up()?;
        let mut accounts = self.store.accounts.iter();
        Ok(accounts
            .find(|(account, _)| account.name.to_lowercase() == name.to_lowercase())
            .map(|(account, _)| Arc::clone(account)))
    }
    async fn verify_local(&self, operation: VerifyOperation) -> VerifyAnswer {
        let mut accounts = self.store.accounts.iter();
        let right = accounts
            .find(|(account, _)| account.id == operation.account.id)
            .and_then(|(_, password)| password.as_ref());
        let verified = self
            .store
            .up()
            .map(|()| right.is_some_and(|right| right.as_bytes() == operation.password.expose()));
        VerifyAnswer {
            verified,
            took: TOOK,
        }
    }
}

/// No scenario is about the accounts of the machine that runs it.
impl OsAccounts for World {
    async fn find_os(&self, _name: &str) -> Result<Option<OsAccount>, String> {
        Ok(None)
    }
    async fn login_os(&self, _operation: OsOperation) -> OsAnswer {
        OsAnswer {
            reply: OsReply::Unknown,
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
