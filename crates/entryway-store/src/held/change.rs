//! Changing the password of a local account by whoever has proven the old one.

use super::HeldAccounts;
use crate::NewPassword;
use crate::accounts::{Accounts, Replaced};
use entryway_login::{ChangeLocalFailure, ChangeLocalOperation, StoreUnavailable};
use tokio::time::timeout_at;

impl HeldAccounts {
    pub(super) async fn change(
        &self,
        operation: ChangeLocalOperation,
    ) -> Result<(), ChangeLocalFailure> {
        let ChangeLocalOperation {
            account,
            new,
            deadline,
        } = operation;
        let deadline = deadline.into();
        let accounts = Accounts(self.store.clone());
        let not_done = |why: String| ChangeLocalFailure::NotDone(StoreUnavailable(why));
        let unknown = |why: String| ChangeLocalFailure::Unknown(StoreUnavailable(why));
        let hashed = timeout_at(deadline, accounts.hashed(NewPassword::Clear(new))).await;
        let (_, hash) = hashed
            .map_err(|_| not_done("no time was left to hash the new password".to_owned()))?
            .map_err(|error| not_done(error.to_string()))?;
        let hash = hash.ok_or_else(|| not_done("the new password has no hash".to_owned()))?;
        match timeout_at(deadline, accounts.replace(&account, hash)).await {
            Ok(Replaced::Done) => Ok(()),
            Ok(Replaced::ChangedMeanwhile) => Err(not_done(
                "the account changed while its password was checked".to_owned(),
            )),
            Ok(Replaced::NotDone(error)) => Err(not_done(error.to_string())),
            Ok(Replaced::Unknown(error)) => Err(unknown(error.to_string())),
            Err(_) => Err(unknown("the store did not answer in time".to_owned())),
        }
    }
}
