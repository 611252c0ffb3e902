//! Signatures of the bridge by the keys of the tunnel: a connector signs with the key of its certificate.

use crate::authority::sha256;
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
    fn point(&self) -> Option<[u8; 65]> {
        self.0.public_key().as_ref().try_into().ok()
    }
}

/// What stands before the point of a key of P-256 in a certificate (RFC 5480): of this and the point is its fingerprint made.
const SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The key of a certificate that another end has proved to be its own. Read once: every reply is verified by it.
#[derive(Debug)]
pub struct PeerKey {
    key: ParsedPublicKey,
    point: [u8; 65],
}

impl PeerKey {
    /// Of a connector.
    pub fn of(peer: &PeerIdentity) -> Option<Self> {
        Self::of_certificate(&peer.certificate)
    }
    /// Of any certificate with a key of P-256.
    pub fn of_certificate(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (_, read) = X509Certificate::from_der(certificate).ok()?;
        let point = &read.public_key().subject_public_key.data;
        Self::of_point(point.as_ref().try_into().ok()?)
    }
    /// Of a point that is not compressed, as it stands in records.
    pub fn of_point(point: [u8; 65]) -> Option<Self> {
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok()?;
        Some(Self { key, point })
    }
    /// The point.
    pub fn point(&self) -> &[u8; 65] {
        &self.point
    }
    /// The fingerprint that a certificate with this key has.
    pub fn fingerprint(&self) -> [u8; 32] {
        sha256(&[&SPKI[..], &self.point].concat())
    }
}

impl Verifier for PeerKey {
    fn is_signature(&self, statement: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_sig(statement, signature).is_ok()
    }
}
