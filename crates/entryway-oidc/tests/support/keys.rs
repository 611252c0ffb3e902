//! Keys whose signatures are hashes: enough to show what is signed, with which key, and what is verified.

use super::b64;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entryway_oidc::{Algorithm, Jwk, KeyUnusable, PublicKey, Signatures, Signer, SigningKey};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) kid: String,
    pub(crate) algorithm: Algorithm,
    pub(crate) seed: u8,
}

/// A key of somebody.
pub(crate) fn private_key(kid: &str, algorithm: Algorithm, seed: u8) -> Key {
    Key {
        kid: kid.to_owned(),
        algorithm,
        seed,
    }
}

impl Key {
    pub(crate) fn public(&self) -> PublicKey {
        match self.algorithm {
            Algorithm::Es256 => PublicKey::P256 {
                x: [self.seed; 32],
                y: [self.seed; 32],
            },
            Algorithm::Rs256 => PublicKey::Rsa {
                n: vec![self.seed; 256],
                e: vec![1, 0, 1],
            },
            Algorithm::EdDsa => PublicKey::Ed25519 { x: [self.seed; 32] },
        }
    }
}

fn signature(algorithm: Algorithm, seed: u8, text: &[u8]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(algorithm.as_str());
    hash.update([seed]);
    hash.update(text);
    hash.finalize().to_vec()
}

impl SigningKey for Key {
    fn kid(&self) -> &str {
        &self.kid
    }
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, KeyUnusable> {
        Ok(signature(self.algorithm, self.seed, text))
    }
}

pub(crate) struct Checks;

impl Signatures for Checks {
    fn is_signature(
        &self,
        algorithm: Algorithm,
        key: &PublicKey,
        text: &[u8],
        sent: &[u8],
    ) -> bool {
        let seed = match key {
            PublicKey::P256 { x, .. } | PublicKey::Ed25519 { x } => x[0],
            PublicKey::Rsa { n, .. } => n[0],
        };
        signature(algorithm, seed, text) == sent
    }
}

/// Our keys: one of each algorithm, and an old one.
#[derive(Default)]
pub(crate) struct KeyRing {
    pub(crate) unusable: bool,
}

impl KeyRing {
    pub(crate) fn keys() -> Vec<Key> {
        vec![
            private_key("es", Algorithm::Es256, 201),
            private_key("rs", Algorithm::Rs256, 202),
            private_key("ed", Algorithm::EdDsa, 203),
            private_key("old", Algorithm::Es256, 204),
        ]
    }
}

impl Signer for KeyRing {
    fn current(&self, algorithm: Algorithm) -> Option<Arc<dyn SigningKey>> {
        let mut keys = Self::keys().into_iter().filter(|_| !self.unusable);
        let key = keys.find(|key| key.algorithm == algorithm)?;
        Some(Arc::new(key))
    }
    fn published(&self) -> Vec<Jwk> {
        let keys = Self::keys().into_iter();
        keys.map(|key| Jwk {
            kid: key.kid.clone(),
            algorithm: key.algorithm,
            key: key.public(),
        })
        .collect()
    }
}

/// A signed text with any header and any claims.
pub(crate) fn forge(header: &Value, claims: &Value, key: &Key) -> String {
    let signed = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
    let signature = key.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", b64(signature))
}

/// What a signed text says, without looking at its signature.
pub(crate) fn header_and_claims(text: &str) -> (Value, Value) {
    let mut parts = text
        .split('.')
        .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    let mut object = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (object(), object())
}
