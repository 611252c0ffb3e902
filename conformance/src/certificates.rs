//! Certificates for the servers, good ones and bad ones, made anew for each run.

use crate::scratch::write_private;
use anyhow::Result;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

/// The kinds of server certificate the tests need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Certificate {
    /// In order: from the trusted authority, for the address that is dialled.
    Good,
    /// Its validity is over.
    Expired,
    /// Its validity has not begun.
    NotYetValid,
    /// Issued for another host.
    WrongHost,
    /// From an authority that nobody trusts.
    Untrusted,
}

/// A trusted authority and an untrusted one.
#[derive(Debug)]
pub struct Authority {
    trusted: Issuer<'static, KeyPair>,
    other: Issuer<'static, KeyPair>,
    trusted_pem: String,
    other_pem: String,
}

/// Files of one server's certificate and key.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The certificate, PEM.
    pub certificate: PathBuf,
    /// Its key, PEM, readable by the owner alone.
    pub key: PathBuf,
    /// The certificate of the trusted authority, PEM.
    pub authority: PathBuf,
}

impl Authority {
    /// Makes both.
    pub fn new() -> Result<Self> {
        let (trusted, trusted_pem) = authority("Entryway test authority")?;
        let (other, other_pem) = authority("Some other authority")?;
        Ok(Self {
            trusted,
            other,
            trusted_pem,
            other_pem,
        })
    }

    /// The certificate of the authority that the gateway is told to trust.
    pub fn pem(&self) -> &str {
        &self.trusted_pem
    }

    /// The certificate of the other authority.
    pub fn other_pem(&self) -> &str {
        &self.other_pem
    }

    /// Issues a server certificate for an address (and `localhost`), and writes it into a folder.
    pub fn issue(&self, kind: Certificate, address: Ipv4Addr, dir: &Path) -> Result<Identity> {
        let mut params = leaf(address)?;
        let mut issuer = &self.trusted;
        match kind {
            Certificate::Good => {}
            Certificate::Expired => {
                params.not_before = date_time_ymd(2020, 1, 1);
                params.not_after = date_time_ymd(2021, 1, 1);
            }
            Certificate::NotYetValid => {
                params.not_before = date_time_ymd(2090, 1, 1);
                params.not_after = date_time_ymd(2091, 1, 1);
            }
            Certificate::WrongHost => {
                params.subject_alt_names = vec![SanType::DnsName("other.example.org".try_into()?)]
            }
            Certificate::Untrusted => issuer = &self.other,
        }
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, issuer)?;
        let identity = Identity {
            certificate: dir.join("server.crt"),
            key: dir.join("server.key"),
            authority: dir.join("ca.crt"),
        };
        write_private(&identity.certificate, &certificate.pem())?;
        write_private(&identity.key, &key.serialize_pem())?;
        write_private(&identity.authority, &self.trusted_pem)?;
        Ok(identity)
    }

    /// Issues a certificate for hosts by their names, by the trusted authority, and writes it and its key into a folder.
    pub fn issue_for(&self, names: &[&str], certificate: &Path, key: &Path) -> Result<()> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = named("sites");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let pair = KeyPair::generate()?;
        let issued = params.signed_by(&pair, &self.trusted)?;
        write_private(certificate, &issued.pem())?;
        write_private(key, &pair.serialize_pem())
    }

    /// Issues the gateway's own certificate, by the trusted authority or by the other one, and writes it into a
    /// new folder.
    pub fn issue_client(&self, trusted: bool, dir: &Path) -> Result<Identity> {
        std::fs::create_dir(dir)?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name = named("gateway");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate()?;
        let issuer = if trusted { &self.trusted } else { &self.other };
        let certificate = params.signed_by(&key, issuer)?;
        let identity = Identity {
            certificate: dir.join("client.crt"),
            key: dir.join("client.key"),
            authority: dir.join("ca.crt"),
        };
        write_private(&identity.certificate, &certificate.pem())?;
        write_private(&identity.key, &key.serialize_pem())?;
        write_private(&identity.authority, &self.trusted_pem)?;
        Ok(identity)
    }
}

fn authority(name: &str) -> Result<(Issuer<'static, KeyPair>, String)> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate()?;
    let pem = params.self_signed(&key)?.pem();
    Ok((Issuer::new(params, key), pem))
}

fn leaf(address: Ipv4Addr) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    params
        .subject_alt_names
        .push(SanType::IpAddress(IpAddr::V4(address)));
    params.distinguished_name = named("localhost");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

fn named(name: &str) -> DistinguishedName {
    let mut dn = DistinguishedName::new();
    dn.push(DnType::OrganizationName, "Entryway tests");
    dn.push(DnType::CommonName, name);
    dn
}
