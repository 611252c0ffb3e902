//! The front as its callers see it, in front of logins that are decided by their name.

mod api;
mod front;
mod sockets;
