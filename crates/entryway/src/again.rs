//! Whether somebody who was let in before is still welcome; and what holds while nobody can be asked.

use crate::gateway::{Gateway, at_once, no_room};
use crate::told::Telling;
use crate::witness::{Kind, Submitted};
use entryway_login::{
    Attempt, Decision, LoginId, Reason, Record, Step, Trace, Verdict, begin_revalidation,
};
use entryway_web::Revalidated;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How long the last answer of an authority stands while none can be had.
const GRACE: Duration = Duration::from_secs(15 * 60);

/// Asks again about the login that a token remembers. Written down as a login is, and held as one: why somebody is no
/// longer welcome is not for every application to know.
pub(crate) async fn ask_again(
    gateway: &Gateway,
    token: &str,
    attempt: Attempt,
    telling: Option<Arc<dyn Telling>>,
) -> Revalidated {
    let (id, deadline) = (attempt.id, attempt.deadline);
    let release = gateway.release(attempt.started).await;
    let mut submitted = Submitted {
        kind: Kind::Revalidation,
        telling,
        ..Submitted::of(&attempt)
    };
    let (step, confirmed_at) = match gateway.kept().seals.remembered(token) {
        Some(login) => {
            submitted.login_name = login.login_name.to_string();
            let confirmed_at = login.confirmed_at;
            let step = begin_revalidation(login, attempt, Arc::clone(gateway.policy()));
            (step, Some(confirmed_at))
        }
        None => (not_ours(id), None),
    };
    let place = gateway.place();
    let step = if place.is_some() { step } else { no_room(id) };
    let decided = gateway.follow(submitted, step, deadline).await;
    if let (Decision::Indeterminate(fault), Some(confirmed_at)) = (&decided.decision, confirmed_at)
        && let Some(until) = stands_until(&decided.trace, confirmed_at, SystemTime::now())
    {
        let (id, fault) = (decided.id, *fault);
        tracing::info!(target: "login.stands", id = %id, fault = fault.code());
        return Revalidated::Stands { id, fault, until };
    }
    Revalidated::Decided(Box::new(gateway.hold(decided, place, release).await))
}

/// A token that was not sealed here, or with a key that is gone.
fn not_ours(id: LoginId) -> Step {
    let reason = Reason::MalformedLogin;
    let why = Record::NameRefused {
        login_name: String::new(),
        reason,
        problem: "was not given out here, was altered, or the key to it is gone".to_owned(),
    };
    at_once(id, why, Decision::Reject(reason))
}

/// Until when the last answer stands, if it does. A refusal that could not be written down is an answer all the same:
/// whoever is no longer welcome is not let in because the record is out of reach.
fn stands_until(trace: &Trace, confirmed_at: SystemTime, now: SystemTime) -> Option<SystemTime> {
    let answered_no = trace.entries.iter().any(|entry| {
        matches!(
            entry.record,
            Record::Decided(Verdict::Reject(_) | Verdict::Challenge(_))
        )
    });
    // A clock that was set back gives nobody more.
    let since = now
        .duration_since(confirmed_at)
        .unwrap_or_else(|earlier| earlier.duration());
    if answered_no || since >= GRACE {
        return None;
    }
    confirmed_at.checked_add(GRACE)
}

#[cfg(test)]
mod tests;
