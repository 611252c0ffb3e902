//! Which certificate authorities vouch for a directory.
//!
//! Reads the stores once, at load; knows nothing of connections. A store that gives nothing is an
//! error and never an empty set: with no anchor every server would look untrusted for a reason
//! that nobody could see.

use super::expiry::{LocalCertificate, Purpose, local};
use super::file::{StoreFile, read};
use entryway_keystore::{KeystoreError, Vouches, may_vouch};
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

/// Where trust anchors come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustSource {
    /// The operating system's store.
    System,
    /// A file of whatever kind: PEM, DER, PKCS#12, JKS.
    File(StoreFile),
    /// Certificates in memory.
    Der(Vec<CertificateDer<'static>>),
}

impl TrustSource {
    /// The files and folders by which it is seen to change.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        match self {
            Self::File(file) => vec![file.path.clone()],
            // Where the system's store is; a change of it touches its folder or its one file.
            Self::System => {
                let found = openssl_probe::probe();
                found.cert_file.into_iter().chain(found.cert_dir).collect()
            }
            Self::Der(_) => Vec::new(),
        }
    }
}

/// A certificate that is trusted, and where it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The certificate.
    pub certificate: CertificateDer<'static>,
    /// The file in backticks, or the source in words: shared by all that come from it.
    pub origin: Arc<str>,
    /// Whether it is the operating system's, whose expiry is somebody else's affair.
    pub system: bool,
    /// Whether it is no authority's, and vouches for the server that shows it alone.
    pub(crate) for_itself: bool,
}

/// Trust anchors, loaded and checked. Cheap to clone. Two of one subject are both kept: which of them signed
/// is for the handshake to find out.
#[derive(Debug, Clone)]
pub struct TrustStore {
    roots: Arc<RootCertStore>,
    anchors: Arc<[Anchor]>,
    warnings: Arc<[String]>,
}

/// Why trust anchors do not load.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// No source was named.
    #[error("no trust source is given, expected at least one")]
    NoSource,
    /// A file cannot be read.
    #[error("trust file `{}` cannot be read", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is readable and gives nothing to trust.
    #[error("`{}` cannot be trusted", .path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: KeystoreError,
    },
    /// A certificate cannot be a trust anchor.
    #[error("certificate {index} of {origin} cannot be a trust anchor")]
    NoAnchor {
        /// Which one, counted from 1.
        index: usize,
        /// The file in backticks, or the source in words.
        origin: String,
        /// Why.
        source: rustls::Error,
    },
    /// A certificate given in memory that must not be trusted as an authority is.
    #[error("the given list cannot be trusted")]
    NotToTrust(#[source] KeystoreError),
    /// The operating system's store gives nothing.
    #[error("the system's trust store holds no certificate{}", list(.problems))]
    EmptySystem {
        /// What could not be read on the way.
        problems: Vec<String>,
    },
}

impl TrustError {
    /// A short code that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSource => "store_no_source",
            Self::Unreadable { .. } => "store_unreadable",
            Self::Unusable { source, .. } | Self::NotToTrust(source) => source.code(),
            Self::NoAnchor { .. } => "store_no_anchor",
            Self::EmptySystem { .. } => "store_empty_system",
        }
    }
}

fn list(found: &[String]) -> String {
    if found.is_empty() {
        String::new()
    } else {
        format!(": {}", found.join("; "))
    }
}

