//! One battery of cases for both databases: each case runs against a SQLite file and a PostgreSQL that the tests
//! start themselves.

mod accounts;
mod audit;
mod backups;
mod crash;
mod hub;
mod keys;
mod logins;
mod opening;
mod outages;
mod sso;
mod tampering;
mod throttle;

use crate::{AuditEntry, AuditKey, Details, NewAccount, NewPassword, OpenOptions, Store, StoreUrl};
use entryway_conformance::Postgres;
use entryway_ldap_types::Password;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};
use tempfile::TempDir;

/// An empty place for a store, and a folder beside it.
pub(crate) struct Lab {
    pub(crate) url: String,
    folder: TempDir,
    database: Option<String>,
}

/// A store that a case did not close may put its mark here while the folder is taken away: then it is taken away again.
impl Drop for Lab {
    fn drop(&mut self) {
        let until = Instant::now() + Duration::from_secs(5);
        while self.folder.path().exists() && Instant::now() < until {
            let _ = std::fs::remove_dir_all(self.folder.path());
        }
    }
}

impl Lab {
    pub(crate) fn file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            url: format!("sqlite:{}", folder.path().join("store.db").display()),
            folder,
            database: None,
        }
    }

    pub(crate) fn server() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("lab{}", COUNT.fetch_add(1, Ordering::Relaxed));
        Self {
            url: postgres().database(&name).unwrap(),
            folder: tempfile::tempdir().unwrap(),
            database: Some(name),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) async fn open(&self) -> Store {
        self.open_as("one").await
    }

    pub(crate) async fn open_as(&self, node: &str) -> Store {
        open(&self.url, self.options(node)).await.unwrap()
    }

    pub(crate) fn options(&self, node: &str) -> OpenOptions {
        OpenOptions {
            node: node.to_owned(),
            audit_key: AuditKey::load_or_create(self.path(&format!("{node}.key"))).unwrap(),
            create: true,
        }
    }

    /// Changes what stands in the store, as somebody who may write it and knows nothing of Entryway.
    pub(crate) async fn meddle(&self, sql: &'static str) {
        match &self.database {
            Some(name) => {
                postgres().sql(name, sql).unwrap();
            }
            None => {
                use sqlx::{ConnectOptions, Connection, Executor};
                let mut connection = sqlx::sqlite::SqliteConnectOptions::new()
                    .filename(self.path("store.db"))
                    .connect()
                    .await
                    .unwrap();
                connection.execute(sql).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    pub(crate) fn is_file(&self) -> bool {
        self.database.is_none()
    }
}

pub(crate) async fn open(url: &str, options: OpenOptions) -> Result<Store, crate::StoreError> {
    Store::open(&StoreUrl::parse(url).unwrap(), options).await
}

/// One server for all cases; it ends with this process.
fn postgres() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(|| Postgres::start().unwrap())
}

/// Makes two tests of each case.
macro_rules! cases {
    ($($case:ident),* $(,)?) => {
        mod file {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case(crate::battery::Lab::file()).await;
            })*
        }
        mod server {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case(crate::battery::Lab::server()).await;
            })*
        }
    };
}
pub(crate) use cases;

pub(crate) fn password(text: &str) -> Arc<Password> {
    Arc::new(Password::new(text.as_bytes().to_vec()).unwrap())
}

pub(crate) fn account(name: &str) -> NewAccount {
    NewAccount {
        name: name.to_owned(),
        // "correct horse"; cheap to write, unlike argon2id.
        password: NewPassword::Hashed("{SSHA}OO910YWkiTl4YaznUzCrDt+Hz0C2pl53".to_owned()),
        enabled: true,
        details: Details::default(),
    }
}

/// A decision about a login that was submitted `ms` milliseconds after 2026 began.
pub(crate) fn entry(ms: u64, body: &str) -> AuditEntry {
    let new_year = Duration::from_millis(1_767_225_600_000);
    AuditEntry {
        login_id: ms << 24 | 0xabc,
        at: SystemTime::UNIX_EPOCH + new_year + Duration::from_millis(ms + 5),
        body: body.as_bytes().to_vec(),
    }
}

/// Waits for a condition, at most ten seconds.
pub(crate) async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !condition().await {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "gave up waiting until {what}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
