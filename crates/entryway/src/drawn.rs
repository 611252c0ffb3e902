//! Secrets that are made here, printed once, and kept as digests.

use crate::exit::Exit;
use crate::out;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entryway_ldap_types::Fingerprint;
use zeroize::Zeroizing;

/// A secret, with what the configuration has of it.
pub(crate) struct Drawn {
    pub(crate) secret: Zeroizing<String>,
    /// `sha256:…`
    pub(crate) digest: String,
}

/// Draws one. Scanners for secrets know it by its `prefix`, where it lies about.
pub(crate) fn draw(prefix: &str) -> Result<Drawn, Exit> {
    let mut random = Zeroizing::new([0; 32]);
    if getrandom::fill(&mut *random).is_err() {
        out::aside("error: the system gives no random numbers\n");
        return Err(Exit::Bug);
    }
    let secret = Zeroizing::new(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(*random)));
    Ok(Drawn {
        digest: fingerprint(secret.as_bytes()),
        secret,
    })
}

/// `sha256:…` of a secret, as the configuration has it.
fn fingerprint(secret: &[u8]) -> String {
    let digest = digest(&SHA256, secret);
    let bytes = <[u8; 32]>::try_from(digest.as_ref()).unwrap_or_default();
    Fingerprint::new(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn a_digest_is_the_sha_256_of_the_secret() {
        // FIPS 180-2, B.1.
        let expected = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(fingerprint(b"abc"), expected);
    }
}
