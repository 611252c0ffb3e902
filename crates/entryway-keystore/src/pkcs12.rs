//! PKCS#12 (RFC 7292), read by a library; what is to be trusted, and which certificate is whose, is decided here.

use crate::contents::{Clear, Contents, Found, Key, KeyEntry};
use crate::error::KeystoreError;
use crate::form::{Form, OBJECT_ID, OCTET_STRING, SEQUENCE, element, elements};
use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

const REMEDY: &str = "`openssl pkcs12 -in OLD -out all.pem -noenc` and `openssl pkcs12 -export -in all.pem -out NEW` convert it";

/// Without a password the empty one is tried, as every other program does.
pub(crate) fn open(bytes: &[u8], password: Option<&[u8]>) -> Result<Contents, KeystoreError> {
    let text = std::str::from_utf8(password.unwrap_or_default())
        .map_err(|_| KeystoreError::PasswordText { form: Form::Pkcs12 })?;
    let archive = Pkcs12Archive::from_pkcs12(bytes, text).map_err(|error| {
        match problem(&error, password.is_some()) {
            KeystoreError::Damaged { .. } | KeystoreError::IndefiniteLength
                if hangs_on_the_password(bytes) =>
            {
                wrong_or_none(password.is_some())
            }
            problem => problem,
        }
    })?;
    let certificates = archive.certs.iter().map(|bag| Found {
        certificate: CertificateDer::from(bag.cert.as_der().to_vec()),
        marked: bag.trusted,
        key_id: bag.local_key_id.clone(),
    });
    let keys = archive.keys.iter().map(|bag| KeyEntry {
        alias: bag.friendly_name.clone(),
        key: Key::Clear(Clear::new(PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(
            bag.key.as_der().to_vec(),
        )))),
        chain: Vec::new(),
        key_id: bag.local_key_id.as_ref().map(|id| id.0.clone()),
    });
    Ok(Contents {
        certificates: certificates.collect(),
        keys: keys.collect(),
        other: archive
            .secrets
            .iter()
            .map(|_| "a secret key".to_owned())
            .collect(),
    })
}

fn problem(error: &Error, given: bool) -> KeystoreError {
    let unsupported = |what: &str| KeystoreError::Unsupported {
        form: Form::Pkcs12,
        what: what.to_owned(),
        remedy: REMEDY,
    };
    match error {
        // Without a MAC it is the padding that tells.
        Error::MacError(_) | Error::Pkcs5Error(_) | Error::UnpadError => wrong_or_none(given),
        // The library's error is of a crate that is not named here; its text is what there is.
        Error::DerError(error) if error.to_string().contains("indefinite length") => {
            KeystoreError::IndefiniteLength
        }
        Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm => {
            unsupported("an algorithm that is not usual in it")
        }
        Error::InvalidParameters => unsupported("over a million rounds of derivation"),
        Error::UnsupportedContentType => unsupported("a signature by a key in place of a password"),
        Error::UnsupportedCertificateType => unsupported("certificates that are not X.509"),
        other => KeystoreError::Damaged {
            form: Form::Pkcs12,
            problem: other.to_string().to_lowercase(),
        },
    }
}

fn wrong_or_none(given: bool) -> KeystoreError {
    match given {
        true => KeystoreError::WrongPassword,
        false => KeystoreError::PasswordNeeded,
    }
}

/// `pkcs7-encryptedData`, 1.2.840.113549.1.7.6.
const ENCRYPTED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x06];
/// `pkcs8ShroudedKeyBag`, 1.2.840.113549.1.12.10.1.2: a key in a store whose certificates are in clear.
const SHROUDED_KEY: &[u8] = &[
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x02,
];

/// Whether only the password is left to be wrong: there is no MAC, all that is in clear is whole, and something is
/// encrypted. Of the wrong passwords for such a store one in 256 leaves a padding that looks right, around nonsense.
fn hangs_on_the_password(bytes: &[u8]) -> bool {
    let safes = || {
        let (SEQUENCE, store, []) = element(bytes)? else {
            return None;
        };
        // The version and what is kept; a MAC would follow.
        let [_, (SEQUENCE, kept)] = elements(store)[..] else {
            return None;
        };
        let [(OBJECT_ID, _), (EXPLICIT, kept)] = elements(kept)[..] else {
            return None;
        };
        let (OCTET_STRING, kept, []) = element(kept)? else {
            return None;
        };
        let (SEQUENCE, kept, []) = element(kept)? else {
            return None;
        };
        Some(kept)
    };
    let Some(mut rest) = safes() else {
        return false;
    };
    let mut is_encrypted = false;
    while !rest.is_empty() {
        let Some((SEQUENCE, safe, after)) = element(rest) else {
            return false;
        };
        is_encrypted |= [ENCRYPTED, SHROUDED_KEY]
            .iter()
            .any(|id| safe.windows(id.len()).any(|window| window == *id));
        rest = after;
    }
    is_encrypted
}

/// The tag `[0]`, around what it is said to be.
const EXPLICIT: u8 = 0xa0;
