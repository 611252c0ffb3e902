//! Logins through the system's own libpam, with service files, scripts and a module made for each test, in a helper
//! that is this crate's. No account is created: `daemon` and `nobody` are on every system, and what their password is,
//! a script says.

// Functions beside the tests are tests too; the lint's own exception ends at `#[test]`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod harm;
mod limits;
mod support;
mod verdicts;
