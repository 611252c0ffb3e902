//! Which certificate authorities vouch for a directory.
//!
//! Reads the stores once, at load; knows nothing of connections. A store that gives nothing is an
//! error and never an empty set: with no anchor every server would look untrusted for a reason
//! that nobody could see.

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{self, PemObject as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where trust anchors come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustSource {
    /// The operating system's store.
    System,
    /// A file of one or more PEM certificates; other PEM sections in it are ignored.
    PemFile(PathBuf),
    /// Certificates in memory.
    Der(Vec<CertificateDer<'static>>),
}

/// Trust anchors, loaded and checked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TrustStore {
    roots: Arc<RootCertStore>,
    warnings: Vec<String>,
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
    /// A file is damaged PEM.
    #[error("trust file `{}` is damaged PEM: {problem}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A file is readable and holds no certificate.
    #[error("trust file `{}` holds no certificate, expected at least one `BEGIN CERTIFICATE`", .path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// A certificate cannot be a trust anchor.
    #[error("certificate {index} of {origin} cannot be a trust anchor")]
    Unusable {
        /// Which one, counted from 1.
        index: usize,
        /// The file in backticks, or the source in words.
        origin: String,
        /// Why.
        source: rustls::Error,
    },
    /// The operating system's store gives nothing.
    #[error("the system's trust store holds no certificate{}", list(.problems))]
    EmptySystem {
        /// What could not be read on the way.
        problems: Vec<String>,
    },
}

fn list(found: &[String]) -> String {
    if found.is_empty() {
        String::new()
    } else {
        format!(": {}", found.join("; "))
    }
}

impl TrustStore {
    /// Loads every source. Blocks on files: call it while composing, not on a connection's way.
    ///
    /// A damaged file of the system's store costs that file alone and is told in
    /// [`TrustStore::warnings`]; a damaged file that was named is an error.
    pub fn load(sources: &[TrustSource]) -> Result<Self, TrustError> {
        let mut roots = RootCertStore::empty();
        let mut warnings = Vec::new();
        if sources.is_empty() {
            return Err(TrustError::NoSource);
        }
        for source in sources {
            match source {
                TrustSource::System => add_system(&mut roots, &mut warnings)?,
                TrustSource::PemFile(path) => {
                    add_strictly(&mut roots, read_pem(path)?, || {
                        format!("`{}`", path.display())
                    })?;
                }
                TrustSource::Der(certificates) => {
                    add_strictly(&mut roots, certificates.clone(), || {
                        "the given list".to_owned()
                    })?;
                }
            }
        }
        if roots.is_empty() {
            return Err(TrustError::NoSource);
        }
        Ok(Self {
            roots: Arc::new(roots),
            warnings,
        })
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

fn add_system(roots: &mut RootCertStore, warnings: &mut Vec<String>) -> Result<(), TrustError> {
    let found = rustls_native_certs::load_native_certs();
    let mut problems: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
    let (added, ignored) = roots.add_parsable_certificates(found.certs);
    if ignored > 0 {
        problems.push(format!(
            "{ignored} certificates of the system's trust store are not usable as anchors"
        ));
    }
    if added == 0 {
        return Err(TrustError::EmptySystem { problems });
    }
    warnings.append(&mut problems);
    Ok(())
}

fn read_pem(path: &Path) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    let text = std::fs::read(path).map_err(|source| TrustError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let certificates = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| TrustError::Damaged {
            path: path.to_owned(),
            problem: pem_problem(&error),
        })?;
    if certificates.is_empty() {
        return Err(TrustError::NoCertificate {
            path: path.to_owned(),
        });
    }
    Ok(certificates)
}

fn pem_problem(error: &pem::Error) -> String {
    match error {
        pem::Error::MissingSectionEnd { end_marker } => {
            format!(
                "`END {}` is missing",
                String::from_utf8_lossy(end_marker).trim_end()
            )
        }
        pem::Error::Base64Decode(_) => "a section is not base64".to_owned(),
        other => other.to_string(),
    }
}

fn add_strictly(
    roots: &mut RootCertStore,
    certificates: Vec<CertificateDer<'static>>,
    origin: impl Fn() -> String,
) -> Result<(), TrustError> {
    for (at, certificate) in certificates.into_iter().enumerate() {
        roots
            .add(certificate)
            .map_err(|source| TrustError::Unusable {
                index: at + 1,
                origin: origin(),
                source,
            })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
