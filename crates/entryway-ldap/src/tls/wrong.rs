//! From webpki's verdict to the administrator's words: which certificate of which chain it is about.
//!
//! Decides nothing; only the text depends on what is read here.

use super::certificate::{CertificateFacts, name_of_anchor};
use super::failure::TlsFailure;
use super::revocation::Crls;
use super::store::TrustStore;
use rustls_pki_types::CertificateDer;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;
use webpki::{EndEntityCert, Error};

/// A chain that was refused, and by what it was judged.
pub(super) struct Judged<'a> {
    pub(super) leaf: &'a CertificateFacts,
    pub(super) der: &'a CertificateDer<'a>,
    pub(super) others: &'a [CertificateDer<'a>],
    pub(super) store: &'a TrustStore,
    pub(super) crls: &'a Crls,
    pub(super) now: SystemTime,
}

/// What is wrong with it.
pub(super) struct Wrong<'a>(pub(super) &'a Judged<'a>);

impl Wrong<'_> {
    #[allow(deprecated)] // webpki still has the variants, and may give them
    pub(super) fn in_words(&self, error: Error) -> TlsFailure {
        let leaf = self.0.leaf;
        let now = self.0.now;
        match error {
            Error::CertExpired { .. } => match self.first(|facts| facts.not_after < now) {
                Some((facts, is_leaf)) => TlsFailure::Expired {
                    not_after: facts.not_after,
                    now,
                    authority: (!is_leaf).then_some(facts.subject),
                },
                None => plain("its time is over"),
            },
            Error::CertNotValidYet { .. } => match self.first(|facts| facts.not_before > now) {
                Some((facts, is_leaf)) => TlsFailure::NotYetValid {
                    not_before: facts.not_before,
                    now,
                    authority: (!is_leaf).then_some(facts.subject),
                },
                None => plain("its time has not come"),
            },
            Error::UnknownIssuer => self.unknown_issuer(),
            Error::InvalidSignatureForPublicKey
            | Error::UnsupportedSignatureAlgorithm
            | Error::UnsupportedSignatureAlgorithmContext(_)
            | Error::UnsupportedSignatureAlgorithmForPublicKey
            | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => self.signature(error),
            Error::CaUsedAsEndEntity => TlsFailure::AuthorityAsLeaf {
                subject: leaf.subject.clone(),
                fingerprint: leaf.fingerprint,
            },
            Error::UnsupportedCertVersion if leaf.version != 3 => TlsFailure::OldCertificate {
                version: leaf.version,
                subject: leaf.subject.clone(),
                fingerprint: leaf.fingerprint,
            },
            Error::CertRevoked => self.revoked(),
            Error::UnknownRevocationStatus => self.unknown_status(),
            Error::CrlExpired { .. } => self.list_expired(),
            Error::InvalidCrlSignatureForPublicKey
            | Error::UnsupportedCrlSignatureAlgorithm
            | Error::UnsupportedCrlSignatureAlgorithmContext(_)
            | Error::UnsupportedCrlSignatureAlgorithmForPublicKey
            | Error::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(_) => {
                TlsFailure::RevocationList {
                    problem: "it is not signed by that authority, or in a way that is not accepted"
                        .to_owned(),
                }
            }
            Error::IssuerNotCrlSigner => TlsFailure::RevocationList {
                problem: "the key usage of the authority's certificate lacks cRLSign".to_owned(),
            },
            Error::RequiredEkuNotFound | Error::RequiredEkuNotFoundContext(_) => {
                TlsFailure::WrongPurpose
            }
            Error::BadDer | Error::BadDerTime | Error::TrailingData(_) => plain("it is damaged"),
            Error::SignatureAlgorithmMismatch => plain("it names two signature algorithms"),
            Error::InvalidCertValidity => plain("it ends before it begins"),
            Error::NameConstraintViolation => {
                plain("an authority of its chain may not vouch for its names")
            }
            Error::PathLenConstraintViolated => {
                plain("there are more authorities in its chain than one of them allows")
            }
            Error::EndEntityUsedAsCa => {
                plain("it is signed by a certificate that is no authority's")
            }
            Error::UnsupportedCriticalExtension => {
                plain("it has a critical extension that is not known here")
            }
            Error::MaximumPathDepthExceeded
            | Error::MaximumPathBuildCallsExceeded
            | Error::MaximumSignatureChecksExceeded
            | Error::MaximumNameConstraintComparisonsExceeded => {
                plain("its chain is too long or too tangled")
            }
            other => plain(&format!("{other:?}")),
        }
    }

    /// The first certificate of the chain of which something holds, and whether it is the server's own.
    fn first(&self, is: impl Fn(&CertificateFacts) -> bool) -> Option<(CertificateFacts, bool)> {
        if is(self.0.leaf) {
            return Some((self.0.leaf.clone(), true));
        }
        let others = self.0.others.iter();
        others
            .filter_map(|der| CertificateFacts::read(der))
            .find(|facts| is(facts))
            .map(|facts| (facts, false))
    }

    /// Follows what was sent from the server upwards, to the authority that is missing.
    fn unknown_issuer(&self) -> TlsFailure {
        let leaf = self.0.leaf;
        if leaf.is_self_issued {
            return TlsFailure::SelfSigned {
                subject: leaf.subject.clone(),
                fingerprint: leaf.fingerprint,
            };
        }
        let others = self.0.others.iter();
        let mut left: Vec<CertificateFacts> = others
            .filter_map(|der| CertificateFacts::read(der))
            .collect();
        let mut issuer = leaf.issuer.clone();
        while let Some(at) = left.iter().position(|facts| facts.subject == issuer) {
            let facts = left.swap_remove(at);
            if facts.is_self_issued {
                break;
            }
            issuer = facts.issuer;
        }
        TlsFailure::UnknownIssuer {
            issuer,
            sent: self.0.others.len() + 1,
            tried: tried(self.0.store),
        }
    }

    fn signature(&self, error: Error) -> TlsFailure {
        let weak = self.first(CertificateFacts::has_weak_signature);
        if let Some((facts, _)) = weak
            && error != Error::InvalidSignatureForPublicKey
        {
            return TlsFailure::WeakSignature {
                subject: facts.subject,
                algorithm: facts.signature,
            };
        }
        // A key below the least length verifies nothing: webpki tells that as a bad signature.
        let anchors = self.0.store.anchors().iter();
        let weak_anchor = anchors
            .filter_map(|anchor| CertificateFacts::read(&anchor.certificate))
            .filter(CertificateFacts::has_weak_key)
            .find(|anchor| self.first(|facts| facts.issuer == anchor.subject).is_some());
        let weak_own = self.first(CertificateFacts::has_weak_key);
        if let Some(facts) = weak_anchor.or(weak_own.map(|(facts, _)| facts)) {
            return TlsFailure::WeakKey {
                subject: facts.subject,
                key: facts.key,
            };
        }
        if error == Error::InvalidSignatureForPublicKey {
            return TlsFailure::OtherAuthority {
                issuer: self.known_issuer(),
            };
        }
        TlsFailure::WeakSignature {
            subject: self.0.leaf.subject.clone(),
            algorithm: self.0.leaf.signature.clone(),
        }
    }

    /// The first issuer upwards whose name an anchor has.
    fn known_issuer(&self) -> String {
        let roots = self.0.store.roots();
        let names: Vec<String> = roots
            .roots
            .iter()
            .map(|root| name_of_anchor(&root.subject))
            .collect();
        let found = self.first(|facts| names.contains(&facts.issuer));
        found.map_or_else(|| self.0.leaf.issuer.clone(), |(facts, _)| facts.issuer)
    }

    /// Every certificate that was sent, with its issuer and serial number in DER.
    fn sent(&self) -> impl Iterator<Item = (CertificateFacts, Vec<u8>, Vec<u8>)> {
        std::iter::once(self.0.der)
            .chain(self.0.others)
            .filter_map(|der| {
                let parsed = EndEntityCert::try_from(der).ok()?;
                let facts = CertificateFacts::read(der)?;
                Some((facts, parsed.issuer().to_vec(), parsed.serial().to_vec()))
            })
    }

    fn revoked(&self) -> TlsFailure {
        let found = self.sent().find_map(|(facts, issuer, serial)| {
            let (since, reason) = self.0.crls.revoked(&issuer, &serial)?;
            Some((facts.subject, Some(since), reason))
        });
        let (subject, since, reason) =
            found.unwrap_or_else(|| (self.0.leaf.subject.clone(), None, None));
        TlsFailure::Revoked {
            subject,
            since,
            reason,
        }
    }

    fn unknown_status(&self) -> TlsFailure {
        let found = self
            .sent()
            .find(|(facts, issuer, _)| !facts.is_self_issued && self.0.crls.of(issuer).is_none());
        TlsFailure::RevocationUnknown {
            issuer: found.map_or_else(|| self.0.leaf.issuer.clone(), |(facts, _, _)| facts.issuer),
        }
    }

    fn list_expired(&self) -> TlsFailure {
        let now = self.0.now;
        let found = self.sent().find_map(|(_, issuer, _)| {
            let list = self.0.crls.of(&issuer)?;
            list.next_update.filter(|next| *next < now).map(|_| list)
        });
        TlsFailure::RevocationListExpired {
            issuer: found.map_or_else(|| self.0.leaf.issuer.clone(), |list| list.issuer.clone()),
            origin: found.map(|list| Arc::clone(&list.origin)),
            next_update: found.and_then(|list| list.next_update),
            now,
        }
    }
}

fn plain(problem: &str) -> TlsFailure {
    TlsFailure::Certificate {
        problem: problem.to_owned(),
    }
}

/// `142 of the system's trust store and 1 of `ca.pem``.
pub(super) fn tried(store: &TrustStore) -> String {
    let mut counts: BTreeMap<&Arc<str>, usize> = BTreeMap::new();
    for anchor in store.anchors() {
        *counts.entry(&anchor.origin).or_default() += 1;
    }
    let parts: Vec<String> = counts
        .into_iter()
        .map(|(origin, count)| format!("{count} of {origin}"))
        .collect();
    match parts.split_last() {
        None => "none".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
