//! The accounts in the store, as an administrator keeps them.

mod row;

pub(crate) use row::{StoredRow, select};

use crate::account::{check_name, details, name_key};
use crate::database::{Begin, Tx, args};
use crate::password::{self, Hash};
use crate::store::Inner;
use crate::time::now_ms;
use crate::{
    AccountChange, AccountProblem, MOST_ACCOUNTS, NewAccount, NewPassword, StoreError,
    StoredAccount, random,
};
use entryway_login::{KeptIn, LocalAccount};
use std::sync::Arc;

/// What came of [`Accounts::replace`].
pub(crate) enum Replaced {
    Done,
    /// The account is another one by now, or none.
    ChangedMeanwhile,
    NotDone(StoreError),
    /// It was to be committed, and whether it was is not known.
    Unknown(StoreError),
}

/// The accounts in the store: each call reads or writes it. Logins ask
/// [`HeldAccounts`](crate::HeldAccounts) instead.
#[derive(Clone)]
pub struct Accounts(pub(crate) Arc<Inner>);

impl Accounts {
    /// Adds one. [`StoreError::Taken`] when the name stands already, in any case.
    pub async fn add(&self, new: NewAccount) -> Result<StoredAccount, StoreError> {
        check_name(&new.name)
            .map_err(|problem| StoreError::Account(AccountProblem::Name(problem)))?;
        new.details.check().map_err(StoreError::Account)?;
        let (kept_in, hash) = self.hashed(new.password).await?;
        let mut tx = self.0.database.begin(Begin::Write).await?;
        let revision = next_revision(&mut tx).await?;
        let count = tx
            .row("SELECT count(*) FROM local_account", args![])
            .await?;
        if count.map_or(Ok(0), |row| row.int(0))? >= MOST_ACCOUNTS {
            return Err(StoreError::Account(AccountProblem::TooMany));
        }
        let now = now_ms();
        let row = StoredRow {
            account: LocalAccount {
                id: random::identity()?.into(),
                name: new.name.as_str().into(),
                password: kept_in,
                password_stamp: Box::new(random::bytes::<16>()?),
                enabled: new.enabled,
                uid: new.details.uid,
                gid: new.details.gid,
                home: new.details.home,
                shell: new.details.shell,
                user_type: new.details.user_type,
                email: new.details.email,
                display_name: new.details.display_name,
            },
            hash,
            created_ms: now,
            changed_ms: now,
        };
        if !row.insert(&mut tx, revision).await? {
            return Err(StoreError::Taken(new.name));
        }
        self.finish(tx).await?;
        Ok(row.into_stored())
    }

    /// All of them, by name.
    pub async fn list(&self) -> Result<Vec<StoredAccount>, StoreError> {
        let mut tx = self.0.database.begin(Begin::Read).await?;
        let sql = select!("ORDER BY name_key");
        let rows = tx.rows(sql, args![]).await?;
        rows.iter()
            .map(|row| StoredRow::read(row).map(StoredRow::into_stored))
            .collect()
    }

    /// The one of that name, in any case.
    pub async fn show(&self, name: &str) -> Result<StoredAccount, StoreError> {
        let mut tx = self.0.database.begin(Begin::Read).await?;
        find(&mut tx, name).await.map(StoredRow::into_stored)
    }

    /// Sets a password, or says that the directory has it.
    pub async fn set_password(
        &self,
        name: &str,
        password: NewPassword,
    ) -> Result<StoredAccount, StoreError> {
        let (kept_in, hash) = self.hashed(password).await?;
        let stamp = random::bytes::<16>()?;
        self.change(name, |row| {
            row.account.password = kept_in;
            row.account.password_stamp = Box::new(stamp);
            row.hash = hash;
            Ok(())
        })
        .await
    }

    /// Changes what `change` names.
    pub async fn update(
        &self,
        name: &str,
        change: AccountChange,
    ) -> Result<StoredAccount, StoreError> {
        self.change(name, |row| {
            change.apply(&mut row.account);
            details(&row.account).check().map_err(StoreError::Account)
        })
        .await
    }

    /// Removes one.
    pub async fn remove(&self, name: &str) -> Result<(), StoreError> {
        let mut tx = self.0.database.begin(Begin::Write).await?;
        let revision = next_revision(&mut tx).await?;
        let row = find(&mut tx, name).await?;
        tx.execute(
            "DELETE FROM local_account WHERE id = $1",
            args![&*row.account.id],
        )
        .await?;
        tx.execute(
            "INSERT INTO removed_account (id, name_key, revision) VALUES ($1, $2, $3)",
            args![
                &*row.account.id,
                name_key(&row.account.name).as_str(),
                revision
            ],
        )
        .await?;
        self.finish(tx).await
    }

