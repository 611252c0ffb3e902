//! A person's certificate: whether its chain leads to an authority that is trusted with people, and whether it was
//! taken back. The same anchors, lists and words as for servers; names and dates are of people.

use super::certificate::{CertificateFacts, name_of_anchor};
use super::failure::TlsFailure;
use super::revocation::Crls;
use super::store::{Anchor, TrustStore};
use super::verifier::moment;
use super::wrong::{Judged, Wrong};
use rustls::{DistinguishedName, crypto::aws_lc_rs};
use rustls_pki_types::{CertificateDer, UnixTime};
use std::fmt;
use webpki::{
    EndEntityCert, Error, ExpirationPolicy, KeyUsage, RevocationCheckDepth,
    RevocationOptionsBuilder, UnknownStatusPolicy, VerifiedPath,
};

/// What it means that nobody can say whether a certificate was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenUnknown {
    /// There is no verdict.
    Refuse,
    /// It is as if it were not revoked; what a list that is too old names is refused all the same.
    Accept,
}

/// Judges people's certificates by one reading of the stores.
pub struct PersonVerifier {
    store: TrustStore,
    crls: Crls,
    when_unknown: WhenUnknown,
}

/// A certificate whose chain is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonTrusted {
    /// The authority that vouches.
    pub anchor: String,
    /// Why nobody knows whether it was revoked, where that keeps nobody out.
    pub unchecked: Option<String>,
}

/// Why a certificate is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PersonProblem {
    /// Nobody who is trusted vouches for it, or it is damaged.
    Untrusted,
    /// Its time, or that of an authority above it, is over or has not come.
    OutOfDate,
    /// It, or an authority above it, was taken back.
    Revoked,
    /// It is for something else.
    NotForLogin,
    /// Nobody can say whether it was revoked.
    Unknown,
}

/// The same with words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRefused {
    /// Of which kind.
    pub problem: PersonProblem,
    /// For the administrator: what, of which certificate.
    pub words: String,
}

impl PersonVerifier {
    /// With these anchors and lists; without a list nothing is asked of revocation.
    pub fn new(store: TrustStore, crls: Crls, when_unknown: WhenUnknown) -> Self {
        Self {
            store,
            crls,
            when_unknown,
        }
    }

    /// The authorities that are trusted with people.
    pub fn store(&self) -> &TrustStore {
        &self.store
    }

    /// The lists of what was taken back.
    pub fn crls(&self) -> &Crls {
        &self.crls
    }

    /// Authorities of which there is no list, by name and file.
    pub fn without_list(&self) -> Vec<String> {
        let roots = self.store.roots();
        let pairs = roots.roots.iter().zip(self.store.anchors());
        let without = pairs.filter(|(root, _)| self.crls.of(&root.subject).is_none());
        without
            .map(|(root, anchor)| format!("{} of {}", name_of_anchor(&root.subject), anchor.origin))
            .collect()
    }

    /// The names of the authorities, for the request in the handshake: browsers offer what one of them issued.
    pub fn issuers(&self) -> Vec<DistinguishedName> {
        self.store.roots().subjects()
    }

