//! `entryway client`: applications of the single sign-on, as they are written in the configuration.

use super::How;
use clap::{Args, Subcommand, ValueEnum};

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
    /// Register an application: make its secret, print it once, and write its digest into the configuration
    Create(CreateClient),
    /// Give an application another secret, printed once; the one from before holds beside it until the next time
    Renew {
        /// Its `client_id`
        id: String,
    },
    /// Take an application out of the configuration
    Remove {
        /// Its `client_id`
        id: String,
        #[command(flatten)]
        how: How,
    },
    /// One application: what it may do, what it is told, and the addresses that it needs to know
    Show {
        /// Its `client_id`
        name: String,
    },
}

/// `entryway client create`.
#[derive(Debug, Args)]
pub(crate) struct CreateClient {
    /// Its `client_id`
    pub(crate) id: String,
    /// Where people may be sent back to, letter by letter; once for each
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub(crate) redirect_uris: Vec<String>,
    /// What people see as its name
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
    /// Where people may be sent to after they signed out; once for each
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    pub(crate) post_logout_redirect_uris: Vec<String>,
    /// Where it is told that a session has ended
    #[arg(long, value_name = "URI")]
    pub(crate) backchannel_logout_uri: Option<String>,
    /// What it may ask of people; once for each. Without it `openid`, `profile`, `email` and `groups`
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<String>,
    /// What it may ask tokens for; once for each. Without it, for people who sign in
    #[arg(long = "grant", value_name = "GRANT")]
    pub(crate) grants: Vec<GrantWord>,
    /// It runs in browsers, and keeps no secret
    #[arg(long, conflicts_with = "native")]
    pub(crate) public: bool,
    /// It runs on people's own machines, and keeps no secret
    #[arg(long)]
    pub(crate) native: bool,
    #[command(flatten)]
    pub(crate) how: How,
}

/// What an application may ask tokens for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GrantWord {
    /// People who sign in
    #[value(name = "authorization_code")]
    Code,
    /// Staying signed in
    #[value(name = "refresh_token")]
    Refresh,
    /// Itself, without people
    #[value(name = "client_credentials")]
    Credentials,
}

impl GrantWord {
    /// As the configuration writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Code => "authorization_code",
            Self::Refresh => "refresh_token",
            Self::Credentials => "client_credentials",
        }
    }
}
