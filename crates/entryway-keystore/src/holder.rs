//! Whose a certificate is: the names that it says of its holder, in the forms in which they are looked for.
//!
//! Total and bounded: whatever stands in a certificate, this gives texts of a bounded length or says in words why it
//! does not. What is more than anybody needs is an error and not cut off, for half a name is another name.

mod name;
mod upn;

use crate::certificate::parse;
use rustls_pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, KeyUsage};

/// Far above any person's certificate.
const LARGEST: usize = 64 * 1024;
/// Most names of one kind.
const MOST_NAMES: usize = 16;
/// Most bytes of one name.
const LONGEST_NAME: usize = 4096;
/// RFC 5280 §4.1.2.2: a number has at most 20 bytes.
const LONGEST_SERIAL: usize = 20;
/// What a certificate may call its key; SHA-256 has 32 bytes.
const LONGEST_KEY_ID: usize = 64;

/// What a certificate says of its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Whose it is: RFC 4514.
    pub subject: String,
    /// Who issued it: RFC 4514.
    pub issuer: String,
    /// The same in the certificate's order and with Microsoft's names of types, as `altSecurityIdentities` has it.
    pub issuer_for_microsoft: String,
    /// Its number, without zeros in front.
    pub serial: Vec<u8>,
    /// User principal names among the alternative names.
    pub upns: Vec<String>,
    /// Mail addresses among the alternative names.
    pub emails: Vec<String>,
    /// What it calls its key.
    pub key_id: Option<Vec<u8>>,
    /// What it is for.
    pub purposes: Purposes,
}

/// What a certificate is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purposes {
    /// Extended key usages, as OIDs; `None` where it says nothing of them.
    pub extended: Option<Vec<String>>,
    /// Whether its key may sign: `None` where it says nothing of that (RFC 5280 §4.2.1.3).
    pub signs: Option<bool>,
}