    /// Judges a chain, the person's own certificate first; whoever sent it has proven to have its key.
    pub fn judge(
        &self,
        chain: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<PersonTrusted, PersonRefused> {
        let Some((leaf, others)) = chain.split_first() else {
            return Err(untrusted("no certificate was shown"));
        };
        let Some(facts) = CertificateFacts::read(leaf) else {
            return Err(untrusted("the certificate is damaged, or none"));
        };
        let judged = Judged {
            leaf: &facts,
            der: leaf,
            others,
            store: &self.store,
            crls: &self.crls,
            now: moment(now),
        };
        let wrong = |error| refused(&Wrong(&judged).in_words(error));
        if facts.has_weak_key() {
            return Err(untrusted(&format!(
                "the key of `{}` is too weak: {}",
                facts.subject, facts.key
            )));
        }
        match self.path(leaf, others, now, true) {
            Ok(anchor) => Ok(PersonTrusted {
                anchor,
                unchecked: None,
            }),
            Err(error @ (Error::UnknownRevocationStatus | Error::CrlExpired { .. })) => {
                // What a list that is too old names was taken back all the same, and stays so.
                let anchor = self.path(leaf, others, now, false).map_err(wrong)?;
                let unknown = wrong(error);
                match self.when_unknown {
                    WhenUnknown::Accept => Ok(PersonTrusted {
                        anchor,
                        unchecked: Some(unknown.words),
                    }),
                    WhenUnknown::Refuse => Err(unknown),
                }
            }
            Err(error) => Err(wrong(error)),
        }
    }

    /// Builds the path; gives the anchor's name. `strictly`: every authority has a list, and none is too old.
    fn path(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
        strictly: bool,
    ) -> Result<String, Error> {
        let certificate = EndEntityCert::try_from(leaf)?;
        let roots = self.store.roots();
        let lists = self.crls.lists();
        let revocation = RevocationOptionsBuilder::new(&lists).ok().map(|options| {
            let (unknown, expired) = if strictly {
                (UnknownStatusPolicy::Deny, ExpirationPolicy::Enforce)
            } else {
                (UnknownStatusPolicy::Allow, ExpirationPolicy::Ignore)
            };
            options
                .with_depth(RevocationCheckDepth::Chain)
                .with_status_policy(unknown)
                .with_expiration_policy(expired)
                .build()
        });
        let anchor = |path: &VerifiedPath<'_>| -> Option<&Anchor> {
            let mut all = roots.roots.iter();
            let place = all.position(|root| std::ptr::eq(root, path.anchor()))?;
            self.store.anchors().get(place)
        };
        // As for servers: one that says of itself that it is no authority vouches for nobody else.
        let vouches = |path: &VerifiedPath<'_>| match anchor(path) {
            Some(anchor) if anchor.for_itself && anchor.certificate != *leaf => {
                Err(Error::UnknownIssuer)
            }
            _ => Ok(()),
        };
        let path = certificate.verify_for_usage(
            aws_lc_rs::default_provider()
                .signature_verification_algorithms
                .all,
            &roots.roots,
            others,
            now,
            KeyUsage::client_auth(),
            revocation,
            Some(&vouches),
        )?;
        let name = name_of_anchor(&path.anchor().subject);
        Ok(match anchor(&path) {
            Some(anchor) => format!("{name} of {}", anchor.origin),
            None => name,
        })
    }
}

fn untrusted(words: &str) -> PersonRefused {
    PersonRefused {
        problem: PersonProblem::Untrusted,
        words: words.to_owned(),
    }
}

/// The words for servers say "the server's certificate"; here it is a person's.
fn refused(failure: &TlsFailure) -> PersonRefused {
    use PersonProblem::{NotForLogin, OutOfDate, Revoked, Unknown, Untrusted};
    let problem = match failure {
        TlsFailure::Expired { .. } | TlsFailure::NotYetValid { .. } => OutOfDate,
        TlsFailure::Revoked { .. } => Revoked,
        TlsFailure::WrongPurpose => NotForLogin,
        TlsFailure::RevocationUnknown { .. }
        | TlsFailure::RevocationListExpired { .. }
        | TlsFailure::RevocationList { .. } => Unknown,
        _ => Untrusted,
    };
    let words = match failure {
        TlsFailure::WrongPurpose => {
            "the certificate is not one for clients: its extended key usage lacks clientAuth"
                .to_owned()
        }
        TlsFailure::AuthorityAsLeaf { subject, .. } => {
            format!("the certificate is an authority's own, expected a person's: `{subject}`")
        }
        other => other
            .to_string()
            .replace("the server's certificate", "the certificate")
            .replace("the server's authority", "its authority"),
    };
    PersonRefused { problem, words }
}

impl fmt::Debug for PersonVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonVerifier")
            .field("crls", &self.crls)
            .field("when_unknown", &self.when_unknown)
            .finish_non_exhaustive()
    }
}
