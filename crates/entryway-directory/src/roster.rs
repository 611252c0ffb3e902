//! Which servers a domain has: written in the configuration, or found in DNS and asked for again when that answer
//! has had its time. Where DNS does not answer, the last answer stays.

use crate::domain::ROLE;
use entryway_ldap::{Server, ServiceAccount, SrvAnswer, SrvError, SrvSource, SrvTarget};
use entryway_login::{ServerFault, ServerTry};
use parking_lot::Mutex;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout_at};

/// Nobody waits for it longer, and the next name server may be the one that answers.
const PATIENCE: Duration = Duration::from_secs(5);
/// The pauses after failures: each doubles.
const RETRY: Duration = Duration::from_secs(5);
const RETRY_LONGEST: Duration = Duration::from_secs(60);
/// After a failure nobody who comes so soon waits for another one.
const FAILED_LATELY: Duration = Duration::from_secs(1);

/// How a domain's servers are found in DNS.
pub struct Discovery {
    /// Where to ask.
    pub source: SrvSource,
    /// The server that a record names. Called once for each, as long as it is named.
    pub server: ServerOf,
}

/// Makes a server of a record's target; does no I/O.
pub type ServerOf = Box<dyn Fn(&SrvTarget) -> Arc<Server> + Send + Sync>;

impl fmt::Debug for Discovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Discovery")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// A domain's servers, the preferred one first.
pub(crate) enum Roster {
    Written(Arc<[Arc<Server>]>),
    Found(Box<Found>),
}

pub(crate) struct Found {
    domain: Arc<str>,
    discovery: Discovery,
    /// The service account that all of them share.
    account: Mutex<Option<ServiceAccount>>,
    /// Held by whoever asks.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    /// Servers are looked at in the background from the moment on at which they are found.
    started: AtomicBool,
}

#[derive(Default)]
struct State {
    servers: Arc<[Arc<Server>]>,
    /// What each of them was made of.
    targets: Vec<SrvTarget>,
    /// The answer without the part of it that is chance.
    records: Vec<(u16, u16, SrvTarget)>,
    /// What it named that is not used, which is told once.
    refused: Vec<String>,
    /// Why the last attempt failed, and when that was.
    problem: Option<(Arc<SrvError>, Instant)>,
}

impl Roster {
    pub(crate) fn written(servers: Vec<Arc<Server>>) -> Self {
        if let Some((first, others)) = servers.split_first() {
            others.iter().for_each(|server| server.share_account(first));
        }
        Self::Written(servers.into())
    }
    pub(crate) fn found(domain: Arc<str>, discovery: Discovery) -> Self {
        Self::Found(Box::new(Found {
            domain,
            discovery,
            account: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            state: Mutex::default(),
            started: AtomicBool::new(false),
        }))
    }

    /// The service account of its servers, with what is known of its password.
    pub(crate) fn account(&self) -> Option<ServiceAccount> {
        match self {
            Self::Written(servers) => servers.first()?.account(),
            Self::Found(found) => found.account.lock().clone(),
        }
    }
    /// Goes on with what is known of an account, where it is its servers'.
    pub(crate) fn use_account(&self, known: &ServiceAccount) {
        for server in self.known().iter() {
            server.use_account(known);
        }
        if let Self::Found(found) = self {
            *found.account.lock() = Some(known.clone());
        }
    }

    /// Those that are known now; asks nobody.
    pub(crate) fn known(&self) -> Arc<[Arc<Server>]> {
        match self {
            Self::Written(servers) => Arc::clone(servers),
            Self::Found(found) => Arc::clone(&found.state.lock().servers),
        }
    }
    /// Why none is known.
    pub(crate) fn problem(&self) -> Option<ServerTry> {
        let Self::Found(found) = self else {
            return None;
        };
        let state = found.state.lock();
        if !state.servers.is_empty() {
            return None;
        }
        let cause = match &state.problem {
            Some((error, _)) => error.in_words(),
            None => "DNS has not answered yet".to_owned(),
        };
        Some(ServerTry {
            server: format!("srv {}", found.discovery.source.domain).into(),
            fault: ServerFault::Unreachable,
            cause,
        })
    }
    /// Those that are known, or else found by the deadline.
    pub(crate) async fn servers(&self, deadline: Instant) -> Arc<[Arc<Server>]> {
        let known = self.known();
        match self {
            Self::Found(found) if known.is_empty() => {
                // Some of the time is for the servers.
                let now = Instant::now();
                let due = now + deadline.saturating_duration_since(now) / 2;
                let _ = timeout_at(due.into(), found.ask_first()).await;
                self.known()
            }
            _ => known,
        }
    }

    /// Looks at each server in the background, now and as others are found.
    pub(crate) fn start(&self) {
        if let Self::Found(found) = self {
            found.started.store(true, Ordering::Relaxed);
        }
        self.known().iter().for_each(|server| server.start(ROLE));
    }

