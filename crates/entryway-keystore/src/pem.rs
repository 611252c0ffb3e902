//! PEM (RFC 7468): certificates and keys between lines of dashes, among whatever else a text holds.

use crate::contents::{Clear, Contents, Found, Key, KeyEntry};
use crate::error::KeystoreError;
use crate::form::Form;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// One section.
struct Section<'a> {
    label: &'a str,
    lines: Vec<&'a str>,
}

pub(crate) fn open(bytes: &[u8]) -> Result<Contents, KeystoreError> {
    // Comments beside the sections may be in any encoding.
    let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
    let mut contents = Contents {
        certificates: Vec::new(),
        keys: Vec::new(),
        other: Vec::new(),
    };
    for section in sections(&text)? {
        match section.label {
            "CERTIFICATE" | "X509 CERTIFICATE" => {
                let der = section.der()?;
                contents.certificates.push(Found {
                    certificate: CertificateDer::from(der.to_vec()),
                    marked: false,
                    key_id: None,
                });
            }
            "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => {
                contents.keys.push(key(section.key()?))
            }
            "ENCRYPTED PRIVATE KEY" => {
                contents
                    .keys
                    .push(key(Key::Encrypted(section.der()?.to_vec())));
            }
            label => contents.other.push(format!("`BEGIN {label}`")),
        }
    }
    Ok(contents)
}

fn key(key: Key) -> KeyEntry {
    KeyEntry {
        alias: None,
        key,
        chain: Vec::new(),
        key_id: None,
    }
}

fn sections(text: &str) -> Result<Vec<Section<'_>>, KeystoreError> {
    let mut sections = Vec::new();
    let mut open: Option<Section<'_>> = None;
    for line in text.lines() {
        let line = line.trim_ascii();
        let label = |mark| line.strip_prefix(mark)?.strip_suffix(DASHES);
        if let Some(label) = label(BEGIN) {
            if let Some(unended) = &open {
                return Err(no_end(unended.label));
            }
            open = Some(Section {
                label,
                lines: Vec::new(),
            });
        } else if let Some(label) = label(END) {
            match open.take() {
                Some(section) if section.label == label => sections.push(section),
                Some(section) => return Err(no_end(section.label)),
                None => {
                    return Err(damaged(format!(
                        "`END {}` ends nothing",
                        label.escape_debug()
                    )));
                }
            }
        } else if let Some(section) = &mut open {
            section.lines.push(line);
        }
    }
    match open {
        Some(section) => Err(no_end(section.label)),
        None => Ok(sections),
    }
}

impl Section<'_> {
    fn der(&self) -> Result<Zeroizing<Vec<u8>>, KeystoreError> {
        let mut base64 = Zeroizing::new(String::with_capacity(
            self.lines.iter().map(|line| line.len()).sum(),
        ));
        for line in &self.lines {
            base64.extend(line.split_ascii_whitespace());
        }
        STANDARD
            .decode(base64.as_bytes())
            .map(Zeroizing::new)
            .map_err(|_| damaged("a section is not base64".to_owned()))
    }
    /// OpenSSL's own way of encrypting (RFC 1421) has headers; nobody should have written any for twenty years.
    fn key(&self) -> Result<Key, KeystoreError> {
        if self
            .lines
            .iter()
            .any(|line| line.starts_with("Proc-Type:") && line.contains("ENCRYPTED"))
        {
            return Ok(Key::Unreadable("OpenSSL's old encryption of a key"));
        }
        let der = self.der()?;
        match Clear::from_der(&der) {
            Some(clear) => Ok(Key::Clear(clear)),
            None => Err(damaged("a private key in it is none".to_owned())),
        }
    }
}

fn no_end(label: &str) -> KeystoreError {
    damaged(format!("`END {}` is missing", label.escape_debug()))
}

fn damaged(problem: String) -> KeystoreError {
    KeystoreError::Damaged {
        form: Form::Pem,
        problem,
    }
}
