//! A key of tests.

use crate::ports::{KeyUnusable, Signer, Verifier};
use crate::statement::digest;

/// A "signature" that says over what it was made and by whom.
pub(crate) struct Key(pub(crate) u8);

impl Key {
    fn over(&self, statement: &[u8]) -> [u8; 64] {
        let mut signature = [self.0; 64];
        signature[..32].copy_from_slice(&digest(&[statement]));
        signature
    }
}

impl Signer for Key {
    fn sign(&self, statement: &[u8]) -> Result<[u8; 64], KeyUnusable> {
        Ok(self.over(statement))
    }
}

impl Verifier for Key {
    fn is_signature(&self, statement: &[u8], signature: &[u8; 64]) -> bool {
        self.over(statement) == *signature
    }
}