    /// Asks DNS again and again; ends only where there is nothing to ask.
    pub(crate) async fn keep_asking(&self) {
        let Self::Found(found) = self else { return };
        let mut retry = RETRY;
        loop {
            let pause = match found.ask().await {
                Ok(pause) => {
                    retry = RETRY;
                    pause
                }
                Err(()) => {
                    let pause = retry;
                    retry = (retry * 2).min(RETRY_LONGEST);
                    pause
                }
            };
            sleep(pause).await;
        }
    }
}

impl Found {
    /// Asks unless somebody else has meanwhile, or has just failed.
    async fn ask_first(&self) {
        {
            let state = self.state.lock();
            if let Some((_, at)) = state.problem
                && at.elapsed() < FAILED_LATELY
            {
                return;
            }
        }
        let turn = self.turn.lock().await;
        let settled = {
            let state = self.state.lock();
            !state.servers.is_empty()
                || state
                    .problem
                    .as_ref()
                    .is_some_and(|(_, at)| at.elapsed() < FAILED_LATELY)
        };
        drop(turn);
        if !settled {
            let _ = self.ask().await;
        }
    }

    /// Asks, and says when to ask again.
    async fn ask(&self) -> Result<Duration, ()> {
        let _turn = self.turn.lock().await;
        let answer = self.discovery.source.ask(Instant::now() + PATIENCE).await;
        match answer {
            Ok(answer) => {
                let pause = answer.ask_after;
                self.take(answer);
                Ok(pause)
            }
            Err(error) => {
                let first = {
                    let mut state = self.state.lock();
                    let before = state
                        .problem
                        .replace((Arc::new(error.clone()), Instant::now()));
                    before.is_none()
                };
                if first {
                    tracing::warn!(
                        target: "directory.undiscovered",
                        domain = %self.domain,
                        error = %error.in_words(),
                        known = self.state.lock().servers.len(),
                        "DNS does not tell the domain's servers; the last answer stays"
                    );
                }
                Err(())
            }
        }
    }

    /// Puts an answer in force. Servers that are named again stay as they are, with their connections.
    fn take(&self, answer: SrvAnswer) {
        self.tell_refused(&answer.refused);
        let (servers, new, gone, first) = {
            let mut state = self.state.lock();
            let was_silent = state.problem.take().is_some();
            let first = state.servers.is_empty();
            // The weights were drawn for: drawing again would move people to other servers for nothing.
            if state.records == answer.records {
                if was_silent {
                    tracing::info!(
                        target: "directory.rediscovered",
                        domain = %self.domain,
                        known = state.servers.len(),
                        "DNS tells the domain's servers again, and they are the same"
                    );
                }
                return;
            }
            let mut new = Vec::new();
            let servers: Vec<_> = answer
                .targets
                .iter()
                .map(|target| {
                    let known = state.targets.iter().position(|known| known == target);
                    match known.and_then(|at| state.servers.get(at)) {
                        Some(server) => Arc::clone(server),
                        None => {
                            let server = (self.discovery.server)(target);
                            // Before a login can see it: it knows then what the others know of the password.
                            self.share_account(&server);
                            new.push(Arc::clone(&server));
                            server
                        }
                    }
                })
                .collect();
            let is_gone = |server: &&Arc<Server>| !servers.iter().any(|it| Arc::ptr_eq(it, server));
            let gone: Vec<_> = state.servers.iter().filter(is_gone).cloned().collect();
            state.servers = servers.clone().into();
            state.targets = answer.targets;
            state.records = answer.records;
            (servers, new, gone, first)
        };
        for server in &new {
            if self.started.load(Ordering::Relaxed) {
                server.start(ROLE);
            }
        }
        for server in gone {
            // What is in flight there ends by itself.
            tokio::spawn(async move { server.close().await });
        }
        let names: Vec<&str> = servers.iter().map(|server| &**server.display()).collect();
        tracing::info!(
            target: "directory.discovered",
            domain = %self.domain,
            servers = names.join(" "),
            "DNS names the domain's servers"
        );
        // Every server that DNS names is believed with its certificate; one that was not there before is worth a look.
        if !first && !new.is_empty() {
            let names: Vec<&str> = new.iter().map(|server| &**server.display()).collect();
            tracing::warn!(
                target: "directory.target_new",
                domain = %self.domain,
                servers = names.join(" "),
                "DNS names servers of the domain that it did not name before: people's passwords are sent there"
            );
        }
    }

    fn share_account(&self, server: &Server) {
        let mut account = self.account.lock();
        let is_its_own = account
            .as_ref()
            .is_some_and(|known| server.use_account(known));
        if !is_its_own {
            *account = server.account();
        }
    }

    fn tell_refused(&self, refused: &[String]) {
        let mut sorted = refused.to_vec();
        sorted.sort();
        {
            let mut state = self.state.lock();
            if state.refused == sorted {
                return;
            }
            state.refused.clone_from(&sorted);
        }
        if !sorted.is_empty() {
            tracing::warn!(
                target: "directory.target_refused",
                domain = %self.domain,
                targets = sorted.join(" "),
                "DNS names servers that are not used: they are outside the domain and not in `trusted_hosts`, or `_ldaps._tcp` has them and `_ldap._tcp` has not"
            );
        }
    }
}

#[cfg(test)]
mod tests;
