//! HPKE (RFC 9180) as version 1 has it. The library's module may move: it is used here alone.

use entryway_bridge::ports::{KeyUnusable, Seal};
use entryway_bridge::{Octets, Opaque, SEALED_BYTES};
use rustls::crypto::aws_lc_rs::hpke::DH_KEM_P256_HKDF_SHA256_AES_128 as SUITE;
use rustls::crypto::hpke::{EncapsulatedSecret, Hpke as _, HpkePrivateKey, HpkePublicKey};
use zeroize::Zeroizing;

/// Seals as a page does: for tests, benches and callers of the API.
#[derive(Debug, Clone, Copy, Default)]
pub struct PageSeal;

impl Seal for PageSeal {
    fn seal(
        &self,
        key: &[u8; 65],
        info: &[u8],
        aad: &[u8],
        plaintext: &[u8],
    ) -> Result<(Octets<65>, Opaque<SEALED_BYTES>), KeyUnusable> {
        let key = HpkePublicKey(key.to_vec());
        let (enc, ciphertext) = SUITE
            .seal(info, aad, plaintext, &key)
            .map_err(|_| KeyUnusable)?;
        let enc = enc.0.as_slice().try_into().map_err(|_| KeyUnusable)?;
        let ciphertext = Opaque::new(ciphertext).ok_or(KeyUnusable)?;
        Ok((Octets(enc), ciphertext))
    }
}

/// The private half of a sealing key. It is never written anywhere.
pub(super) struct SecretKey(HpkePrivateKey);

impl SecretKey {
    /// A new one, with its point.
    pub(super) fn generate() -> Result<(Self, [u8; 65]), KeyUnusable> {
        let (public, private) = SUITE.generate_key_pair().map_err(|_| KeyUnusable)?;
        let point = public.0.as_slice().try_into().map_err(|_| KeyUnusable)?;
        Ok((Self(private), point))
    }
    #[cfg(test)]
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        Self(HpkePrivateKey::from(bytes.to_vec()))
    }
    #[cfg(test)]
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.secret_bytes()
    }
    /// What was sealed to it; `None` where this was not, or not so.
    pub(super) fn open(
        &self,
        enc: &[u8; 65],
        info: &[u8],
        aad: &[u8],
        ciphertext: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let enc = EncapsulatedSecret(enc.to_vec());
        let opened = SUITE.open(&enc, info, aad, ciphertext, &self.0);
        opened.ok().map(Zeroizing::new)
    }
}
