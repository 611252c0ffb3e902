//! Where a store is.

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use url::Url;

/// What an address may ask for behind its question mark: what `sqlx` knows, without the password. Others it would
/// log with their values.
const PARAMETERS: [&str; 16] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "application_name",
];

/// Where a store is: `sqlite:/path/to/file` or `postgres://user:password@host:port/database`.
///
/// Never shows the password. A PostgreSQL on another machine is asked for with `sslmode=verify-full`, and with
/// nothing less unless that is allowed: accounts' hashes and signing keys travel there.
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
    /// It would be shown with the address.
    #[error("expected the password beside the address, found one in it")]
    Password,
    /// Nobody reads it.
    #[error(
        "expected `sslmode`, `sslrootcert` or their like behind the `?`, found another parameter"
    )]
    Parameter,
    /// Whoever is on the way could be the server.
    #[error("expected `sslmode=verify-full` for another machine, found a mode that verifies less")]
    Unverified,
}

impl StoreUrl {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, AddressProblem> {
        Self::read(text, false)
    }

    /// The same for somebody who has said that the server need not be verified.
    pub fn parse_unverified(text: &str) -> Result<Self, AddressProblem> {
        Self::read(text, true)
    }

    fn read(text: &str, allow_unverified: bool) -> Result<Self, AddressProblem> {
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
        let names_mode = names_mode(text)?;
        let mut options = PgConnectOptions::from_str(text).map_err(|_| AddressProblem::Server)?;
        let shown = format!(
            "postgres://{}@{}:{}/{}",
            options.get_username(),
            options.get_host(),
            options.get_port(),
            options.get_database().unwrap_or(options.get_username())
        );
        if is_elsewhere(&options) {
            // Not what the environment says, either.
            if !names_mode {
                options = options.ssl_mode(PgSslMode::VerifyFull);
            }
            if !allow_unverified && !matches!(options.get_ssl_mode(), PgSslMode::VerifyFull) {
                return Err(AddressProblem::Unverified);
            }
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

/// Whether an address says how its server is verified. Read as `sqlx` reads it: percents decoded, and nothing
/// behind a `#`.
fn names_mode(text: &str) -> Result<bool, AddressProblem> {
    let url = Url::parse(text).map_err(|_| AddressProblem::Server)?;
    if url.fragment().is_some() {
        return Err(AddressProblem::Server);
    }
    let mut named = false;
    for (key, _) in url.query_pairs() {
        match &*key {
            "sslmode" | "ssl-mode" => named = true,
            "password" => return Err(AddressProblem::Password),
            key if PARAMETERS.contains(&key) || key == "options" => {}
            key if key.starts_with("options[") && key.ends_with(']') => {}
            _ => return Err(AddressProblem::Parameter),
        }
    }
    Ok(named)
}

fn is_elsewhere(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    !(options.get_socket().is_some()
        || host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
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