/// Why a certificate cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HolderError {
    /// It is no certificate, or damaged.
    #[error("it is damaged, or no certificate")]
    Damaged,
    /// Larger than any person's.
    #[error("it is larger than 64 KiB")]
    TooLarge,
    /// An extension that names its holder is damaged.
    #[error("its {0} cannot be read")]
    Extension(&'static str),
    /// A name in it is no text, or too long.
    #[error("a name in its {0} cannot be read")]
    Name(&'static str),
    /// More names than anybody needs.
    #[error("it has more than 16 {0}")]
    TooMany(&'static str),
    /// Its number is longer than numbers may be.
    #[error("its number is empty or longer than 20 bytes")]
    Serial,
}

/// `anyExtendedKeyUsage`.
pub const ANY_USAGE: &str = "2.5.29.37.0";
/// `id-kp-clientAuth`.
pub const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";
/// `szOID_KP_SMARTCARD_LOGON`.
pub const SMART_CARD_LOGON: &str = "1.3.6.1.4.1.311.20.2.2";

impl Holder {
    /// Reads a certificate.
    pub fn read(certificate: &CertificateDer<'_>) -> Result<Self, HolderError> {
        if certificate.len() > LARGEST {
            return Err(HolderError::TooLarge);
        }
        let parsed = parse(certificate).ok_or(HolderError::Damaged)?;
        let named = |name, of| name::rfc4514(name).ok_or(HolderError::Name(of));
        let (upns, emails) = alternative_names(&parsed)?;
        Ok(Self {
            subject: named(parsed.subject(), "subject")?,
            issuer: named(parsed.issuer(), "issuer")?,
            issuer_for_microsoft: name::microsoft(parsed.issuer())
                .ok_or(HolderError::Name("issuer"))?,
            serial: serial(&parsed)?,
            upns,
            emails,
            key_id: key_id(&parsed)?,
            purposes: purposes(&parsed)?,
        })
    }
}

fn serial(parsed: &X509Certificate<'_>) -> Result<Vec<u8>, HolderError> {
    let raw = parsed.raw_serial();
    let significant: Vec<u8> = raw.iter().copied().skip_while(|byte| *byte == 0).collect();
    if significant.is_empty() || significant.len() > LONGEST_SERIAL {
        return Err(HolderError::Serial);
    }
    Ok(significant)
}

fn alternative_names(
    parsed: &X509Certificate<'_>,
) -> Result<(Vec<String>, Vec<String>), HolderError> {
    const WHERE: &str = "subject alternative name";
    let found = match parsed.subject_alternative_name() {
        Ok(Some(found)) => found,
        Ok(None) => return Ok((Vec::new(), Vec::new())),
        Err(_) => return Err(HolderError::Extension(WHERE)),
    };
    let (mut upns, mut emails) = (Vec::new(), Vec::new());
    for general in &found.value.general_names {
        match general {
            GeneralName::OtherName(oid, value) if oid.to_id_string() == upn::OID => {
                let name = upn::read(value).ok_or(HolderError::Name(WHERE))?;
                add(name, &mut upns, "user principal names")?;
            }
            GeneralName::RFC822Name(name) => {
                if name.len() > LONGEST_NAME {
                    return Err(HolderError::Name(WHERE));
                }
                add((*name).to_owned(), &mut emails, "mail addresses")?;
            }
            // What cannot be read may be a name of one of these kinds.
            GeneralName::Invalid(..) => return Err(HolderError::Name(WHERE)),
            _ => {}
        }
    }
    Ok((upns, emails))
}

fn add(name: String, names: &mut Vec<String>, kind: &'static str) -> Result<(), HolderError> {
    if names.contains(&name) {
        return Ok(());
    }
    if names.len() == MOST_NAMES {
        return Err(HolderError::TooMany(kind));
    }
    names.push(name);
    Ok(())
}

fn key_id(parsed: &X509Certificate<'_>) -> Result<Option<Vec<u8>>, HolderError> {
    use x509_parser::extensions::ParsedExtension::SubjectKeyIdentifier;
    let mut found = parsed.extensions().iter();
    let id = found.find_map(|extension| match extension.parsed_extension() {
        SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
        _ => None,
    });
    match id {
        Some(id) if id.len() > LONGEST_KEY_ID => Err(HolderError::Extension("key identifier")),
        id => Ok(id),
    }
}

fn purposes(parsed: &X509Certificate<'_>) -> Result<Purposes, HolderError> {
    let extended = match parsed.extended_key_usage() {
        Ok(None) => None,
        Ok(Some(found)) => {
            let usage = found.value;
            let known = [
                (usage.any, ANY_USAGE),
                (usage.server_auth, "1.3.6.1.5.5.7.3.1"),
                (usage.client_auth, CLIENT_AUTH),
                (usage.code_signing, "1.3.6.1.5.5.7.3.3"),
                (usage.email_protection, "1.3.6.1.5.5.7.3.4"),
                (usage.time_stamping, "1.3.6.1.5.5.7.3.8"),
                (usage.ocsp_signing, "1.3.6.1.5.5.7.3.9"),
            ];
            let known = known.into_iter().filter(|(is_there, _)| *is_there);
            let others = usage.other.iter().map(|oid| oid.to_id_string());
            let known = known.map(|(_, oid)| oid.to_owned());
            Some(known.chain(others).collect())
        }
        Err(_) => return Err(HolderError::Extension("extended key usage")),
    };
    let signs = match parsed.key_usage() {
        Ok(found) => found.map(
            |found: x509_parser::certificate::BasicExtension<&KeyUsage>| {
                found.value.digital_signature()
            },
        ),
        Err(_) => return Err(HolderError::Extension("key usage")),
    };
    Ok(Purposes { extended, signs })
}

impl Purposes {
    /// Whether it may be used for `wanted`, an OID. One that says nothing of extended usages is for anything, unless
    /// `must_say`: then it has to name what it is for.
    pub fn allows(&self, wanted: &str, must_say: bool) -> bool {
        match &self.extended {
            None => !must_say,
            Some(usages) => usages
                .iter()
                .any(|usage| usage == wanted || (usage == ANY_USAGE && !must_say)),
        }
    }
}

#[cfg(test)]
mod tests;
