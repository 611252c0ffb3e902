//! Backup and restore. A backup is a SQLite file, whatever the store is: one can be restored into the other.

use crate::audit::MarkFile;
use crate::database::{Arg, Begin, Database, Row, Tx, args};
use crate::database::{FileDatabase, FileUse, file_error};
use crate::schema::{self, TABLES, Table};
use crate::store::open_database;
use crate::{Outage, Store, StoreError, StoreUrl, hub, random, sso};
use std::fs;
use std::path::{Path, PathBuf};

/// Rows that are copied at once; an audit's row may have 3 MiB.
const PAGE: i64 = 16;

/// How a backup is restored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RestoreOptions {
    /// Replaces what the store holds. Without it a store with accounts, audit records, sessions, consents or sites is refused
    /// ([`Outage::Occupied`]).
    pub replace: bool,
    /// The file of the key that signs this machine's audit. How far the audit was signed is forgotten beside it:
    /// the backup may be from before. Without it, and on other machines, a daemon refuses to go on from a store that
    /// has less than it signed.
    pub audit_key: Option<PathBuf>,
}

impl Store {
    /// Writes everything, as it stands at one moment, into a new file that only this user can read. A file that is
    /// there is refused ([`Outage::Occupied`]). The store goes on working meanwhile.
    ///
    /// The file holds hashes and signing keys, and no session, code or token.
    pub async fn backup(&self, path: impl AsRef<Path>) -> Result<(), StoreError> {
        let path = path.as_ref();
        let place = StoreUrl::file(path).to_string();
        let file = Database::File(FileDatabase::open(path, place, FileUse::New)?);
        let done = async {
            let mut from = self.database().begin(Begin::Read).await?;
            let mut to = file.begin(Begin::Write).await?;
            schema::migrate(&mut to).await?;
            copy(&mut from, &mut to).await?;
            to.commit().await
        }
        .await;
        file.close().await;
        if done.is_err() {
            // Half a backup is none.
            let _ = fs::remove_file(path);
        }
        done
    }
}

/// Puts a backup's contents into a store, which is made when it is not there. All or nothing. Daemons that have
/// the store open see it within a second. Every session and every token ends: people sign in again. Every connector is
/// held until somebody says that it may come back, for it may have been revoked since; tickets that wait end.
pub async fn restore(
    from: impl AsRef<Path>,
    into: &StoreUrl,
    options: RestoreOptions,
) -> Result<(), StoreError> {
    let from = from.as_ref();
    let place = StoreUrl::file(from).to_string();
    let mut backup = Database::File(FileDatabase::open(from, place.clone(), FileUse::ReadOnly)?);
    let folder = tempfile::tempdir().map_err(|error| file_error(&place, error))?;
    if let Some(copy) = brought_up(&backup, folder.path()).await? {
        backup.close().await;
        backup = copy;
    }
    let store = open_database(into, FileUse::Create).await?;
    let done = restore_between(&backup, &store, options).await;
    backup.close().await;
    store.close().await;
    done
}

/// A backup that an older version made, copied into `folder` and brought up to this one; `None` for any other file.
/// The backup itself is never written to.
async fn brought_up(backup: &Database, folder: &Path) -> Result<Option<Database>, StoreError> {
    let found = schema::version(&mut backup.begin(Begin::Read).await?).await?;
    if !(1..schema::KNOWN).contains(&found) {
        return Ok(None);
    }
    let copy = folder.join("copy");
    let place = copy.display().to_string();
    // SQLite's own copy: part of what the file holds may stand beside it, in a write-ahead log.
    let Database::File(file) = backup else {
        return Ok(None);
    };
    file.copy_into(&copy).await?;
    let database = Database::File(FileDatabase::open(&copy, place, FileUse::Existing)?);
    let mut tx = database.begin(Begin::Write).await?;
    schema::migrate(&mut tx).await?;
    tx.commit().await?;
    Ok(Some(database))
}

async fn restore_between(
    backup: &Database,
    store: &Database,
    options: RestoreOptions,
) -> Result<(), StoreError> {
    let mut from = backup.begin(Begin::Read).await?;
    let found = schema::version(&mut from).await?;
    schema::known(&from, found)?;
    if found != schema::KNOWN {
        return Err(StoreError::NotAStore {
            place: backup.place().to_owned(),
            why: "it has no tables of entryway",
        });
    }
    // Locked first: who signs takes the two in this order, too.
    let marks = options.audit_key.as_deref().map(MarkFile::beside);
    let marks = match &marks {
        Some(marks) => Some(marks.lock().await?),
        None => None,
    };
    let mut to = store.begin(Begin::Write).await?;
    schema::migrate(&mut to).await?;
    let held = to
        .row(
            "SELECT (SELECT count(*) FROM local_account) + (SELECT count(*) FROM audit_segment) \
             + (SELECT count(*) FROM sso_session) + (SELECT count(*) FROM sso_consent) \
             + (SELECT count(*) FROM site_authority)",
            args![],
        )
        .await?;
    if !options.replace && held.map_or(Ok(0), |row| row.int(0))? > 0 {
        return Err(StoreError::unavailable(store.place(), Outage::Occupied));
    }
    let known = hub::known(&mut to).await?;
    copy(&mut from, &mut to).await?;
    sso::end_all(&mut to).await?;
    hub::hold_all(&mut to, &known).await?;
    let epoch = random::number()?;
    // Whoever holds the store's contents in memory learns by this that they are others now.
    to.execute(
        "UPDATE store_state SET epoch = $1 WHERE one = 1",
        args![epoch],
    )
    .await?;
    to.commit().await?;
    match marks {
        Some(marks) => marks.restored(epoch).await,
        None => Ok(()),
    }
}

async fn copy(from: &mut Tx, to: &mut Tx) -> Result<(), StoreError> {
    for table in &TABLES {
        copy_table(from, to, table).await?;
    }
    Ok(())
}

/// Empties a table and fills it from the other store.
pub(crate) async fn copy_table(
    from: &mut Tx,
    to: &mut Tx,
    table: &Table,
) -> Result<(), StoreError> {
    to.execute(table.delete, args![]).await?;
    let mut offset = 0;
    loop {
        let rows = from.rows(table.select, args![PAGE, offset]).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            to.execute(table.insert, values(table, row)?).await?;
        }
        offset += PAGE;
    }
}

fn values(table: &Table, row: &Row) -> Result<Vec<Arg>, StoreError> {
    table
        .columns
        .bytes()
        .enumerate()
        .map(|(at, kind)| {
            Ok(match kind {
                b'i' => Arg::Int(row.int_or_none(at)?),
                b't' => Arg::Text(row.text_or_none(at)?),
                _ => Arg::Bytes(row.bytes_or_none(at)?),
            })
        })
        .collect()
}
