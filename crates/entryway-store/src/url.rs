//! Where a store is.

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where a store is: `sqlite:/path/to/file` or `postgres://user:password@host:port/database`.
///
/// Never shows the password. A PostgreSQL on another machine is asked for with `sslmode=verify-full` unless the
/// address names a mode: accounts' hashes and signing keys travel there.
#[derive(Clone)]
pub struct StoreUrl {
    pub(crate) place: Place,
    shown: String,
}

#[derive(Clone)]
pub(crate) enum Place {
    File(PathBuf),
    Server(Box<PgConnectOptions>),
}

/// Why a store's address is unusable. Says nothing of what was written, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressProblem {
    /// Neither of the two known.
    #[error("expected `sqlite:/path` or `postgres://…`")]
    Scheme,
    /// No file is named.
    #[error("expected the path of a file after `sqlite:`")]
    NoPath,
    /// What outlives a request cannot be in memory.
    #[error("expected the path of a file after `sqlite:`, found a database in memory")]
    InMemory,
    /// Not an address.
    #[error(
        "expected `postgres://user@host:port/database`, found something that is no such address"
    )]
    Server,
}

impl StoreUrl {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, AddressProblem> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" => Err(AddressProblem::NoPath),
                ":memory:" => Err(AddressProblem::InMemory),
                path => Ok(Self::file(path)),
            };
        }
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(AddressProblem::Scheme);
        }
        let mut options = PgConnectOptions::from_str(text).map_err(|_| AddressProblem::Server)?;
        let shown = format!(
            "postgres://{}@{}:{}/{}",
            options.get_username(),
            options.get_host(),
            options.get_port(),
            options.get_database().unwrap_or(options.get_username())
        );
        if !names_ssl_mode(text) && is_elsewhere(&options) {
            options = options.ssl_mode(PgSslMode::VerifyFull);
        }
        Ok(Self {
            place: Place::Server(Box::new(options.application_name("entryway"))),
            shown,
        })
    }

    /// The same with a password, for a server. A file has no use for one.
    pub fn with_password(mut self, password: &[u8]) -> Result<Self, AddressProblem> {
        let password = std::str::from_utf8(password).map_err(|_| AddressProblem::Server)?;
        if let Place::Server(options) = self.place {
            self.place = Place::Server(Box::new((*options).password(password)));
        }
        Ok(self)
    }

    /// The SQLite file at a path.
    pub fn file(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().to_path_buf();
        Self {
            shown: format!("sqlite:{}", path.display()),
            place: Place::File(path),
        }
    }
}

fn names_ssl_mode(text: &str) -> bool {
    text.split_once('?').is_some_and(|(_, query)| {
        query
            .split('&')
            .any(|pair| pair.starts_with("sslmode=") || pair.starts_with("ssl-mode="))
    })
}

fn is_elsewhere(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    !(options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()))
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreUrl({})", self.shown)
    }
}

#[cfg(test)]
mod tests;
