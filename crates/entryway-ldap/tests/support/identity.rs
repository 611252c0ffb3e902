//! Certificates made for a test: an authority, and leaves that are right or wrong in one way.

use entryway_ldap::{TlsClient, TlsOptions, TlsVersion, TrustSource, TrustStore};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use tokio_rustls::rustls::{
    RootCertStore, ServerConfig, SupportedProtocolVersion, crypto::aws_lc_rs, version,
};

pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub certificate: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Authority {
    pub fn new() -> Self {
        Self::named("Test Authority")
    }
    pub fn named(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![
            KeyUsagePurpose::KeyCertSign,
            KeyUsagePurpose::DigitalSignature,
        ];
        let certificate = params.self_signed(&key).unwrap().der().clone();
        let der = key.serialize_der();
        Self {
            issuer: Issuer::new(params, key),
            certificate,
            key: der,
        }
    }
    /// For the given names, valid from the first of January of one year to that of another.
    pub fn leaf(&self, names: &[&str], from: i32, to: i32) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        acceptor(
            certificate.der().clone(),
            key.serialize_der(),
            &[&version::TLS13, &version::TLS12],
        )
    }
    /// A good one for `127.0.0.1` and `localhost`.
    pub fn good(&self) -> TlsAcceptor {
        self.leaf(&["127.0.0.1", "localhost"], 2020, 2090)
    }
    /// The authority's own certificate as a server's.
    pub fn own(&self) -> TlsAcceptor {
        acceptor(
            self.certificate.clone(),
            self.key.clone(),
            &[&version::TLS13],
        )
    }
    /// Asks for a client's certificate, as Active Directory does, and does without. Each handshake is a whole one.
    pub fn asking(&self) -> TlsAcceptor {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&version::TLS13])
            .unwrap()
            .with_client_cert_verifier(verifier.allow_unauthenticated().build().unwrap())
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        TlsAcceptor::from(Arc::new(config))
    }
    pub fn old_tls(&self) -> TlsAcceptor {
        acceptor(
            self.certificate.clone(),
            self.key.clone(),
            &[&version::TLS12],
        )
    }
    pub fn client(&self) -> TlsClient {
        self.client_with(TlsVersion::Tls12, None)
    }
    pub fn client_of(&self, options: TlsOptions) -> TlsClient {
        let store = TrustStore::load(&[TrustSource::Der(vec![self.certificate.clone()])]).unwrap();
        TlsClient::with(&store, None, options).unwrap()
    }
    pub fn client_with(&self, version: TlsVersion, server_name: Option<&str>) -> TlsClient {
        let store = TrustStore::load(&[TrustSource::Der(vec![self.certificate.clone()])]).unwrap();
        TlsClient::new(&store, None, version, server_name).unwrap()
    }
}

fn acceptor(
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
    versions: &[&'static SupportedProtocolVersion],
) -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(key).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
