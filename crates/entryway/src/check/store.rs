//! Whether the store answers, without making one: the daemon makes it, as the user who is to own it.

use super::{Finding, State};
use crate::kept;
use entryway_config::Settings;
use std::time::Instant;

/// Opens the store as it is, and asks it something.
pub(super) async fn look_at(settings: &Settings) -> Option<Finding> {
    let started = Instant::now();
    let (state, detail) = match kept::look_at(settings).await {
        Ok(Some(place)) => (State::Good, place),
        // Nothing to look at: it is made at the start, and goes at the end.
        Ok(None) => return None,
        Err(error) => (State::Bad, format!("{error:#}")),
    };
    Some(Finding::new(
        "",
        "",
        "store",
        state,
        Some(started.elapsed()),
        detail,
    ))
}