impl TrustStore {
    /// Loads every source. Blocks on files, and may compute for a while: not on a thread that serves others.
    ///
    /// A damaged file of the system's store costs that file alone and is told in
    /// [`TrustStore::warnings`]; a damaged file that was named is an error.
    pub fn load(sources: &[TrustSource]) -> Result<Self, TrustError> {
        let mut found = Found {
            roots: RootCertStore::empty(),
            anchors: Vec::new(),
            known: HashSet::new(),
            warnings: Vec::new(),
        };
        if sources.is_empty() {
            return Err(TrustError::NoSource);
        }
        for source in sources {
            match source {
                TrustSource::System => found.add_system()?,
                TrustSource::File(file) => {
                    let origin = format!("`{}`", file.path.display());
                    found.add_strictly(read_trusted(file)?, &origin)?;
                }
                TrustSource::Der(certificates) => {
                    may_vouch(certificates).map_err(TrustError::NotToTrust)?;
                    found.add_strictly(certificates.clone(), "the given list")?;
                }
            }
        }
        if found.anchors.is_empty() {
            return Err(TrustError::NoSource);
        }
        Ok(Self {
            roots: Arc::new(found.roots),
            anchors: found.anchors.into(),
            warnings: found.warnings.into(),
        })
    }
    /// Trusts nobody: for a client that verifies nobody either.
    pub(crate) fn nobody() -> Self {
        Self {
            roots: Arc::new(RootCertStore::empty()),
            anchors: Arc::new([]),
            warnings: Arc::new([]),
        }
    }
    /// Every anchor, in the order of the sources; a certificate that stands in two of them is listed once.
    pub fn anchors(&self) -> &[Anchor] {
        &self.anchors
    }
    /// Whether the other one trusts the same, wherever it was read.
    pub fn is_same(&self, other: &Self) -> bool {
        let certificates = |store: &Self| {
            let all = store.anchors.iter();
            all.map(|anchor| anchor.certificate.clone())
                .collect::<HashSet<_>>()
        };
        certificates(self) == certificates(other)
    }
    /// Each certificate of a file that was named, for whoever watches that none expires.
    pub fn certificates(&self) -> Vec<LocalCertificate> {
        let own = self.anchors.iter().filter(|anchor| !anchor.system);
        own.filter_map(|anchor| local(&anchor.certificate, &anchor.origin, Purpose::Trust))
            .collect()
    }
    /// What was passed over while loading, in words, for the log.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
    /// How many anchors there are.
    pub fn len(&self) -> usize {
        self.roots.len()
    }
    /// Never true for a loaded store.
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }
    pub(crate) fn roots(&self) -> Arc<RootCertStore> {
        Arc::clone(&self.roots)
    }
}

/// What the sources gave so far.
struct Found {
    roots: RootCertStore,
    anchors: Vec<Anchor>,
    known: HashSet<CertificateDer<'static>>,
    warnings: Vec<String>,
}

impl Found {
    fn add(
        &mut self,
        certificate: CertificateDer<'static>,
        origin: &Arc<str>,
        system: bool,
    ) -> Result<(), rustls::Error> {
        if self.known.contains(&certificate) {
            return Ok(());
        }
        self.roots.add(certificate.clone())?;
        self.known.insert(certificate.clone());
        self.anchors.push(Anchor {
            for_itself: Vouches::of(&certificate) != Some(Vouches::ForOthers),
            certificate,
            origin: Arc::clone(origin),
            system,
        });
        Ok(())
    }

    fn add_system(&mut self) -> Result<(), TrustError> {
        let loaded = rustls_native_certs::load_native_certs();
        let mut problems: Vec<String> = loaded.errors.iter().map(ToString::to_string).collect();
        let origin = Arc::from("the system's trust store");
        let (mut added, mut ignored) = (0, 0);
        for certificate in loaded.certs {
            match self.add(certificate, &origin, true) {
                Ok(()) => added += 1,
                Err(_) => ignored += 1,
            }
        }
        if ignored > 0 {
            problems.push(format!(
                "{ignored} certificates of the system's trust store are not usable as anchors"
            ));
        }
        if added == 0 {
            return Err(TrustError::EmptySystem { problems });
        }
        self.warnings.append(&mut problems);
        Ok(())
    }

    fn add_strictly(
        &mut self,
        certificates: Vec<CertificateDer<'static>>,
        origin: &str,
    ) -> Result<(), TrustError> {
        let shared = Arc::from(origin);
        for (at, certificate) in certificates.into_iter().enumerate() {
            self.add(certificate, &shared, false)
                .map_err(|source| TrustError::NoAnchor {
                    index: at + 1,
                    origin: origin.to_owned(),
                    source,
                })?;
        }
        Ok(())
    }
}

fn read_trusted(file: &StoreFile) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    let path = || file.path.clone();
    let bytes = read(&file.path).map_err(|source| TrustError::Unreadable {
        path: path(),
        source,
    })?;
    entryway_keystore::trust(&bytes, file.password())
        .map(|trusted| trusted.certificates)
        .map_err(|source| TrustError::Unusable {
            path: path(),
            source,
        })
}

#[cfg(test)]
mod tests;
