//! The domains: which server of a domain serves, finding people there, their groups, binding as
//! them, and after how many failures it locks them.
//!
//! This crate turns the questions of `entryway-login` into operations of `entryway-ldap` and the
//! errors of sockets into whose fault it was. It must not know HTTP, configuration files or how a
//! decision is shown; it never repeats a bind.

mod ask;
mod domain;
mod events;
mod fault;
mod groups;
mod hedge;
mod lockout;
mod referral;
mod roster;
mod share;
mod traffic;

pub use domain::{Domain, DomainReadiness, Domains, ServerReadiness};
pub use entryway_login::LockoutPolicy;
pub use groups::{GroupsSettings, Membership};
pub use referral::{FollowedHost, Referrals};
pub use roster::{Discovery, ServerOf};
