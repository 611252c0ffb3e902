//! The throttle: how many failures are counted, for whom, and until when nobody is asked.
//!
//! It owns the buckets in memory and their copy in the store. It must not know why a login fails, nor read a clock
//! for an operation: each says when it happens.
//!
//! # Buckets
//!
//! A failure without a known device counts for the identity and its network and for the identity alone; one with a
//! known device for the identity and that device. The address is counted before, by an operation of its own. A
//! bucket empties evenly, all of it in [`ThrottleSettings::window`]. One that is full closes, 30 seconds at first;
//! then there is one place, and whoever fails in it closes it for twice as long, up to 15 minutes. It
//! empties only while it is open.
//!
//! # Logins under way
//!
//! Each takes a place before anybody is asked, so that parallel guesses cannot overrun a limit. But only failures
//! refuse: whoever finds the places taken by logins under way waits for them, first come first served, until its own
//! deadline, and then has no verdict. A hundred right logins of one account at once pass, some of them after others.
//! Whoever holds a place and asks for another is not kept waiting. Who waits is bounded: 1,024 for one
//! identity or address, 8,192 in all.
//!
//! # Below the directory's threshold
//!
//! A directory that locks at the T-th wrong password counts them from all networks together, so the limit of one
//! network cannot prevent a lock. Where T is known, Entryway lets through at most T − 1 for one identity until the
//! directory's own window has passed without another failure, or [`ThrottleSettings::directory_window`] where
//! it does not tell or never forgets. A quarter of those T − 1, at
//! least one, is kept for known devices: strangers together have the rest, so however many they are and
//! whatever they try, a browser that the person used before has a place of its own and the account is not locked by
//! us. T = 5 is 3 for strangers and 1 for devices. T = 2 leaves one place, for whoever comes first. T = 1 locks
//! at the first typing error whatever anybody does: nothing but silence could prevent it, so one is let through, and
//! whoever reads the policy warns the administrator.
//!
//! Where stores of their own count against one directory, as those of several connectors of one site do, each lets
//! only its share of the T − 1 through, rounded down, and remembers for longer: what the others let through, unseen from
//! here, may have kept the directory counting, for one window each. Where even one each is more than T − 1, one each
//! is let through, and whoever knows the number warns the administrator.
//!
//! A right password takes out of the identity's counts what its network (or device) had put in, because the
//! directory begins anew then. What failed beside it, less than [`ThrottleSettings::longest_login`] before it was
//! reserved, stays: the directory may have counted it after the success.
//!
//! # Several processes
//!
//! Each counts in memory, and once a second tells the store which failures it added and hears what others did; sums
//! are right, and what one gives back, all have back. Logins under way are nobody else's business. Between two such
//! moments each process lets through what it knows room for: N processes can exceed a limit, also the directory's,
//! by N − 1 times what was left of it, within about a second and the length of a login. Without the store, counting
//! goes on in memory for [`ThrottleSettings::patience`]; then nothing can be counted and nobody may be asked. After
//! a crash at most the last second is missing.

mod book;
mod cell;
mod exchange;
mod key;
mod named;
mod news;
mod queue;
mod series;
mod settings;
mod state;
mod table;
mod tally;

pub use book::{Closed, ThrottleCounts};
pub use settings::ThrottleSettings;

use crate::StoreError;
use crate::database::Database;
use book::{Asked, Book};
use entryway_login::{ReserveAnswer, ReserveOperation, Settled, StoreUnavailable};
use exchange::Exchange;
use parking_lot::Mutex;
use series::Allowance;
use settings::millis;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The throttle over a store. Dropped without [`Throttle::close`], it loses what was counted in the last second.
pub struct Throttle {
    shared: Arc<Shared>,
    writer: Mutex<Option<Writer>>,
}

