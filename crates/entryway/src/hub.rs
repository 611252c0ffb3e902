//! The hub: the sites whose connectors dial in, who they are, and what is asked of them.

mod api;
mod ask;
mod asserted;
mod certificates;
mod challenge;
mod command;
mod desk;
mod exchange;
mod leaf;
mod lookups;
mod registry;
mod share;
mod shown;
mod sites;
mod stock;

pub(crate) use asserted::ByAssertion;
pub(crate) use certificates::Assertion;
pub(crate) use challenge::Sealer;
pub(crate) use command::hub;
pub(crate) use exchange::Exchange;
pub(crate) use lookups::Lookups;
pub(crate) use registry::{Figures, Outcome};
