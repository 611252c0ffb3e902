//! An account as a row.

use crate::database::{Arg, Row, Tx, args};
use crate::password::Hash;
use crate::time::from_ms;
use crate::{StoreError, StoredAccount, account::name_key};
use entryway_login::{KeptIn, LocalAccount, UserType};

/// The columns of [`StoredRow::read`], in its order.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, kept_in, password_hash, password_stamp, enabled, uid, gid, home, shell, \
             user_type, email, display_name, created_ms, changed_ms FROM local_account ",
            $rest
        )
    };
}
pub(crate) use select;

/// An account with its hash.
pub(crate) struct StoredRow {
    pub(crate) account: LocalAccount,
    pub(crate) hash: Option<String>,
    pub(crate) created_ms: i64,
    pub(crate) changed_ms: i64,
}

impl StoredRow {
    pub(crate) fn read(row: &Row) -> Result<Self, StoreError> {
        let name = row.text(1)?;
        let damaged = || StoreError::damaged(format!("the account `{name}`"));
        let number = |at| {
            row.int_or_none(at)?
                .map(|number| u32::try_from(number).map_err(|_| damaged()))
                .transpose()
        };
        let password = match row.text(2)?.as_str() {
            "store" => KeptIn::Store,
            "directory" => KeptIn::Directory,
            _ => return Err(damaged()),
        };
        let hash = row.text_or_none(3)?;
        if (password == KeptIn::Store) != hash.is_some() {
            return Err(damaged());
        }
        let user_type = match row.text_or_none(10)?.as_deref() {
            None => None,
            Some("real") => Some(UserType::Real),
            Some("virtual") => Some(UserType::Virtual),
            Some(_) => return Err(damaged()),
        };
        Ok(Self {
            account: LocalAccount {
                id: row.text(0)?.into(),
                name: name.as_str().into(),
                password,
                password_stamp: row.bytes(4)?.into(),
                enabled: row.int(5)? != 0,
                uid: number(6)?,
                gid: number(7)?,
                home: row.text_or_none(8)?,
                shell: row.text_or_none(9)?,
                user_type,
                email: row.text_or_none(11)?,
                display_name: row.text_or_none(12)?,
            },
            hash,
            created_ms: row.int(13)?,
            changed_ms: row.int(14)?,
        })
    }

    /// Whether it was there to insert: `false` when the name is taken.
    pub(crate) async fn insert(&self, tx: &mut Tx, revision: i64) -> Result<bool, StoreError> {
        let mut args = self.args(revision);
        args.extend(args![
            &*self.account.name,
            name_key(&self.account.name).as_str(),
            self.created_ms,
        ]);
        let inserted = tx
            .execute(
                "INSERT INTO local_account (id, kept_in, password_hash, password_stamp, enabled, uid, gid, \
                 home, shell, user_type, email, display_name, changed_ms, revision, name, name_key, created_ms) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
                 ON CONFLICT (name_key) DO NOTHING",
                args,
            )
            .await?;
        Ok(inserted == 1)
    }

    pub(crate) async fn update(&self, tx: &mut Tx, revision: i64) -> Result<(), StoreError> {
        tx.execute(
            "UPDATE local_account SET kept_in = $2, password_hash = $3, password_stamp = $4, enabled = $5, \
             uid = $6, gid = $7, home = $8, shell = $9, user_type = $10, email = $11, display_name = $12, \
             changed_ms = $13, revision = $14 WHERE id = $1",
            self.args(revision),
        )
        .await?;
        Ok(())
    }

    fn args(&self, revision: i64) -> Vec<Arg> {
        let account = &self.account;
        let kept_in = match account.password {
            KeptIn::Store => "store",
            KeptIn::Directory => "directory",
        };
        let user_type = account.user_type.map(|user_type| match user_type {
            UserType::Real => "real",
            UserType::Virtual => "virtual",
        });
        args![
            &*account.id,
            kept_in,
            self.hash.as_deref(),
            &*account.password_stamp,
            account.enabled,
            account.uid,
            account.gid,
            account.home.as_deref(),
            account.shell.as_deref(),
            user_type,
            account.email.as_deref(),
            account.display_name.as_deref(),
            self.changed_ms,
            revision,
        ]
    }

    pub(crate) fn into_stored(self) -> StoredAccount {
        let scheme = self
            .hash
            .and_then(|hash| Hash::parse(&hash).ok().map(|hash| hash.scheme().to_owned()));
        StoredAccount {
            account: self.account,
            scheme,
            created_at: from_ms(self.created_ms),
            changed_at: from_ms(self.changed_ms),
        }
    }
}
