//! `entryway connector`: a site's end of tunnels.

use super::Running;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `entryway connector`.
#[derive(Debug, Args)]
pub(crate) struct Connector {
    #[command(subcommand)]
    pub(crate) command: OwnCommand,
}

/// What is asked of a connector.
#[derive(Debug, Subcommand)]
pub(crate) enum OwnCommand {
    /// Turn a ticket into this machine's identity at a hub
    Enroll(Enroll),
    /// Keep tunnels to the hub and answer what it asks, until SIGTERM; SIGHUP reads the configuration again
    Run,
    /// How the running connector is: each node of the hub, and what it is ready for
    Status(Running),
    /// Try every step to the hub, and every directory; exit code 1 if one fails
    Check(OwnCheck),
    /// End this connector: tell the hub, and remove the identity from this machine
    Leave(Leave),
}

/// `entryway connector enroll`.
#[derive(Debug, Args)]
pub(crate) struct Enroll {
    /// As `entryway hub ticket create` printed it
    pub(crate) url: String,
    /// What people call this connector; the machine's name where nothing is said
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Read the ticket from a file; without it, from a prompt or standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) ticket_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) way: WayOut,
    /// Take the place of an identity that is there already
    #[arg(long)]
    pub(crate) replace: bool,
}

/// `entryway connector leave`.
#[derive(Debug, Args)]
pub(crate) struct Leave {
    /// Remove the identity even where the hub cannot be told; revoke it there then
    #[arg(long)]
    pub(crate) force: bool,
}

/// How the site's network is left, where there is no configuration yet that says it.
#[derive(Debug, Args)]
pub(crate) struct WayOut {
    /// The HTTP proxy, where there is no configuration yet that says it
    #[arg(long, value_name = "URL")]
    pub(crate) proxy: Option<String>,
    /// The account at the proxy, with `--proxy-password-file`
    #[arg(
        long,
        value_name = "NAME",
        requires = "proxy",
        requires = "proxy_password_file"
    )]
    pub(crate) proxy_user: Option<String>,
    /// Read the account's password from a file
    #[arg(long, value_name = "FILE", requires = "proxy_user")]
    pub(crate) proxy_password_file: Option<PathBuf>,
    /// More authorities (PEM), where there is no configuration yet that says it
    #[arg(long, value_name = "FILE")]
    pub(crate) trust: Option<PathBuf>,
}

/// `entryway connector check`.
#[derive(Debug, Args)]
pub(crate) struct OwnCheck {
    /// Before there is an identity: the URL that a ticket came with
    pub(crate) url: Option<String>,
    #[command(flatten)]
    pub(crate) way: WayOut,
}
