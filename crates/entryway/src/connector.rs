//! The connector's answers: what a hub asks, asked of this site's own gateway, cut to what the site releases, and signed.
//!
//! Must not know: how a tunnel is dialled and kept.

mod answer;
mod desk;
mod lookups;
mod readiness;
mod release;
mod shares;
#[cfg(test)]
mod tests;

pub(crate) use desk::Desk;
pub(crate) use readiness::has_nobody;
pub(crate) use shares::{Share, Shares};
