//! Where certificates and keys are.

use super::StoreFile;
use std::path::PathBuf;

/// Where trusted certificates come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TrustSource {
    /// The operating system's store.
    System,
    /// A file that could be read and held trusted certificates.
    File(StoreFile),
}

/// A certificate with its key, which could be read and fitted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum IdentitySource {
    /// Both in one file.
    Store {
        /// The file.
        file: StoreFile,
        /// Which key of several.
        alias: Option<String>,
    },
    /// Each in a file of its own.
    Pair {
        /// The certificate, and those that lead to its authority.
        certificate: PathBuf,
        /// The key.
        key: StoreFile,
    },
}
