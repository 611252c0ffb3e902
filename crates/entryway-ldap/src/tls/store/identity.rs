//! The certificate and key by which Entryway shows a directory who it is.

use super::expiry::{LocalCertificate, Purpose, local};
use super::file::{StoreFile, read};
use entryway_keystore::{Half, Identity, KeystoreError};
use rustls::client::ResolvesClientCert;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls_pki_types::CertificateDer;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Where a certificate with its key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentitySource {
    /// Both in one file.
    Store {
        /// The file.
        file: StoreFile,
        /// Which key, where there are several.
        alias: Option<String>,
    },
    /// Each in a file of its own.
    Pair {
        /// The certificate, and those that lead to its authority.
        certificate: PathBuf,
        /// The key, with its password.
        key: StoreFile,
    },
}

impl IdentitySource {
    /// The files that are read for it.
    pub fn paths(&self) -> Vec<&PathBuf> {
        match self {
            Self::Store { file, .. } => vec![&file.path],
            Self::Pair { certificate, key } => vec![certificate, &key.path],
        }
    }
}

/// A client certificate with its chain and key. Cheap to clone; shows its certificate and never its key.
#[derive(Clone)]
pub struct ClientIdentity {
    identity: Identity,
    origin: Arc<str>,
}

/// Why there is no certificate with its key.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A file cannot be read.
    #[error("`{}` cannot be read", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not give what it should.
    #[error("`{}` cannot be used as a certificate with its key", .path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: KeystoreError,
    },
}

impl IdentityError {
    /// A short code that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "store_unreadable",
            Self::Unusable { source, .. } => source.code(),
        }
    }
}

impl ClientIdentity {
    /// Reads it. Blocks on files, and may compute for a while: not on a thread that serves others.
    pub fn load(source: &IdentitySource) -> Result<Self, IdentityError> {
        let bytes = |path: &PathBuf| {
            read(path).map_err(|source| IdentityError::Unreadable {
                path: path.clone(),
                source,
            })
        };
        let unusable = |path: &PathBuf, source| IdentityError::Unusable {
            path: path.clone(),
            source,
        };
        match source {
            IdentitySource::Store { file, alias } => {
                let found = bytes(&file.path)?;
                entryway_keystore::identity(&found, file.password(), alias.as_deref())
                    .map(|identity| Self::new(identity, &file.path))
                    .map_err(|error| unusable(&file.path, error))
            }
            IdentitySource::Pair { certificate, key } => {
                let (chain, secret) = (bytes(certificate)?, bytes(&key.path)?);
                entryway_keystore::identity_pair(&chain, &secret, key.password())
                    .map(|identity| Self::new(identity, certificate))
                    .map_err(|(half, error)| match half {
                        Half::Certificate => unusable(certificate, error),
                        Half::Key => unusable(&key.path, error),
                    })
            }
        }
    }
    fn new(identity: Identity, path: &std::path::Path) -> Self {
        Self {
            identity,
            origin: format!("`{}`", path.display()).into(),
        }
    }
    /// The certificate, then those that lead to its authority.
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.identity.certified.cert
    }
    /// The file that the certificate comes from, in backticks.
    pub fn origin(&self) -> &Arc<str> {
        &self.origin
    }
    /// What the certificate calls its holder.
    pub fn subject(&self) -> String {
        let own = self.certificates().into_iter().next();
        own.map(|own| own.subject).unwrap_or_default()
    }
    /// `` `CN=gateway` (from `gateway.p12`) ``.
    pub(crate) fn in_words(&self) -> Arc<str> {
        format!("`{}` (from {})", self.subject().escape_debug(), self.origin).into()
    }
    /// Each certificate of the chain, for whoever watches that none expires.
    pub fn certificates(&self) -> Vec<LocalCertificate> {
        let all = self.chain().iter();
        all.filter_map(|certificate| local(certificate, &self.origin, Purpose::Identity))
            .collect()
    }
    /// Whether the other one is the same to a server, wherever it was read.
    pub fn is_same(&self, other: &Self) -> bool {
        self.chain() == other.chain()
    }
    pub(super) fn certified(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.identity.certified)
    }
    pub(crate) fn resolver(&self) -> Arc<dyn ResolvesClientCert> {
        Arc::new(SingleCertAndKey::from(self.certified()))
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
