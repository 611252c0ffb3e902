//! Signatures of the bridge by the keys of the tunnel: a connector signs with the key of its certificate.

use crate::identity::{ConnectorKey, PeerIdentity};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    ParsedPublicKey,
};
use entryway_bridge::ports::{KeyUnusable, Signer, Verifier};
use rustls_pki_types::CertificateDer;
use std::fmt;
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// An identity key that signs.
pub struct IdentitySigner(EcdsaKeyPair);

impl fmt::Debug for IdentitySigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentitySigner(..)")
    }
}

impl IdentitySigner {
    /// Of a connector.
    pub fn of(key: &ConnectorKey) -> Result<Self, KeyUnusable> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.pkcs8())
            .map(Self)
            .map_err(|_| KeyUnusable)
    }
}

impl Signer for IdentitySigner {
    fn sign(&self, statement: &[u8]) -> Result<[u8; 64], KeyUnusable> {
        let signature = self
            .0
            .sign(&SystemRandom::new(), statement)
            .map_err(|_| KeyUnusable)?;
        signature.as_ref().try_into().map_err(|_| KeyUnusable)
    }
    fn key(&self) -> Option<[u8; 32]> {
        digest(&SHA256, self.0.public_key().as_ref())
            .as_ref()
            .try_into()
            .ok()
    }
}

/// The key of a certificate that another end has proved to be its own. Read once: every reply is verified by it.
#[derive(Debug)]
pub struct PeerKey(ParsedPublicKey);

impl PeerKey {
    /// Of a connector.
    pub fn of(peer: &PeerIdentity) -> Option<Self> {
        Self::of_certificate(&peer.certificate)
    }
    /// Of any certificate with a key of P-256.
    pub fn of_certificate(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (_, read) = X509Certificate::from_der(certificate).ok()?;
        let point = &read.public_key().subject_public_key.data;
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
        key.ok().map(Self)
    }
}

impl Verifier for PeerKey {
    fn is_signature(&self, statement: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_sig(statement, signature).is_ok()
    }
}
