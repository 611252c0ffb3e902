//! What a file is, by its content.

use crate::error::KeystoreError;
use std::fmt;

/// The kinds of file that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Text with `-----BEGIN …`.
    Pem,
    /// One certificate.
    Der,
    /// A private key in DER, as PKCS#8, PKCS#1 or SEC 1.
    Key,
    /// PKCS#12, PFX.
    Pkcs12,
    /// Java's own.
    Jks,
    /// Java's own, with stronger encryption of keys.
    Jceks,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pem => "PEM",
            Self::Der => "DER",
            Self::Key => "a private key",
            Self::Pkcs12 => "PKCS#12",
            Self::Jks => "JKS",
            Self::Jceks => "JCEKS",
        })
    }
}

pub(crate) const JKS_MAGIC: [u8; 4] = [0xfe, 0xed, 0xfe, 0xed];
pub(crate) const JCEKS_MAGIC: [u8; 4] = [0xce, 0xce, 0xce, 0xce];

/// DER's tags.
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT_ID: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;

/// What begins every text of PEM.
const PEM_BEGIN: &[u8] = b"-----BEGIN ";

/// Looks at the first bytes, and for DER at the first elements.
pub(crate) fn detect(bytes: &[u8]) -> Result<Form, KeystoreError> {
    let is_pem = bytes
        .windows(PEM_BEGIN.len())
        .any(|window| window == PEM_BEGIN);
    match bytes {
        [] => Err(looks("is empty")),
        _ if bytes.starts_with(&JKS_MAGIC) => Ok(Form::Jks),
        _ if bytes.starts_with(&JCEKS_MAGIC) => Ok(Form::Jceks),
        [SEQUENCE, 0x80, ..] => Err(KeystoreError::IndefiniteLength),
        [SEQUENCE, ..] if !is_pem => der(bytes),
        _ if is_pem => Ok(Form::Pem),
        _ => Err(looks(otherwise(bytes))),
    }
}

fn looks(looks: &'static str) -> KeystoreError {
    KeystoreError::NotAStore { looks }
}

fn der(bytes: &[u8]) -> Result<Form, KeystoreError> {
    let content = match element(bytes) {
        Some((SEQUENCE, content, [])) => content,
        Some((_, _, rest)) => {
            return Err(damaged(format!("{} bytes follow its end", rest.len())));
        }
        None if is_text(bytes) => return Err(looks("looks like text")),
        None => return Err(damaged("it ends before its end".to_owned())),
    };
    // The first elements of what may stand in such a file, none of which begin alike.
    match elements(content).as_slice() {
        [(INTEGER, [3]), (SEQUENCE, _), ..] => Ok(Form::Pkcs12),
        [(INTEGER, [0]), (SEQUENCE, _), (OCTET_STRING, _), ..]
        | [(INTEGER, [1]), (SEQUENCE, _), (OCTET_STRING, _), ..]
        | [(INTEGER, [0]), (INTEGER, _), ..]
        | [(INTEGER, [1]), (OCTET_STRING, _), ..]
        | [(SEQUENCE, _), (OCTET_STRING, _)] => Ok(Form::Key),
        [(OBJECT_ID, _), ..] => Err(looks(
            "looks like PKCS#7; `openssl pkcs7 -inform der -in FILE -print_certs -out FILE.pem` converts it",
        )),
        [(SEQUENCE, _), (BIT_STRING, _)] => Err(looks("looks like a public key")),
        [(SEQUENCE, inner), (SEQUENCE, _), (BIT_STRING, _)] => signed(inner),
        _ => Err(looks("is DER of another kind")),
    }
}

/// A certificate, a request for one and a list of revoked ones are all signed; what is signed tells them apart.
fn signed(inner: &[u8]) -> Result<Form, KeystoreError> {
    match elements(inner).as_slice() {
        // A version 3 or a version 1 certificate: a serial number, an algorithm, an issuer, dates, a subject, a key.
        [(0xa0, _), (INTEGER, _), (SEQUENCE, _), ..]
        | [
            (INTEGER, _),
            (SEQUENCE, _),
            (SEQUENCE, _),
            (SEQUENCE, _),
            (SEQUENCE, _),
            (SEQUENCE, _),
            ..,
        ] => Ok(Form::Der),
        [(INTEGER, [0]), (SEQUENCE, _), (SEQUENCE, _), ..] => {
            Err(looks("looks like a request for a certificate"))
        }
        [(INTEGER, [1]), (SEQUENCE, _), (SEQUENCE, _), ..]
        | [(SEQUENCE, _), (SEQUENCE, _), (0x17 | 0x18, _), ..] => {
            Err(looks("looks like a list of revoked certificates"))
        }
        _ => Err(looks("is DER of another kind")),
    }
}

fn damaged(problem: String) -> KeystoreError {
    KeystoreError::Damaged {
        form: Form::Der,
        problem,
    }
}

fn otherwise(bytes: &[u8]) -> &'static str {
    match bytes {
        [b'P', b'K', 3, 4, ..] => "looks like a zip archive",
        [0x1f, 0x8b, ..] => "looks like a gzip file",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'-', 0, b'-', 0, ..] | [0, b'-', 0, b'-', ..] => {
            "looks like text in UTF-16, expected UTF-8"
        }
        [b'S', b'Q', b'L', ..] => "looks like a database",
        [0x7f, b'E', b'L', b'F', ..] => "looks like a program",
        _ if bytes.trim_ascii_start().starts_with(b"<") => "looks like HTML or XML",
        _ if bytes.trim_ascii_start().starts_with(b"ssh-")
            || bytes.trim_ascii_start().starts_with(b"ecdsa-sha2-") =>
        {
            "looks like an SSH key"
        }
        _ if bytes.trim_ascii_start().starts_with(b"MII") => {
            "looks like base64 without `-----BEGIN CERTIFICATE-----` around it"
        }
        _ if is_text(bytes) => "looks like text without a `-----BEGIN CERTIFICATE-----`",
        _ => "is of no kind that is known here",
    }
}

fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| {
        !text
            .chars()
            .any(|char| char.is_control() && !char.is_whitespace())
    })
}

/// The first element: its tag, its content, and what follows.
pub(crate) fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let [tag, first, rest @ ..] = der else {
        return None;
    };
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        // More than four bytes of length would be over 4 GiB.
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            let length = bytes
                .iter()
                .fold(0usize, |length, byte| length << 8 | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// Tags and contents of all elements up to the first that is none.
pub(crate) fn elements(mut der: &[u8]) -> Vec<(u8, &[u8])> {
    let mut found = Vec::new();
    while let Some((tag, content, rest)) = element(der) {
        found.push((tag, content));
        der = rest;
        // Nothing that is told apart here needs more.
        if found.len() == 8 {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests;
