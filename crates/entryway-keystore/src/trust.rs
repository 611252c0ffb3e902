//! Which certificates of a store are to be trusted.
//!
//! All of PEM and DER. Of Java's stores those that were put there as trusted. Of PKCS#12 those that Java marked
//! so, or all, where none is marked and there is no key: that is how openssl writes a list of authorities. Beside
//! a key, certificates that nobody marked are the key's chain; an authority is not trusted for having signed ours.

use crate::certificate::{self, Vouches};
use crate::contents::{Contents, Found};
use crate::error::KeystoreError;
use crate::form::{Form, detect};
use crate::{jks, pem, pkcs12};
use rustls_pki_types::CertificateDer;

/// What a file gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// What the file is.
    pub form: Form,
    /// At least one, in the file's order.
    pub certificates: Vec<CertificateDer<'static>>,
}

/// Reads the trusted certificates of a file.
pub fn trust(bytes: &[u8], password: Option<&[u8]>) -> Result<Trusted, KeystoreError> {
    let form = detect(bytes)?;
    let contents = match form {
        Form::Pem => pem::open(bytes)?,
        Form::Der => Contents {
            certificates: vec![Found {
                certificate: CertificateDer::from(bytes.to_vec()),
                marked: false,
                key_id: None,
            }],
            keys: Vec::new(),
            other: Vec::new(),
        },
        Form::Key => {
            return Err(KeystoreError::NotAStore {
                looks: "looks like a private key",
            });
        }
        Form::Pkcs12 => pkcs12::open(bytes, password)?,
        Form::Jks | Form::Jceks => jks::open(bytes, password)?,
    };
    let certificates = choose(form, &contents)?;
    may_vouch(&certificates)?;
    Ok(Trusted { form, certificates })
}

/// Refuses what must not be trusted as an authority is.
pub fn may_vouch(certificates: &[CertificateDer<'_>]) -> Result<(), KeystoreError> {
    for (at, found) in certificates.iter().enumerate() {
        let index = at + 1;
        let vouches = Vouches::of(found);
        let parsed = certificate::parse(found).zip(vouches);
        let (parsed, vouches) = parsed.ok_or(KeystoreError::DamagedCertificate { index })?;
        if vouches == Vouches::ForNobody {
            return Err(KeystoreError::NoAuthority {
                index,
                subject: parsed.subject().to_string(),
                issuer: parsed.issuer().to_string(),
            });
        }
    }
    Ok(())
}

fn choose(form: Form, contents: &Contents) -> Result<Vec<CertificateDer<'static>>, KeystoreError> {
    let all = || contents.certificates.iter();
    let is_chosen = |found: &&Found| match form {
        Form::Pkcs12 if contents.keys.is_empty() && !all().any(|found| found.marked) => true,
        Form::Pkcs12 => found.marked,
        _ => true,
    };
    let chosen: Vec<_> = all()
        .filter(is_chosen)
        .map(|found| found.certificate.clone())
        .collect();
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let beside: usize = contents.keys.iter().map(|key| key.chain.len()).sum();
    let held = contents.certificates.len() + beside;
    if held > 0 {
        return Err(KeystoreError::NoTrusted);
    }
    let mut found = contents.other.clone();
    found.dedup();
    if !contents.keys.is_empty() {
        found.push("a private key".to_owned());
    }
    Err(KeystoreError::NoCertificate {
        form,
        found: found.join(", "),
    })
}

#[cfg(test)]
mod tests;
