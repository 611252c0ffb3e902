//! PKCS#12 (RFC 7292), read by a library; what is to be trusted, and which certificate is whose, is decided here.

use crate::contents::{Clear, Contents, Found, Key, KeyEntry};
use crate::error::KeystoreError;
use crate::form::Form;
use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

const REMEDY: &str = "`openssl pkcs12 -in OLD -out all.pem -noenc` and `openssl pkcs12 -export -in all.pem -out NEW` convert it";

/// Without a password the empty one is tried, as every other program does.
pub(crate) fn open(bytes: &[u8], password: Option<&[u8]>) -> Result<Contents, KeystoreError> {
    let text = std::str::from_utf8(password.unwrap_or_default())
        .map_err(|_| KeystoreError::PasswordText { form: Form::Pkcs12 })?;
    let archive = Pkcs12Archive::from_pkcs12(bytes, text)
        .map_err(|error| problem(&error, password.is_some()))?;
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
        Error::MacError(_) | Error::Pkcs5Error(_) | Error::UnpadError if given => {
            KeystoreError::WrongPassword
        }
        Error::MacError(_) | Error::Pkcs5Error(_) | Error::UnpadError => {
            KeystoreError::PasswordNeeded
        }
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
