//! The hub: the sites whose connectors dial in, who they are, and what is asked of them.

mod command;
mod desk;
mod shown;

pub(crate) use command::hub;
