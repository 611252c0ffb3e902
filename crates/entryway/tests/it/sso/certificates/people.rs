//! Authorities, people with certificates, and what is expected of each.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CustomExtension,
    DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair,
    KeyUsagePurpose, OtherNameValue, RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use std::fmt::Write as _;

const UPN: [u64; 10] = [1, 3, 6, 1, 4, 1, 311, 20, 2, 3];
const SMART_CARD: [u64; 10] = [1, 3, 6, 1, 4, 1, 311, 20, 2, 2];
const ISSUER: &str = "CN=People CA";

pub(super) const SETTINGS: &str = r#"
[[domain.staff.dn_filter]]
pattern = "uid=[^,]+,ou=people,dc=corp,dc=example"
"#;

const EVERY_RULE: &str = r#"
[certificate_login]
listen = "127.0.0.1:0"
url = "https://cert.corp.example:8444"
tls = { certificate = "asking.crt", key = "asking.key" }
trust = ["people-ca.pem"]
crls = ["people.crl", "sub.crl"]
addresses = ["127.0.0.0/8"]
offer = "button"

[[certificate_login.rule]]
from = "upn"

[[certificate_login.rule]]
from = "email"

[[certificate_login.rule]]
from = "subject"

[[certificate_login.rule]]
from = "issuer_serial"
filter = "(businessCategory={issuer} {serial})"

[[certificate_login.rule]]
from = "thumbprint"
filter = "(roomNumber={thumbprint})"

[[certificate_login.rule]]
from = "user_certificate"

[[certificate_login.rule]]
from = "alt_security_identities"
"#;

const BY_UPN: &str = r#"
[certificate_login]
listen = "127.0.0.1:0"
url = "https://cert.corp.example:8444"
tls = { certificate = "asking.crt", key = "asking.key" }
trust = ["people-ca.pem"]
crls = ["people.crl", "sub.crl"]
addresses = ["127.0.0.0/8"]
eku = "smart_card"

[[certificate_login.rule]]
from = "upn"
"#;

const OLD_ACCEPTED: &str = r#"
[certificate_login]
listen = "127.0.0.1:0"
url = "https://cert.corp.example:8444"
tls = { certificate = "asking.crt", key = "asking.key" }
trust = ["people-ca.pem"]
crls = ["people.crl"]
crl_unknown = "accept"
addresses = ["127.0.0.0/8"]
real_users = true

[[certificate_login.rule]]
from = "upn"
"#;

/// What stands in the document's first column, and the configuration.
pub(super) const SETUPS: &[(&str, &str)] = &[
    ("all rules", EVERY_RULE),
    ("`eku = \"smart_card\"`, by UPN alone", BY_UPN),
    ("an old list", EVERY_RULE),
    ("an old list, `crl_unknown = \"accept\"`", OLD_ACCEPTED),
];

/// A certificate with its key, and those that are sent with it.
pub(super) struct Issued {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: Vec<u8>,
}

impl Clone for Issued {
    fn clone(&self) -> Self {
        Self {
            chain: self.chain.clone(),
            key: self.key.clone(),
        }
    }
}

/// One row of the table.
pub(super) struct Row {
    pub(super) what: &'static str,
    pub(super) of: &'static str,
    pub(super) shown: Option<Issued>,
    pub(super) expected: &'static str,
}

/// Everybody.
pub(super) struct House {
    pub(super) authority_pem: String,
    pub(super) list_pem: String,
    pub(super) old_list_pem: String,
    pub(super) sub_list_pem: String,
    pub(super) people: String,
    pub(super) good: Issued,
    rows: Vec<(&'static str, &'static str, Option<Issued>, &'static str)>,
}

type Authority = Issuer<'static, KeyPair>;

fn authority(name: &str) -> (CertificateParams, KeyPair) {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::CrlSign,
        KeyUsagePurpose::DigitalSignature,
    ];
    (params, KeyPair::generate().expect("a key"))
}

