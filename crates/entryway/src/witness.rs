//! Who hears of each login's end: the log, the metrics, and whoever else a command needs.

use entryway_login::{Attempt, Decided, Decision, LogLevel, LoginId, LoginPolicy, Record};
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// What is remembered of an attempt for its log line; never the password.
pub(crate) struct Submitted {
    pub(crate) id: LoginId,
    pub(crate) login_name: String,
    pub(crate) client_address: Option<IpAddr>,
    pub(crate) started: Instant,
}

impl Submitted {
    pub(crate) fn of(attempt: &Attempt) -> Self {
        Self {
            id: attempt.id,
            login_name: attempt.login_name.clone(),
            client_address: attempt.client_address,
            started: attempt.started,
        }
    }
}

/// Hears of logins. Called on the login's own task: it must not wait.
pub(crate) trait Witness: Send + Sync {
    /// A login was decided.
    fn decided(&self, submitted: &Submitted, decided: &Decided, policy: &LoginPolicy);
    /// A login was given up before its decision: the client went away.
    fn abandoned(&self, _submitted: &Submitted) {}
}

/// The domain that a login came to: the one that let the person in, else the last one asked.
pub(crate) fn domain<'a>(decided: &'a Decided, policy: &'a LoginPolicy) -> Option<&'a str> {
    if let Decision::Accept(session) = &decided.decision {
        return Some(&session.domain);
    }
    let id = decided
        .trace
        .entries
        .iter()
        .rev()
        .find_map(|entry| match &entry.record {
            Record::Searched { domain, .. } => Some(domain.0),
            _ => None,
        })?;
    policy.domains.get(id).map(|domain| &*domain.name)
}

/// Writes `login.decided`, one line for each decision.
pub(crate) struct DecisionLog;

impl Witness for DecisionLog {
    fn decided(&self, submitted: &Submitted, decided: &Decided, policy: &LoginPolicy) {
        let row = decided.decision.row();
        // The level of an event is part of its code, so there is one event for each level.
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "login.decided",
                    id = %decided.id,
                    decision = row.outcome.as_str(),
                    code = row.code,
                    domain = domain(decided, policy),
                    login_name = submitted.login_name.as_str(),
                    client_address = submitted.client_address.map(tracing::field::display),
                    took_ms = millis(decided.took),
                )
            };
        }
        match row.level {
            LogLevel::Info => line!(info),
            LogLevel::Warn => line!(warn),
            LogLevel::Error => line!(error),
        }
    }

    fn abandoned(&self, submitted: &Submitted) {
        tracing::info!(
            target: "login.abandoned",
            id = %submitted.id,
            login_name = submitted.login_name.as_str(),
            client_address = submitted.client_address.map(tracing::field::display),
            took_ms = millis(submitted.started.elapsed()),
        );
    }
}

/// Milliseconds with microseconds behind the point.
fn millis(took: Duration) -> f64 {
    // Exact far beyond any login's length.
    u32::try_from(took.as_micros()).map_or(f64::from(u32::MAX), f64::from) / 1_000.0
}
