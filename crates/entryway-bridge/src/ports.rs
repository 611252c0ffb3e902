//! What the protocol needs computed: signatures, sealings, randomness.

use crate::seal::KeyId;
use crate::{Octets, Opaque};
use zeroize::Zeroizing;

/// The identity key of this end.
pub trait Signer: Send + Sync {
    /// ECDSA with P-256 and SHA-256 over the bytes: `r` and `s`, 32 bytes each.
    fn sign(&self, statement: &[u8]) -> Result<[u8; 64], KeyUnusable>;
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

/// Opens what was sealed to one of this end's keys.
pub trait Open: Send + Sync {
    /// What was sealed, or why it was not opened.
    fn open(
        &self,
        key: &KeyId,
        enc: &[u8; 65],
        info: &[u8],
        aad: &[u8],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, NotOpened>;
}

/// Why nothing was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// No key of that id is held.
    #[error("there is no such sealing key")]
    UnknownKey,
    /// The ciphertext does not belong to that key, binding or text.
    #[error("this was not sealed for this")]
    Foreign,
}

/// Randomness.
pub trait Entropy: Send + Sync {
    /// Fills the bytes from the system's generator for secrets.
    fn fill(&self, bytes: &mut [u8]);
}