    async fn change(
        &self,
        name: &str,
        change: impl FnOnce(&mut StoredRow) -> Result<(), StoreError>,
    ) -> Result<StoredAccount, StoreError> {
        let mut tx = self.0.database.begin(Begin::Write).await?;
        let revision = next_revision(&mut tx).await?;
        let mut row = find(&mut tx, name).await?;
        change(&mut row)?;
        row.changed_ms = now_ms();
        row.update(&mut tx, revision).await?;
        self.finish(tx).await?;
        Ok(row.into_stored())
    }

    /// Replaces a hash by a stronger one of the same password, unless the password has changed meanwhile.
    pub(crate) async fn strengthen(
        &self,
        account: &LocalAccount,
        hash: String,
    ) -> Result<(), StoreError> {
        let mut tx = self.0.database.begin(Begin::Write).await?;
        let revision = next_revision(&mut tx).await?;
        tx.execute(
            "UPDATE local_account SET password_hash = $1, revision = $2 \
             WHERE id = $3 AND password_stamp = $4",
            args![
                hash.as_str(),
                revision,
                &*account.id,
                &*account.password_stamp
            ],
        )
        .await?;
        self.finish(tx).await
    }

    /// Replaces the hash of a password that was proven by that of another one, unless the account has changed meanwhile.
    pub(crate) async fn replace(&self, account: &LocalAccount, hash: String) -> Replaced {
        let prepared = async {
            let stamp = random::bytes::<16>()?;
            let mut tx = self.0.database.begin(Begin::Write).await?;
            let revision = next_revision(&mut tx).await?;
            let mut row = find(&mut tx, &account.name).await?;
            if row.account != *account {
                return Ok(None);
            }
            row.account.password_stamp = Box::new(stamp);
            row.hash = Some(hash);
            row.changed_ms = now_ms();
            row.update(&mut tx, revision).await?;
            Ok(Some(tx))
        };
        match prepared.await {
            Ok(Some(tx)) => match self.finish(tx).await {
                Ok(()) => Replaced::Done,
                Err(error) => Replaced::Unknown(error),
            },
            Ok(None) | Err(StoreError::NoAccount(_)) => Replaced::ChangedMeanwhile,
            Err(error) => Replaced::NotDone(error),
        }
    }

    async fn finish(&self, tx: Tx) -> Result<(), StoreError> {
        tx.commit().await?;
        // The change stands, whether or not it can be read back at this moment.
        if let Err(error) = self.0.refresh_held().await {
            tracing::debug!(%error, "accounts are read again later");
        }
        Ok(())
    }

    pub(crate) async fn hashed(
        &self,
        password: NewPassword,
    ) -> Result<(KeptIn, Option<String>), StoreError> {
        let hash = match password {
            NewPassword::InDirectory => return Ok((KeptIn::Directory, None)),
            NewPassword::Hashed(text) => Hash::parse(&text)
                .map_err(|problem| StoreError::Account(AccountProblem::Hash(problem)))?
                .to_text(),
            NewPassword::Clear(password) => {
                let place = self
                    .0
                    .hashing
                    .clone()
                    .acquire_owned()
                    .await
                    .map_err(|_| self.0.closed())?;
                tokio::task::spawn_blocking(move || {
                    let hash = password::hash(password.expose());
                    drop(place);
                    hash
                })
                .await
                .map_err(|_| StoreError::damaged("the computation of a password's hash"))??
            }
        };
        Ok((KeptIn::Store, Some(hash)))
    }
}

async fn find(tx: &mut Tx, name: &str) -> Result<StoredRow, StoreError> {
    let row = tx
        .row(
            select!("WHERE name_key = $1"),
            args![name_key(name).as_str()],
        )
        .await?;
    row.map_or_else(
        || Err(StoreError::NoAccount(name.to_owned())),
        |row| StoredRow::read(&row),
    )
}

/// Counts a change. Whoever changes accounts does this first: it makes them wait for each other, so that numbers
/// are committed in their order, and nobody who has seen a number has missed a smaller one.
async fn next_revision(tx: &mut Tx) -> Result<i64, StoreError> {
    let row = tx
        .row(
            "UPDATE store_state SET accounts = accounts + 1 WHERE one = 1 RETURNING accounts",
            args![],
        )
        .await?;
    row.map_or_else(
        || Err(StoreError::damaged("the table `store_state`")),
        |row| row.int(0),
    )
}
