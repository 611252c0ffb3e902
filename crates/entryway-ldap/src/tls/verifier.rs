//! Who the server is: our own verifier of its certificate.
//!
//! Three ways to accept one, never mixed: where certificates are pinned, only those; where `verify =
//! false` was written out, any; otherwise a chain that webpki builds to one of the anchors, with names
//! that fit. In each of them the server proves with the handshake's signature that it holds the key.

use super::certificate::{CertificateFacts, fingerprint, name_of_anchor, public_key};
use super::failure::{Refused, TlsFailure};
use super::names::Names;
use super::revocation::Crls;
use super::session::{Accepted, EndsFirst, Verdict};
use super::store::{Anchor, TrustStore};
use super::wrong::{Judged, Wrong};
use entryway_ldap_types::Fingerprint;
use parking_lot::Mutex;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use webpki::{
    EndEntityCert, ExpirationPolicy, KeyUsage, RawPublicKeyEntity, RevocationCheckDepth,
    RevocationOptionsBuilder, UnknownStatusPolicy, VerifiedPath,
};

/// Verdicts remembered for sessions that are resumed; a domain has a handful of servers.
const REMEMBERED: usize = 64;

/// By what a certificate is judged.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    pub(super) names: Names,
    /// Where there are any, they alone are accepted.
    pub(super) pins: Vec<Fingerprint>,
    pub(super) crls: Crls,
    /// `verify = false`.
    pub(super) anybody: bool,
}

/// One reading of the stores, with the rules.
pub(super) struct Verifier {
    rules: Arc<Rules>,
    store: TrustStore,
    algorithms: WebPkiSupportedAlgorithms,
    /// What was accepted, by certificate and expected name: a resumed session shows no certificate anew.
    accepted: Mutex<VecDeque<(Fingerprint, String, Arc<Verdict>)>>,
    /// Where anybody is accepted: the last chain that was shown.
    seen: Mutex<Vec<Vec<u8>>>,
}

