//! A file of SQLite.
//!
//! Two connections write, one of them what is a single statement; a few read. Writers in SQLite wait for each other
//! anyway, and here they do so in a queue. The file is looked at before each use: one that was deleted or replaced under
//! us would otherwise be written to for ever, and read by nobody.

mod single;

use super::outage::{explain, explain_file};
use super::{Arg, Begin};
use crate::{Outage, StoreError};
use parking_lot::Mutex;
use single::{Failure, Singles};
use sqlx::sqlite::{
    Sqlite, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Transaction};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a connection or a lock is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);
/// How long a turn, or a connection to use in it, is waited for.
const TURN: Duration = Duration::from_secs(6);
const READERS: u32 = 4;

/// What a file is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileUse {
    /// It has to be there.
    Existing,
    /// It is made when it is not there.
    Create,
    /// It must not be there: a backup. One file when closed.
    New,
    /// A backup that is read.
    ReadOnly,
}

/// A database in a file.
pub(crate) struct FileDatabase {
    path: PathBuf,
    place: String,
    how: FileUse,
    open: Mutex<Pools>,
    /// Whose turn it is to write: one permit.
    turns: Arc<Semaphore>,
}

#[derive(Clone)]
struct Pools {
    file: FileId,
    writer: SqlitePool,
    readers: SqlitePool,
    singles: Arc<Singles>,
}

/// A transaction, and the turn that it takes if it writes.
pub(crate) struct FileTx {
    pub(super) tx: Transaction<'static, Sqlite>,
    _turn: Option<OwnedSemaphorePermit>,
}

/// Which file it is, whatever it is called.
#[derive(Clone, Copy, PartialEq, Eq)]
struct FileId {
    device: u64,
    inode: u64,
}

impl FileDatabase {
    pub(crate) fn open(path: &Path, place: String, how: FileUse) -> Result<Self, StoreError> {
        prepare(path, &place, how)?;
        let open = Mutex::new(pools(path, &place, how)?);
        Ok(Self {
            path: path.to_path_buf(),
            place,
            how,
            open,
            turns: Arc::new(Semaphore::new(1)),
        })
    }

    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    pub(crate) async fn begin(&self, how: Begin) -> Result<FileTx, StoreError> {
        let (turn, begun) = match how {
            Begin::Read => {
                let readers = self.current()?.readers;
                (None, readers.begin_with("BEGIN DEFERRED").await)
            }
            Begin::Write => {
                let turn = self.turn().await?;
                let writer = self.current()?.writer;
                (Some(turn), writer.begin_with("BEGIN IMMEDIATE").await)
            }
        };
        let tx = begun.map_err(|error| explain(&self.place, error))?;
        Ok(FileTx { tx, _turn: turn })
    }

    /// One statement that is a transaction of its own, durable when this returns.
    pub(crate) async fn execute(
        &self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<u64, StoreError> {
        let turn = self.turn().await?;
        let singles = self.current()?.singles;
        let done = singles.execute(sql, args, turn).await;
        done.map_err(|failure| match failure {
            Failure::Closed => StoreError::unavailable(&self.place, Outage::Closed),
            Failure::Thread(error) => file_error(&self.place, error),
            Failure::Database(error) => explain_file(&self.place, error),
        })
    }

    /// The right to write, before those who ask for it later.
    async fn turn(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        if let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() {
            return Ok(turn);
        }
        let failed = |outage| StoreError::unavailable(&self.place, outage);
        match timeout(TURN, Arc::clone(&self.turns).acquire_owned()).await {
            Ok(turn) => turn.map_err(|_| failed(Outage::Closed)),
            Err(_) => Err(failed(Outage::TimedOut)),
        }
    }

    /// The connection that writes transactions.
    #[cfg(test)]
    pub(crate) fn writer(&self) -> Result<SqlitePool, StoreError> {
        Ok(self.current()?.writer)
    }

    /// The connections that read.
    pub(crate) fn readers(&self) -> Result<SqlitePool, StoreError> {
        Ok(self.current()?.readers)
    }

    /// Writes what it holds now into a file that is not there.
    pub(crate) async fn copy_into(&self, path: &Path) -> Result<(), StoreError> {
        let text = path.to_string_lossy().into_owned();
        let copied = sqlx::query("VACUUM INTO $1")
            .bind(text)
            .execute(&self.current()?.readers)
            .await;
        copied
            .map(drop)
            .map_err(|error| explain(&self.place, error))
    }

    /// The connections to the file that now has the name.
    fn current(&self) -> Result<Pools, StoreError> {
        let file = file_id(&self.path, &self.place)?;
        let mut open = self.open.lock();
        if open.file != file {
            // Connections to the file that was there end as they come back.
            *open = pools(&self.path, &self.place, self.how)?;
        }
        Ok(open.clone())
    }

    pub(crate) async fn close(&self) {
        let pools = self.open.lock().clone();
        pools.readers.close().await;
        pools.singles.close().await;
        // The last connection to close folds the write-ahead log into the file.
        pools.writer.close().await;
    }
}

impl FileTx {
    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        // Its turn ends behind it.
        self.tx.commit().await
    }
}

