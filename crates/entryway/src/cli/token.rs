//! `entryway token`: callers of the API, as they are written in the configuration.

use super::How;
use clap::{Args, Subcommand, ValueEnum};

/// `entryway token`.
#[derive(Debug, Args)]
pub(crate) struct Token {
    #[command(subcommand)]
    pub(crate) command: TokenCommand,
}

/// What is asked of the callers.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token, print it once, and write its digest into the configuration
    Create {
        /// What the caller is called in logs
        name: String,
        /// What it may do; once for each
        #[arg(long = "scope", value_name = "SCOPE", required = true)]
        scopes: Vec<ScopeWord>,
        /// From when on it does not hold: in so many days, as in `90d`, or on a day, as in `2027-06-30`
        #[arg(long, value_name = "WHEN")]
        expires: Option<String>,
        /// For people
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
    },
    /// Every caller in a line; never its token
    List,
    /// Take a caller out of the configuration
    Revoke {
        /// The caller
        name: String,
        #[command(flatten)]
        how: How,
    },
}

/// One thing a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScopeWord {
    /// Have logins decided
    #[value(name = "login")]
    Login,
    /// See why a login was refused
    #[value(name = "login.reasons")]
    LoginReasons,
    /// Look up people and their cards
    #[value(name = "people.read")]
    PeopleRead,
    /// Look up groups, their members, and whose they are
    #[value(name = "groups.read")]
    GroupsRead,
    /// Page through domains
    #[value(name = "browse")]
    Browse,
    /// Keep the sites, connectors and tickets of a hub
    #[value(name = "hub")]
    Hub,
    /// Everything else: explanations and metrics
    #[value(name = "admin")]
    Admin,
}

impl ScopeWord {
    /// As the configuration writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::LoginReasons => "login.reasons",
            Self::PeopleRead => "people.read",
            Self::GroupsRead => "groups.read",
            Self::Browse => "browse",
            Self::Hub => "hub",
            Self::Admin => "admin",
        }
    }
}
