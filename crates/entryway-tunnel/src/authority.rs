//! The authority of one site: a key and a certificate at the hub, by which the hub and the connectors of that site, and
//! nobody else, know one another.

use crate::identity::{self, SiteRole};
use aws_lc_rs::digest::{SHA256, digest};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PublicKeyData, SanType, SerialNumber, SubjectPublicKeyInfo,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::fmt;
use std::time::{Duration, SystemTime};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer as _;
use zeroize::Zeroizing;

/// A certificate begins earlier than it is made: the other end's clock may be behind.
const BACKDATED: Duration = Duration::from_secs(86_400);
/// Nothing renews an authority: a site that outlives it is enrolled anew.
const AUTHORITY_LIFE: Duration = Duration::from_secs(30 * 365 * 86_400);
/// The longest request for a certificate that is read: one for P-256 has some 300 bytes.
const MAX_REQUEST: usize = 4 << 10;

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// What was kept is no authority.
    #[error("what is kept of the site's authority cannot be read")]
    Unreadable,
    /// A connector asked with something that is no request.
    #[error("the request for a certificate cannot be read")]
    BadRequest,
    /// The request is not signed by the key that it names.
    #[error("the request for a certificate is not signed by the key in it")]
    BadSignature,
    /// Another kind of key than is used here.
    #[error("the key in the request for a certificate is not of the curve P-256")]
    WrongKey,
    /// The library failed, which no input makes it do.
    #[error("the certificate cannot be made: {0}")]
    Failed(String),
}

/// A site's authority, able to issue.
pub struct SiteAuthority {
    site: String,
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

impl fmt::Debug for SiteAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SiteAuthority({})", self.site)
    }
}

/// A hub's certificate for one site, with its key.
pub struct HubLeaf {
    /// The hub's own, then the authority's: a connector that enrols knows no more than the fingerprint of that.
    pub chain: Vec<CertificateDer<'static>>,
    /// Its key.
    pub key: PrivateKeyDer<'static>,
    /// The last moment at which it is accepted.
    pub not_after: SystemTime,
}

impl SiteAuthority {
    /// A new one, with a key of its own.
    pub fn make(site: &str, now: SystemTime) -> Result<Self, AuthorityError> {
        let key = KeyPair::generate().map_err(failed)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = named(&format!("entryway site {site}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        lasting(&mut params, now, AUTHORITY_LIFE)?;
        let certificate = params.self_signed(&key).map_err(failed)?;
        Ok(Self {
            site: site.to_owned(),
            certificate: certificate.der().clone(),
            key,
        })
    }

    /// One that was kept: its certificate, and the key as PKCS#8.
    pub fn load(site: &str, certificate: &[u8], key: &[u8]) -> Result<Self, AuthorityError> {
        let unreadable = |_| AuthorityError::Unreadable;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key));
        let key = KeyPair::from_der_and_sign_algo(&key, &rcgen::PKCS_ECDSA_P256_SHA256)
            .map_err(unreadable)?;
        let certificate = CertificateDer::from(certificate.to_vec());
        let fits = identity::spki_of(&certificate)
            .is_some_and(|spki| spki == key.subject_public_key_info());
        if !fits {
            return Err(AuthorityError::Unreadable);
        }
        Ok(Self {
            site: site.to_owned(),
            certificate,
            key,
        })
    }

    /// The site.
    pub fn site(&self) -> &str {
        &self.site
    }
    /// Its certificate.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }
    /// The SHA-256 of its certificate; a ticket carries its first half.
    pub fn fingerprint(&self) -> [u8; 32] {
        sha256(&self.certificate)
    }
    /// Its key as PKCS#8, to be kept sealed.
    pub fn key_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.key.serialize_der())
    }

    /// What one node of the hub shows the connectors of this site; its key is made here and lives in memory.
    pub fn issue_hub(&self, now: SystemTime, life: Duration) -> Result<HubLeaf, AuthorityError> {
        let key = KeyPair::generate().map_err(failed)?;
        let mut params = self.leaf(&SiteRole::Hub, now, life)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let name = identity::server_name(&self.site);
        params.subject_alt_names.push(SanType::DnsName(
            name.try_into().map_err(|_| AuthorityError::Unreadable)?,
        ));
        let leaf = self.sign(&params, &key)?;
        Ok(HubLeaf {
            chain: vec![leaf, self.certificate.clone()],
            key: PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            not_after: now + life,
        })
    }

    /// A certificate for a connector's key. Of its request nothing counts but the key and that it has it: what it is
    /// called and may do is for the hub to say.
    pub fn issue_connector(
        &self,
        request: &[u8],
        connector: &str,
        now: SystemTime,
        life: Duration,
    ) -> Result<CertificateDer<'static>, AuthorityError> {
        let key = key_of_request(request)?;
        let role = SiteRole::Connector(connector.to_owned());
        let mut params = self.leaf(&role, now, life)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(&params, &key)
    }

    fn leaf(
        &self,
        role: &SiteRole,
        now: SystemTime,
        life: Duration,
    ) -> Result<CertificateParams, AuthorityError> {
        let uri = role.uri(&self.site);
        let mut params = CertificateParams::default();
        params.distinguished_name = named(match role {
            SiteRole::Hub => "entryway hub",
            SiteRole::Connector(id) => id,
        });
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        params.subject_alt_names = vec![SanType::URI(
            uri.try_into().map_err(|_| AuthorityError::Unreadable)?,
        )];
        lasting(&mut params, now, life)?;
        Ok(params)
    }

    fn sign(
        &self,
        params: &CertificateParams,
        key: &impl PublicKeyData,
    ) -> Result<CertificateDer<'static>, AuthorityError> {
        let issuer = Issuer::from_ca_cert_der(&self.certificate, &self.key).map_err(failed)?;
        let certificate = params.signed_by(key, &issuer).map_err(failed)?;
        Ok(certificate.der().clone())
    }
}

/// The key of a request that is signed by it.
fn key_of_request(request: &[u8]) -> Result<SubjectPublicKeyInfo, AuthorityError> {
    if request.len() > MAX_REQUEST {
        return Err(AuthorityError::BadRequest);
    }
    let (rest, read) =
        X509CertificationRequest::from_der(request).map_err(|_| AuthorityError::BadRequest)?;
    if !rest.is_empty() {
        return Err(AuthorityError::BadRequest);
    }
    let spki = read.certification_request_info.subject_pki.raw;
    let key = SubjectPublicKeyInfo::from_der(spki).map_err(|_| AuthorityError::WrongKey)?;
    if *key.algorithm() != rcgen::PKCS_ECDSA_P256_SHA256 {
        return Err(AuthorityError::WrongKey);
    }
    read.verify_signature()
        .map_err(|_| AuthorityError::BadSignature)?;
    Ok(key)
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

fn lasting(
    params: &mut CertificateParams,
    now: SystemTime,
    life: Duration,
) -> Result<(), AuthorityError> {
    params.not_before = (now - BACKDATED).into();
    params.not_after = (now + life).into();
    let mut serial = [0; 16];
    getrandom::fill(&mut serial).map_err(failed)?;
    // Positive, as RFC 5280 §4.1.2.2 wants it.
    if let Some(first) = serial.first_mut() {
        *first = *first & 0x7f | 0x40;
    }
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    Ok(())
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    for (byte, found) in out.iter_mut().zip(digest(&SHA256, bytes).as_ref()) {
        *byte = *found;
    }
    out
}

fn failed(error: impl fmt::Display) -> AuthorityError {
    AuthorityError::Failed(error.to_string())
}

#[cfg(test)]
mod tests;
