//! Where held answers wait for a test to let them go.

use bytes::Bytes;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// Holds answers until a test releases them, in any order. Clones are the same gate.
#[derive(Clone)]
pub struct Gate(Arc<Inner>);

struct Inner {
    held: Mutex<Held>,
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct Held {
    open: bool,
    /// In the order in which they came.
    answers: Vec<(mpsc::UnboundedSender<Bytes>, Bytes)>,
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self(Arc::new(Inner {
            held: Mutex::default(),
            changed: watch::channel(()).0,
        }))
    }
    /// How many answers wait.
    pub fn held(&self) -> usize {
        self.lock().answers.len()
    }
    /// Waits until at least so many answers wait; false when they do not within `deadline`.
    pub async fn wait_held(&self, count: usize, deadline: Duration) -> bool {
        let mut changes = self.0.changed.subscribe();
        let enough = async {
            loop {
                changes.mark_unchanged();
                if self.held() >= count || changes.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::time::timeout(deadline, enough).await.is_ok()
    }
    /// Lets the answer at this place go, 0 being the one that has waited longest; false when there is none.
    pub fn release(&self, place: usize) -> bool {
        let mut held = self.lock();
        if place >= held.answers.len() {
            return false;
        }
        let (connection, answer) = held.answers.remove(place);
        drop(held);
        // The connection may have closed meanwhile; then nobody waits for it.
        let _ = connection.send(answer);
        self.0.changed.send_replace(());
        true
    }
    /// Lets all go that wait now.
    pub fn release_all(&self) {
        while self.release(0) {}
    }
    /// Lets all go that wait now or come later.
    pub fn open(&self) {
        self.lock().open = true;
        self.release_all();
    }

    pub(super) fn hold(&self, connection: mpsc::UnboundedSender<Bytes>, answer: Bytes) {
        let mut held = self.lock();
        if held.open {
            let _ = connection.send(answer);
        } else {
            held.answers.push((connection, answer));
        }
        drop(held);
        self.0.changed.send_replace(());
    }
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gate({} held)", self.held())
    }
}
