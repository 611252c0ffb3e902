//! The accounts as logins ask for them: from memory, kept up with the store.
//!
//! The store is asked every 400 ms whether anything changed, by whatever process. When it has not answered for
//! three seconds nobody is looked up: what is in memory may be wrong by then, and a fault is no verdict.

mod change;
mod memory;
mod verify;

use crate::StoreError;
use crate::database::Begin;
use crate::store::Inner;
use entryway_login::{
    ChangeLocalAnswer, ChangeLocalOperation, LocalAccount, LocalAccounts, StoreUnavailable,
    VerifyAnswer, VerifyOperation,
};
use memory::Memory;
use parking_lot::RwLock;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often the store is asked.
const POLL: Duration = Duration::from_millis(400);
/// How long what is in memory is believed without the store.
const BELIEVED: Duration = Duration::from_secs(3);

/// The accounts in memory. Cheap to clone.
#[derive(Clone)]
pub struct HeldAccounts {
    store: Arc<Inner>,
    held: Arc<Held>,
}

/// What is in memory.
pub(crate) struct Held {
    memory: RwLock<Memory>,
    reached: RwLock<Instant>,
    /// The store's, as it was read last: another after a restore.
    epoch: watch::Sender<i64>,
    /// One reads at a time, so that an older state never replaces a newer one.
    reading: tokio::sync::Mutex<()>,
}

impl HeldAccounts {
    /// Reads all accounts, and keeps up with them from now on.
    pub(crate) async fn start(store: Arc<Inner>) -> Result<Self, StoreError> {
        let fresh = Arc::new(Held {
            memory: RwLock::new(Memory::default()),
            reached: RwLock::new(Instant::now()),
            epoch: watch::Sender::default(),
            reading: tokio::sync::Mutex::new(()),
        });
        fresh.refresh(&store).await?;
        let held = store.held.get_or_init(|| fresh.clone()).clone();
        if Arc::ptr_eq(&held, &fresh) {
            tokio::spawn(keep_up(Arc::downgrade(&store), held.clone()));
        }
        Ok(Self { store, held })
    }

    /// Whether what is in memory is believed: the store has answered lately. Asks nobody.
    pub fn is_in_reach(&self) -> bool {
        self.held.in_reach().is_ok()
    }

    /// Changes when the state of a backup has taken the place of the store's: what was read of it before is another
    /// installation's, or an older one's.
    pub fn restored(&self) -> watch::Receiver<i64> {
        self.held.epoch.subscribe()
    }

    /// The state that is in memory, by two numbers: another whenever an account has changed.
    pub fn version(&self) -> Result<(i64, i64), StoreUnavailable> {
        self.held.in_reach()?;
        let memory = self.held.memory.read();
        Ok((memory.epoch, memory.revision))
    }

    /// How many accounts there are.
    pub fn count(&self) -> usize {
        self.held.memory.read().count()
    }
}

async fn keep_up(store: Weak<Inner>, held: Arc<Held>) {
    let mut failing = false;
    loop {
        tokio::time::sleep(POLL).await;
        let Some(store) = store.upgrade() else { return };
        match held.refresh(&store).await {
            Ok(()) if failing => {
                failing = false;
                tracing::info!(target: "store.recovered", store = store.database.place());
            }
            Ok(()) => {}
            Err(error) if !failing => {
                failing = true;
                let error: &dyn std::error::Error = &error;
                tracing::error!(target: "store.unavailable", store = store.database.place(), error);
            }
            Err(_) => {}
        }
    }
}

impl Held {
    /// Reads what has changed since the last time.
    pub(crate) async fn refresh(&self, store: &Inner) -> Result<(), StoreError> {
        let _reading = self.reading.lock().await;
        let asked = Instant::now();
        let (epoch, revision) = {
            let memory = self.memory.read();
            (memory.epoch, memory.revision)
        };
        let mut tx = store.database.begin(Begin::Read).await?;
        if let Some(changes) = memory::read(&mut tx, epoch, revision).await? {
            self.memory.write().apply(changes);
            let now = self.memory.read().epoch;
            self.epoch
                .send_if_modified(|before| std::mem::replace(before, now) != now);
        }
        *self.reached.write() = asked;
        Ok(())
    }

    fn in_reach(&self) -> Result<(), StoreUnavailable> {
        let since = self.reached.read().elapsed();
        if since > BELIEVED {
            return Err(StoreUnavailable(format!(
                "the store has not answered for {} seconds",
                since.as_secs()
            )));
        }
        Ok(())
    }
}

impl LocalAccounts for HeldAccounts {
    fn find_local(&self, name: &str) -> Result<Option<Arc<LocalAccount>>, StoreUnavailable> {
        self.held.in_reach()?;
        Ok(self
            .held
            .memory
            .read()
            .find(name)
            .map(|kept| kept.account.clone()))
    }

    async fn verify_local(&self, operation: VerifyOperation) -> VerifyAnswer {
        let started = Instant::now();
        let verified = self.verify(operation).await;
        VerifyAnswer {
            verified,
            took: started.elapsed(),
        }
    }

    async fn change_local(&self, operation: ChangeLocalOperation) -> ChangeLocalAnswer {
        let started = Instant::now();
        let changed = self.change(operation).await;
        ChangeLocalAnswer {
            changed,
            took: started.elapsed(),
        }
    }
}
