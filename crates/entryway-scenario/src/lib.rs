//! Scenarios: logins as Markdown that a directory administrator can read, with what must come of them.
//!
//! [`Document::parse`] reads a file; [`check`] compares what a login expects with what was found, in
//! the JSON shape of `entryway explain`, so that every way of running a scenario is judged alike;
//! [`Coverage`] says what a set of documents shows. [`run_in_memory`] runs a scenario on the pure login
//! with directories that answer without a socket; the binary and the live tests run the same ones
//! over the network.
//!
//! This crate must not know sockets, processes or what is printed.

mod account;
mod check;
mod coverage;
mod document;
mod elsewhere;
mod error;
mod hosts;
mod memory;
mod parse;
mod stripped;
mod tally;

pub use account::{LocalRow, SystemRow};
pub use check::{Found, Mismatch, check};
pub use coverage::Coverage;
pub use document::{
    Account, Answering, Document, Expected, Ground, LdifBlock, Login, LoginPassword, Outcome,
    Scenario, ServerState, TracePiece,
};
pub use elsewhere::{Elsewhere, is_shown_elsewhere, shown_elsewhere};
pub use error::{Problem, ScenarioError};
pub use hosts::{Rewrite, urls_in};
pub use memory::{MemoryError, run_in_memory};
pub use tally::{Counted, Tally};
