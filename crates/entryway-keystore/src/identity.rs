//! A certificate with its chain and its key, chosen from a store and checked to belong together.

use crate::certificate;
use crate::contents::{Clear, Contents, Found, Key, KeyEntry};
use crate::error::KeystoreError;
use crate::form::{Form, detect};
use crate::{jks, pem, pkcs12};
use rustls::sign::{CertifiedKey, SigningKey};
use rustls_pki_types::CertificateDer;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Longer than any chain in use; a circle of issuers ends here.
const LONGEST_CHAIN: usize = 8;

/// Who somebody is to a server. Cheap to clone; the key is inside the TLS library and never shown.
#[derive(Clone)]
pub struct Identity {
    /// The certificate, those that lead to its authority, and the key.
    pub certified: Arc<CertifiedKey>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

/// Reads an identity from one file: a store, or PEM with certificates and a key.
pub fn identity(
    bytes: &[u8],
    password: Option<&[u8]>,
    alias: Option<&str>,
) -> Result<Identity, KeystoreError> {
    let form = detect(bytes)?;
    let mut contents = match form {
        Form::Pem => pem::open(bytes)?,
        Form::Der => return Err(KeystoreError::NoKey),
        Form::Key => return Err(KeystoreError::NoChain),
        Form::Pkcs12 => pkcs12::open(bytes, password)?,
        Form::Jks | Form::Jceks => jks::open(bytes, password)?,
    };
    let at = chosen(&contents.keys, alias)?;
    let entry = contents.keys.swap_remove(at);
    let name = entry.name(at);
    assemble(entry, &name, &contents.certificates, form, password)
}

/// Reads an identity from a file with certificates and one with the key.
///
/// An error in front belongs to the file that is named with it.
pub fn identity_pair(
    certificates: &[u8],
    key: &[u8],
    password: Option<&[u8]>,
) -> Result<Identity, (Half, KeystoreError)> {
    let of_certificate = |error| (Half::Certificate, error);
    let of_key = |error| (Half::Key, error);
    let found = match detect(certificates).map_err(of_certificate)? {
        Form::Pem => pem::open(certificates).map_err(of_certificate)?,
        Form::Der => Contents {
            certificates: vec![Found {
                certificate: CertificateDer::from(certificates.to_vec()),
                marked: false,
                key_id: None,
            }],
            keys: Vec::new(),
            other: Vec::new(),
        },
        Form::Key => return Err(of_certificate(no_certificate(Form::Key, "a private key"))),
        form @ (Form::Pkcs12 | Form::Jks | Form::Jceks) => {
            return Err(of_certificate(store_in_pair(form)));
        }
    };
    if found.certificates.is_empty() {
        return Err(of_certificate(no_certificate(
            Form::Pem,
            &found.other.join(", "),
        )));
    }
    let entry = match detect(key).map_err(of_key)? {
        Form::Pem => {
            let mut contents = pem::open(key).map_err(of_key)?;
            let at = chosen(&contents.keys, None).map_err(of_key)?;
            contents.keys.swap_remove(at)
        }
        Form::Key => KeyEntry {
            alias: None,
            key: der_key(key).ok_or_else(|| {
                of_key(KeystoreError::Damaged {
                    form: Form::Key,
                    problem: "it is of no kind that is known here".to_owned(),
                })
            })?,
            chain: Vec::new(),
            key_id: None,
        },
        Form::Der => return Err(of_key(KeystoreError::NoKey)),
        form @ (Form::Pkcs12 | Form::Jks | Form::Jceks) => return Err(of_key(store_in_pair(form))),
    };
    assemble(entry, "1", &found.certificates, Form::Pem, password).map_err(of_key)
}

/// Which file of a pair is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// The one with the certificates.
    Certificate,
    /// The one with the key.
    Key,
}

fn no_certificate(form: Form, found: &str) -> KeystoreError {
    KeystoreError::NoCertificate {
        form,
        found: found.to_owned(),
    }
}

fn store_in_pair(form: Form) -> KeystoreError {
    KeystoreError::Unsupported {
        form,
        what: "certificate and key in one".to_owned(),
        remedy: "name it as `store`, without `certificate` and `key`",
    }
}

fn der_key(bytes: &[u8]) -> Option<Key> {
    let encrypted = pkcs8::EncryptedPrivateKeyInfoRef::try_from(bytes).is_ok();
    if encrypted {
        return Some(Key::Encrypted(bytes.to_vec()));
    }
    Clear::from_der(&Zeroizing::new(bytes.to_vec())).map(Key::Clear)
}

/// Java compares aliases without their case.
fn chosen(keys: &[KeyEntry], alias: Option<&str>) -> Result<usize, KeystoreError> {
    let names = || {
        keys.iter()
            .enumerate()
            .map(|(at, key)| key.name(at))
            .collect::<Vec<_>>()
    };
    match (keys, alias) {
        ([], _) => Err(KeystoreError::NoKey),
        ([_], None) => Ok(0),
        (_, None) => Err(KeystoreError::SeveralKeys { aliases: names() }),
        (_, Some(wanted)) => {
            let lower = wanted.to_lowercase();
            let at = names().iter().position(|name| name.to_lowercase() == lower);
            at.ok_or_else(|| KeystoreError::NoAlias {
                wanted: wanted.to_owned(),
                aliases: names(),
            })
        }
    }
}

