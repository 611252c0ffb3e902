//! `entryway hub`: the sites of a hub, their connectors and tickets.

use super::Running;
use clap::{Args, Subcommand};
use std::time::Duration;

/// `entryway hub`.
#[derive(Debug, Args)]
pub(crate) struct Hub {
    #[command(subcommand)]
    pub(crate) command: HubCommand,
}

/// What is asked of the hub.
#[derive(Debug, Subcommand)]
pub(crate) enum HubCommand {
    /// Make, list and take back tickets, each of which lets one connector in
    #[command(subcommand)]
    Ticket(TicketCommand),
    /// Show the connectors of the sites, and say which of them are asked
    #[command(subcommand)]
    Connector(ConnectorCommand),
    /// Show the sites
    #[command(subcommand)]
    Site(SiteCommand),
}

/// What is asked of the tickets.
#[derive(Debug, Subcommand)]
pub(crate) enum TicketCommand {
    /// Make one, and show it once: it lets one connector of the site enrol
    Create {
        /// The site, as the configuration calls it
        #[arg(long, value_name = "SITE")]
        site: String,
        /// How long it may be used, as in `30m`, `1h`, `2d`; without it, as long as `hub.ticket_life` says
        #[arg(long, value_name = "TIME", value_parser = duration)]
        expires: Option<Duration>,
    },
    /// Every ticket in a line, the newest first
    List {
        /// Only those of this site
        #[arg(long, value_name = "SITE")]
        site: Option<String>,
    },
    /// Take a ticket back that nobody has used
    Revoke {
        /// The ticket's id, from the list
        id: String,
    },
}

/// What is asked of the connectors.
#[derive(Debug, Subcommand)]
pub(crate) enum ConnectorCommand {
    /// Every connector in a line, with its tunnel to the running hub
    List {
        /// Only those of this site
        #[arg(long, value_name = "SITE")]
        site: Option<String>,
        #[command(flatten)]
        running: Running,
    },
    /// One connector: everything that is known of it
    Show {
        /// The connector's id, from the list
        id: String,
        #[command(flatten)]
        running: Running,
    },
    /// Ask it nothing new: what it has is finished, its tunnel stays
    Drain {
        /// The connector's id, from the list
        id: String,
    },
    /// Ask a connector again that was drained, or let one in that a restore holds
    Resume {
        /// The connector's id, from the list
        #[arg(required_unless_present = "all_held", conflicts_with = "all_held")]
        id: Option<String>,
        /// Every connector that a restore holds
        #[arg(long)]
        all_held: bool,
    },
    /// End its tunnels and never let it in again; its machine needs a new ticket
    Revoke {
        /// The connector's id, from the list
        id: String,
    },
}

/// What is asked of the sites.
#[derive(Debug, Subcommand)]
pub(crate) enum SiteCommand {
    /// Every site in a line, with its tunnels to the running hub
    List {
        #[command(flatten)]
        running: Running,
    },
    /// One site, with its connectors
    Show {
        /// The site
        name: String,
        #[command(flatten)]
        running: Running,
    },
}

fn duration(text: &str) -> Result<Duration, String> {
    let found = entryway_config::read_duration(text).map_err(|error| error.to_string())?;
    match found.as_secs() {
        60..=2_592_000 => Ok(found),
        _ => Err("expected 1m to 30d".to_owned()),
    }
}