/// A person's, in order.
fn person(name: &str, serial: u8) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "Example");
    params.distinguished_name.push(DnType::CommonName, name);
    params.serial_number = Some(SerialNumber::from_slice(&[0x12, 0x34, serial]));
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 1, 1);
    params
}

fn upn(name: &str) -> SanType {
    SanType::OtherName((UPN.to_vec(), OtherNameValue::Utf8String(name.to_owned())))
}

fn by(params: &CertificateParams, authority: &Authority) -> Issued {
    let key = KeyPair::generate().expect("a key");
    let certificate = params.signed_by(&key, authority).expect("a certificate");
    Issued {
        chain: vec![certificate.der().clone()],
        key: key.serialize_der(),
    }
}

fn list(authority: &Authority, revoked: &[u8], next: (i32, u8, u8)) -> String {
    let revoked = revoked.iter().map(|serial| RevokedCertParams {
        serial_number: SerialNumber::from_slice(&[0x12, 0x34, *serial]),
        revocation_time: date_time_ymd(2021, 1, 1),
        reason_code: None,
        invalidity_date: None,
    });
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2021, 1, 1),
        next_update: date_time_ymd(next.0, next.1, next.2),
        crl_number: SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs: revoked.collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let list = list.signed_by(authority).expect("a list");
    list.pem().expect("PEM")
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The claims of a signed token.
pub(super) fn claims(token: &str) -> serde_json::Value {
    let body = token.split('.').nth(1).expect("a body");
    let body = URL_SAFE_NO_PAD.decode(body).expect("base64");
    serde_json::from_slice(&body).expect("JSON")
}

/// An entry, with these lines.
fn entry(ldif: &mut String, name: &str, more: &str) {
    let _ = write!(
        ldif,
        "\ndn: uid={name},ou=people,dc=corp,dc=example\nobjectClass: person\nuid: {name}\ncn: {name}\nsn: {name}\nuserPrincipalName: {name}@corp.example\nuserPassword: right\n{more}"
    );
}

const BASE: &str = "version: 1

dn: dc=corp,dc=example
objectClass: domain
dc: corp

dn: ou=people,dc=corp,dc=example
objectClass: organizationalUnit
ou: people

dn: ou=robots,ou=people,dc=corp,dc=example
objectClass: organizationalUnit
ou: robots

dn: uid=robot,ou=robots,ou=people,dc=corp,dc=example
objectClass: person
uid: robot
cn: robot
sn: robot
userPrincipalName: robot@corp.example

dn: cn=entryway,dc=corp,dc=example
objectClass: person
cn: entryway
sn: entryway
userPassword: service-secret
";

