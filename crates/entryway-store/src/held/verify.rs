//! Checking a password against a hash, on threads that may block, as many at once as there are processors.

use super::HeldAccounts;
use super::memory::Kept;
use crate::accounts::Accounts;
use crate::password::{self, Hash};
use entryway_ldap_types::Password;
use entryway_login::{LocalAccount, StoreUnavailable, VerifyOperation};
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

impl HeldAccounts {
    pub(super) async fn verify(
        &self,
        operation: VerifyOperation,
    ) -> Result<bool, StoreUnavailable> {
        let deadline = operation.deadline.into();
        let account = &operation.account;
        let late = |_| StoreUnavailable("no time was left to check a password".to_owned());
        let place = tokio::time::timeout_at(deadline, self.store.hashing.clone().acquire_owned())
            .await
            .map_err(late)?
            .map_err(|_| StoreUnavailable("the store is closed".to_owned()))?;
        let kept = self.unchanged(account)?;
        let hash = kept.hash.as_deref().ok_or_else(|| {
            StoreUnavailable("the account's password is kept in the directory".to_owned())
        })?;
        let hash = Hash::parse(hash).map_err(|problem| {
            StoreUnavailable(format!("the hash of the account's password {problem}"))
        })?;
        let password = operation.password.clone();
        let strong = hash.is_strong();
        let checking = tokio::task::spawn_blocking(move || {
            let verified = hash.verify(password.expose());
            drop(place);
            verified
        });
        let verified = tokio::time::timeout_at(deadline, checking)
            .await
            .map_err(late)?
            .map_err(|_| StoreUnavailable("the check of a password failed".to_owned()))?
            .map_err(|error| StoreUnavailable(error.to_string()))?;
        self.unchanged(account)?;
        if verified && !strong {
            self.strengthen(account.clone(), operation.password.clone());
        }
        Ok(verified)
    }

    /// The account as it was found, if nobody has changed it since.
    fn unchanged(&self, account: &Arc<LocalAccount>) -> Result<Kept, StoreUnavailable> {
        self.held.in_reach()?;
        self.held
            .memory
            .read()
            .find(&account.name)
            .filter(|kept| *kept.account == **account)
            .cloned()
            .ok_or_else(|| {
                StoreUnavailable("the account changed while its password was checked".to_owned())
            })
    }

    /// Replaces a weak hash beside the login, which is over whether or not this works.
    fn strengthen(&self, account: Arc<LocalAccount>, password: Arc<Password>) {
        let accounts = Accounts(self.store.clone());
        tokio::spawn(async move {
            let Ok(place) = accounts.0.hashing.clone().acquire_owned().await else {
                return;
            };
            let hash = tokio::task::spawn_blocking(move || hash_in(place, &password)).await;
            let done = match hash {
                Ok(Ok(hash)) => accounts.strengthen(&account, hash).await,
                Ok(Err(error)) => Err(error),
                Err(_) => return,
            };
            if let Err(error) = done {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(target: "account.not_strengthened", error);
            }
        });
    }
}

fn hash_in(place: OwnedSemaphorePermit, password: &Password) -> Result<String, crate::StoreError> {
    let hash = password::hash(password.expose());
    drop(place);
    hash
}
