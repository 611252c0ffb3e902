use super::filter::{NotMapped, filter, holds};
use super::*;
use crate::CertificateBy;
use crate::support::{domain, raw_entry};
use entryway_ldap_types::{CertificatePart, FilterTemplate, Placeholder};

fn certificate() -> Certificate {
    Certificate {
        upns: vec!["jdoe@staff.example".to_owned()],
        emails: vec!["jane.doe@mail.example".to_owned()],
        subject: "CN=Jane Doe,O=Example".to_owned(),
        issuer: "CN=Staff CA,DC=staff,DC=example".to_owned(),
        issuer_for_microsoft: "DC=example,DC=staff,CN=Staff CA".to_owned(),
        serial: [0x01, 0xf4, 0x03].into(),
        key_id: Some([0xab, 0xcd].into()),
        thumbprint: Fingerprint::new([7; 32]),
        der: Arc::from([0x30, 0x00].as_slice()),
    }
}

fn asked(
    by: CertificateBy,
    template: &str,
    certificate: &Certificate,
) -> Result<String, NotMapped> {
    let allowed = CertificatePart::ALL.map(Placeholder::Certificate);
    let template =
        (!template.is_empty()).then(|| FilterTemplate::parse(template, &allowed).unwrap());
    let people = domain("staff").people;
    filter(by, template.as_ref(), certificate, &people).map(|filter| filter.to_string())
}

const AMONG: &str = "(&(objectClass=person)(uid=*))";

fn check(by: CertificateBy, template: &str, expected: &str) {
    let expected = format!("(&{expected}{AMONG})");
    assert_eq!(asked(by, template, &certificate()), Ok(expected));
}

#[test]
fn what_each_kind_of_rule_searches_for() {
    check(
        CertificateBy::Upn,
        "(userPrincipalName={upn})",
        "(userPrincipalName=jdoe@staff.example)",
    );
    check(
        CertificateBy::Email,
        "(mail={email})",
        "(mail=jane.doe@mail.example)",
    );
    check(
        CertificateBy::Subject,
        "(entryDN={subject})",
        "(entryDN=CN=Jane Doe,O=Example)",
    );
    check(
        CertificateBy::IssuerAndSerial,
        "(seeAlso={issuer}/{serial})",
        "(seeAlso=CN=Staff CA,DC=staff,DC=example/01f403)",
    );
    check(
        CertificateBy::Thumbprint,
        "(description={thumbprint})",
        &format!("(description={})", "07".repeat(32)),
    );
    check(
        CertificateBy::AltSecurityIdentities,
        "",
        "(|(altSecurityIdentities=X509:<I>DC=example,DC=staff,CN=Staff CA<SR>03f401)\
         (altSecurityIdentities=X509:<SKI>abcd))",
    );
    check(
        CertificateBy::Entry,
        "",
        "(|(userCertificate={ serialNumber 128003, issuer rdnSequence:\"CN=Staff CA,DC=staff,DC=example\" })\
         (userCertificate=0\\00))",
    );
}

#[test]
fn a_name_is_a_value_whatever_is_in_it() {
    let hostile = Certificate {
        upns: vec!["*)(uid=*".to_owned(), "jdoe@staff.example".to_owned()],
        ..certificate()
    };
    let found = asked(CertificateBy::Upn, "(userPrincipalName={upn})", &hostile).unwrap();
    assert_eq!(
        found,
        format!(
            "(&(|(userPrincipalName=\\2a\\29\\28uid=\\2a)(userPrincipalName=jdoe@staff.example)){AMONG})"
        )
    );
    assert_eq!(hostile.name(), "*)(uid=*");
}

#[test]
fn a_name_that_is_none_finds_nobody() {
    for name in ["", "  ", "jdoe\0@staff.example", "a\nb", &"x".repeat(1025)] {
        let odd = Certificate {
            upns: vec![name.to_owned()],
            emails: Vec::new(),
            ..certificate()
        };
        let found = asked(CertificateBy::Upn, "(uid={upn}*)", &odd);
        assert_eq!(found, Err(NotMapped::NothingThere), "{name:?}");
        assert_eq!(odd.name(), "CN=Jane Doe,O=Example");
        let found = asked(CertificateBy::Email, "(mail={email})", &odd);
        assert_eq!(found, Err(NotMapped::NothingThere));
    }
    let nameless = Certificate {
        issuer_for_microsoft: String::new(),
        key_id: None,
        ..certificate()
    };
    assert_eq!(
        asked(CertificateBy::AltSecurityIdentities, "", &nameless),
        Err(NotMapped::NothingThere)
    );
    // A rule of mail addresses knows no user principal name: the configuration refuses it before.
    assert_eq!(
        asked(CertificateBy::Email, "(mail={upn})", &certificate()),
        Err(NotMapped::Unfillable)
    );
}

#[test]
fn only_the_very_certificate_is_the_entrys() {
    let own = raw_entry("userCertificate;binary", &[b"\x30\x01\x00", b"\x30\x00"]);
    assert!(holds(&own, &certificate()));
    let plain = raw_entry("userCertificate", &[b"\x30\x00"]);
    assert!(holds(&plain, &certificate()));
    let other = raw_entry("userCertificate;binary", &[b"\x30\x01\x00"]);
    assert!(!holds(&other, &certificate()));
}
