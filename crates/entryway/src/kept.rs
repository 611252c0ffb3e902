//! What outlives a request: the store with its accounts, throttle, audit and keys. Opened once, and shared by every
//! configuration that comes after.

mod place;

use crate::seal::Seals;
use anyhow::Context;
use entryway_config::{Settings, StoreSettings, StoreUrl};
use entryway_store::{AuditKey, HeldAccounts, OpenOptions, Store, Throttle, ThrottleSettings};
pub(crate) use place::{audit_key, store_url};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// The name of the key that seals what is given out and taken back.
const TOKENS: &str = "tokens";
/// How often records that are too old are taken out.
const PRUNE: Duration = Duration::from_secs(3600);

/// What outlives a request.
pub(crate) struct Kept {
    pub(crate) store: Store,
    pub(crate) accounts: HeldAccounts,
    pub(crate) throttle: Throttle,
    pub(crate) seals: Seals,
    /// Of a store that forgets; goes with the process.
    _folder: Option<TempDir>,
}

impl Kept {
    /// Opens the store that the configuration names, and makes it where there is none.
    pub(crate) async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let (store, folder) = open(settings).await?;
        let accounts = store.hold_accounts().await?;
        let throttle = store.throttle(&throttle(settings)).await?;
        store.key(TOKENS).await?;
        let seals = Seals::new(store.keys(TOKENS).await?)?;
        Ok(Self {
            store,
            accounts,
            throttle,
            seals,
            _folder: folder,
        })
    }

    /// Takes out old records now and then, until dropped.
    pub(crate) async fn prune(&self, keep: Duration) {
        if keep.is_zero() {
            return;
        }
        loop {
            if let Some(before) = SystemTime::now().checked_sub(keep)
                && let Err(error) = self.store.audit().prune(before).await
            {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(target: "audit.not_pruned", error);
            }
            tokio::time::sleep(PRUNE).await;
        }
    }

    /// Writes what is still to be written, and closes.
    pub(crate) async fn close(&self) {
        self.throttle.close().await;
        self.store.clone().close().await;
    }
}

/// The store alone, for commands that need nothing else.
pub(crate) async fn open(settings: &Settings) -> anyhow::Result<(Store, Option<TempDir>)> {
    let folder = match &settings.store.url {
        StoreUrl::Memory => Some(tempfile::tempdir().context("a temporary folder cannot be made")?),
        _ => None,
    };
    let url = store_url(settings, folder.as_ref())?;
    let key = audit_key(settings, folder.as_ref())?;
    let options = OpenOptions {
        node: settings.audit.node.clone().unwrap_or_else(host_name),
        audit_key: AuditKey::load_or_create(key)?,
        create: true,
    };
    let store = Store::open(&url, options).await?;
    Ok((store, folder))
}

/// What the throttle allows under these settings.
pub(crate) fn throttle(settings: &Settings) -> ThrottleSettings {
    let configured = settings.throttle;
    ThrottleSettings {
        failures: configured.failures,
        failures_per_identity: configured.failures_per_identity,
        failures_per_address: configured.failures_per_address,
        window: configured.window,
        longest_login: settings.policy.deadline,
        ..ThrottleSettings::default()
    }
}

/// Whether a running process can take these settings over without starting anew.
pub(crate) fn is_same_store(one: &StoreSettings, other: &StoreSettings) -> bool {
    let password = |settings: &StoreSettings| {
        let password = settings.password.as_ref();
        password.map(|password| password.expose().to_vec())
    };
    one.url == other.url && password(one) == password(other)
}

fn host_name() -> String {
    let name = rustix::system::uname();
    name.nodename().to_string_lossy().into_owned()
}
