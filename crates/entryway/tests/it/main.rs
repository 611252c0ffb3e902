//! The binary as people and machines see it: command lines, HTTP, signals; in front of a directory
//! that misbehaves when it is told to.

// Functions beside the tests are tests too; the lint's own exception ends at `#[test]`.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod accounts;
mod audit;
mod completions;
mod connector;
mod control;
mod counted;
mod daemon;
mod demo;
mod descriptors;
mod domain;
mod environment;
mod events;
mod hangup;
mod hostile;
mod https;
mod hub;
mod later;
mod log;
mod lookup;
mod mask;
mod metrics;
mod outage;
mod prompt;
mod refusal;
mod serve;
mod sso;
mod throttle;
mod tls_check;
mod transcripts;
mod world;
