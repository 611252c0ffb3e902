//! The domains: which server of a domain serves, finding people there, their groups, binding as
//! them, and after how many failures it locks them.
//!
//! This crate turns the questions of `entryway-login` and `entryway-lookup` into operations of `entryway-ldap` and the
//! errors of sockets into whose fault it was. It must not know HTTP, configuration files or how a
//! decision is shown; it never repeats a bind.

mod ask;
mod books;
mod browse;
mod cache;
mod cards;
mod domain;
mod events;
mod fault;
mod fields;
mod finder;
mod groups;
mod hedge;
mod lockout;
mod referral;
mod resolve;
mod roster;
mod share;
mod source;
mod traffic;

pub use browse::BrowseFigures;
pub use cache::CacheFigures;
pub use domain::{Domain, DomainReadiness, Domains, ServerReadiness};
pub use entryway_login::LockoutPolicy;
pub use finder::Finder;
pub use groups::{DynamicGroups, GroupsSettings, Membership};
pub use lockout::read_lockout;
pub use referral::{FollowedHost, Referrals};
pub use roster::{Discovery, ServerOf};
pub use source::ServerSource;
