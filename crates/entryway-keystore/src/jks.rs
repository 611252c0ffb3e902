//! Java's own stores, JKS and JCEKS: a list of entries, and a digest of it with the password.
//!
//! Written by `sun.security.provider.JavaKeyStore` and `com.sun.crypto.provider.JceKeyStore`; there is no
//! specification. Numbers are big-endian, and passwords are taken as UTF-16.

mod protect;
mod reader;

pub(crate) use protect::open_key;

use crate::contents::{Contents, Found, Key, KeyEntry};
use crate::error::KeystoreError;
use crate::form::{Form, JCEKS_MAGIC};
use reader::Reader;
use rustls_pki_types::CertificateDer;
use sha1::{Digest as _, Sha1};
use zeroize::Zeroizing;

/// What Java puts between the password and the entries.
const WHITENER: &[u8] = b"Mighty Aphrodite";
/// The digest at the end.
const DIGEST: usize = 20;
const KEY: u32 = 1;
const CERTIFICATE: u32 = 2;
const SECRET_KEY: u32 = 3;
/// An entry has a tag, an alias and a date at the least: what claims more entries than fit is no store.
const SMALLEST_ENTRY: usize = 14;

/// Without a password the digest is not looked at: certificates are then as good as the file's permissions,
/// which is what Java does as well.
pub(crate) fn open(bytes: &[u8], password: Option<&[u8]>) -> Result<Contents, KeystoreError> {
    let form = if bytes.starts_with(&JCEKS_MAGIC) {
        Form::Jceks
    } else {
        Form::Jks
    };
    let damaged = |problem: &str| KeystoreError::Damaged {
        form,
        problem: problem.to_owned(),
    };
    let ends = || damaged("it ends before its end");
    let at = bytes.len().checked_sub(DIGEST).ok_or_else(ends)?;
    let (content, digest) = bytes.split_at_checked(at).ok_or_else(ends)?;
    let contents = entries(content, form)?;
    if let Some(password) = password {
        let password = protect::utf16(password).ok_or(KeystoreError::PasswordText { form })?;
        let computed = Sha1::new()
            .chain_update(password.as_slice())
            .chain_update(WHITENER)
            .chain_update(content)
            .finalize();
        if computed.as_slice() != digest {
            return Err(KeystoreError::WrongPassword);
        }
    }
    Ok(contents)
}

fn entries(content: &[u8], form: Form) -> Result<Contents, KeystoreError> {
    let damaged = |problem: String| KeystoreError::Damaged { form, problem };
    let ends = || damaged("it ends before its end".to_owned());
    let mut reader = Reader::new(content);
    let _magic = reader.number().ok_or_else(ends)?;
    let version = reader.number().ok_or_else(ends)?;
    if !matches!(version, 1 | 2) {
        return Err(damaged(format!("version {version}, expected 1 or 2")));
    }
    let count = reader.size().ok_or_else(ends)?;
    if count > reader.left() / SMALLEST_ENTRY {
        return Err(damaged(format!(
            "{count} entries in {} bytes",
            reader.left()
        )));
    }
    let mut contents = Contents {
        certificates: Vec::new(),
        keys: Vec::new(),
        other: Vec::new(),
    };
    for _ in 0..count {
        let tag = reader.number().ok_or_else(ends)?;
        let alias = reader.text().ok_or_else(ends)?;
        let _date = reader.bytes(8).ok_or_else(ends)?;
        match tag {
            KEY => {
                let size = reader.size().ok_or_else(ends)?;
                let protected = reader.bytes(size).ok_or_else(ends)?.to_vec();
                let length = reader.size().ok_or_else(ends)?;
                let mut chain = Vec::new();
                for _ in 0..length {
                    chain.push(certificate(&mut reader, version).ok_or_else(ends)?);
                }
                contents.keys.push(KeyEntry {
                    alias: Some(alias),
                    key: match form {
                        Form::Jceks => Key::Unreadable("its own encryption of keys"),
                        _ => Key::Jks(protected),
                    },
                    chain,
                    key_id: None,
                });
            }
            CERTIFICATE => contents.certificates.push(Found {
                certificate: certificate(&mut reader, version).ok_or_else(ends)?,
                marked: true,
                key_id: None,
            }),
            // A serialised object without a length: nothing behind it can be found.
            SECRET_KEY => {
                return Err(KeystoreError::Unsupported {
                    form,
                    what: format!("the secret key `{}`", alias.escape_debug()),
                    remedy: "`keytool -importkeystore -srckeystore OLD -destkeystore NEW -deststoretype PKCS12` converts it",
                });
            }
            other => return Err(damaged(format!("an entry of kind {other}"))),
        }
    }
    match reader.left() {
        0 => Ok(contents),
        left => Err(damaged(format!("{left} bytes follow the last entry"))),
    }
}

/// Its type is written since version 2, and is always X.509.
fn certificate(reader: &mut Reader<'_>, version: u32) -> Option<CertificateDer<'static>> {
    if version == 2 {
        reader.text()?;
    }
    let size = reader.size()?;
    Some(CertificateDer::from(reader.bytes(size)?.to_vec()))
}

/// A password as its holder types it.
pub(crate) type Utf16 = Zeroizing<Vec<u8>>;

#[cfg(test)]
mod tests;
