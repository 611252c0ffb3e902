//! The service account as the servers of one domain know it.
//!
//! Directories lock an account after a few wrong passwords, and the servers of a domain count
//! together. So each may refuse the password once, as one of them may be a replica that lags behind;
//! but when it is sent again, to whichever of those that refused it, is decided for all of them.

use crate::error::{DialError, LdapError};
use crate::events::{ServiceBindAccepted, ServiceBindRefused};
use crate::health::{PACE_REFUSED, refuses_password};
use parking_lot::Mutex;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// One account, for all servers that take it.
#[derive(Default)]
pub(crate) struct Account {
    /// Held while the password is tried again.
    turn: tokio::sync::Mutex<()>,
    refused: Mutex<Option<Refusal>>,
}

/// What the last server said that refused the password, and until when it is not sent again.
struct Refusal {
    error: Arc<LdapError>,
    until: Instant,
    pause: Duration,
}

/// One server's use of the account.
#[derive(Default)]
pub(crate) struct Credentials {
    account: OnceLock<Arc<Account>>,
    /// Whether this server refused the password when it was last asked.
    refuses: AtomicBool,
}

impl Credentials {
    /// Uses the same account as another server. Without effect once it was used.
    pub(crate) fn share(&self, with: &Self) {
        let _ = self.account.set(Arc::clone(with.account()));
    }
    fn account(&self) -> &Arc<Account> {
        self.account.get_or_init(Arc::default)
    }
    /// Why the password must not be sent now, if so.
    pub(crate) fn check(&self, address: &Arc<str>, now: Instant) -> Result<(), LdapError> {
        if !self.refuses.load(Ordering::Relaxed) {
            return Ok(());
        }
        match &*self.account().refused.lock() {
            Some(refusal) if now < refusal.until => Err(LdapError::unreachable(
                address,
                DialError::Suspended {
                    last: Arc::clone(&refusal.error),
                },
            )),
            _ => Ok(()),
        }
    }
    /// Runs a service bind when it is this server's turn, and learns from how it ends. A server that
    /// does not answer holds the others up for `patience` at most.
    pub(crate) async fn bind(
        &self,
        address: &Arc<str>,
        patience: Duration,
        bind: impl Future<Output = Result<(), LdapError>>,
    ) -> Result<(), LdapError> {
        let _turn = if self.refuses.load(Ordering::Relaxed) {
            let turn = self.account().turn.lock();
            timeout_at(Instant::now() + patience, turn).await.ok()
        } else {
            None
        };
        self.check(address, Instant::now())?;
        let bound = bind.await;
        match &bound {
            Ok(()) => self.succeeded(address),
            Err(error) if refuses_password(error) => self.refused(address, error, Instant::now()),
            Err(_) => {}
        }
        bound
    }
    fn succeeded(&self, address: &str) {
        if self.refuses.swap(false, Ordering::Relaxed) {
            ServiceBindAccepted { server: address }.emit();
        }
        *self.account().refused.lock() = None;
    }
    fn refused(&self, address: &str, error: &LdapError, now: Instant) {
        let refused_before = self.refuses.swap(true, Ordering::Relaxed);
        let mut refused = self.account().refused.lock();
        let pause = match &*refused {
            // Sent again too early, so it was this server's first time.
            Some(before) if now < before.until => before.pause,
            Some(before) => PACE_REFUSED.after(before.pause),
            None => PACE_REFUSED.first,
        };
        *refused = Some(Refusal {
            error: Arc::new(error.clone()),
            until: now + pause,
            pause,
        });
        drop(refused);
        if !refused_before {
            ServiceBindRefused {
                server: address,
                error,
                pause,
            }
            .emit();
        }
    }
}

#[cfg(test)]
mod tests;
