//! HPKE (RFC 9180) as version 1 has it. The library's module may move: it is used here alone.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use aws_lc_rs::hmac;
use entryway_bridge::ports::{KeyUnusable, Seal};
use entryway_bridge::{Octets, Opaque, SEALED_BYTES};
use rustls::crypto::aws_lc_rs::hpke::DH_KEM_P256_HKDF_SHA256_AES_128 as SUITE;
use rustls::crypto::hpke::{Hpke as _, HpkePublicKey};
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

/// The identifiers of the key encapsulation and of the whole suite, as they are bound into what is derived.
const KEM: &[u8] = b"KEM\x00\x10";
const HPKE: &[u8] = b"HPKE\x00\x10\x00\x01\x00\x01";
/// Before everything that is derived.
const VERSION: &[u8] = b"HPKE-v1";

/// The private half of a sealing key. It is never written anywhere.
///
/// Opens by itself: the library's `open` takes the bytes of a key, and with each password computes the point that belongs to
/// them and verifies that it does, which is a quarter of its time.
pub(super) struct SecretKey {
    key: PrivateKey,
    point: [u8; 65],
    /// What the context of every message begins with: the base mode, and that no key was shared before.
    context: [u8; 33],
}

impl SecretKey {
    /// A new one, with its point.
    pub(super) fn generate() -> Result<(Self, [u8; 65]), KeyUnusable> {
        let secret = Self::of(PrivateKey::generate(&ECDH_P256).map_err(|_| KeyUnusable)?)?;
        let point = secret.point;
        Ok((secret, point))
    }
    fn of(key: PrivateKey) -> Result<Self, KeyUnusable> {
        let point = key.compute_public_key().map_err(|_| KeyUnusable)?;
        let point = point.as_ref().try_into().map_err(|_| KeyUnusable)?;
        let mut context = [0; 33];
        let (_base, no_key) = context.split_at_mut(1);
        no_key.copy_from_slice(labeled_hash(b"psk_id_hash", &[]).as_ref());
        Ok(Self {
            key,
            point,
            context,
        })
    }
    #[cfg(test)]
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        Self::of(PrivateKey::from_private_key(&ECDH_P256, bytes).unwrap()).unwrap()
    }
    #[cfg(test)]
    pub(super) fn bytes(&self) -> Vec<u8> {
        use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
        let bytes: EcPrivateKeyBin<'_> = self.key.as_be_bytes().unwrap();
        bytes.as_ref().to_vec()
    }
    /// What was sealed to it; `None` where this was not, or not so.
    pub(super) fn open(
        &self,
        enc: &[u8; 65],
        info: &[u8],
        aad: &[u8],
        ciphertext: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        // Whether that is a point of the curve is judged there.
        let peer = UnparsedPublicKey::new(&ECDH_P256, enc);
        let shared = agree(&self.key, peer, (), |dh| {
            let key = extract(&[], KEM, b"eae_prk", dh);
            expand::<32>(&key, KEM, b"shared_secret", [enc, &self.point]).ok_or(())
        });
        let info = labeled_hash(b"info_hash", info);
        let context = [&self.context[..], info.as_ref()];
        let secret = extract(&*shared.ok()?, HPKE, b"secret", &[]);
        let key = expand::<16>(&secret, HPKE, b"key", context)?;
        let nonce = expand::<12>(&secret, HPKE, b"base_nonce", context)?;
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &*key).ok()?);
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let mut opened = Zeroizing::new(ciphertext.to_vec());
        let length = key
            .open_in_place(nonce, Aad::from(aad), &mut opened)
            .ok()?
            .len();
        opened.truncate(length);
        Some(opened)
    }
}

/// `LabeledExtract` of RFC 9180, for what is secret.
fn extract(salt: &[u8], suite: &[u8], label: &[u8], secret: &[u8]) -> Prk {
    let labeled = Zeroizing::new([VERSION, suite, label, secret].concat());
    Salt::new(HKDF_SHA256, salt).extract(&labeled)
}

/// The same, of the suite and without salt, for what everybody may know.
fn labeled_hash(label: &[u8], known: &[u8]) -> hmac::Tag {
    let mut hash = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &[]));
    for part in [VERSION, HPKE, label, known] {
        hash.update(part);
    }
    hash.sign()
}

/// `LabeledExpand` of RFC 9180.
fn expand<const N: usize>(
    key: &Prk,
    suite: &[u8],
    label: &[u8],
    [first, second]: [&[u8]; 2],
) -> Option<Zeroizing<[u8; N]>> {
    let length = u16::try_from(N).ok()?.to_be_bytes();
    let info = [&length[..], VERSION, suite, label, first, second];
    let mut out = Zeroizing::new([0; N]);
    let expanded = key.expand(&info, Bytes(N)).ok()?;
    expanded.fill(&mut *out).ok()?;
    Some(out)
}

/// So many are derived.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

#[cfg(test)]
mod tests;
