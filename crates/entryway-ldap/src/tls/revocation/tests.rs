use super::*;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, date_time_ymd,
};
use std::fs;

fn list() -> rcgen::CertificateRevocationList {
    list_of(2020, 7)
}

/// Made in this year, with one serial number on it.
fn list_of(year: i32, serial: u64) -> rcgen::CertificateRevocationList {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params
        .distinguished_name
        .push(DnType::CommonName, "Test authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::CrlSign];
    let issuer = Issuer::new(params, KeyPair::generate().unwrap());
    CertificateRevocationListParams {
        this_update: date_time_ymd(year, 1, 1),
        next_update: date_time_ymd(2090, 1, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: vec![RevokedCertParams {
            serial_number: SerialNumber::from(serial),
            revocation_time: date_time_ymd(2024, 2, 29),
            reason_code: Some(rcgen::RevocationReason::KeyCompromise),
            invalidity_date: None,
        }],
        key_identifier_method: KeyIdMethod::Sha256,
    }
    .signed_by(&issuer)
    .unwrap()
}

#[test]
fn pem_and_der_are_read_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let list = list();
    let pem = list.pem().unwrap();
    let both = path("both.pem", format!("{pem}{pem}").as_bytes());
    let der = path("one.crl", list.der());
    let crls = Crls::load(&[both, der.clone()]).unwrap();
    let facts: Vec<&CrlFacts> = crls.facts().collect();
    assert_eq!(facts.len(), 3);
    assert!(facts[2].issuer.contains("Test authority"), "{facts:?}");
    assert_eq!(*facts[2].origin, *format!("`{}`", der.display()));
    assert_eq!(
        super::super::utc(facts[2].next_update.unwrap()),
        "2090-01-01 00:00:00 UTC"
    );
    let issuer = crls.lists()[0].issuer().to_vec();
    let (since, reason) = crls.revoked(&issuer, &[7]).unwrap();
    assert_eq!(super::super::utc(since), "2024-02-29 00:00:00 UTC");
    assert_eq!(reason, Some("its key was compromised"));
    assert_eq!(crls.revoked(&issuer, &[8]), None);
    assert_eq!(crls.revoked(b"somebody else", &[7]), None);

    let check = |bytes: &[u8], expected: &str| {
        let error = Crls::load(&[path("bad", bytes)]).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check(b"", "is none: expected PEM");
    check(b"hello", "is none: expected PEM");
    check(&list.der()[..40], "revocation list 1 of");
    let (head, rest) = pem.split_once("CRL-----").unwrap();
    let damaged = format!("{head}CRL-----\n%%%{rest}");
    check(damaged.as_bytes(), "is none: expected PEM");
    let gone = Crls::load(&[dir.path().join("gone")]).unwrap_err();
    assert!(gone.to_string().contains("cannot be read"));
    assert!(Crls::load(&[]).unwrap().is_empty());
}

#[test]
fn of_two_lists_of_one_authority_the_later_one_counts() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new) = (dir.path().join("old.crl"), dir.path().join("new.crl"));
    fs::write(&old, list_of(2020, 7).der()).unwrap();
    fs::write(&new, list_of(2021, 8).der()).unwrap();
    for paths in [[old.clone(), new.clone()], [new, old]] {
        let crls = Crls::load(&paths).unwrap();
        let issuer = crls.lists()[0].issuer().to_vec();
        assert!(crls.revoked(&issuer, &[8]).is_some());
        assert_eq!(crls.revoked(&issuer, &[7]), None);
        let facts = crls.of(&issuer).unwrap();
        assert!(facts.origin.contains("new.crl"), "{facts:?}");
    }
}

#[test]
fn lists_hold_until_the_first_of_them_is_over() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("one.crl");
    fs::write(&path, list().der()).unwrap();
    let crls = Crls::load(&[path]).unwrap();
    let end = crls.facts().next().unwrap().next_update.unwrap();
    assert!(crls.hold_at(end));
    assert!(!crls.hold_at(end + std::time::Duration::from_secs(1)));
    assert!(Crls::default().hold_at(end));
}
