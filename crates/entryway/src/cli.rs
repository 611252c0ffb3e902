//! The command line as data: what can be asked of the binary, and nothing of how it is done.

mod account;
mod client;
mod connector;
mod hub;
mod lookup;
mod session;
mod store;
mod tls;
mod token;

pub(crate) use account::{
    Account, AccountCommand, AddAccount, ChangeAccount, Kind, PasswordToSet, Value, Values,
};
pub(crate) use client::{Client, ClientCommand, CreateClient};
pub(crate) use connector::{Connector, Enroll, Leave, OwnCheck, OwnCommand, WayOut};
pub(crate) use hub::{ConnectorCommand, Hub, HubCommand, SiteCommand, TicketCommand};
pub(crate) use lookup::{Browse, Card, Find, Groups, GroupsCommand, KindWord};
pub(crate) use session::{Session, SessionCommand};
pub(crate) use store::{Audit, AuditCommand, Store, StoreCommand, Tail};
pub(crate) use tls::{AddTrust, Fetch, Tls, TlsCommand, TrustCommand};
pub(crate) use token::{ScopeWord, Token, TokenCommand};

use clap::builder::Resettable;
use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::net::IpAddr;
use std::path::PathBuf;

/// The way in for people who live in a directory.
#[derive(Debug, Parser)]
#[command(
    name = "entryway",
    version,
    disable_help_subcommand = true,
    max_term_width = 100
)]
#[command(
    after_help = "Exit codes: 0 done or would accept, 1 the answer is no, 2 usage, 3 the configuration does not load, \
    4 no answer, 70 a bug.\nWithout --config: ./entryway.toml, then /etc/entryway/entryway.toml."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// This process's command line.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        let mut command = Self::command().mut_args(unset_if_empty);
        let matches = command.try_get_matches_from_mut(std::env::args_os())?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    }
}

/// A variable that is set to nothing says nothing, as in `ENTRYWAY_CONFIG= entryway check`.
fn unset_if_empty(arg: Arg) -> Arg {
    let empty = |name| std::env::var_os(name).is_some_and(|value| value.is_empty());
    if arg.get_env().is_some_and(empty) {
        arg.env(Resettable::Reset)
    } else {
        arg
    }
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// The configuration file
    #[arg(long, global = true, value_name = "FILE", env = "ENTRYWAY_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// How answers are printed
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: Output,
    /// How log lines are written, to standard error
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        default_value = "text",
        env = "ENTRYWAY_LOG_FORMAT"
    )]
    pub(crate) log_format: LogFormat,
    /// Which log lines: a level, or levels by event, as in `info,login=debug`
    #[arg(long, global = true, value_name = "FILTER", env = "ENTRYWAY_LOG")]
    pub(crate) log: Option<String>,
}

/// The shape of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    Text,
    /// For programs
    Json,
}

/// The shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// One object a line
    Json,
}

/// What is asked.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Everything on this machine in one go: a directory, the gateway, five logins explained
    Demo(Demo),
    /// Run the gateway until SIGTERM; SIGHUP reads the configuration again
    Serve,
    /// How the running daemon is: configuration, domains, servers, store, logins
    Status(Running),
    /// Have the running daemon read its configuration again, and say what came of it
    Reload(Running),
    /// Log one person in and print the session, or why not
    Login(Login),
    /// Walk through every step of a login
    Explain(Explain),
    /// Find people and groups by what one would type
    Find(Find),
    /// The groups of a person, the members of a group
    Groups(Groups),
    /// Page through a domain
    Browse(Browse),
    /// Somebody's business card
    Card(Card),
    /// Test the configuration and every domain, server and role
    Check,
    /// Look at certificates: what servers show, whom to trust, and whether the two fit
    Tls(Tls),
    /// Run scenarios: logins in Markdown with what must come of them
    Test(Test),
    /// Show and change the domains of the configuration, where they are written
    Domain(Domain),
    /// Keep the accounts in Entryway's own store
    Account(Account),
    /// Make, list and take back the tokens of those who call the API
    Token(Token),
    /// Show, register and change the applications of the single sign-on
    Client(Client),
    /// Show and end the sessions of the single sign-on
    Session(Session),
    /// Keep the sites of a hub: tickets that let their connectors in, and the connectors
    Hub(Hub),
    /// Be a site's end: enrol at a hub, keep tunnels to it, look at them, leave
    Connector(Connector),
    /// Read and check the record of decisions
    Audit(Audit),
    /// Back the store up, and restore it
    Store(Store),
    /// Print a completion script
    Completions(Completions),
    /// Explain a code, as in `entryway help C020`, or a command
    Help(Help),
}

