//! Who hears of each login's end: the log, the metrics, and whoever else a command needs.

use crate::told::Telling;
use entryway_ldap_types::ResultCode;
use entryway_login::{
    Attempt, BindVerdict, ChangeVerdict, Decided, Decision, LogLevel, LoginId, LoginPolicy, Reason,
    Record, SearchOutcome, ServerTry, SubmittedPassword,
};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is remembered of an attempt for its log line; never the password.
pub(crate) struct Submitted {
    pub(crate) id: LoginId,
    /// As typed, cut to 256 bytes: a stranger chooses how long it is.
    pub(crate) login_name: String,
    pub(crate) client_address: Option<IpAddr>,
    /// What was asked.
    pub(crate) kind: Kind,
    /// The application that asked.
    pub(crate) caller: Option<Arc<str>>,
    pub(crate) started: Instant,
    /// The caller went away before the decision, after a password was tried.
    pub(crate) unheard: bool,
    /// Tells a hub what is decided, where one asks.
    pub(crate) telling: Option<Arc<dyn Telling>>,
}

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// To be let in.
    Login,
    /// Whether somebody who was let in is still welcome.
    Revalidation,
    /// To have another password.
    PasswordChange,
    /// How a login would go, without a password.
    Explanation,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Revalidation => "revalidation",
            Self::PasswordChange => "password_change",
            Self::Explanation => "explanation",
        }
    }
}

impl Submitted {
    pub(crate) fn of(attempt: &Attempt) -> Self {
        Self {
            id: attempt.id,
            login_name: cut(&attempt.login_name),
            client_address: attempt.client_address,
            kind: match attempt.password {
                SubmittedPassword::NotAsked => Kind::Explanation,
                SubmittedPassword::Given(_)
                | SubmittedPassword::Sealed(_)
                | SubmittedPassword::Malformed => Kind::Login,
            },
            caller: attempt.caller.clone(),
            started: attempt.started,
            unheard: false,
            telling: None,
        }
    }
}

/// Most bytes of a typed name in a line of the log.
const NAME_MAX: usize = 256;

pub(crate) fn cut(name: &str) -> String {
    match name.split_at_checked(name.floor_char_boundary(NAME_MAX)) {
        Some((start, rest)) if !rest.is_empty() => format!("{start}…"),
        _ => name.to_owned(),
    }
}

/// Hears of logins. Called on the login's own task: it must not wait.
pub(crate) trait Witness: Send + Sync {
    /// A login was decided.
    fn decided(&self, submitted: &Submitted, decided: &Decided, policy: &LoginPolicy);
    /// A login was given up before its decision: the client went away, and no password had been tried.
    fn abandoned(&self, _submitted: &Submitted) {}
}

/// The domain that a login came to: the one that let the person in, else the last one asked.
pub(crate) fn domain<'a>(decided: &'a Decided, policy: &'a LoginPolicy) -> Option<&'a str> {
    if let Decision::Accept(session) = &decided.decision {
        return Some(&session.domain);
    }
    let id = last(decided, |record| match record {
        Record::Searched { domain, .. } => Some(domain.0),
        _ => None,
    })?;
    policy.domains.get(id).map(|domain| &*domain.name)
}

/// The entries that all answer to an ambiguous name: a directory's fault, and only these names lead to
/// it. A DN escapes the `;` in it (RFC 4514 §2.4), so they can be told apart.
fn ambiguous(decided: &Decided) -> Option<String> {
    if !matches!(decided.decision, Decision::Reject(Reason::AmbiguousLogin)) {
        return None;
    }
    last(decided, |record| match record {
        Record::Searched {
            outcome: SearchOutcome::Ambiguous { dns },
            ..
        } => Some(dns.join("; ")),
        _ => None,
    })
}

/// Which server kept a login from a verdict, and how.
struct Blame {
    server: String,
    cause: String,
}

fn blame(decided: &Decided) -> Option<Blame> {
    if !matches!(decided.decision, Decision::Indeterminate(_)) {
        return None;
    }
    last(decided, |record| match record {
        Record::Searched {
            server,
            tried,
            outcome,
            ..
        } => {
            let cause = match outcome {
                SearchOutcome::Unanswered { .. } => return tries(tried),
                SearchOutcome::Refused { code, diagnostic } => said(*code, diagnostic),
                SearchOutcome::OutsideBase { .. } => {
                    "gave an entry where the search does not reach".to_owned()
                }
                _ => return None,
            };
            let server = server.as_deref().unwrap_or_default().to_owned();
            Some(Blame { server, cause })
        }
        Record::Bound {
            server,
            code,
            diagnostic,
            verdict: BindVerdict::NoVerdict(_),
            ..
        } => Some(Blame {
            server: server.to_string(),
            cause: said(*code, diagnostic),
        }),
        Record::ChangeAnswered {
            server,
            code,
            diagnostic,
            verdict: ChangeVerdict::NoVerdict(_),
            ..
        } => Some(Blame {
            server: server.to_string(),
            cause: said(*code, diagnostic),
        }),
        Record::BindUnanswered { server, cause, .. }
        | Record::ChangeUnanswered { server, cause, .. } => Some(Blame {
            server: server.to_string(),
            cause: cause.clone(),
        }),
        _ => None,
    })
}

/// All that were tried in vain; where all say the same, it is said once.
fn tries(tried: &[ServerTry]) -> Option<Blame> {
    let mut servers: Vec<&str> = Vec::new();
    let mut causes: Vec<&str> = Vec::new();
    for one in tried {
        servers.push(&one.server);
        if !causes.contains(&&*one.cause) {
            causes.push(&one.cause);
        }
    }
    (!servers.is_empty()).then(|| Blame {
        server: servers.join(", "),
        cause: causes.join("; "),
    })
}

fn said(code: ResultCode, diagnostic: &str) -> String {
    if diagnostic.is_empty() {
        format!("answers {code}")
    } else {
        format!("answers {code}: {diagnostic}")
    }
}

fn last<T>(decided: &Decided, which: impl FnMut(&Record) -> Option<T>) -> Option<T> {
    let records = decided.trace.entries.iter().map(|entry| &entry.record);
    records.rev().find_map(which)
}

/// Writes `login.decided`, one line for each decision.
pub(crate) struct DecisionLog;

impl Witness for DecisionLog {
    fn decided(&self, submitted: &Submitted, decided: &Decided, policy: &LoginPolicy) {
        let row = decided.decision.row();
        let (dns, blame) = (ambiguous(decided), blame(decided));
        // The level of an event is part of its code, so there is one event for each level.
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "login.decided",
                    id = %decided.id,
                    kind = submitted.kind.as_str(),
                    decision = row.outcome.as_str(),
                    code = row.code,
                    domain = domain(decided, policy),
                    login_name = submitted.login_name.as_str(),
                    client_address = submitted.client_address.map(tracing::field::display),
                    caller = submitted.caller.as_deref(),
                    unheard = submitted.unheard.then_some(true),
                    dns = dns.as_deref(),
                    server = blame.as_ref().map(|blame| &*blame.server),
                    cause = blame.as_ref().map(|blame| &*blame.cause),
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
            caller = submitted.caller.as_deref(),
            took_ms = millis(submitted.started.elapsed()),
        );
    }
}

/// Milliseconds with microseconds behind the point.
fn millis(took: Duration) -> f64 {
    // Exact far beyond any login's length.
    u32::try_from(took.as_micros()).map_or(f64::from(u32::MAX), f64::from) / 1_000.0
}
