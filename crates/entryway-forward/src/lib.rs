//! Forward authentication as data: a proxy asks about each request before it passes it on; what it tells goes in, and
//! whom to ask, and in the end an [`Answer`], come out.
//!
//! A request is a [`Step`] that asks for things; the caller answers. This crate must not know HTTP, response statuses,
//! sockets, clocks or how a password is verified.
//!
//! - A [`Page`] is only made of a host and a path that can be read in one way. What a server behind could take for
//!   another page is refused before any rule is looked at.
//! - What no rule is for is refused. Where rules of a more particular path are, those of a shorter one say nothing.
//! - An outage is [`Answer::Unavailable`]. It is never a refusal, and never a page that opens.
//! - [`Identity`] always has every header, so that nothing that a client sent under one of their names is left.

mod asked;
mod basic;
mod decide;
mod host;
mod identity;
mod page;
mod path;
mod rules;

pub use asked::{Asked, Kind};
pub use basic::{BasicCredentials, MAX_BASIC_BYTES};
pub use decide::{AfterBasic, AfterSession, Answer, Refusal, Somebody, Step, begin, may_come_back};
pub use host::{Host, HostError};
pub use identity::{Identity, IdentityRules, NAMES as IDENTITY_HEADERS, TooLong};
pub use page::{Page, PageError, Target};
pub use path::{Path, PathError};
pub use rules::{Access, Methods, People, Rule, RuleName, Rules};