fn assemble(
    entry: KeyEntry,
    name: &str,
    others: &[Found],
    form: Form,
    password: Option<&[u8]>,
) -> Result<Identity, KeystoreError> {
    let clear = clear(entry.key, name, form, password)?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let key = provider
        .key_provider
        .load_private_key(clear.key().clone_key())
        .map_err(|error| KeystoreError::UnusableKey {
            problem: error.to_string(),
        })?;
    let fits = |certificate: &CertificateDer<'_>| fits(&*key, certificate);
    let chain = if entry.chain.is_empty() {
        let bound = others
            .iter()
            .filter(|found| found.key_id.is_some() && found.key_id == entry.key_id);
        let leaf = bound
            .chain(others)
            .find(|found| fits(&found.certificate))
            .map(|found| found.certificate.clone());
        match leaf {
            Some(leaf) => with_issuers(leaf, others),
            None if others.is_empty() => return Err(KeystoreError::NoChain),
            None => return Err(KeystoreError::OtherKey),
        }
    } else {
        entry.chain
    };
    match chain.first() {
        Some(leaf) if fits(leaf) => {}
        Some(leaf) if certificate::parse(leaf).is_none() => {
            return Err(KeystoreError::DamagedCertificate { index: 1 });
        }
        _ => return Err(KeystoreError::OtherKey),
    }
    Ok(Identity {
        certified: Arc::new(CertifiedKey::new(chain, key)),
    })
}

fn clear(
    key: Key,
    name: &str,
    form: Form,
    password: Option<&[u8]>,
) -> Result<Clear, KeystoreError> {
    match key {
        Key::Clear(clear) => Ok(clear),
        Key::Encrypted(der) => decrypt(&der, password.ok_or(KeystoreError::PasswordNeeded)?),
        Key::Jks(protected) => {
            let password = password.ok_or(KeystoreError::PasswordNeeded)?;
            match jks::open_key(&protected, password) {
                Ok(Some(clear)) => Ok(clear),
                Ok(None) => Err(KeystoreError::KeyPassword {
                    alias: name.to_owned(),
                }),
                Err(problem) => Err(KeystoreError::Damaged {
                    form,
                    problem: problem.to_owned(),
                }),
            }
        }
        Key::Unreadable(what) => Err(KeystoreError::Unsupported {
            form,
            what: what.to_owned(),
            remedy: match form {
                Form::Pem => "`openssl pkcs8 -topk8 -in OLD -out NEW` converts it",
                _ => {
                    "`keytool -importkeystore -srckeystore OLD -destkeystore NEW -deststoretype PKCS12` converts it"
                }
            },
        }),
    }
}

/// PKCS#8 with PBES2 (RFC 8018), as openssl writes it.
fn decrypt(der: &[u8], password: &[u8]) -> Result<Clear, KeystoreError> {
    let unsupported = || KeystoreError::Unsupported {
        form: Form::Key,
        what: "an encryption that is not usual".to_owned(),
        remedy: "`openssl pkcs8 -topk8 -v2 aes256 -in OLD -out NEW` converts it",
    };
    let info = pkcs8::EncryptedPrivateKeyInfoRef::try_from(der).map_err(|_| unsupported())?;
    let opened = match info.decrypt(password) {
        Ok(opened) => opened,
        // A wrong password gives another padding, or what is no key.
        Err(pkcs8::Error::EncryptedPrivateKey(pkcs8::pkcs5::Error::DecryptFailed))
        | Err(pkcs8::Error::EncryptedPrivateKey(pkcs8::pkcs5::Error::EncryptFailed)) => {
            return Err(KeystoreError::WrongPassword);
        }
        Err(pkcs8::Error::EncryptedPrivateKey(_)) => return Err(unsupported()),
        Err(_) => return Err(KeystoreError::WrongPassword),
    };
    let plain = Zeroizing::new(opened.as_bytes().to_vec());
    Clear::from_der(&plain).ok_or(KeystoreError::WrongPassword)
}

/// Whether a certificate is for this key.
fn fits(key: &dyn SigningKey, certificate: &CertificateDer<'_>) -> bool {
    let (Some(own), Some(parsed)) = (key.public_key(), certificate::parse(certificate)) else {
        return false;
    };
    own.as_ref() == parsed.public_key().raw
}

/// The chain up to, and without, an authority that signed itself: a server has that, or does not trust it.
fn with_issuers(leaf: CertificateDer<'static>, others: &[Found]) -> Vec<CertificateDer<'static>> {
    let mut chain = vec![leaf];
    while chain.len() < LONGEST_CHAIN {
        let Some((subject, issuer)) = chain.last().and_then(certificate::names) else {
            break;
        };
        if subject == issuer {
            break;
        }
        let is_next = |found: &&Found| {
            certificate::names(&found.certificate)
                .is_some_and(|(subject, own_issuer)| subject == issuer && own_issuer != subject)
                && !chain.contains(&found.certificate)
        };
        match others.iter().find(is_next) {
            Some(found) => {
                let next = found.certificate.clone();
                chain.push(next);
            }
            None => break,
        }
    }
    chain
}

#[cfg(test)]
mod tests;
