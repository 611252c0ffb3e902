//! What one client is told about versions, ciphers and whom to accept, beside its stores.

use super::certificate::shown;
use super::names::{Names, TrustedHost};
use super::revocation::Crls;
use super::verifier::Rules;
use super::{TlsSetupError, TlsVersion, server_name};
use entryway_ldap_types::Fingerprint;
use rustls::crypto::CryptoProvider;
use rustls::{CipherSuite, SupportedProtocolVersion};
use rustls_pki_types::ServerName;
use std::sync::Arc;

/// How to speak TLS, and whom to accept. The default is a verified server, any version and suite that
/// Entryway speaks, and the name that is dialled.
#[derive(Debug, Clone)]
pub struct TlsOptions {
    /// The oldest version that is spoken.
    pub min_version: TlsVersion,
    /// The newest.
    pub max_version: TlsVersion,
    /// Cipher suites by their registered names; empty for all.
    pub ciphers: Vec<String>,
    /// The name expected in the certificate, when it is not the host's.
    pub server_name: Option<String>,
    /// Names that are accepted beside it; `*.` before one stands for one label.
    pub trusted_hosts: Vec<String>,
    /// Whether the common name of a certificate without alternative names counts.
    pub allow_common_name: bool,
    /// Where there are any, certificates with these fingerprints alone are accepted, and no chain is built.
    pub pins: Vec<Fingerprint>,
    /// Where there are any, every certificate of a chain must be covered by one.
    pub crls: Crls,
    /// False accepts anybody's certificate.
    pub verify: bool,
}

impl Default for TlsOptions {
    fn default() -> Self {
        Self {
            min_version: TlsVersion::Tls12,
            max_version: TlsVersion::Tls13,
            ciphers: Vec::new(),
            server_name: None,
            trusted_hosts: Vec::new(),
            allow_common_name: false,
            pins: Vec::new(),
            crls: Crls::default(),
            verify: true,
        }
    }
}

/// What Entryway can speak, whatever is configured.
pub(super) fn provider() -> CryptoProvider {
    rustls::crypto::aws_lc_rs::default_provider()
}

/// Every cipher suite that can be configured, the preferred first.
pub fn cipher_names() -> Vec<String> {
    let suites = provider().cipher_suites;
    suites
        .iter()
        .map(|suite| suite_name(suite.suite()))
        .collect()
}

/// The registry's spelling; the library marks suites of TLS 1.3 with its own prefix.
pub(super) fn suite_name(suite: CipherSuite) -> String {
    let name = format!("{suite:?}");
    match name.strip_prefix("TLS13_") {
        Some(rest) => format!("TLS_{rest}"),
        None => name,
    }
}

impl TlsOptions {
    pub(super) fn expected(&self) -> Result<Option<ServerName<'static>>, TlsSetupError> {
        self.server_name.as_deref().map(server_name).transpose()
    }
    pub(super) fn versions(&self) -> Result<Vec<&'static SupportedProtocolVersion>, TlsSetupError> {
        if self.max_version < self.min_version {
            return Err(TlsSetupError::Versions);
        }
        let all = [
            (TlsVersion::Tls13, &rustls::version::TLS13),
            (TlsVersion::Tls12, &rustls::version::TLS12),
        ];
        Ok(all
            .into_iter()
            .filter(|(version, _)| (self.min_version..=self.max_version).contains(version))
            .map(|(_, version)| version)
            .collect())
    }
    pub(super) fn provider(&self) -> Result<CryptoProvider, TlsSetupError> {
        let mut provider = provider();
        if self.ciphers.is_empty() {
            return Ok(provider);
        }
        let known = cipher_names();
        if let Some(unknown) = self.ciphers.iter().find(|name| !known.contains(name)) {
            return Err(TlsSetupError::Cipher {
                name: unknown.clone(),
            });
        }
        provider
            .cipher_suites
            .retain(|suite| self.ciphers.contains(&suite_name(suite.suite())));
        Ok(provider)
    }
    pub(super) fn rules(&self) -> Result<Rules, TlsSetupError> {
        let trusted = self.trusted_hosts.iter().map(|host| {
            TrustedHost::parse(host).map_err(|source| TlsSetupError::TrustedHost {
                name: shown(host),
                source,
            })
        });
        Ok(Rules {
            names: Names {
                trusted: trusted.collect::<Result<_, _>>()?,
                allow_common_name: self.allow_common_name,
            },
            pins: self.pins.clone(),
            crls: self.crls.clone(),
            anybody: !self.verify,
        })
    }
    /// What a server is offered, in words.
    pub(super) fn offered(&self) -> Arc<str> {
        let versions = match (self.min_version, self.max_version) {
            (TlsVersion::Tls13, _) => "TLS 1.3",
            (_, TlsVersion::Tls12) => "TLS 1.2",
            _ => "TLS 1.2 and 1.3",
        };
        if self.ciphers.is_empty() {
            let modern = "ECDHE and AES-GCM or ChaCha20-Poly1305";
            format!("{versions} with {modern}").into()
        } else {
            format!("{versions} with {}", self.ciphers.join(", ")).into()
        }
    }
}
