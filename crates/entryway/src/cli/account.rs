//! `entryway account`.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `entryway account`.
#[derive(Debug, Args)]
pub(crate) struct Account {
    #[command(subcommand)]
    pub(crate) command: AccountCommand,
}

/// What is asked of the accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Add one; its password is typed twice unless it comes from elsewhere
    Add(AddAccount),
    /// Every account in a line
    List,
    /// One account: everything but its password
    Show {
        /// The account
        name: String,
    },
    /// Change values of one, or switch it on or off
    Set(ChangeAccount),
    /// Set its password, or say that the directory has it
    Passwd {
        /// The account
        name: String,
        #[command(flatten)]
        password: PasswordToSet,
    },
    /// Remove one for ever; `set NAME --disable` keeps it and lets nobody in
    Remove {
        /// The account
        name: String,
    },
    /// Add every account of a file, one a line: `name:{SSHA}…:uid:gid:display name:home:shell`
    Import {
        /// The file; nothing is added unless every line can be
        file: PathBuf,
    },
}

/// Where a new password comes from; never the command line, which everybody on the machine can read.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct PasswordToSet {
    /// Read the password from standard input, up to the first line's end
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// Read the password from a file, up to the first line's end
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Read a hash as directories write it, as in `{SSHA}…`, from standard input
    #[arg(long)]
    pub(crate) hash_stdin: bool,
    /// The password is kept in the directory: the domains decide about it
    #[arg(long)]
    pub(crate) in_directory: bool,
}

/// What the session of an account gets.
#[derive(Debug, Args)]
pub(crate) struct Values {
    /// Its number
    #[arg(long, value_name = "N")]
    pub(crate) uid: Option<u32>,
    /// Its primary group's number
    #[arg(long, value_name = "N")]
    pub(crate) gid: Option<u32>,
    /// Its home: an absolute path
    #[arg(long, value_name = "PATH")]
    pub(crate) home: Option<String>,
    /// Its shell: an absolute path
    #[arg(long, value_name = "PATH")]
    pub(crate) shell: Option<String>,
    /// An account of the operating system, or one of the application alone
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) user_type: Option<Kind>,
    /// Its mail address
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
    /// Its name for people
    #[arg(long, value_name = "NAME")]
    pub(crate) display_name: Option<String>,
}

/// The two types of users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// An account of the operating system
    Real,
    /// An account of the application alone
    Virtual,
}

/// A value that can be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Value {
    Uid,
    Gid,
    Home,
    Shell,
    Type,
    Email,
    DisplayName,
}

/// `entryway account add`.
#[derive(Debug, Args)]
pub(crate) struct AddAccount {
    /// What the account is to be called; holds no `/`, `\\` or `@`
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) password: PasswordToSet,
    #[command(flatten)]
    pub(crate) values: Values,
    /// Add it switched off: it lets nobody in
    #[arg(long)]
    pub(crate) disabled: bool,
}

/// `entryway account set`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("change").multiple(true).required(true).args([
    "enable", "disable", "uid", "gid", "home", "shell", "user_type", "email", "display_name", "unset",
]))]
pub(crate) struct ChangeAccount {
    /// The account
    pub(crate) name: String,
    /// Switch it on
    #[arg(long, conflicts_with = "disable")]
    pub(crate) enable: bool,
    /// Switch it off: it lets nobody in, here or in the directory
    #[arg(long)]
    pub(crate) disable: bool,
    #[command(flatten)]
    pub(crate) values: Values,
    /// A value to take away; once for each
    #[arg(long, value_name = "VALUE")]
    pub(crate) unset: Vec<Value>,
}