impl House {
    #[rustfmt::skip]
    pub(super) fn new() -> Self {
        let (params, key) = authority("People CA");
        let (root_key, root) = (key.serialize_der(), params.self_signed(&key).expect("a certificate"));
        let ca = Issuer::new(params, key);
        let (params, key) = authority("Sub CA");
        let sub_certificate = params.signed_by(&key, &ca).expect("a certificate");
        let sub = Issuer::new(params, key);
        let (params, key) = authority("Orphan CA");
        let orphan_certificate = params.signed_by(&key, &ca).expect("a certificate");
        let orphan = Issuer::new(params, key);
        let (params, key) = authority("Another CA");
        let other = Issuer::new(params, key);
        let (params, key) = authority("People CA");
        let namesake = Issuer::new(params, key);

        let of = |name: &str, serial: u8| -> CertificateParams {
            let mut params = person(name, serial);
            params.subject_alt_names = vec![upn(&format!("{name}@corp.example"))];
            params
        };
        let changed = |change: &dyn Fn(&mut CertificateParams)| {
            let mut params = of("upn", 10);
            change(&mut params);
            by(&params, &ca)
        };
        let usages = |usages: &[ExtendedKeyUsagePurpose]| {
            changed(&|params| params.extended_key_usages = usages.to_vec())
        };
        let with = |mut issued: Issued, sent: &rcgen::Certificate| {
            issued.chain.push(sent.der().clone());
            issued
        };

        let good = by(&of("upn", 1), &ca);
        let email = {
            let mut params = person("nobody", 2);
            let name = "mail@corp.example".try_into().expect("a name");
            params.subject_alt_names = vec![SanType::Rfc822Name(name)];
            by(&params, &ca)
        };
        let subject = by(&person("subject", 3), &ca);
        let number = by(&person("nobody", 4), &ca);
        let thumbprint = by(&person("nobody", 5), &ca);
        let whole = by(&person("nobody", 6), &ca);
        let alternative = by(&person("nobody", 7), &ca);
        let own_key_id = [0xab, 0xcd, 0xef, 0x01];
        let key_id = {
            let mut params = person("nobody", 8);
            let content = [[0x04, 0x04].as_slice(), &own_key_id].concat();
            params.custom_extensions = vec![CustomExtension::from_oid_content(&[2, 5, 29, 14], content)];
            by(&params, &ca)
        };
        let digest = hexadecimal(digest(&SHA256, &thumbprint.chain[0]).as_ref());

        let mut people = BASE.to_owned();
        entry(&mut people, "upn", "");
        entry(&mut people, "mail", "mail: mail@corp.example\n");
        entry(&mut people, "subject", "entryDN: CN=subject,O=Example\n");
        entry(&mut people, "number", &format!("businessCategory: {ISSUER} 123404\n"));
        entry(&mut people, "thumbprint", &format!("roomNumber: {digest}\n"));
        entry(&mut people, "whole", &format!("userCertificate;binary:: {}\n", STANDARD.encode(&whole.chain[0])));
        entry(&mut people, "alternative", "altSecurityIdentities: X509:<I>CN=People CA<SR>073412\n");
        entry(&mut people, "keyid", &format!("altSecurityIdentities: X509:<SKI>{}\n", hexadecimal(&own_key_id)));
        entry(&mut people, "off", "nsAccountLock: true\n");
        entry(&mut people, "locked", "pwdAccountLockedTime: 000001010000Z\n");
        entry(&mut people, "over", "shadowExpire: 1\n");
        entry(&mut people, "reset", "pwdReset: TRUE\n");
        entry(&mut people, "real", "employeeType: real\nuidNumber: 1042\ngidNumber: 100\nhomeDirectory: /home/real\n");
        entry(&mut people, "one", "userPrincipalName: twin@corp.example\n");
        entry(&mut people, "two", "userPrincipalName: twin@corp.example\n");
        entry(&mut people, "password", "");

        let named = |name: &str| by(&of(name, 20), &ca);
        let card = ExtendedKeyUsagePurpose::Other(SMART_CARD.to_vec());
        let client = ExtendedKeyUsagePurpose::ClientAuth;
        let all = SETUPS[0].0;
        let cards = SETUPS[1].0;
        let old = SETUPS[2].0;
        let old_accepted = SETUPS[3].0;
        let rows = vec![
            (all, "UPN", Some(good.clone()), "accept upn"),
            (all, "mail address", Some(email), "accept mail"),
            (all, "subject DN", Some(subject), "accept subject"),
            (all, "issuer and serial number", Some(number), "accept number"),
            (all, "SHA-256 thumbprint", Some(thumbprint), "accept thumbprint"),
            (all, "`userCertificate` of the entry", Some(whole), "accept whole"),
            (all, "`altSecurityIdentities`, issuer and serial number", Some(alternative), "accept alternative"),
            (all, "`altSecurityIdentities`, key identifier", Some(key_id), "accept keyid"),
            (all, "expired", Some(changed(&|params| params.not_after = date_time_ymd(2021, 1, 1))), "certificate_out_of_date"),
            (all, "not valid yet", Some(changed(&|params| params.not_before = date_time_ymd(2048, 1, 1))), "certificate_out_of_date"),
            (all, "revoked", Some(by(&of("upn", 99), &ca)), "certificate_revoked"),
            (all, "extended key usage of servers", Some(usages(&[ExtendedKeyUsagePurpose::ServerAuth])), "certificate_not_for_login"),
            (all, "no extended key usage", Some(usages(&[])), "certificate_not_for_login"),
            (all, "extended key usage \"any\" alone", Some(usages(&[ExtendedKeyUsagePurpose::Any])), "certificate_not_for_login"),
            (all, "a key that may not sign", Some(changed(&|params| params.key_usages = vec![KeyUsagePurpose::KeyEncipherment])), "certificate_not_for_login"),
            (all, "another authority", Some(by(&of("upn", 11), &other)), "certificate_untrusted"),
            (all, "another authority of the same name", Some(by(&of("upn", 11), &namesake)), "certificate_untrusted"),
            (all, "self-signed", Some({
                let key = KeyPair::generate().expect("a key");
                let own = of("upn", 12).self_signed(&key).expect("a certificate");
                Issued { chain: vec![own.der().clone()], key: key.serialize_der() }
            }), "certificate_untrusted"),
            (all, "the authority's own certificate", Some(Issued { chain: vec![root.der().clone()], key: root_key }), "certificate_untrusted"),
            (all, "by an authority in between, which is sent", Some(with(by(&of("upn", 13), &sub), &sub_certificate)), "accept upn"),
            (all, "by an authority in between, which is not sent", Some(by(&of("upn", 13), &sub)), "certificate_untrusted"),
            (all, "by an authority in between that has no list", Some(with(by(&of("upn", 14), &orphan), &orphan_certificate)), "revocation_unknown"),
            (all, "nobody has it", Some(named("stranger")), "unknown_login"),
            (all, "two entries have it", Some(named("twin")), "ambiguous_login"),
            (all, "two names of two entries", Some(changed(&|params| params.subject_alt_names = vec![upn("upn@corp.example"), upn("mail@corp.example")])), "ambiguous_login"),
            (all, "the account is disabled", Some(named("off")), "account_disabled"),
            (all, "the account is locked", Some(named("locked")), "account_locked"),
            (all, "the account has expired", Some(named("over")), "account_expired"),
            (all, "the password must be changed", Some(named("reset")), "accept reset"),
            (all, "a DN filter refuses", Some(named("robot")), "dn_not_permitted"),
            (all, "a real user", Some(named("real")), "not_for_real_users"),
            (all, "a filter in the name: `*)(uid=*`", Some(changed(&|params| params.subject_alt_names = vec![upn("*)(uid=*")])), "unknown_login"),
            (all, "a NUL in the name", Some(changed(&|params| params.subject_alt_names = vec![upn("upn@corp.example\0.evil.example")])), "unknown_login"),
            (all, "seventeen names", Some(changed(&|params| params.subject_alt_names = (0..17).map(|at| upn(&format!("a{at}@corp.example"))).collect())), "certificate_untrusted"),
            (all, "no certificate", None, "no_certificate"),
            (cards, "for clients alone", Some(good.clone()), "certificate_not_for_login"),
            (cards, "for smart cards too", Some(usages(&[client.clone(), card.clone()])), "accept upn"),
            (cards, "no name that a rule looks for", Some(by(&{
                let mut params = person("nobody", 15);
                params.extended_key_usages = vec![client, card];
                params
            }, &ca)), "certificate_unmapped"),
            (old, "in order", Some(good.clone()), "revocation_unknown"),
            (old, "on the list", Some(by(&of("upn", 99), &ca)), "certificate_revoked"),
            (old_accepted, "in order", Some(good.clone()), "accept upn"),
            (old_accepted, "on the list", Some(by(&of("upn", 99), &ca)), "certificate_revoked"),
            (old_accepted, "a real user, `real_users = true`", Some(named("real")), "accept real"),
        ];
        Self {
            authority_pem: root.pem(),
            list_pem: list(&ca, &[99], (2049, 1, 1)),
            old_list_pem: list(&ca, &[99], (2022, 1, 1)),
            sub_list_pem: list(&sub, &[], (2049, 1, 1)),
            people,
            good,
            rows,
        }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        self.rows.iter().map(|(of, what, shown, expected)| Row {
            what,
            of,
            shown: shown.clone(),
            expected,
        })
    }
}
