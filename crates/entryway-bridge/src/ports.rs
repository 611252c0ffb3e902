//! What the protocol needs computed: signatures and sealings.

use crate::{Octets, Opaque};

/// The identity key of this end.
pub trait Signer: Send + Sync {
    /// ECDSA with P-256 and SHA-256 over the bytes: `r` and `s`, 32 bytes each.
    fn sign(&self, statement: &[u8]) -> Result<[u8; 64], KeyUnusable>;
    /// Which key it is, where it tells: the SHA-256 of its public half. Signatures of one that does not are not kept.
    fn key(&self) -> Option<[u8; 32]> {
        None
    }
    /// Its public half, an uncompressed point, where it tells: by that the signatures in a record are verified.
    fn point(&self) -> Option<[u8; 65]> {
        None
    }
}

/// The public half of a peer's identity key.
pub trait Verifier: Send + Sync {
    /// Whether it made that signature over the bytes.
    fn is_signature(&self, statement: &[u8], signature: &[u8; 64]) -> bool;
}

/// A key that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key cannot be used")]
pub struct KeyUnusable;

/// Seals to a public key, as a browser does: HPKE (RFC 9180), base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
/// AES-128-GCM, one message.
pub trait Seal: Send + Sync {
    /// `enc` and ciphertext; an error where `key` is no point of the curve.
    fn seal(
        &self,
        key: &[u8; 65],
        info: &[u8],
        aad: &[u8],
        plaintext: &[u8],
    ) -> Result<(Octets<65>, Opaque<{ crate::SEALED_BYTES }>), KeyUnusable>;
}
