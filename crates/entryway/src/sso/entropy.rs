//! Chance for secrets.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entryway_oidc::{Entropy, Secret};
use zeroize::Zeroizing;

/// The system's generator.
pub(crate) struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // It fails only where a system has no generator at all, or not yet. Whoever waits here gets nothing; whoever
        // went on would get secrets that can be guessed.
        while getrandom::fill(bytes).is_err() {
            std::thread::yield_now();
        }
    }
}

/// A new secret of 256 bits with a prefix that tells what it is.
pub(crate) fn secret(prefix: &str) -> Secret {
    let mut bytes = Zeroizing::new([0; 32]);
    SystemEntropy.fill(bytes.as_mut_slice());
    let mut text = String::with_capacity(prefix.len() + 44);
    text.push_str(prefix);
    URL_SAFE_NO_PAD.encode_string(bytes.as_slice(), &mut text);
    Secret::new(text)
}

/// A new name without meaning.
pub(crate) fn name() -> String {
    let mut bytes = [0; 16];
    SystemEntropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}
