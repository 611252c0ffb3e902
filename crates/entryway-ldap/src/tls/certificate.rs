//! What a certificate says, as far as an administrator or a check wants to know it.
//!
//! For showing and for choosing words. Whether a certificate is accepted is decided on what webpki
//! reads of it, or on its exact bytes; the key of a pinned one that webpki cannot read is the only
//! thing here that a verdict rests on.

use aws_lc_rs::digest::{SHA256, digest};
use entryway_ldap_types::{Fingerprint, Utc};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, SubjectPublicKeyInfoDer};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{ASN1Time, FromDer as _, X509Certificate, X509Name, X509Version};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

/// Below this an RSA key is not accepted; aws-lc-rs draws the line here too.
pub(super) const LEAST_RSA_BITS: usize = 2048;

/// One certificate in words and dates. Names are as the certificate has them, with control characters
/// escaped: whoever made it chose them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Whose it is, `CN=dc1.corp.example, O=Example`.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The last common name of the subject.
    pub common_name: Option<String>,
    /// DNS names and addresses of the subject alternative name.
    pub names: Vec<String>,
    /// Its first moment.
    pub not_before: SystemTime,
    /// Its last moment.
    pub not_after: SystemTime,
    /// Of the whole certificate.
    pub fingerprint: Fingerprint,
    /// `RSA 2048`, `EC P-256`, `Ed25519`.
    pub key: String,
    /// `sha256WithRSAEncryption`, or the algorithm's OID.
    pub signature: String,
    /// X.509 version: 1 or 3 in practice.
    pub version: u32,
    /// Whether it may sign others.
    pub is_authority: bool,
    /// Whether subject and issuer are the same name.
    pub is_self_issued: bool,
    /// What it is for, `serverAuth` and the like: its extended key usage. `None` where it has none, and is for anything.
    pub usages: Option<Vec<String>>,
    pub(super) rsa_bits: Option<usize>,
    pub(super) has_alternative_names: bool,
    pub(super) has_name_constraints: bool,
}

impl CertificateFacts {
    /// Reads a certificate; `None` when it is none.
    pub fn read(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let (names, has_alternative_names) = alternative_names(&certificate);
        let key = certificate.public_key();
        let rsa_bits = match key.parsed() {
            Ok(PublicKey::RSA(rsa)) => Some(bits(rsa.modulus)),
            _ => None,
        };
        let constraints = certificate.name_constraints();
        Some(Self {
            subject: name(certificate.subject()),
            issuer: name(certificate.issuer()),
            common_name: certificate
                .subject()
                .iter_common_name()
                .last()
                .and_then(|name| name.as_str().ok())
                .map(shown),
            has_alternative_names,
            names,
            not_before: moment(&certificate.validity().not_before),
            not_after: moment(&certificate.validity().not_after),
            fingerprint: fingerprint(der),
            key: key_in_words(key, rsa_bits),
            signature: signature_in_words(
                &certificate.signature_algorithm.algorithm.to_id_string(),
            ),
            version: match certificate.version() {
                X509Version(number) => number + 1,
            },
            is_authority: certificate.is_ca(),
            is_self_issued: certificate.subject().as_raw() == certificate.issuer().as_raw(),
            usages: usages(&certificate),
            rsa_bits,
            // What cannot be read may say anything.
            has_name_constraints: !matches!(constraints, Ok(None)),
        })
    }
    /// Whether it may show a server who its holder is.
    pub fn is_for_clients(&self) -> bool {
        self.usages.as_ref().is_none_or(|usages| {
            let counts = |usage: &String| usage == "any" || usage == "clientAuth";
            usages.iter().any(counts)
        })
    }
    /// Whether its key is too short to prove anything.
    pub(super) fn has_weak_key(&self) -> bool {
        self.rsa_bits.is_some_and(|bits| bits < LEAST_RSA_BITS)
    }
    /// Whether its signature could have been made for another certificate.
    pub(super) fn has_weak_signature(&self) -> bool {
        let name = self.signature.to_ascii_lowercase();
        ["sha1", "md5", "md2", "md4"]
            .iter()
            .any(|weak| name.contains(weak))
    }
}

/// The certificates of a file, PEM or DER, each as DER; `None` when one of them is damaged, or there is none.
pub fn certificates_in(file: &[u8]) -> Option<Vec<Vec<u8>>> {
    let found: Vec<CertificateDer<'_>> = if file.first() == Some(&0x30) {
        vec![CertificateDer::from(file)]
    } else {
        let sections = CertificateDer::pem_slice_iter(file);
        sections.collect::<Result<_, _>>().ok()?
    };
    let is_one = |der: &CertificateDer<'_>| CertificateFacts::read(der).is_some();
    (!found.is_empty() && found.iter().all(is_one))
        .then(|| found.iter().map(|der| der.to_vec()).collect())
}

/// The SHA-256 of a certificate's DER.
pub fn fingerprint(der: &[u8]) -> Fingerprint {
    let mut bytes = [0; Fingerprint::BYTES];
    for (byte, found) in bytes.iter_mut().zip(digest(&SHA256, der).as_ref()) {
        *byte = *found;
    }
    Fingerprint::new(bytes)
}

/// The key of a certificate of any version.
pub(super) fn public_key(der: &[u8]) -> Option<SubjectPublicKeyInfoDer<'_>> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Some(certificate.tbs_certificate.subject_pki.raw.into())
}

