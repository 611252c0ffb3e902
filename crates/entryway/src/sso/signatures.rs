//! Whether signatures are right: of clients' assertions, and of ID tokens that come back as hints.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};
use entryway_oidc::{Algorithm, PublicKey, Signatures};

/// Computes with the library that TLS has too.
pub(crate) struct Checked;

impl Signatures for Checked {
    fn is_signature(
        &self,
        algorithm: Algorithm,
        key: &PublicKey,
        text: &[u8],
        signature: &[u8],
    ) -> bool {
        match (algorithm, key) {
            (Algorithm::Es256, PublicKey::P256 { x, y }) => {
                // An uncompressed point (SEC 1 §2.3.3).
                let point = [&[4], x.as_slice(), y.as_slice()].concat();
                let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
                key.verify(text, signature).is_ok()
            }
            (Algorithm::Rs256, PublicKey::Rsa { n, e }) => PublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, text, signature)
                .is_ok(),
            (Algorithm::EdDsa, PublicKey::Ed25519 { x }) => {
                let key = UnparsedPublicKey::new(&ED25519, x);
                key.verify(text, signature).is_ok()
            }
            // A key is used with its own algorithm alone.
            _ => false,
        }
    }
}
