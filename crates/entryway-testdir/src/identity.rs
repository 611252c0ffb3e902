//! Certificates made on the spot: good ones, and the bad ones that a client must refuse.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::sync::Arc;

/// Years in which certificates are valid unless they are meant not to be: no test needs another, and
/// some clients refuse dates that X.509 writes differently from 2050 on.
const VALID: (i32, i32) = (2020, 2049);

/// A certificate authority that lives as long as this value. Each one is different, so a
/// certificate of one is untrusted by whoever trusts another.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A server's certificate and key. Cheap to clone; no `Debug`, for the key's sake.
#[derive(Clone)]
pub struct Identity {
    config: Arc<ServerConfig>,
    trust_pem: String,
    certificate_pem: String,
}

/// Why a certificate could not be made.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The certificate could not be made, such as for a name that is not ASCII.
    #[error("a certificate cannot be made")]
    Certificate(#[from] rcgen::Error),
    /// The TLS library refuses it.
    #[error("the certificate cannot be served")]
    Tls(#[from] rustls::Error),
}

impl Authority {
    /// A new authority with a new key.
    pub fn new() -> Result<Self, IdentityError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params
            .distinguished_name
            .push(DnType::CommonName, "Entryway test authority");
        params.not_before = date_time_ymd(VALID.0, 1, 1);
        params.not_after = date_time_ymd(VALID.1, 12, 31);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let pem = params.self_signed(&key)?.pem();
        Ok(Self {
            issuer: Issuer::new(params, key),
            pem,
        })
    }
    /// What a client must trust, in PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }
    /// A certificate for these names and addresses. For names that are not the server's it is the
    /// certificate of the wrong host.
    pub fn issue(&self, names: &[&str]) -> Result<Identity, IdentityError> {
        self.sign(leaf(names)?)
    }
    /// One that was valid throughout 2020 and not since.
    pub fn issue_expired(&self, names: &[&str]) -> Result<Identity, IdentityError> {
        let mut params = leaf(names)?;
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
        self.sign(params)
    }
    /// One that will be valid in 2120.
    pub fn issue_not_yet_valid(&self, names: &[&str]) -> Result<Identity, IdentityError> {
        let mut params = leaf(names)?;
        params.not_before = date_time_ymd(2120, 1, 1);
        params.not_after = date_time_ymd(2121, 1, 1);
        self.sign(params)
    }

    fn sign(&self, params: CertificateParams) -> Result<Identity, IdentityError> {
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Identity::new(&certificate, &key, self.pem.clone())
    }
}

impl Identity {
    /// A certificate that signs itself and is no authority. Its trust is itself.
    pub fn self_signed(names: &[&str]) -> Result<Self, IdentityError> {
        let key = KeyPair::generate()?;
        let certificate = leaf(names)?.self_signed(&key)?;
        Self::new(&certificate, &key, certificate.pem())
    }
    /// What a client must trust for this certificate to be good, in PEM.
    pub fn trust_pem(&self) -> &str {
        &self.trust_pem
    }
    /// The certificate itself, in PEM.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// For a server.
    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    fn new(
        certificate: &rcgen::Certificate,
        key: &KeyPair,
        trust_pem: String,
    ) -> Result<Self, IdentityError> {
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        // Named, so that no process-wide default is read or set.
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Ok(Self {
            config: Arc::new(config),
            trust_pem,
            certificate_pem: certificate.pem(),
        })
    }
}

fn leaf(names: &[&str]) -> Result<CertificateParams, IdentityError> {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "Entryway test directory");
    params.not_before = date_time_ymd(VALID.0, 1, 1);
    params.not_after = date_time_ymd(VALID.1, 12, 31);
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.is_ca = IsCa::ExplicitNoCa;
    Ok(params)
}
