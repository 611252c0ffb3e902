//! What outlives a request: local accounts, throttle state, audit and keys, in SQLite or PostgreSQL.
//!
//! The only crate that knows SQL. It must not know LDAP, HTTP, configuration files or how a record of the
//! audit reads: a record is bytes here.

mod throttle;