/// A name in DER, without its outer tag as trust anchors hold it, in words.
pub(super) fn name_of_anchor(der: &[u8]) -> String {
    let mut whole = vec![0x30];
    match u8::try_from(der.len()) {
        Ok(short @ 0..=127) => whole.push(short),
        Ok(long) => whole.extend([0x81, long]),
        Err(_) => match u16::try_from(der.len()) {
            Ok(long) => {
                whole.push(0x82);
                whole.extend(long.to_be_bytes());
            }
            Err(_) => return "a name of over 64 KiB".to_owned(),
        },
    }
    whole.extend(der);
    X509Name::from_der(&whole).map_or_else(
        |_| "a name that cannot be read".to_owned(),
        |(_, found)| name(&found),
    )
}

fn name(found: &X509Name<'_>) -> String {
    let text = shown(&found.to_string());
    if text.is_empty() {
        "a nameless one".to_owned()
    } else {
        text
    }
}

/// Control characters and what turns the direction of writing never reach a terminal or a log.
pub(super) fn shown(text: &str) -> String {
    let turns = |char: char| matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, char| {
            if char.is_control() || turns(char) {
                out.extend(char.escape_default());
            } else {
                out.push(char);
            }
            out
        })
}

/// The names, and whether there are any that count before a common name (RFC 6125 §6.4.4): what cannot be
/// read may be one.
/// RFC 5280 §4.2.1.12.
fn usages(certificate: &X509Certificate<'_>) -> Option<Vec<String>> {
    let found = match certificate.extended_key_usage() {
        Ok(Some(found)) => found.value,
        Ok(None) => return None,
        Err(_) => return Some(vec!["what cannot be read".to_owned()]),
    };
    let known = [
        (found.any, "any"),
        (found.server_auth, "serverAuth"),
        (found.client_auth, "clientAuth"),
        (found.code_signing, "codeSigning"),
        (found.email_protection, "emailProtection"),
        (found.time_stamping, "timeStamping"),
        (found.ocsp_signing, "OCSPSigning"),
    ];
    let known = known.into_iter().filter(|(is_there, _)| *is_there);
    let others = found.other.iter().map(|oid| oid.to_id_string());
    Some(
        known
            .map(|(_, name)| name.to_owned())
            .chain(others)
            .collect(),
    )
}

fn alternative_names(certificate: &X509Certificate<'_>) -> (Vec<String>, bool) {
    let found = match certificate.subject_alternative_name() {
        Ok(Some(found)) => found,
        Ok(None) => return (Vec::new(), false),
        Err(_) => return (Vec::new(), true),
    };
    let all = &found.value.general_names;
    let names = all.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(shown(name)),
        GeneralName::IPAddress(bytes) => Some(address(bytes)),
        _ => None,
    });
    let counts = |name: &GeneralName<'_>| {
        matches!(
            name,
            GeneralName::DNSName(_)
                | GeneralName::IPAddress(_)
                | GeneralName::URI(_)
                | GeneralName::Invalid(..)
        )
    };
    (names.collect(), all.iter().any(counts))
}

fn address(bytes: &[u8]) -> String {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        Ipv4Addr::from(four).to_string()
    } else if let Ok(sixteen) = <[u8; 16]>::try_from(bytes) {
        Ipv6Addr::from(sixteen).to_string()
    } else {
        "an address that cannot be read".to_owned()
    }
}

fn bits(modulus: &[u8]) -> usize {
    let significant = modulus.iter().skip_while(|byte| **byte == 0);
    let mut bits = significant.clone().count() * 8;
    if let Some(first) = significant.clone().next() {
        bits -= usize::try_from(first.leading_zeros()).unwrap_or(0);
    }
    bits
}

fn key_in_words(key: &SubjectPublicKeyInfo<'_>, rsa_bits: Option<usize>) -> String {
    if let Some(bits) = rsa_bits {
        return format!("RSA {bits}");
    }
    let algorithm = key.algorithm.algorithm.to_id_string();
    let curve = || {
        let parameters = key.algorithm.parameters.as_ref()?;
        parameters.as_oid().ok().map(|oid| oid.to_id_string())
    };
    match algorithm.as_str() {
        "1.2.840.10045.2.1" => match curve().as_deref() {
            Some("1.2.840.10045.3.1.7") => "EC P-256".to_owned(),
            Some("1.3.132.0.34") => "EC P-384".to_owned(),
            Some("1.3.132.0.35") => "EC P-521".to_owned(),
            Some(curve) => format!("EC {curve}"),
            None => "EC".to_owned(),
        },
        "1.3.101.112" => "Ed25519".to_owned(),
        "1.3.101.113" => "Ed448".to_owned(),
        "1.2.840.10040.4.1" => "DSA".to_owned(),
        _ => algorithm,
    }
}

fn signature_in_words(oid: &str) -> String {
    match oid {
        "1.2.840.113549.1.1.2" => "md2WithRSAEncryption",
        "1.2.840.113549.1.1.4" => "md5WithRSAEncryption",
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => "sha1WithRSAEncryption",
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
        "1.2.840.10040.4.3" => "dsa-with-SHA1",
        "1.3.101.112" => "Ed25519",
        other => other,
    }
    .to_owned()
}

fn moment(time: &ASN1Time) -> SystemTime {
    match u64::try_from(time.timestamp()) {
        Ok(seconds) => UNIX_EPOCH.checked_add(Duration::from_secs(seconds)),
        Err(_) => UNIX_EPOCH.checked_sub(Duration::from_secs(time.timestamp().unsigned_abs())),
    }
    .unwrap_or(UNIX_EPOCH)
}

/// `2026-11-20 18:53:00 UTC`.
pub fn utc(time: SystemTime) -> String {
    let Utc {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = Utc::of(time);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

#[cfg(test)]
mod tests;