/// `entryway status`, `entryway reload`.
#[derive(Debug, Args)]
pub(crate) struct Running {
    /// The daemon's socket, `control.sock` in its state directory
    #[arg(long, value_name = "FILE")]
    pub(crate) socket: Option<PathBuf>,
}

/// `entryway demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// End after the five logins
    #[arg(long)]
    pub(crate) once: bool,
    /// Where HTTP is served, on 127.0.0.1; 0 means any free port
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,
}

/// Where a password comes from; never the command line, which everybody on the machine can read.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct PasswordFrom {
    /// Read the password from standard input, up to the first line's end
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// Read the password from a file, up to the first line's end
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}

/// `entryway login`.
#[derive(Debug, Args)]
pub(crate) struct Login {
    /// The login name as a person would type it; after `--` if it begins with a `-`
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) password: PasswordFrom,
    #[command(flatten)]
    pub(crate) with: With,
}

/// `entryway explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The login name as a person would type it; after `--` if it begins with a `-`
    #[arg(required_unless_present = "login")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) password: PasswordFrom,
    #[command(flatten)]
    pub(crate) with: With,
    /// Explain a login that was decided before, from the record, by its id
    #[arg(
        long,
        value_name = "ID",
        conflicts_with_all = ["name", "password_stdin", "password_file", "client_address", "groups"]
    )]
    pub(crate) login: Option<String>,
}

/// What an attempt may bring or ask for.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct With {
    /// Where the person is
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) client_address: Option<IpAddr>,
    /// Find out the person's groups, whether or not a rule needs them
    #[arg(long)]
    pub(crate) groups: bool,
}

/// `entryway test`.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Markdown files with logins; one without a configuration of its own is run against this one
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// `entryway domain`.
#[derive(Debug, Args)]
pub(crate) struct Domain {
    #[command(subcommand)]
    pub(crate) command: DomainCommand,
}

/// What is asked of the domains.
#[derive(Debug, Subcommand)]
pub(crate) enum DomainCommand {
    /// Every domain in a line
    List,
    /// One domain: every setting in force, and where it comes from
    Show {
        /// The domain
        name: String,
    },
    /// Write a new domain
    Add(AddDomain),
    /// Set or unset settings of a domain, where they are written
    Set(SetDomain),
    /// Take a domain out of every file, unless something still names it
    Remove {
        /// The domain
        name: String,
        #[command(flatten)]
        how: How,
    },
    /// Set the domains that bare names are looked up in, in this order; without a name, show them
    Default {
        /// The domains
        names: Vec<String>,
        #[command(flatten)]
        how: How,
    },
}

/// Whether a change is written.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct How {
    /// Show what would be written, as `diff -u` does, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `entryway domain add`.
#[derive(Debug, Args)]
pub(crate) struct AddDomain {
    /// What the domain is to be called
    pub(crate) name: String,
    /// Further settings below the domain, as in `people.search_attribute=uid`
    #[arg(value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<String>,
    /// A server, as in `ldaps://dc1.corp.example`; once for each, in order of preference
    #[arg(long = "server", value_name = "URL", required = true)]
    pub(crate) servers: Vec<String>,
    /// The name under which the domain's entries are
    #[arg(long, value_name = "DN")]
    pub(crate) base: String,
    /// The name of the service account; without it Entryway binds anonymously
    #[arg(long, value_name = "DN", requires = "bind_password_file")]
    pub(crate) bind_dn: Option<String>,
    /// The file with the service account's password
    #[arg(long, value_name = "FILE", requires = "bind_dn")]
    pub(crate) bind_password_file: Option<PathBuf>,
    /// What kind of directory it is: auto, active-directory, openldap, 389ds or generic
    #[arg(long, value_name = "DIALECT")]
    pub(crate) dialect: Option<String>,
    /// Look bare names up in it too, after the other default domains
    #[arg(long)]
    pub(crate) default: bool,
    #[command(flatten)]
    pub(crate) how: How,
}

/// `entryway domain set`.
#[derive(Debug, Args)]
pub(crate) struct SetDomain {
    /// The domain
    pub(crate) name: String,
    /// Settings below the domain, as in `people.search_attribute=uid`; a value is TOML or plain text
    #[arg(value_name = "KEY=VALUE", required_unless_present = "unset")]
    pub(crate) settings: Vec<String>,
    /// A setting that is to be as if it had never been written; once for each
    #[arg(long, value_name = "KEY")]
    pub(crate) unset: Vec<String>,
    #[command(flatten)]
    pub(crate) how: How,
}

/// `entryway completions`.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// Which shell
    pub(crate) shell: Shell,
}

/// `entryway help`.
#[derive(Debug, Args)]
pub(crate) struct Help {
    /// A code such as C020, a reason such as wrong_password, or a command
    pub(crate) topic: Option<String>,
}
