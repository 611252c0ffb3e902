//! The service account as the servers of one domain know it.
//!
//! Directories lock an account after a few wrong passwords, and the servers of a domain count together. They take turns,
//! and after two refusals, of which one may be a replica's that lags behind, the password is sent to nobody for a while:
//! when it is sent again is decided for all of them. A server that has taken the password may go on with it whatever the
//! others say. A configuration that is read again with the same name and password goes on with what is known.

use crate::error::{DialError, LdapError};
use crate::events::{ServiceBindAccepted, ServiceBindRefused};
use crate::health::{PACE_REFUSED, refuses_password};
use crate::stats::ServiceBinds;
use crate::totals::ServerTotals;
use entryway_ldap_types::Password;
use parking_lot::Mutex;
use std::collections::HashSet;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout, timeout_at};

/// Servers that may refuse the password before it is withheld from those that were not asked.
const REFUSALS: u32 = 2;
/// Who has waited so long for its answer lets the next one ask: a server that swallows a bind must not keep a login from
/// the others.
const TURN: Duration = Duration::from_millis(300);
/// After the pause, servers that refused the password leave it to those that did not for so long, and then to one another,
/// who did so longest ago first: one that lags behind would else prolong the pause for a good one that is never asked.
/// Longer than a server that is down may go without a look.
const LATER: Duration = Duration::from_secs(30);
/// Who took the password just now needs no turn to send it again.
const FRESH: Duration = Duration::from_secs(1);

/// One account, for all servers that take it.
#[derive(Default)]
pub(crate) struct Account {
    /// Held by a server that sends the password without having taken it just now.
    turn: tokio::sync::Mutex<()>,
    /// Told when a bind has ended.
    ended: Notify,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Rises when a server that took the password refuses it: what all of them took is then no longer right.
    generation: u64,
    /// Servers that took it in this generation, by address: one that is made anew, as for a configuration that is read
    /// again, must not be withheld what it has taken for what others refuse.
    took: HashSet<Arc<str>>,
    /// Since the last bind that succeeded, or that rise.
    refusals: u32,
    /// Binds under way at servers that have not taken it: each may be one more refusal.
    asked: u32,
    /// Who refused it since then, by address; the last one at the end.
    refusers: Vec<Arc<str>>,
    refused: Option<Refusal>,
}

/// A bind under way at a server that has not taken the password.
struct Asked<'a>(&'a Account);

impl<'a> Asked<'a> {
    fn new(account: &'a Account) -> Self {
        let mut known = account.known.lock();
        known.asked = known.asked.saturating_add(1);
        Self(account)
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        let mut known = self.0.known.lock();
        known.asked = known.asked.saturating_sub(1);
        drop(known);
        self.0.ended.notify_waiters();
    }
}

/// What the last server said that refused the password, and until when it is not sent again.
struct Refusal {
    error: Arc<LdapError>,
    until: Instant,
    pause: Duration,
}

/// A service account with a name and a password, and what its servers have made of them. What is known is kept for this
/// name with this password alone.
#[derive(Clone)]
pub struct ServiceAccount {
    pub(crate) dn: Arc<str>,
    pub(crate) password: Arc<Password>,
    pub(crate) account: Arc<Account>,
}

impl ServiceAccount {
    pub(crate) fn is(&self, dn: &str, password: &Password) -> bool {
        *self.dn == *dn && self.password.expose() == password.expose()
    }
}

/// The name alone.
impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.dn.fmt(f)
    }
}

/// One server's use of the account.
#[derive(Default)]
pub(crate) struct Credentials {
    account: Mutex<Arc<Account>>,
    /// Held by the one of its connections that waits for the account's turn or has it.
    turn: tokio::sync::Mutex<()>,
    /// Whether this server refused the password when it was last asked.
    refuses: AtomicBool,
    /// One more than the generation in which it took the password last; 0 for never.
    took: AtomicU64,
    /// When it did so.
    took_at: Mutex<Option<Instant>>,
    totals: ServerTotals,
}

