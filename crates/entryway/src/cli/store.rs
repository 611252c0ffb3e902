//! `entryway audit` and `entryway store`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `entryway audit`.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    pub(crate) command: AuditCommand,
}

/// What is asked of the record of decisions.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// The latest decisions, one a line, oldest first
    Tail(Tail),
    /// Check that nothing was changed, moved or taken out; exit code 1 if something was
    Verify,
    /// One decision, by the login's id; `entryway explain --login ID` shows every step
    Show {
        /// The id, as answers and log lines have it
        id: String,
    },
}

/// `entryway audit tail`.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Tail {
    /// How many
    #[arg(short = 'n', long = "lines", value_name = "N", default_value_t = 20)]
    pub(crate) count: usize,
    /// Go on with each new decision until interrupted
    #[arg(short, long)]
    pub(crate) follow: bool,
}

/// `entryway store`.
#[derive(Debug, Args)]
pub(crate) struct Store {
    #[command(subcommand)]
    pub(crate) command: StoreCommand,
}

/// What is asked of the store.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Write everything into a new file, while the daemon runs; it holds hashes and keys
    Backup {
        /// The file, which must not be there
        file: PathBuf,
    },
    /// Put a backup's contents into the store; running daemons see it within a second
    Restore {
        /// The backup
        file: PathBuf,
        /// Replace what the store holds
        #[arg(long)]
        force: bool,
    },
}
