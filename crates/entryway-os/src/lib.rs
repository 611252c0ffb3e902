//! Accounts of the operating system: PAM and the user database, asked in a process of their own.
//!
//! PAM modules are other people's code in our address space: they fork, leak, block, print and crash, and the user
//! database loads such code too. The daemon therefore loads neither. [`PamAccounts`] starts the program again with
//! [`HELPER_ARGUMENT`]; that process ([`helper_main`]) answers one question over its pipes and ends.
//!
//! ```text
//! daemon ──▶ keeper (keeper.rs)           session leader; adopts whatever its descendants leave behind
//!    │          └─▶ worker (worker.rs)    PAM, one login or one look-up
//!    │                 └─▶ …              what modules start, in sessions of their own if they like
//!    └── pipes: question in, answer out; when the daemon lets go of the first, the keeper ends everything
//! ```
//!
//! The keeper sees no password and runs no foreign code, so it is there to clean up whatever happens to the worker.
//! Linux only. This crate must not know directories, the policy of a login, or configuration.

mod accounts;
mod errand;
mod keeper;
mod message;
mod pam;
mod settings;
mod users;
mod verdict;
mod words;
mod worker;

pub use accounts::PamAccounts;
pub use keeper::{HELPER_ARGUMENT, helper_main, is_helper};
pub use settings::OsSettings;
