//! Certificates that people hold, made anew for each run: who issues them, whose they are, and what was taken back.

use crate::scratch::write_private;
use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    OtherNameValue, RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// `otherName` of a user principal name (MS-WCCE §2.2.2.7.7.1).
const UPN: [u64; 10] = [1, 3, 6, 1, 4, 1, 311, 20, 2, 3];

/// Who issues people's certificates.
#[derive(Debug)]
pub struct PeopleAuthority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// Whose a certificate is, and what is to be said in it.
#[derive(Debug, Clone)]
pub struct Held<'h> {
    /// The subject, each type (an OID) and value in the order of the certificate.
    pub subject: Vec<(DnType, &'h str)>,
    /// User principal names.
    pub upns: Vec<&'h str>,
    /// Mail addresses.
    pub emails: Vec<&'h str>,
    /// Its number.
    pub serial: Vec<u8>,
    /// What it is for.
    pub purposes: Vec<ExtendedKeyUsagePurpose>,
    /// Its first and last year.
    pub years: (i32, i32),
    /// When it ends, where that is before its last year begins.
    pub ends: Option<SystemTime>,
}

/// Files of a certificate that somebody holds, and the certificate.
#[derive(Debug, Clone)]
pub struct HolderFiles {
    /// The certificate, PEM.
    pub certificate: PathBuf,
    /// Its key, PEM, readable by the owner alone.
    pub key: PathBuf,
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// What it calls its key.
    pub key_id: Vec<u8>,
}

impl<'h> Held<'h> {
    /// In order, for client authentication, with this subject and number, and without any other name.
    pub fn by(name: &'h str, serial: u8) -> Self {
        Self {
            subject: vec![(DnType::CommonName, name)],
            upns: Vec::new(),
            emails: Vec::new(),
            // More than a byte, and none like another: whoever reads it from the wrong end is found out.
            serial: vec![0x12, 0x34, serial],
            purposes: vec![ExtendedKeyUsagePurpose::ClientAuth],
            years: (2020, 2049),
            ends: None,
        }
    }

    /// With this user principal name.
    pub fn upn(mut self, name: &'h str) -> Self {
        self.upns.push(name);
        self
    }

    /// With this mail address.
    pub fn email(mut self, name: &'h str) -> Self {
        self.emails.push(name);
        self
    }
}

impl PeopleAuthority {
    /// One with this name; two of one name differ in their keys.
    pub fn new(name: &[(DnType, &str)]) -> Result<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate()?;
        let pem = params.self_signed(&key)?.pem();
        Ok(Self {
            issuer: Issuer::new(params, key),
            pem,
        })
    }

    /// Its own certificate.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A list with the numbers that [`Held::by`] made of these, good until the first day of that year.
    pub fn list(&self, revoked: &[u8], until: i32) -> Result<String> {
        let revoked = revoked.iter().map(|serial| RevokedCertParams {
            serial_number: SerialNumber::from_slice(&[0x12, 0x34, *serial]),
            revocation_time: date_time_ymd(2021, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2021, 1, 1),
            next_update: date_time_ymd(until, 1, 1),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(list.signed_by(&self.issuer)?.pem()?)
    }

    /// Issues a certificate, and writes it and its key into a folder, by this name.
    pub fn issue(&self, held: &Held<'_>, dir: &Path, name: &str) -> Result<HolderFiles> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name = named(&held.subject);
        params.not_before = date_time_ymd(held.years.0, 1, 1);
        let last = date_time_ymd(held.years.1, 1, 1);
        params.not_after = held.ends.map_or(last, Into::into);
        params.serial_number = Some(SerialNumber::from_slice(&held.serial));
        params.extended_key_usages.clone_from(&held.purposes);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        for upn in &held.upns {
            let name = OtherNameValue::Utf8String((*upn).to_owned());
            let name = SanType::OtherName((UPN.to_vec(), name));
            params.subject_alt_names.push(name);
        }
        for email in &held.emails {
            let name = SanType::Rfc822Name((*email).try_into()?);
            params.subject_alt_names.push(name);
        }
        let key = KeyPair::generate()?;
        // rcgen writes a key's name into an authority's certificate alone.
        let key_id = params.key_identifier(&key);
        params
            .custom_extensions
            .push(rcgen::CustomExtension::from_oid_content(
                &[2, 5, 29, 14],
                octet_string(&key_id)?,
            ));
        let certificate = params.signed_by(&key, &self.issuer)?;
        let files = HolderFiles {
            certificate: dir.join(format!("{name}.crt")),
            key: dir.join(format!("{name}.key")),
            der: certificate.der().to_vec(),
            key_id,
        };
        write_private(&files.certificate, &certificate.pem())?;
        write_private(&files.key, &key.serialize_pem())?;
        Ok(files)
    }
}

impl HolderFiles {
    /// The certificate as LDIF has it.
    pub fn base64(&self) -> String {
        STANDARD.encode(&self.der)
    }
}

fn octet_string(bytes: &[u8]) -> Result<Vec<u8>> {
    let length = u8::try_from(bytes.len())
        .ok()
        .filter(|length| *length < 128);
    let length = length.context("expected a short name of a key")?;
    Ok([[0x04, length].as_slice(), bytes].concat())
}

fn named(name: &[(DnType, &str)]) -> DistinguishedName {
    let mut dn = DistinguishedName::new();
    for (kind, value) in name {
        dn.push(kind.clone(), *value);
    }
    dn
}
