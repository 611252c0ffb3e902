//! Revocation lists are replaced every few days, and one that is too old is an error: they are read again when
//! their files change, like stores.

use entryway_ldap::{CrlError, Crls, TlsClient};
use std::path::PathBuf;
use std::time::SystemTime;

/// The lists of one client.
pub(super) struct Lists {
    paths: Vec<PathBuf>,
    client: TlsClient,
    seen: Vec<Option<Stamp>>,
}

/// What tells a file from the one that it replaced.
type Stamp = (SystemTime, u64);

impl Lists {
    /// Lists that `client` was made with just now.
    pub(super) fn new(paths: Vec<PathBuf>, client: TlsClient) -> Self {
        let seen = stamps(&paths);
        Self {
            paths,
            client,
            seen,
        }
    }
    /// Looks at the files; true when they were read anew. What cannot be read leaves everything as it is.
    pub(super) fn look(&mut self) -> Result<bool, CrlError> {
        let found = stamps(&self.paths);
        if found == self.seen {
            return Ok(false);
        }
        // Told once for each change.
        self.seen = found;
        let crls = Crls::load(&self.paths)?;
        Ok(self.client.renew_lists(crls).is_ok())
    }
    /// For the log.
    pub(super) fn files(&self) -> String {
        let shown: Vec<String> = self
            .paths
            .iter()
            .map(|path| format!("`{}`", path.display()))
            .collect();
        shown.join(", ")
    }
}

fn stamps(paths: &[PathBuf]) -> Vec<Option<Stamp>> {
    let stamp = |path: &PathBuf| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    paths.iter().map(stamp).collect()
}

#[cfg(test)]
mod tests;