/// The file and its folder, with errors that SQLite would not tell apart.
fn prepare(path: &Path, place: &str, how: FileUse) -> Result<(), StoreError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(StoreError::unavailable(place, Outage::NoFolder));
    }
    if path.is_dir() {
        return Err(StoreError::NotAStore {
            place: place.to_owned(),
            why: "it is a folder",
        });
    }
    if matches!(how, FileUse::Create | FileUse::New) {
        // Made here, because SQLite would make it readable for others; its companions get the same mode.
        match fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
        {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                if how == FileUse::New {
                    return Err(StoreError::unavailable(place, Outage::Occupied));
                }
            }
            Err(error) => return Err(file_error(place, error)),
        }
    }
    let metadata = fs::metadata(path).map_err(|error| file_error(place, error))?;
    if how != FileUse::ReadOnly && metadata.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))
            .map_err(|error| file_error(place, error))?;
    }
    fs::File::open(path).map_err(|error| file_error(place, error))?;
    Ok(())
}

fn pools(path: &Path, place: &str, how: FileUse) -> Result<Pools, StoreError> {
    let file = file_id(path, place)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .read_only(how == FileUse::ReadOnly)
        .busy_timeout(PATIENCE)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging();
    let options = match how {
        FileUse::Existing | FileUse::Create => options
            .journal_mode(SqliteJournalMode::Wal)
            // A transaction folds the log only where the single statements, which do so beside the writing, do not come.
            .pragma("wal_autocheckpoint", "4000"),
        FileUse::New => options.journal_mode(SqliteJournalMode::Delete),
        FileUse::ReadOnly => options,
    };
    let pool = |connections| {
        SqlitePoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(TURN)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_release(|connection, _| {
                Box::pin(async move {
                    if connection.is_in_transaction() {
                        // A transaction that was dropped is undone before this answers. One that SQLite had undone
                        // by itself, as it does on a full disk, counts as begun for ever: nothing else could begin.
                        connection.ping().await?;
                    }
                    Ok(!connection.is_in_transaction())
                })
            })
            .connect_lazy_with(options.clone())
    };
    Ok(Pools {
        file,
        writer: pool(1),
        readers: pool(READERS),
        singles: Arc::new(Singles::new(path, how)),
    })
}

fn file_id(path: &Path, place: &str) -> Result<FileId, StoreError> {
    let metadata = fs::metadata(path).map_err(|error| file_error(place, error))?;
    Ok(FileId {
        device: metadata.dev(),
        inode: metadata.ino(),
    })
}

/// What an error of the file system means.
pub(crate) fn file_error(place: &str, error: std::io::Error) -> StoreError {
    let outage = match error.kind() {
        ErrorKind::NotFound => Outage::Gone,
        ErrorKind::PermissionDenied => Outage::NotPermitted,
        ErrorKind::ReadOnlyFilesystem => Outage::ReadOnly,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Outage::Full,
        _ => Outage::Failed,
    };
    StoreError::Unavailable {
        place: place.to_owned(),
        outage,
        source: Some(Box::new(error)),
    }
}

#[cfg(test)]
mod tests;