impl Verifier {
    pub(super) fn new(
        rules: Arc<Rules>,
        store: TrustStore,
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Self {
        Self {
            rules,
            store,
            algorithms,
            accepted: Mutex::default(),
            seen: Mutex::default(),
        }
    }
    /// The last chain that was shown, where anybody is accepted.
    pub(super) fn seen(&self) -> Vec<Vec<u8>> {
        self.seen.lock().clone()
    }
    /// How a certificate was accepted for a name; `None` when that is too long ago.
    pub(super) fn verdict(
        &self,
        leaf: &CertificateDer<'_>,
        name: &ServerName<'_>,
    ) -> Option<Arc<Verdict>> {
        let (own, name) = (fingerprint(leaf), name.to_str());
        let accepted = self.accepted.lock();
        let found = accepted
            .iter()
            .find(|(leaf, wanted, _)| *leaf == own && *wanted == name)?;
        Some(Arc::clone(&found.2))
    }
    /// Whether a verdict of before still stands, by the time of the certificates and that of the lists.
    pub(super) fn stands(&self, verdict: &Verdict, at: SystemTime) -> bool {
        at <= verdict.expires && self.rules.crls.hold_at(at)
    }
    /// Judges a server's chain.
    pub(super) fn judge(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<Verdict, TlsFailure> {
        let facts = CertificateFacts::read(leaf).ok_or_else(|| TlsFailure::Certificate {
            problem: "it is damaged, or none".to_owned(),
        })?;
        if !self.rules.pins.is_empty() {
            return self.pinned(facts, now);
        }
        if self.rules.anybody {
            return Ok(Verdict {
                expires: facts.not_after,
                ends_first: EndsFirst::of(&facts),
                leaf: facts,
                accepted: Accepted::Unverified,
            });
        }
        self.chained(leaf, facts, others, name, now)
    }

    /// A pin takes the place of issuer, name, form and revocation: whoever wrote it meant this very
    /// certificate. It does not take the place of time, for nobody who pins says "for ever".
    fn pinned(&self, facts: CertificateFacts, now: UnixTime) -> Result<Verdict, TlsFailure> {
        let found = facts.fingerprint;
        if !self.rules.pins.contains(&found) {
            return Err(TlsFailure::NotPinned {
                found,
                subject: facts.subject,
                pins: self.rules.pins.clone(),
            });
        }
        let now = moment(now);
        if now > facts.not_after {
            return Err(TlsFailure::Expired {
                not_after: facts.not_after,
                now,
                authority: None,
            });
        }
        if now < facts.not_before {
            return Err(TlsFailure::NotYetValid {
                not_before: facts.not_before,
                now,
                authority: None,
            });
        }
        if facts.has_weak_key() {
            return Err(TlsFailure::WeakKey {
                subject: facts.subject,
                key: facts.key,
            });
        }
        Ok(Verdict {
            expires: facts.not_after,
            ends_first: EndsFirst::of(&facts),
            leaf: facts,
            accepted: Accepted::Pin(found),
        })
    }

    fn chained(
        &self,
        leaf: &CertificateDer<'_>,
        facts: CertificateFacts,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<Verdict, TlsFailure> {
        let judged = Judged {
            leaf: &facts,
            der: leaf,
            others,
            store: &self.store,
            crls: &self.rules.crls,
            now: moment(now),
        };
        let wrong = |error| Wrong(&judged).in_words(error);
        let certificate = EndEntityCert::try_from(leaf).map_err(wrong)?;
        let roots = self.store.roots();
        let lists = self.rules.crls.lists();
        let revocation = RevocationOptionsBuilder::new(&lists).ok().map(|options| {
            options
                .with_depth(RevocationCheckDepth::Chain)
                .with_status_policy(UnknownStatusPolicy::Deny)
                .with_expiration_policy(ExpirationPolicy::Enforce)
                .build()
        });
        // webpki asks of an authority that was sent whether it is one, and takes the trusted ones' word. A
        // certificate that says of itself that it is none vouches for its own server, and for no other that
        // somebody made with its key.
        let vouches = |path: &VerifiedPath<'_>| match self.anchor(path, &roots.roots) {
            Some(anchor) if anchor.for_itself && anchor.certificate != *leaf => {
                Err(webpki::Error::UnknownIssuer)
            }
            _ => Ok(()),
        };
        let path = certificate
            .verify_for_usage(
                self.algorithms.all,
                &roots.roots,
                others,
                now,
                KeyUsage::server_auth(),
                revocation,
                Some(&vouches),
            )
            .map_err(wrong)?;
        // The chain may hold while the handshake's signature could not: said here, where it is clear why.
        if facts.has_weak_key() {
            return Err(TlsFailure::WeakKey {
                subject: facts.subject,
                key: facts.key,
            });
        }
        let between: Vec<CertificateFacts> = path
            .intermediate_certificates()
            .filter_map(|between| CertificateFacts::read(&between.der()))
            .collect();
        let is_constrained = path.anchor().name_constraints.is_some()
            || between.iter().any(|facts| facts.has_name_constraints);
        self.rules
            .names
            .check(&certificate, &facts, name, is_constrained)?;
        let first = between.iter().fold(&facts, |first, other| {
            if other.not_after < first.not_after {
                other
            } else {
                first
            }
        });
        let (expires, ends_first) = (first.not_after, EndsFirst::of(first));
        let accepted = Accepted::Chain {
            anchor: name_of_anchor(&path.anchor().subject),
            origin: self.anchor(&path, &roots.roots).map_or_else(
                || Arc::from("the trust store"),
                |anchor| Arc::clone(&anchor.origin),
            ),
            through: between.into_iter().map(|facts| facts.subject).collect(),
        };
        Ok(Verdict {
            expires,
            ends_first,
            leaf: facts,
            accepted,
        })
    }

    /// A path's anchor, with the store that it came from. Anchors are told apart by where they are in memory:
    /// two may have one name.
    fn anchor(&self, path: &VerifiedPath<'_>, roots: &[TrustAnchor<'static>]) -> Option<&Anchor> {
        let place = roots
            .iter()
            .position(|root| std::ptr::eq(root, path.anchor()))?;
        self.store.anchors().get(place)
    }

    fn remember(&self, name: &ServerName<'_>, verdict: Verdict) {
        let (leaf, name) = (verdict.leaf.fingerprint, name.to_str().into_owned());
        let mut accepted = self.accepted.lock();
        accepted.retain(|(known, wanted, _)| *known != leaf || *wanted != name);
        accepted.truncate(REMEMBERED - 1);
        accepted.push_front((leaf, name, Arc::new(verdict)));
    }

    /// By a key that webpki cannot read the certificate around: X.509 version 1, for one.
    fn verify_by_bare_key(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
        candidates: usize,
    ) -> Result<HandshakeSignatureValid, Error> {
        let bad = || Error::from(CertificateError::BadSignature);
        let key = public_key(certificate).ok_or_else(bad)?;
        let key = RawPublicKeyEntity::try_from(&key).map_err(|_| bad())?;
        let algorithms = self
            .algorithms
            .mapping
            .iter()
            .find(|(scheme, _)| *scheme == signed.scheme)
            .map(|(_, algorithms)| *algorithms)
            .unwrap_or_default();
        let fits = algorithms.iter().take(candidates).any(|algorithm| {
            key.verify_signature(*algorithm, message, signed.signature())
                .is_ok()
        });
        if fits {
            Ok(HandshakeSignatureValid::assertion())
        } else {
            Err(bad())
        }
    }
}

/// What the caller of the library gets to see, whatever the library makes of it.
fn refusal(failure: TlsFailure) -> Error {
    CertificateError::Other(OtherError(Arc::new(Refused(failure)))).into()
}

pub(super) fn moment(time: UnixTime) -> SystemTime {
    UNIX_EPOCH
        .checked_add(Duration::from_secs(time.as_secs()))
        .unwrap_or(UNIX_EPOCH)
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.rules.anybody {
            let chain = std::iter::once(end_entity).chain(intermediates);
            *self.seen.lock() = chain.map(|der| der.to_vec()).collect();
        }
        let verdict = self
            .judge(end_entity, intermediates, server_name, now)
            .map_err(refusal)?;
        self.remember(server_name, verdict);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if EndEntityCert::try_from(cert).is_ok() {
            return verify_tls12_signature(message, cert, dss, &self.algorithms);
        }
        // TLS 1.2 names the hash and the kind of key; the curve is the key's own.
        self.verify_by_bare_key(message, cert, dss, usize::MAX)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if EndEntityCert::try_from(cert).is_ok() {
            return verify_tls13_signature(message, cert, dss, &self.algorithms);
        }
        if matches!(
            dss.scheme,
            SignatureScheme::RSA_PKCS1_SHA256
                | SignatureScheme::RSA_PKCS1_SHA384
                | SignatureScheme::RSA_PKCS1_SHA512
        ) {
            // RFC 8446 §4.4.3: never in a handshake of TLS 1.3.
            return Err(CertificateError::BadSignature.into());
        }
        self.verify_by_bare_key(message, cert, dss, 1)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
