//! What must hold of every decoder for any bytes, as one plain function each.
//!
//! A target panics when an invariant breaks; returning says that all held. `tests/mutate.rs` runs
//! them on stable with mutated seeds, `libfuzzer/` wraps the same functions for cargo-fuzz. A
//! decoder without a target here is not finished.

mod bridge;
mod config;
mod connections;
mod expressions;
mod holder;
mod keystore;
mod ldap;
mod names;
mod pages;

pub use bridge::bridge;
pub use config::config;
pub use connections::{client_connection, server_connection};
pub use expressions::{condition, template};
pub use holder::holder;
pub use keystore::keystore;
pub use ldap::{ber, filter, ldap_message, password_change, password_policy};
pub use names::{dn, filter_template, filter_text, ldap_url, login_name};
pub use pages::forward_page;

/// A fuzz target.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also its file in `libfuzzer/fuzz_targets`.
pub const TARGETS: &[(&str, Target)] = &[
    ("ber", ber),
    ("bridge", bridge),
    ("client_connection", client_connection),
    ("condition", condition),
    ("config", config),
    ("dn", dn),
    ("filter", filter),
    ("filter_template", filter_template),
    ("filter_text", filter_text),
    ("forward_page", forward_page),
    ("holder", holder),
    ("keystore", keystore),
    ("ldap_message", ldap_message),
    ("ldap_url", ldap_url),
    ("login_name", login_name),
    ("password_change", password_change),
    ("password_policy", password_policy),
    ("server_connection", server_connection),
    ("template", template),
];
