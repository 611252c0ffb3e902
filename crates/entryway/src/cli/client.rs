//! `entryway client`: applications of the single sign-on, as they are written in the configuration.

use clap::{Args, Subcommand};

/// `entryway client`.
#[derive(Debug, Args)]
pub(crate) struct Client {
    #[command(subcommand)]
    pub(crate) command: ClientCommand,
}

/// What is asked of the applications.
#[derive(Debug, Subcommand)]
pub(crate) enum ClientCommand {
    /// Every application in a line; never its secret
    List,
    /// One application: what it may do, what it is told, and the addresses that it needs to know
    Show {
        /// Its `client_id`
        name: String,
    },
}
