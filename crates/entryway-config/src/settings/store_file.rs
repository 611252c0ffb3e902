//! A store of certificates and its password.

use entryway_ldap_types::Password;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// A file with its password: one unit, for one is of no use without the other.
#[derive(Clone)]
pub struct StoreFile {
    /// Where it is.
    pub path: PathBuf,
    /// What opens it, if it is not open.
    pub password: Option<Arc<Password>>,
}

impl StoreFile {
    fn exposed(&self) -> Option<&[u8]> {
        self.password.as_ref().map(|password| password.expose())
    }
}

/// The path alone: the password stays out of logs.
impl fmt::Debug for StoreFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.fmt(f)
    }
}

impl PartialEq for StoreFile {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.exposed() == other.exposed()
    }
}

impl Eq for StoreFile {}

/// By the path: files with one path and two passwords are rare, and equality tells them apart.
impl std::hash::Hash for StoreFile {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.path.hash(state);
    }
}
