//! `entryway find`, `groups`, `browse`, `card`: what can be asked about people and groups.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `entryway find`.
#[derive(Debug, Args)]
pub(crate) struct Find {
    /// The beginning of a name, a login name, a mail address, a DN or an id; after `--` if it begins with a `-`
    pub(crate) text: String,
    /// Search this address book in place of the domains
    #[arg(long, value_name = "NAME", conflicts_with_all = ["kind", "domain", "all_domains", "unique"])]
    pub(crate) book: Option<String>,
    /// What is looked for
    #[arg(long, value_name = "KIND", default_value = "people")]
    pub(crate) kind: KindWord,
    /// Ask this domain alone
    #[arg(long, value_name = "NAME")]
    pub(crate) domain: Option<String>,
    /// Show every domain's matches, and not those of the first domain that has some
    #[arg(long)]
    pub(crate) all_domains: bool,
    /// Name somebody only when there is exactly one
    #[arg(long)]
    pub(crate) unique: bool,
    /// How many at most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    /// The id of the person who looks, for a book that shows the people of their own domain
    #[arg(long, value_name = "ID", requires = "book")]
    pub(crate) person: Option<String>,
    /// Go on where another page of the book ended
    #[arg(long, value_name = "CURSOR", requires = "book")]
    pub(crate) cursor: Option<String>,
}

/// Which kinds are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindWord {
    /// People alone
    People,
    /// Groups alone
    Groups,
    /// Both
    Both,
}

/// `entryway groups`.
#[derive(Debug, Args)]
pub(crate) struct Groups {
    #[command(subcommand)]
    pub(crate) command: GroupsCommand,
}

/// What is asked about groups.
#[derive(Debug, Subcommand)]
pub(crate) enum GroupsCommand {
    /// The groups of a person, each with the path that gave it
    Of {
        /// Who: a login name, a name, a mail address, a DN or an id
        who: String,
        /// Look for the person in this domain alone
        #[arg(long, value_name = "NAME")]
        domain: Option<String>,
        /// Those that name the person, and not those that they are in through others
        #[arg(long)]
        direct: bool,
        /// How many at most
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        limit: Option<u32>,
    },
    /// The members of a group, each with the path that gave it
    Members {
        /// Which group: a name, a DN or an id
        group: String,
        /// Look for the group in this domain alone
        #[arg(long, value_name = "NAME")]
        domain: Option<String>,
        /// Those whom the group itself names
        #[arg(long)]
        direct: bool,
        /// Which members are shown
        #[arg(long, value_name = "KIND", default_value = "both")]
        kind: KindWord,
        /// How many at most
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        limit: Option<u32>,
    },
}

/// `entryway browse`.
#[derive(Debug, Args)]
pub(crate) struct Browse {
    /// The domain; without one, those that can be paged through
    pub(crate) domain: Option<String>,
    /// Show what stands right below an entry, and not everybody by name
    #[arg(long)]
    pub(crate) tree: bool,
    /// That entry, by its DN; the domain's base where there is none
    #[arg(long, value_name = "DN")]
    pub(crate) under: Option<String>,
    /// Begin at the first name that is this text or comes after it
    #[arg(long, value_name = "TEXT", conflicts_with = "cursor")]
    pub(crate) seek: Option<String>,
    /// Go on where another page ended
    #[arg(long, value_name = "CURSOR")]
    pub(crate) cursor: Option<String>,
    /// Rows of the page
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) size: Option<u32>,
}

/// `entryway card`.
#[derive(Debug, Args)]
pub(crate) struct Card {
    /// Who: a login name, a name, a mail address, a DN or an id
    pub(crate) who: String,
    /// Look for the person in this domain alone
    #[arg(long, value_name = "NAME")]
    pub(crate) domain: Option<String>,
    /// Print a vCard 4.0
    #[arg(long)]
    pub(crate) vcard: bool,
    /// Write the photo, or the initials in its place, into a file
    #[arg(long, value_name = "FILE")]
    pub(crate) photo: Option<PathBuf>,
    /// Show what anybody may see, and not what people who are logged in do
    #[arg(long)]
    pub(crate) public: bool,
}