struct Writer {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

struct Shared {
    book: Book,
    patience: Duration,
    /// When the store answered last: milliseconds since 1970.
    reached: AtomicU64,
    /// Why it did not answer since.
    trouble: Mutex<String>,
}

impl Throttle {
    /// Loads what the store holds, and writes behind from then on. Fails when the store does not answer.
    pub(crate) async fn over(
        database: Arc<Database>,
        secret: &[u8; 32],
        settings: &ThrottleSettings,
    ) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared {
            book: Book::new(settings, secret),
            patience: settings.patience,
            reached: AtomicU64::new(0),
            trouble: Mutex::default(),
        });
        let mut exchange = Exchange::new();
        shared.exchange(&mut exchange, &database).await?;
        let (stop, stopped) = oneshot::channel();
        let every = settings.write_every;
        let task = write_behind(Arc::clone(&shared), exchange, database, every, stopped);
        let task = tokio::spawn(task);
        Ok(Self {
            shared,
            writer: Mutex::new(Some(Writer { stop, task })),
        })
    }

    /// Writes what is left, and stops writing. What is counted later is lost.
    pub async fn close(&self) {
        let writer = self.writer.lock().take();
        if let Some(Writer { stop, task }) = writer {
            // Either end may be gone already: then there is nobody left to stop.
            let _ = stop.send(());
            let _ = task.await;
        }
    }

    /// Other limits from now on; what was counted stays. Not exchanged: `most_keys`, `patience` and `write_every`.
    pub fn configure(&self, settings: &ThrottleSettings) {
        self.shared.book.configure(settings);
    }

    /// How many stores count failures of the same directories, as somebody knows who is told: the larger of this and
    /// [`ThrottleSettings::stores`] holds from now on.
    pub fn share_among(&self, stores: u32) {
        self.shared.book.share_among(stores);
    }

    /// Among how many stores what a directory's threshold leaves is shared now.
    pub fn stores(&self) -> u32 {
        self.shared.book.rates().stores.max(1)
    }

    /// How many failures of one identity are let through to a directory that locks at so many.
    pub fn lets_through(&self, threshold: u32) -> u32 {
        let stores = self.shared.book.rates().stores;
        Allowance::below(Some(threshold), stores).map_or(0, |allowance| allowance.all)
    }

    /// Which bucket would refuse this now, if one would. Counts nothing, waits for nobody and makes no refusal. Without
    /// the directory's threshold it goes by whether that was reached when somebody failed last.
    pub fn look(&self, operation: &ReserveOperation) -> Option<Closed> {
        self.shared.book.look(operation)
    }

    /// What it holds and has done.
    pub fn counts(&self) -> ThrottleCounts {
        self.shared.book.counts()
    }
}

async fn write_behind(
    shared: Arc<Shared>,
    mut exchange: Exchange,
    database: Arc<Database>,
    every: Duration,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut answered = true;
    loop {
        let ends = tokio::select! {
            _ = &mut stopped => true,
            () = tokio::time::sleep(every) => false,
        };
        let done = shared.exchange(&mut exchange, &database).await;
        match &done {
            Err(error) if answered => {
                let error: &dyn std::error::Error = error;
                tracing::error!(target: "throttle.not_written", error);
            }
            Ok(()) if !answered => {
                tracing::info!(target: "throttle.written", "what was counted is written again");
            }
            _ => {}
        }
        answered = done.is_ok();
        if ends {
            return;
        }
    }
}

impl Shared {
    async fn exchange(
        &self,
        exchange: &mut Exchange,
        database: &Database,
    ) -> Result<(), StoreError> {
        let at = millis(
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default(),
        );
        let patience = self.patience;
        match exchange.once(database, &self.book, at, patience).await {
            Ok(()) => self.reached.store(at, Relaxed),
            Err(error) => {
                *self.trouble.lock() = error.to_string();
                return Err(error);
            }
        }
        Ok(())
    }

    /// Why nothing can be counted at that time, when nothing can.
    fn out_of_reach(&self, at: SystemTime) -> Option<StoreUnavailable> {
        let at = millis(at.duration_since(UNIX_EPOCH).unwrap_or_default());
        let bound = self
            .reached
            .load(Relaxed)
            .saturating_add(millis(self.patience));
        (at > bound).then(|| match self.trouble.lock().as_str() {
            "" => StoreUnavailable("the store does not answer".to_owned()),
            trouble => StoreUnavailable(trouble.to_owned()),
        })
    }
}

impl entryway_login::Throttle for Throttle {
    async fn reserve(&self, operation: &ReserveOperation) -> ReserveAnswer {
        let (at, deadline) = match operation {
            ReserveOperation::Address { at, deadline, .. } => (*at, *deadline),
            ReserveOperation::Identity(operation) => (operation.at, operation.deadline),
        };
        if let Some(unavailable) = self.shared.out_of_reach(at) {
            return ReserveAnswer::Unavailable(unavailable);
        }
        match self.shared.book.reserve(operation) {
            Asked::Answered(answer) => answer,
            Asked::Waits(waiting) => waiting.until(deadline).await,
        }
    }

    fn settle(&self, operation: &ReserveOperation, settled: Settled) {
        self.shared.book.settle(operation, settled);
    }
}
