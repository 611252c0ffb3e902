//! Keys of tests.

use crate::ports::{KeyUnusable, Signer, Verifier};
use crate::statement::digest;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts how often it is asked.
pub(crate) struct Counted<K>(K, AtomicUsize);

impl<K> Counted<K> {
    pub(crate) fn new(key: K) -> Self {
        Self(key, AtomicUsize::new(0))
    }
    pub(crate) fn times(&self) -> usize {
        self.1.load(Ordering::Relaxed)
    }
    fn once_more(&self) -> &K {
        self.1.fetch_add(1, Ordering::Relaxed);
        &self.0
    }
}

impl<K: Signer> Signer for Counted<K> {
    fn sign(&self, statement: &[u8]) -> Result<[u8; 64], KeyUnusable> {
        self.once_more().sign(statement)
    }
}

impl<K: Verifier> Verifier for Counted<K> {
    fn is_signature(&self, statement: &[u8], signature: &[u8; 64]) -> bool {
        self.once_more().is_signature(statement, signature)
    }
}

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
