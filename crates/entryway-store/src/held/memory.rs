//! What is in memory, and what of the store is newer.

use crate::StoreError;
use crate::account::name_key;
use crate::accounts::{StoredRow, select};
use crate::database::{Tx, args};
use entryway_login::LocalAccount;
use std::collections::HashMap;
use std::sync::Arc;

/// Rows that are fetched at once.
const PAGE: i64 = 10_000;

/// All accounts, by the key of their name.
#[derive(Default)]
pub(super) struct Memory {
    accounts: HashMap<Box<str>, Kept>,
    /// Of the store, as it was read: another after a restore. 0: nothing was read yet.
    pub(super) epoch: i64,
    /// The last change that is in here.
    pub(super) revision: i64,
}

/// An account with its hash.
#[derive(Clone)]
pub(super) struct Kept {
    /// Another one whenever the account changed, and the same when only its hash became a stronger one.
    pub(super) account: Arc<LocalAccount>,
    pub(super) hash: Option<Arc<str>>,
}

/// What is newer in the store.
pub(super) struct Changes {
    epoch: i64,
    revision: i64,
    /// Whether `rows` is all there is.
    whole: bool,
    removed: Vec<(String, String)>,
    rows: Vec<StoredRow>,
}

/// What the store has that is newer than `epoch` and `revision`, if anything.
pub(super) async fn read(
    tx: &mut Tx,
    epoch: i64,
    revision: i64,
) -> Result<Option<Changes>, StoreError> {
    let state = tx
        .row(
            "SELECT epoch, accounts FROM store_state WHERE one = 1",
            args![],
        )
        .await?
        .ok_or_else(|| StoreError::damaged("the table `store_state`"))?;
    let (found_epoch, found_revision) = (state.int(0)?, state.int(1)?);
    if found_epoch == epoch && found_revision == revision {
        return Ok(None);
    }
    let whole = found_epoch != epoch || found_revision < revision;
    let mut changes = Changes {
        epoch: found_epoch,
        revision: found_revision,
        whole,
        removed: Vec::new(),
        rows: Vec::new(),
    };
    let since = if whole { -1 } else { revision };
    if !whole {
        let removed = tx
            .rows(
                "SELECT id, name_key FROM removed_account WHERE revision > $1",
                args![since],
            )
            .await?;
        for row in removed {
            changes.removed.push((row.text(0)?, row.text(1)?));
        }
    }
    let mut after = String::new();
    loop {
        let page = tx
            .rows(
                select!("WHERE revision > $1 AND id > $2 ORDER BY id LIMIT $3"),
                args![since, after.as_str(), PAGE],
            )
            .await?;
        for row in &page {
            changes.rows.push(StoredRow::read(row)?);
        }
        match changes.rows.last() {
            Some(last) if i64::try_from(page.len()) == Ok(PAGE) => {
                after = last.account.id.to_string();
            }
            _ => return Ok(Some(changes)),
        }
    }
}

impl Memory {
    pub(super) fn count(&self) -> usize {
        self.accounts.len()
    }

    pub(super) fn find(&self, name: &str) -> Option<&Kept> {
        self.accounts.get(name_key(name).as_str())
    }

    pub(super) fn apply(&mut self, changes: Changes) {
        let before = if changes.whole {
            std::mem::take(&mut self.accounts)
        } else {
            HashMap::new()
        };
        for (id, key) in changes.removed {
            // The name may be another account's by now.
            if self
                .accounts
                .get(key.as_str())
                .is_some_and(|kept| *kept.account.id == *id)
            {
                self.accounts.remove(key.as_str());
            }
        }
        for row in changes.rows {
            let key = name_key(&row.account.name).into_boxed_str();
            let known = before.get(&key).or_else(|| self.accounts.get(&key));
            let account = match known {
                Some(known) if *known.account == row.account => known.account.clone(),
                _ => Arc::new(row.account),
            };
            let hash = row.hash.map(Arc::from);
            self.accounts.insert(key, Kept { account, hash });
        }
        self.epoch = changes.epoch;
        self.revision = changes.revision;
    }
}
