//! `entryway session`: everybody's sessions of the single sign-on, as the running daemon knows them.

use super::Running;
use clap::{Args, Subcommand};

/// `entryway session`.
#[derive(Debug, Args)]
pub(crate) struct Session {
    #[command(subcommand)]
    pub(crate) command: SessionCommand,
}

/// What is asked of the sessions.
#[derive(Debug, Subcommand)]
pub(crate) enum SessionCommand {
    /// Every session in a line: whose, since when, from where, and the applications it was used for
    List {
        /// Only those of this person: a login name, or a `subject`
        #[arg(long, value_name = "PERSON")]
        person: Option<String>,
        #[command(flatten)]
        running: Running,
    },
    /// End a session, or sign somebody out everywhere, and tell the applications
    End {
        /// The session's id, from the list
        #[arg(required_unless_present = "person", conflicts_with = "person")]
        id: Option<String>,
        /// Every session of this person, and whatever applications were given for later: the login name of somebody who
        /// has a session, or a `subject`
        #[arg(long, value_name = "PERSON")]
        person: Option<String>,
        #[command(flatten)]
        running: Running,
    },
}
