//! Who an end of a tunnel is, as its certificate says, and the key by which a connector proves it.

use crate::authority::sha256;
use rcgen::{CertificateParams, KeyPair, PublicKeyData as _};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use zeroize::Zeroizing;

const SCHEME: &str = "entryway:site:";

/// What an end of a tunnel is at its site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SiteRole {
    Hub,
    Connector(String),
}

impl SiteRole {
    /// As it stands in a certificate.
    pub(crate) fn uri(&self, site: &str) -> String {
        match self {
            Self::Hub => format!("{SCHEME}{site}:hub"),
            Self::Connector(id) => format!("{SCHEME}{site}:connector:{id}"),
        }
    }
    fn read(uri: &str) -> Option<(String, Self)> {
        let (site, role) = uri.strip_prefix(SCHEME)?.split_once(':')?;
        let role = match role.split_once(':') {
            None if role == "hub" => Self::Hub,
            Some(("connector", id)) if !id.is_empty() && !id.contains(':') => {
                Self::Connector(id.to_owned())
            }
            _ => return None,
        };
        (!site.is_empty()).then(|| (site.to_owned(), role))
    }
}

/// The name that the inner TLS asks for; no resolver ever sees it.
pub(crate) fn server_name(site: &str) -> String {
    format!("{site}.site.entryway.internal")
}

/// A connector, as the certificate that it has proved says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerIdentity {
    /// The site.
    pub site: String,
    /// Its id there.
    pub connector: String,
    /// The SHA-256 of its public key.
    pub spki: [u8; 32],
    /// Until when the certificate is accepted.
    pub not_after: SystemTime,
    /// The certificate itself: by its key the connector's replies are signed.
    pub certificate: CertificateDer<'static>,
}

/// Why a certificate or a key is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Not readable.
    #[error("the certificate cannot be read")]
    Unreadable,
    /// Another one's.
    #[error("the certificate is not one of a connector")]
    NotAConnector,
    /// The key cannot be used.
    #[error("the key cannot be read: expected one of the curve P-256 as PKCS#8")]
    BadKey,
    /// The library failed.
    #[error("the key cannot be made: {0}")]
    Failed(String),
}

impl PeerIdentity {
    /// What a connector's certificate says. Whether it may be believed, the handshake decides.
    pub fn read(certificate: &CertificateDer<'_>) -> Result<Self, IdentityError> {
        let (site, role) = role_of(certificate).ok_or(IdentityError::NotAConnector)?;
        let SiteRole::Connector(connector) = role else {
            return Err(IdentityError::NotAConnector);
        };
        let spki = spki_of(certificate).ok_or(IdentityError::Unreadable)?;
        Ok(Self {
            site,
            connector,
            spki: sha256(&spki),
            not_after: not_after(certificate).ok_or(IdentityError::Unreadable)?,
            certificate: certificate.clone().into_owned(),
        })
    }
}

/// The site and role that a certificate names, if it names exactly one.
pub(crate) fn role_of(certificate: &CertificateDer<'_>) -> Option<(String, SiteRole)> {
    let (_, read) = X509Certificate::from_der(certificate).ok()?;
    let names = read.subject_alternative_name().ok()??;
    let mut found = names.value.general_names.iter().filter_map(|name| {
        let GeneralName::URI(uri) = name else {
            return None;
        };
        SiteRole::read(uri)
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The public key of a certificate, with its algorithm.
pub(crate) fn spki_of(certificate: &[u8]) -> Option<Vec<u8>> {
    let (_, read) = X509Certificate::from_der(certificate).ok()?;
    Some(read.public_key().raw.to_vec())
}

pub(crate) fn not_after(certificate: &[u8]) -> Option<SystemTime> {
    let (_, read) = X509Certificate::from_der(certificate).ok()?;
    let seconds = u64::try_from(read.validity().not_after.timestamp()).ok()?;
    Some(UNIX_EPOCH + Duration::from_secs(seconds))
}

pub(crate) fn not_before(certificate: &[u8]) -> Option<SystemTime> {
    let (_, read) = X509Certificate::from_der(certificate).ok()?;
    let seconds = u64::try_from(read.validity().not_before.timestamp()).ok()?;
    Some(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// The SHA-256 of the public key of a certificate.
pub fn key_fingerprint(certificate: &CertificateDer<'_>) -> Option<[u8; 32]> {
    spki_of(certificate).map(|spki| sha256(&spki))
}

/// A fingerprint as people compare it at both ends: eight groups of eight digits.
pub fn fingerprint_in_words(fingerprint: &[u8; 32]) -> String {
    let groups: Vec<String> = fingerprint
        .chunks(4)
        .map(|group| group.iter().map(|byte| format!("{byte:02x}")).collect())
        .collect();
    groups.join(" ")
}

/// The key of a connector. It never leaves the connector's machine.
pub struct ConnectorKey(KeyPair);

impl fmt::Debug for ConnectorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConnectorKey(..)")
    }
}

impl ConnectorKey {
    /// A new one.
    pub fn generate() -> Result<Self, IdentityError> {
        KeyPair::generate()
            .map(Self)
            .map_err(|error| IdentityError::Failed(error.to_string()))
    }
    /// From PKCS#8.
    pub fn from_pkcs8(key: &[u8]) -> Result<Self, IdentityError> {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key));
        KeyPair::from_der_and_sign_algo(&key, &rcgen::PKCS_ECDSA_P256_SHA256)
            .map(Self)
            .map_err(|_| IdentityError::BadKey)
    }
    /// As PKCS#8, to be written where nobody else reads.
    pub fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.serialize_der())
    }
    /// The same in PEM.
    pub fn pem(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.serialize_pem())
    }
    /// The SHA-256 of the public key.
    pub fn fingerprint(&self) -> [u8; 32] {
        sha256(&self.0.subject_public_key_info())
    }
    /// Whether `certificate` is for this key.
    pub fn fits(&self, certificate: &CertificateDer<'_>) -> bool {
        key_fingerprint(certificate) == Some(self.fingerprint())
    }
    /// A request for a certificate, signed by the key. The hub takes nothing but the key from it.
    pub fn request(&self) -> Result<Vec<u8>, IdentityError> {
        let request = CertificateParams::default().serialize_request(&self.0);
        let request = request.map_err(|error| IdentityError::Failed(error.to_string()))?;
        Ok(request.der().to_vec())
    }
    pub(crate) fn to_rustls(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(self.0.serialize_der().into())
    }
}

#[cfg(test)]
mod tests;