impl Credentials {
    pub(crate) fn counting(totals: ServerTotals) -> Self {
        Self {
            totals,
            ..Self::default()
        }
    }
    /// Counts what came of a bind, or of asking whether there may be one.
    pub(crate) fn count(&self, bound: &Result<(), LdapError>) {
        let mut counted = self.totals.service_binds().lock();
        match bound {
            Ok(()) => counted.taken += 1,
            Err(LdapError::ServiceBindRefused { .. } | LdapError::ExternalBindRefused { .. }) => {
                counted.refused += 1;
            }
            Err(LdapError::Unreachable {
                cause: DialError::Suspended { .. },
                ..
            }) => counted.withheld += 1,
            // It was not answered: which step failed is counted with the connections.
            Err(_) => {}
        }
    }
    pub(crate) fn counted(&self) -> ServiceBinds {
        *self.totals.service_binds().lock()
    }
    /// Uses this account from now on.
    pub(crate) fn share(&self, account: &Arc<Account>) {
        *self.account.lock() = Arc::clone(account);
    }
    /// The same, with what is known of the server at these addresses.
    pub(crate) fn go_on<'a>(
        &self,
        account: &Arc<Account>,
        mut addresses: impl Iterator<Item = &'a Arc<str>>,
    ) {
        self.share(account);
        let known = account.known.lock();
        if addresses.any(|address| known.took.contains(address)) {
            self.took.store(known.generation + 1, Ordering::Relaxed);
        }
    }
    pub(crate) fn account(&self) -> Arc<Account> {
        Arc::clone(&self.account.lock())
    }
    /// Whether this server has taken the password, and nobody has refused it since who did so too.
    fn is_proven(&self, known: &Known) -> bool {
        self.took.load(Ordering::Relaxed) == known.generation + 1
    }
    fn has_just_taken(&self, account: &Account) -> bool {
        self.is_proven(&account.known.lock())
            && self.took_at.lock().is_some_and(|at| at.elapsed() < FRESH)
    }
    /// Whether it may be sent although some binds have not been answered. Where a directory delays what it refuses, these
    /// count as if they were refused; who took the password does not wait for others.
    fn has_room(&self, account: &Account) -> bool {
        let known = account.known.lock();
        let expected = known.refusals.saturating_add(known.asked);
        known.asked == 0 || expected < REFUSALS || self.is_proven(&known)
    }
    /// Why the password must not be sent now, if so.
    pub(crate) fn check(&self, address: &Arc<str>, now: Instant) -> Result<(), LdapError> {
        let account = self.account();
        let known = account.known.lock();
        let refuses = self.refuses.load(Ordering::Relaxed);
        let withheld = refuses || (known.refusals >= REFUSALS && !self.is_proven(&known));
        let later = |pause| {
            let place = known.refusers.iter().position(|it| it == address);
            let turns = u32::try_from(place.unwrap_or(0) + 1).unwrap_or(u32::MAX);
            let later = if refuses {
                LATER.saturating_mul(turns)
            } else {
                Duration::ZERO
            };
            later.min(pause)
        };
        match &known.refused {
            Some(refusal) if withheld && now < refusal.until + later(refusal.pause) => {
                Err(LdapError::unreachable(
                    address,
                    DialError::Suspended {
                        last: Arc::clone(&refusal.error),
                    },
                ))
            }
            _ => Ok(()),
        }
    }
    /// Runs a service bind when it is this server's turn, and learns from how it ends. Those that do not answer hold the
    /// others up for `patience` at most.
    pub(crate) async fn bind(
        &self,
        address: &Arc<str>,
        patience: Duration,
        bind: impl Future<Output = Result<(), LdapError>>,
    ) -> Result<(), LdapError> {
        let account = self.account();
        let until = Instant::now() + patience;
        let own = timeout_at(until, self.turn.lock()).await.ok();
        let turn = loop {
            // Another connection to this server may have shown meanwhile that the password is right.
            if self.has_just_taken(&account) {
                break None;
            }
            let Ok(turn) = timeout_at(until, account.turn.lock()).await else {
                break None;
            };
            if self.has_just_taken(&account) {
                break None;
            }
            self.check(address, Instant::now())?;
            let mut ended = pin!(account.ended.notified());
            ended.as_mut().enable();
            if self.has_room(&account) {
                break Some(turn);
            }
            drop(turn);
            if timeout_at(until, ended).await.is_err() {
                break None;
            }
        };
        self.check(address, Instant::now())?;
        let is_proven = self.is_proven(&account.known.lock());
        let asked = (!is_proven).then(|| Asked::new(&account));
        // One that has not taken the password is asked once at a time.
        let own = own.filter(|_| turn.is_some() || !is_proven);
        let mut bind = pin!(bind);
        let soon = match &turn {
            Some(_) => timeout(TURN, &mut bind).await.ok(),
            None => None,
        };
        if let Some(bound) = soon {
            // Before the next one may send it.
            self.learn(address, &bound);
            drop(asked);
            return bound;
        }
        drop(turn);
        let own = own.filter(|_| !is_proven);
        let bound = bind.await;
        self.learn(address, &bound);
        drop((asked, own));
        bound
    }
    fn learn(&self, address: &Arc<str>, bound: &Result<(), LdapError>) {
        match bound {
            Ok(()) => self.succeeded(address),
            Err(error) if refuses_password(error) => self.refused(address, error, Instant::now()),
            Err(_) => {}
        }
    }
    fn succeeded(&self, address: &Arc<str>) {
        {
            let account = self.account();
            let mut known = account.known.lock();
            self.took.store(known.generation + 1, Ordering::Relaxed);
            *self.took_at.lock() = Some(Instant::now());
            known.took.insert(Arc::clone(address));
            (known.refusals, known.refused) = (0, None);
            known.refusers.clear();
            account.ended.notify_waiters();
        }
        if self.refuses.swap(false, Ordering::Relaxed) {
            ServiceBindAccepted { server: address }.emit();
        }
    }
    fn refused(&self, address: &str, error: &LdapError, now: Instant) {
        let pause = {
            let account = self.account();
            let mut known = account.known.lock();
            if self.is_proven(&known) {
                known.generation += 1;
                known.took.clear();
                known.refusals = 0;
            }
            known.refusals = known.refusals.saturating_add(1);
            known.refusers.retain(|it| **it != *address);
            known.refusers.push(address.into());
            let pause = match &known.refused {
                // Sent again too early, so it was this server's first time.
                Some(before) if now < before.until => before.pause,
                Some(before) => PACE_REFUSED.after(before.pause),
                None => PACE_REFUSED.first,
            };
            known.refused = Some(Refusal {
                error: Arc::new(error.clone()),
                until: now + pause,
                pause,
            });
            pause
        };
        if !self.refuses.swap(true, Ordering::Relaxed) {
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
