//! Certificates that their authorities have taken back: lists from files.
//!
//! Where there are lists, every certificate of a chain below its anchor must be on the books of one: an
//! authority without a list is an error, for otherwise the list that somebody forgot would read as
//! "nothing was revoked". A list beyond its `nextUpdate` is one too: what was revoked since is not on it.

use entryway_ldap_types::Fingerprint;
use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use webpki::{CertRevocationList, OwnedCertRevocationList, RevocationReason};
use x509_parser::prelude::{CertificateRevocationList, FromDer as _};

/// Revocation lists, read and checked for their form. Cheap to clone.
#[derive(Clone, Default)]
pub struct Crls(Arc<[Crl]>);

struct Crl {
    list: CertRevocationList<'static>,
    facts: CrlFacts,
    /// Of the whole list.
    fingerprint: Fingerprint,
}

/// One list, in words and dates.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CrlFacts {
    /// The file in backticks.
    pub origin: Arc<str>,
    /// Whose it is.
    pub issuer: String,
    /// When it was made, in seconds since 1970; of two lists of one authority the later one counts.
    pub this_update: i64,
    /// When a newer one is due; `None` when it does not say so.
    pub next_update: Option<SystemTime>,
}

/// Why revocation lists do not load.
#[derive(Debug, thiserror::Error)]
pub enum CrlError {
    /// A file cannot be read.
    #[error("revocation list `{}` cannot be read", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is neither PEM nor DER of a list.
    #[error("revocation list `{}` is none: expected PEM (`BEGIN X509 CRL`) or DER", .path.display())]
    NoList {
        /// The file.
        path: PathBuf,
    },
    /// A list that cannot be used.
    #[error("revocation list {index} of `{}` cannot be used: {problem}", .path.display())]
    Unusable {
        /// Which one, counted from 1.
        index: usize,
        /// The file.
        path: PathBuf,
        /// Why.
        problem: String,
    },
}

impl CrlError {
    /// A short code that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "crl_unreadable",
            Self::NoList { .. } => "crl_no_list",
            Self::Unusable { .. } => "crl_unusable",
        }
    }
}

impl Crls {
    /// Reads files of PEM or DER. Blocks on them.
    pub fn load(paths: &[PathBuf]) -> Result<Self, CrlError> {
        let mut lists = Vec::new();
        for path in paths {
            let bytes = std::fs::read(path).map_err(|source| CrlError::Unreadable {
                path: path.clone(),
                source,
            })?;
            read(&bytes, path, &mut lists)?;
        }
        // webpki and we take the first of an authority. An old one that was left lying must not hide the new.
        lists.sort_by_key(|crl| std::cmp::Reverse(crl.facts.this_update));
        Ok(Self(lists.into()))
    }
    /// Whether nothing is asked of revocation.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Every list.
    pub fn facts(&self) -> impl Iterator<Item = &CrlFacts> {
        self.0.iter().map(|crl| &crl.facts)
    }
    /// Of each authority the list that counts: an old one that was left lying tells nothing.
    pub fn in_force(&self) -> impl Iterator<Item = &CrlFacts> {
        let newest = self.0.iter().enumerate().filter(|(at, crl)| {
            let mut newer = self.0.iter().take(*at);
            !newer.any(|newer| newer.list.issuer() == crl.list.issuer())
        });
        newest.map(|(_, crl)| &crl.facts)
    }
    /// Whether the other ones say the same, in the same files.
    pub fn is_same(&self, other: &Self) -> bool {
        let told = |crls: &Self| {
            let all = crls.0.iter();
            all.map(|crl| (crl.fingerprint, Arc::clone(&crl.facts.origin)))
                .collect::<Vec<_>>()
        };
        told(self) == told(other)
    }
    /// Whether none was over at a moment. One that is may say nothing of what was judged before.
    pub(super) fn hold_at(&self, at: SystemTime) -> bool {
        self.in_force()
            .all(|list| list.next_update.is_none_or(|end| at <= end))
    }
    pub(super) fn lists(&self) -> Vec<&CertRevocationList<'static>> {
        self.0.iter().map(|crl| &crl.list).collect()
    }
    /// The list of an authority, by its name in DER without the outer tag.
    pub(super) fn of(&self, issuer: &[u8]) -> Option<&CrlFacts> {
        let own = self.0.iter().find(|crl| crl.list.issuer() == issuer);
        own.map(|crl| &crl.facts)
    }
    /// When and why a serial number was taken back by an authority.
    pub(super) fn revoked(
        &self,
        issuer: &[u8],
        serial: &[u8],
    ) -> Option<(SystemTime, Option<&'static str>)> {
        let own = self.0.iter().find(|crl| crl.list.issuer() == issuer)?;
        let found = own.list.find_serial(serial).ok()??;
        let since = std::time::Duration::from_secs(found.revocation_date.as_secs());
        let since = std::time::UNIX_EPOCH.checked_add(since)?;
        Some((since, found.reason_code.map(reason_in_words)))
    }
}

impl std::fmt::Debug for Crls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.facts()).finish()
    }
}

fn read(bytes: &[u8], path: &Path, lists: &mut Vec<Crl>) -> Result<(), CrlError> {
    let no_list = || CrlError::NoList {
        path: path.to_owned(),
    };
    let found: Vec<CertificateRevocationListDer<'_>> = if bytes.first() == Some(&0x30) {
        vec![CertificateRevocationListDer::from(bytes)]
    } else {
        CertificateRevocationListDer::pem_slice_iter(bytes)
            .collect::<Result<_, _>>()
            .map_err(|_| no_list())?
    };
    if found.is_empty() {
        return Err(no_list());
    }
    for (at, der) in found.iter().enumerate() {
        let unusable = |problem: String| CrlError::Unusable {
            index: at + 1,
            path: path.to_owned(),
            problem,
        };
        let (_, parsed) = CertificateRevocationList::from_der(der)
            .map_err(|_| unusable("it is damaged, or no list".to_owned()))?;
        let list = OwnedCertRevocationList::from_der(der)
            .map_err(|error| unusable(format!("{error:?}")))?;
        let next_update = parsed.next_update().and_then(|time| {
            let seconds = u64::try_from(time.timestamp()).ok()?;
            std::time::UNIX_EPOCH.checked_add(std::time::Duration::from_secs(seconds))
        });
        lists.push(Crl {
            facts: CrlFacts {
                origin: format!("`{}`", path.display()).into(),
                issuer: super::certificate::shown(&parsed.issuer().to_string()),
                this_update: parsed.last_update().timestamp(),
                next_update,
            },
            list: list.into(),
            fingerprint: super::fingerprint(der),
        });
    }
    Ok(())
}

fn reason_in_words(reason: RevocationReason) -> &'static str {
    match reason {
        RevocationReason::Unspecified => "unspecified",
        RevocationReason::KeyCompromise => "its key was compromised",
        RevocationReason::CaCompromise => "its authority was compromised",
        RevocationReason::AffiliationChanged => "its affiliation changed",
        RevocationReason::Superseded => "it was superseded",
        RevocationReason::CessationOfOperation => "it is no longer in use",
        RevocationReason::CertificateHold => "it is on hold",
        RevocationReason::RemoveFromCrl => "it was removed from the list",
        RevocationReason::PrivilegeWithdrawn => "its privilege was withdrawn",
        RevocationReason::AaCompromise => "an attribute authority was compromised",
    }
}

#[cfg(test)]
mod tests;
