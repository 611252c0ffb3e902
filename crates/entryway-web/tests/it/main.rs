//! The front as its callers see it, in front of logins that are decided by their name.

// Functions beside the tests are tests too; the lint's own exception ends at `#[test]`.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod api;
mod described;
mod desk;
mod front;
mod hub;
mod later;
mod looked;
mod lookup;
mod sealed;
mod sites;
mod sockets;
mod tls;
mod tunnels;
