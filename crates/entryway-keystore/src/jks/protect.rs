//! How JKS keeps a key (`sun.security.provider.KeyProtector`): an exclusive or with a chain of digests of the
//! password, and a digest of password and key to tell whether it was the right one. Weak, and what there is.

use super::Utf16;
use crate::contents::Clear;
use crate::form::{OBJECT_ID, OCTET_STRING, SEQUENCE, element};
use sha1::{Digest as _, Sha1};
use zeroize::Zeroizing;

/// 1.3.6.1.4.1.42.2.17.1.1
const ALGORITHM: [u8; 10] = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x2a, 0x02, 0x11, 0x01, 0x01];
const SIZE: usize = 20;

/// Big-endian UTF-16; `None` for a password that is no text.
pub(super) fn utf16(password: &[u8]) -> Option<Utf16> {
    let text = std::str::from_utf8(password).ok()?;
    // Two bytes at most for each of UTF-8: the buffer does not grow, so that no copy is left behind.
    let mut wide = Zeroizing::new(Vec::with_capacity(password.len().saturating_mul(2)));
    for unit in text.encode_utf16() {
        wide.extend_from_slice(&unit.to_be_bytes());
    }
    Some(wide)
}

/// `Ok(None)` when the password is another; `Err` when it is no key of this kind.
pub(crate) fn open_key(protected: &[u8], password: &[u8]) -> Result<Option<Clear>, &'static str> {
    let sealed = sealed(protected).ok_or("it is not encrypted as JKS does it")?;
    let too_short = "its key is too short to be one";
    let (salt, rest) = sealed.split_at_checked(SIZE).ok_or(too_short)?;
    let at = rest.len().checked_sub(SIZE).ok_or(too_short)?;
    let (encrypted, check) = rest.split_at_checked(at).ok_or(too_short)?;
    let Some(password) = utf16(password) else {
        return Ok(None);
    };
    let mut plain = Zeroizing::new(Vec::with_capacity(encrypted.len()));
    let mut link = Zeroizing::new(salt.to_vec());
    for chunk in encrypted.chunks(SIZE) {
        let digest = Sha1::new()
            .chain_update(password.as_slice())
            .chain_update(link.as_slice())
            .finalize();
        plain.extend(chunk.iter().zip(digest).map(|(byte, mask)| byte ^ mask));
        link.copy_from_slice(&digest);
    }
    let computed = Sha1::new()
        .chain_update(password.as_slice())
        .chain_update(plain.as_slice())
        .finalize();
    if computed.as_slice() != check {
        return Ok(None);
    }
    Clear::from_der(&plain).map(Some).ok_or("it holds no key")
}

/// The octets of an EncryptedPrivateKeyInfo of this algorithm.
fn sealed(protected: &[u8]) -> Option<&[u8]> {
    let (SEQUENCE, content, []) = element(protected)? else {
        return None;
    };
    let (SEQUENCE, algorithm, rest) = element(content)? else {
        return None;
    };
    match (element(algorithm)?, element(rest)?) {
        ((OBJECT_ID, id, _), (OCTET_STRING, sealed, [])) if id == ALGORITHM => Some(sealed),
        _ => None,
    }
}
