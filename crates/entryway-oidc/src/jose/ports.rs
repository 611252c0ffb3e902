//! Who signs, and who says whether a signature is one.

use super::{Jwk, PublicKey};
use std::sync::Arc;

/// The algorithms of signatures (RFC 7518 §3.1, RFC 8037). There is no `none` among them, and none with a shared key:
/// what cannot be named cannot be mistaken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// Ed25519.
    EdDsa,
}

/// The name of [`Algorithm::EdDsa`] in RFC 9864.
const ED25519: &str = "Ed25519";

impl Algorithm {
    /// What `alg` may be in a text that a client signed.
    pub const NAMES: [&str; 4] = ["ES256", "RS256", "EdDSA", ED25519];
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Es256, Self::Rs256, Self::EdDsa];

    /// As it stands in `alg`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
        }
    }
    /// Whether `alg` says it. RFC 9864 gives Ed25519 a name of its own, which libraries use by now; RFC 8037's says the
    /// same of a key of that kind.
    pub fn is_called(self, alg: &str) -> bool {
        self.as_str() == alg || (self == Self::EdDsa && alg == ED25519)
    }
    /// Whether a key is of its kind.
    pub fn fits(self, key: &PublicKey) -> bool {
        matches!(
            (self, key),
            (Self::Es256, PublicKey::P256 { .. })
                | (Self::Rs256, PublicKey::Rsa { .. })
                | (Self::EdDsa, PublicKey::Ed25519 { .. })
        )
    }
}

/// A key of ours that signs.
pub trait SigningKey: Send + Sync {
    /// Its name in the JWKS.
    fn kid(&self) -> &str;
    /// What it signs with.
    fn algorithm(&self) -> Algorithm;
    /// The signature of a text in the form of RFC 7518 (for ES256: `r` and `s`, 32 bytes each).
    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, KeyUnusable>;
}

/// No signature could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signing key cannot be used")]
pub struct KeyUnusable;

/// Our keys.
pub trait Signer: Send + Sync {
    /// The key that signs now; `None` where there is none of that algorithm.
    fn current(&self, algorithm: Algorithm) -> Option<Arc<dyn SigningKey>>;
    /// Every key that a relying party may meet, as it is published: those that signed what has not expired, those
    /// that sign, and those that will sign next. What an `id_token_hint` is verified with.
    fn published(&self) -> Vec<Jwk>;
}

/// Says whether signatures are right.
pub trait Signatures: Send + Sync {
    /// Whether this is the signature of the text by that key. A key that cannot be one is "no".
    fn is_signature(
        &self,
        algorithm: Algorithm,
        key: &PublicKey,
        text: &[u8],
        signature: &[u8],
    ) -> bool;
}
