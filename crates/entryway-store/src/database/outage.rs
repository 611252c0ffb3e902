//! What an error of a database means for Entryway.

use crate::{Outage, StoreError};
use std::error::Error;

/// Primary result codes of SQLite (<https://www.sqlite.org/rescode.html>).
mod sqlite {
    pub(super) const PERM: i32 = 3;
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const READONLY: i32 = 8;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const AUTH: i32 = 23;
    pub(super) const NOTADB: i32 = 26;
    /// Extended: the file was moved away under the connection.
    pub(super) const READONLY_DBMOVED: i32 = 1032;
}

pub(super) fn explain(place: &str, error: sqlx::Error) -> StoreError {
    let outage = match &error {
        sqlx::Error::Database(said) => {
            let code = said.code().unwrap_or_default();
            // PostgreSQL's codes have five characters, SQLite's are numbers of fewer.
            let meaning = if code.len() == 5 {
                of_postgres(&code)
            } else {
                of_sqlite(code.parse().unwrap_or_default())
            };
            return meaning.told(place, error.into());
        }
        sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Outage::NotPermitted
        }
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed | sqlx::Error::BeginFailed => Outage::Gone,
        sqlx::Error::PoolTimedOut => Outage::TimedOut,
        sqlx::Error::PoolClosed => Outage::Closed,
        _ => Outage::Failed,
    };
    Meaning::Outage(outage).told(place, error.into())
}

/// The same of the connection to a file that runs single statements.
pub(super) fn explain_file(place: &str, error: rusqlite::Error) -> StoreError {
    let meaning = match &error {
        rusqlite::Error::SqliteFailure(said, _) => of_sqlite(said.extended_code),
        _ => Meaning::Outage(Outage::Failed),
    };
    meaning.told(place, error.into())
}

#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    Outage(Outage),
    NotAStore,
    Damaged,
}

impl Meaning {
    fn told(self, place: &str, source: Box<dyn Error + Send + Sync>) -> StoreError {
        match self {
            Self::Outage(outage) => StoreError::Unavailable {
                place: place.to_owned(),
                outage,
                source: Some(source),
            },
            Self::NotAStore => StoreError::NotAStore {
                place: place.to_owned(),
                why: "it is no database",
            },
            Self::Damaged => StoreError::damaged(format!("the store `{place}`")),
        }
    }
}

fn of_sqlite(code: i32) -> Meaning {
    Meaning::Outage(match code & 0xff {
        _ if code == sqlite::READONLY_DBMOVED => Outage::Gone,
        sqlite::PERM | sqlite::AUTH => Outage::NotPermitted,
        sqlite::BUSY | sqlite::LOCKED => Outage::Locked,
        sqlite::READONLY => Outage::ReadOnly,
        sqlite::FULL => Outage::Full,
        sqlite::CANTOPEN => Outage::Gone,
        sqlite::CORRUPT => return Meaning::Damaged,
        sqlite::NOTADB => return Meaning::NotAStore,
        _ => Outage::Failed,
    })
}

/// By SQLSTATE (PostgreSQL, appendix A).
fn of_postgres(code: &str) -> Meaning {
    Meaning::Outage(match code {
        "53100" => Outage::Full,
        "55P03" | "40P01" | "40001" => Outage::Locked,
        "25006" => Outage::ReadOnly,
        "57014" => Outage::TimedOut,
        "57P01" | "57P02" | "57P03" | "3D000" => Outage::Gone,
        "42501" => Outage::NotPermitted,
        _ if code.starts_with("28") => Outage::NotPermitted,
        _ if code.starts_with("08") => Outage::Gone,
        _ if code.starts_with("XX") => return Meaning::Damaged,
        _ => Outage::Failed,
    })
}

#[cfg(test)]
mod tests;
