//! The domains: which server of a domain serves, finding people there, binding as them.
//!
//! This crate turns the questions of `entryway-login` into operations of `entryway-ldap` and the
//! errors of sockets into whose fault it was. It must not know HTTP, configuration files or how a
//! decision is shown; it never repeats a bind.

mod domain;
mod fault;
mod share;

pub use domain::{Domain, DomainReadiness, Domains, ServerReadiness};
