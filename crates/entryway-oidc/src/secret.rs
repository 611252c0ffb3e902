//! What opens something: client secrets, codes and tokens. Neither printed nor kept: the store has fingerprints.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::fmt;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// Text that whoever has it may use. No `Debug`, no `Clone`; wiped when dropped.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
    /// The text, for the one place that writes it into an answer.
    pub fn expose(&self) -> &str {
        &self.0
    }
    /// What stands for it in the store.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.0.as_bytes())
    }
}

/// SHA-256 of a secret. What has 256 bits of chance needs no salt and no slow hash, and whoever reads the store can
/// use nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
    /// Whether both are the same, in a time that does not depend on where they differ.
    pub fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// Randomness, as a port.
pub trait Entropy: Send + Sync {
    /// Fills the bytes from the system's generator for secrets. It may block early at boot; it never gives less.
    fn fill(&self, bytes: &mut [u8]);
}

/// Tells which lineage a token belongs to. It is a part of the refresh tokens and stands in no other text that
/// leaves: whoever knows it has had one of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FamilyId(pub [u8; 16]);

/// Whoever reads it in a log could end the family.
impl fmt::Debug for FamilyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FamilyId")
    }
}

impl FamilyId {
    /// A new one.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes);
        Self(bytes)
    }
}

const CODE: &str = "ewc_";
const ACCESS: &str = "ewa_";
const REFRESH: &str = "ewr_";

/// A new authorization code.
pub(crate) fn generate_code(entropy: &dyn Entropy) -> Secret {
    generate(CODE, entropy)
}

/// A new access token.
pub(crate) fn generate_access(entropy: &dyn Entropy) -> Secret {
    generate(ACCESS, entropy)
}

/// A new refresh token of a family, and what its secret half leaves behind.
pub(crate) fn generate_refresh(family: FamilyId, entropy: &dyn Entropy) -> (Secret, Fingerprint) {
    let mut bytes = Zeroizing::new([0; 48]);
    let (id, secret) = bytes.split_at_mut(16);
    id.copy_from_slice(&family.0);
    entropy.fill(secret);
    let fingerprint = Fingerprint::of(secret);
    (written(REFRESH, bytes.as_slice()), fingerprint)
}

/// A name without meaning: for `jti` and `sid`.
pub(crate) fn generate_name(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whose fingerprint a code is looked for by; `None` where the text is no code.
pub(crate) fn read_code(text: &str) -> Option<Fingerprint> {
    read::<32>(CODE, text).map(|_| Fingerprint::of(text.as_bytes()))
}

/// The same of an access token.
pub fn read_access(text: &str) -> Option<Fingerprint> {
    read::<32>(ACCESS, text).map(|_| Fingerprint::of(text.as_bytes()))
}

/// The family of a refresh token, and the fingerprint of its secret half.
pub(crate) fn read_refresh(text: &str) -> Option<(FamilyId, Fingerprint)> {
    let bytes = read::<48>(REFRESH, text)?;
    let (family, secret) = bytes.split_first_chunk::<16>()?;
    Some((FamilyId(*family), Fingerprint::of(secret)))
}

fn generate(prefix: &str, entropy: &dyn Entropy) -> Secret {
    let mut bytes = Zeroizing::new([0; 32]);
    entropy.fill(bytes.as_mut_slice());
    written(prefix, bytes.as_slice())
}

/// The prefix keeps one kind from passing for another, and lets scanners of source texts find what was leaked.
fn written(prefix: &str, bytes: &[u8]) -> Secret {
    let mut text = String::with_capacity(prefix.len() + bytes.len() * 4 / 3 + 3);
    text.push_str(prefix);
    URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
    Secret::new(text)
}

fn read<const N: usize>(prefix: &str, text: &str) -> Option<Zeroizing<[u8; N]>> {
    let text = text.strip_prefix(prefix)?;
    // Without padding, and strict about the last bits, so that one token has one spelling.
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
    <[u8; N]>::try_from(bytes.as_slice())
        .ok()
        .map(Zeroizing::new)
}

#[cfg(test)]
mod tests;
