//! What can go wrong with the store, and whose fault it is.

use crate::{AccountProblem, AddressProblem};
use std::fmt;

/// What can go wrong with the store. No variant holds a password, a hash or a key.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The administrator's: the store's address.
    #[error("the store's address is unusable: {0}")]
    Address(AddressProblem),
    /// The world's: it may work again by itself. Never a verdict about anybody.
    #[error("the store `{place}` {outage}")]
    Unavailable {
        /// The file, or the server without its password.
        place: String,
        /// What is the matter, and what helps.
        outage: Outage,
        /// What the database said.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The administrator's: there is something else.
    #[error("`{place}` is not a store of entryway: {why}")]
    NotAStore {
        /// The file, or the server without its password.
        place: String,
        /// What it is instead.
        why: &'static str,
    },
    /// The administrator's: a newer Entryway has been here.
    #[error(
        "the store `{place}` has schema {found}, expected at most {known}: use the newer entryway that wrote it, or restore a backup from before"
    )]
    TooNew {
        /// The file, or the server without its password.
        place: String,
        /// Its schema.
        found: i64,
        /// The newest that this binary knows.
        known: i64,
    },
    /// The caller's: an account of that name, without case, stands already.
    #[error("an account `{0}` exists already")]
    Taken(String),
    /// The caller's: no account of that name.
    #[error("no account `{0}` exists")]
    NoAccount(String),
    /// The caller's: a value of an account is unusable.
    #[error("the account is unusable: {0}")]
    Account(AccountProblem),
    /// The administrator's: records of this node are sealed with a key that is not this daemon's.
    #[error(
        "the audit of `{node}` is under another key from record {seq}: another daemon writes as this node (give each an `audit.node` and a key of its own), or `audit.key` is another file than before (put the old one back, or go on with another `audit.node`)"
    )]
    SharedNode {
        /// `audit.node`, or the host's name.
        node: String,
        /// The first record that is not this daemon's.
        seq: i64,
    },
    /// Nobody's yet: what stands in the store, or in a file beside it, is not what Entryway writes.
    #[error("{what} is damaged{remedy}")]
    Damaged {
        /// Which thing.
        what: String,
        /// What helps, after a colon; empty where nothing general does.
        remedy: &'static str,
    },
}

/// Why the store does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outage {
    /// No room left.
    Full,
    /// Somebody else keeps it locked.
    Locked,
    /// It may be read and not written.
    ReadOnly,
    /// The file, or the server, is not there, or another file is in its place.
    Gone,
    /// The file's folder is not there.
    NoFolder,
    /// The file, its folder or the server does not let this user in.
    NotPermitted,
    /// No answer in time.
    TimedOut,
    /// A backup would overwrite it, or a restore would replace what it holds.
    Occupied,
    /// It has been closed.
    Closed,
    /// Anything else that the database reports.
    Failed,
}

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "is full: make room on its disk",
            Self::Locked => "is locked by another program: end that program, or wait for it",
            Self::ReadOnly => {
                "is read-only: make it and its folder writable for the user that entryway runs as"
            }
            Self::Gone => "is gone: start its server, or put its file back",
            Self::NoFolder => "has no folder: make the folder",
            Self::NotPermitted => {
                "does not let this user in: give its owner, rights or login to the user that entryway runs as"
            }
            Self::TimedOut => "does not answer in time",
            Self::Occupied => "holds something already",
            Self::Closed => "is closed",
            Self::Failed => "fails",
        })
    }
}

impl StoreError {
    /// What is the matter, when the store is out of reach.
    pub fn outage(&self) -> Option<Outage> {
        match self {
            Self::Unavailable { outage, .. } => Some(*outage),
            _ => None,
        }
    }

    pub(crate) fn unavailable(place: &str, outage: Outage) -> Self {
        Self::Unavailable {
            place: place.to_owned(),
            outage,
            source: None,
        }
    }

    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged {
            what: what.into(),
            remedy: "",
        }
    }
}
