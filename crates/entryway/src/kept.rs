//! What outlives a request: the store with its accounts, throttle, audit and keys. Opened once, and shared by every
//! configuration that comes after.

mod forgetting;
mod place;
mod recorder;

use crate::forward::PasswordChanges;
use crate::gateway::Unheard;
use crate::hub::Exchange;
use crate::seal::{CursorSeal, Seals};
use crate::sso::{self, Keyring, LastAnswers, Notices};
use crate::totals::Totals;
use anyhow::Context;
use entryway_config::{Settings, StoreSettings, StoreUrl};
use entryway_store::{AuditKey, HeldAccounts, OpenOptions, Store, Throttle, ThrottleSettings};
use forgetting::Forgetting;
pub(crate) use place::{SOCKET, audit_key, state_dir, state_path, store_url};
use recorder::Recorder;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The name of the key that seals what is given out and taken back.
const TOKENS: &str = "tokens";
/// The name of the key that signs where a list goes on.
const CURSORS: &str = "cursors";
/// How often records that are too old are taken out.
const PRUNE: Duration = Duration::from_secs(3600);

/// What outlives a request.
pub(crate) struct Kept {
    pub(crate) store: Store,
    pub(crate) accounts: HeldAccounts,
    pub(crate) throttle: Throttle,
    pub(crate) seals: Seals,
    pub(crate) cursors: Arc<CursorSeal>,
    pub(crate) recorder: Recorder,
    /// What tokens are signed with.
    pub(crate) signing: Arc<Keyring>,
    /// Who was asked about when, for whoever is asked about again.
    pub(crate) last_answers: Arc<LastAnswers>,
    /// Counts what ends the memory of passwords, of whatever configuration.
    pub(crate) password_changes: Arc<PasswordChanges>,
    /// Tells applications that sessions have ended.
    pub(crate) notices: Arc<Notices>,
    /// Logins whose callers have gone, of whatever configuration.
    pub(crate) unheard: Arc<Unheard>,
    /// What is counted of servers, of whatever configuration.
    pub(crate) totals: Totals,
    /// The hub, of whatever configuration.
    pub(crate) exchange: Arc<Exchange>,
    /// Of a store that forgets; goes with the process.
    _folder: Option<Forgetting>,
}

impl Kept {
    /// Opens the store that the configuration names, and makes it where there is none.
    pub(crate) async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let (store, folder) = open(settings).await?;
        // No login could be decided behind a record that is broken.
        store.audit().goes_on().await?;
        let accounts = store.hold_accounts().await?;
        let throttle = store.throttle(&throttle(settings)).await?;
        store.key(TOKENS).await?;
        let seals = Seals::new(store.keys(TOKENS).await?)?;
        store.key(CURSORS).await?;
        let cursors = CursorSeal::new(&store.keys(CURSORS).await?);
        let signing = Keyring::new(store.clone());
        if let Some(sso) = &settings.sso {
            signing.refresh(sso::rotation(sso)).await?;
        }
        let node = settings.audit.node.clone().unwrap_or_else(host_name);
        Ok(Self {
            exchange: Exchange::open(store.hub(), node).await?,
            signing: Arc::new(signing),
            last_answers: Arc::default(),
            password_changes: Arc::default(),
            notices: Arc::default(),
            cursors: Arc::new(cursors),
            recorder: Recorder::new(store.audit().clone()),
            unheard: Arc::default(),
            totals: Totals::default(),
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

    /// Takes out sessions, codes and tokens that are over.
    pub(crate) async fn prune_sso(&self) {
        if let Err(error) = self.store.sso().prune_sso(sso::now_ms()).await {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(target: "sso.not_pruned", error);
        }
    }

    /// Whether logins can be decided, as far as is known without asking: accounts are believed, records are taken.
    pub(crate) fn is_ready(&self) -> bool {
        self.accounts.is_in_reach() && !self.recorder.is_failing()
    }

    /// Writes what is still to be written, and closes.
    pub(crate) async fn close(&self) {
        self.throttle.close().await;
        self.store.clone().close().await;
    }
}

/// The store alone, for commands that need nothing else.
pub(crate) async fn open(settings: &Settings) -> anyhow::Result<(Store, Option<Forgetting>)> {
    let folder = match &settings.store.url {
        StoreUrl::Memory => Some(Forgetting::begin(&std::env::temp_dir())?),
        _ => None,
    };
    let path = folder.as_ref().map(Forgetting::path);
    let url = store_url(settings, path)?;
    let key = audit_key(settings, path)?;
    let options = OpenOptions {
        node: settings.audit.node.clone().unwrap_or_else(host_name),
        audit_key: AuditKey::load_or_create(key)?,
        create: true,
    };
    let store = Store::open(&url, options).await?;
    Ok((store, folder))
}

/// Whether the store answers: where it is, or `None` where it forgets anyway. Makes nothing.
pub(crate) async fn look_at(settings: &Settings) -> anyhow::Result<Option<String>> {
    if matches!(settings.store.url, StoreUrl::Memory) {
        return Ok(None);
    }
    let url = place::address(settings, None)?;
    if let Some(file) = place::file(settings)?
        && !file.exists()
    {
        let folder = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder
            && !folder.is_dir()
            && !matches!(settings.store.url, StoreUrl::Default)
        {
            anyhow::bail!("the folder `{}` is not there", folder.display());
        }
        return Ok(Some(format!("{url}, made when the daemon first starts")));
    }
    let store = open_beside(&url).await?;
    let answered = store.ping().await;
    store.close().await;
    answered?;
    Ok(Some(url.to_string()))
}

/// How many accounts there are, as far as a store is there to tell. Makes nothing.
pub(crate) async fn count_accounts(settings: &Settings) -> anyhow::Result<usize> {
    if matches!(settings.store.url, StoreUrl::Memory)
        || place::file(settings)?.is_some_and(|file| !file.exists())
    {
        return Ok(0);
    }
    let store = open_beside(&place::address(settings, None)?).await?;
    let accounts = store.accounts().list().await;
    store.close().await;
    Ok(accounts?.len())
}

/// A store that is there, beside whoever uses it.
async fn open_beside(url: &entryway_store::StoreUrl) -> anyhow::Result<Store> {
    // It signs nothing here, so any key does.
    let folder = tempfile::tempdir().context("a temporary folder cannot be made")?;
    let options = OpenOptions {
        node: host_name(),
        audit_key: AuditKey::load_or_create(folder.path().join("key"))?,
        create: false,
    };
    Ok(Store::open(url, options).await?)
}

/// What the throttle allows under these settings.
pub(crate) fn throttle(settings: &Settings) -> ThrottleSettings {
    let configured = settings.throttle;
    ThrottleSettings {
        failures: configured.failures,
        failures_per_identity: configured.failures_per_identity,
        failures_per_address: configured.failures_per_address,
        stores: configured.stores,
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
    one.url == other.url
        && one.allow_unverified == other.allow_unverified
        && password(one) == password(other)
}

pub(crate) fn host_name() -> String {
    let name = rustix::system::uname();
    name.nodename().to_string_lossy().into_owned()
}
