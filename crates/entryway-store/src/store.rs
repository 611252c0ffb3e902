//! A store that is open.

use crate::audit::{Audit, AuditKey};
use crate::database::{Begin, Database, FileDatabase, FileUse, ServerDatabase, args};
use crate::held::Held;
use crate::url::Place;
use crate::{
    Accounts, HeldAccounts, Hub, Outage, Sso, StoreError, StoreUrl, Throttle, ThrottleSettings,
    schema,
};
use aws_lc_rs::digest::{Context, SHA256};
use std::sync::{Arc, OnceLock};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// How a store is opened.
pub struct OpenOptions {
    /// This machine's name in the audit; the host name, usually. Two daemons with the same one share a chain.
    pub node: String,
    /// What signs this node's audit.
    pub audit_key: AuditKey,
    /// Whether a SQLite file is made when it is not there.
    pub create: bool,
}

/// A store that is open. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
    audit: Audit,
}

/// What the handles share.
pub(crate) struct Inner {
    pub(crate) database: Arc<Database>,
    pub(crate) held: OnceLock<Arc<Held>>,
    /// Hashes that are computed at once: each wants a processor and 19 MiB.
    pub(crate) hashing: Arc<Semaphore>,
}

impl Store {
    /// Opens a store and brings its tables to this binary's schema. Needs a tokio runtime, as everything here.
    pub async fn open(url: &StoreUrl, options: OpenOptions) -> Result<Self, StoreError> {
        let how = if options.create {
            FileUse::Create
        } else {
            FileUse::Existing
        };
        let database = ready(url, how).await?;
        let processors = available_parallelism().map_or(1, usize::from);
        let inner = Arc::new(Inner {
            database: Arc::new(database),
            held: OnceLock::new(),
            hashing: Arc::new(Semaphore::new(processors)),
        });
        let audit = Audit::start(inner.clone(), options.node, options.audit_key);
        Ok(Self { inner, audit })
    }

    /// The accounts, as an administrator keeps them.
    pub fn accounts(&self) -> Accounts {
        Accounts(self.inner.clone())
    }

    /// The accounts, as logins ask for them: read into memory, and kept up with while any handle of this store is
    /// there. A second call gives the same memory.
    pub async fn hold_accounts(&self) -> Result<HeldAccounts, StoreError> {
        HeldAccounts::start(self.inner.clone()).await
    }

    /// The throttle, with what was counted before. [`Throttle::close`] it before the store is closed.
    pub async fn throttle(&self, settings: &ThrottleSettings) -> Result<Throttle, StoreError> {
        // Never rotated: another key would forget every count.
        let key = self.key("throttle").await?;
        Throttle::over(self.inner.database.clone(), &key.secret, settings).await
    }

    /// By what this store is known where others may count failures in it too, so that whoever hears it from two machines
    /// knows that they count together. `None` for a file: it is one machine's, and a copy of it would pass for the same. Another after
    /// a restore, for the store that it is a backup of may go on. Says nothing of what is in the store.
    pub async fn counted_in(&self) -> Result<Option<String>, StoreError> {
        if !self.inner.database.is_shared() {
            return Ok(None);
        }
        let key = self.key("throttle").await?;
        let row = self
            .inner
            .database
            .row("SELECT epoch FROM store_state WHERE one = 1", args![])
            .await?;
        let epoch = row.map_or_else(
            || Err(StoreError::damaged("the table `store_state`")),
            |row| row.int(0),
        )?;
        let mut context = Context::new(&SHA256);
        context.update(b"entryway counted in");
        context.update(&*key.secret);
        context.update(&epoch.to_be_bytes());
        let digest = context.finish();
        Ok(Some(
            digest
                .as_ref()
                .iter()
                .take(16)
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        ))
    }

    /// What single sign-on keeps.
    pub fn sso(&self) -> Sso {
        Sso(self.inner.clone())
    }

    /// What the hub keeps.
    pub fn hub(&self) -> Hub {
        Hub(self.inner.clone())
    }

    /// The record of decisions.
    pub fn audit(&self) -> &Audit {
        &self.audit
    }

    /// Where it is, without a password.
    pub fn place(&self) -> &str {
        self.inner.database.place()
    }

    /// Whether it answers at this moment.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut tx = self.inner.database.begin(Begin::Read).await?;
        schema::version(&mut tx).await.map(drop)
    }

    /// Writes what is queued and a checkpoint, and closes. What is asked of other handles afterwards fails.
    pub async fn close(self) {
        self.audit.close().await;
        self.inner.hashing.close();
        self.inner.database.close().await;
    }

    /// The places for computing hashes, for tests that take them all.
    #[cfg(test)]
    pub(crate) fn hashing(&self) -> &Arc<Semaphore> {
        &self.inner.hashing
    }

    pub(crate) fn database(&self) -> &Database {
        &self.inner.database
    }
}

impl Inner {
    pub(crate) async fn refresh_held(&self) -> Result<(), StoreError> {
        match self.held.get() {
            Some(held) => held.refresh(self).await,
            None => Ok(()),
        }
    }

    pub(crate) fn closed(&self) -> StoreError {
        StoreError::unavailable(self.database.place(), Outage::Closed)
    }
}

/// Opens what an address names, and brings its tables to this binary's schema. Whoever makes the same file at this
/// moment is waited for: SQLite itself does not wait while a file is given its journal.
async fn ready(url: &StoreUrl, how: FileUse) -> Result<Database, StoreError> {
    let until = Instant::now() + PATIENCE;
    loop {
        match try_ready(url, how).await {
            Err(error) if error.outage() == Some(Outage::Locked) && Instant::now() < until => {
                tokio::time::sleep(AGAIN).await;
            }
            done => return done,
        }
    }
}

async fn try_ready(url: &StoreUrl, how: FileUse) -> Result<Database, StoreError> {
    let database = open_database(url, how).await?;
    let mut tx = database.begin(Begin::Read).await?;
    let found = schema::version(&mut tx).await?;
    schema::known(&tx, found)?;
    drop(tx);
    if found < schema::KNOWN {
        let mut tx = database.begin(Begin::Write).await?;
        schema::migrate(&mut tx).await?;
        tx.commit().await?;
    }
    Ok(database)
}

/// How long a store that is locked is tried anew when it is opened, and how often.
const PATIENCE: Duration = Duration::from_secs(3);
const AGAIN: Duration = Duration::from_millis(30);

/// Opens what an address names, without looking at what is in it.
pub(crate) async fn open_database(url: &StoreUrl, how: FileUse) -> Result<Database, StoreError> {
    match &url.place {
        Place::File(path) => FileDatabase::open(path, url.to_string(), how).map(Database::File),
        Place::Server(options) => ServerDatabase::open((**options).clone(), url.to_string())
            .await
            .map(Database::Server),
    }
}
