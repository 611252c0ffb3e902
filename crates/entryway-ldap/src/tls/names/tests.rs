use super::*;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};

#[test]
fn trusted_hosts() {
    for good in [
        "dc1",
        "ldap.corp.example",
        "*.corp.example",
        "10.0.0.1",
        "2001:db8::1",
    ] {
        assert!(TrustedHost::parse(good).is_ok(), "{good}");
    }
    for (bad, error) in [
        ("*", TrustedHostError::Star),
        ("dc*.corp.example", TrustedHostError::Star),
        ("a.*.example", TrustedHostError::Star),
        ("*.*.example", TrustedHostError::Star),
        ("*.example", TrustedHostError::TooWide),
        ("*.", TrustedHostError::NoName),
        ("*.10.0.0.1", TrustedHostError::NoName),
        ("", TrustedHostError::NoName),
        ("a b", TrustedHostError::NoName),
    ] {
        assert_eq!(TrustedHost::parse(bad), Err(error), "{bad}");
    }
}

/// A certificate with alternative names, or with a common name alone.
fn certificate(names: &[&str], common_name: Option<&str>) -> Vec<u8> {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name = DistinguishedName::new();
    if let Some(name) = common_name {
        params.distinguished_name.push(DnType::CommonName, name);
    }
    let key = KeyPair::generate().unwrap();
    params.self_signed(&key).unwrap().der().to_vec()
}

fn check(der: &[u8], trusted: &[&str], common: bool, constrained: bool, wanted: &str, fits: bool) {
    let names = Names {
        trusted: trusted
            .iter()
            .map(|host| TrustedHost::parse(host).unwrap())
            .collect(),
        allow_common_name: common,
    };
    let facts = CertificateFacts::read(der).unwrap();
    let der = der.into();
    let parsed = EndEntityCert::try_from(&der).unwrap();
    let wanted = ServerName::try_from(wanted).unwrap();
    let result = names.check(&parsed, &facts, &wanted, constrained);
    assert_eq!(result.is_ok(), fits, "{trusted:?} {wanted:?}: {result:?}");
}

#[test]
fn the_expected_name_or_a_trusted_host() {
    let der = certificate(
        &["node7.corp.example", "*.lb.corp.example", "10.0.0.7"],
        None,
    );
    let plain = |wanted, fits| check(&der, &[], false, false, wanted, fits);
    plain("node7.corp.example", true);
    plain("NODE7.CORP.EXAMPLE", true);
    plain("10.0.0.7", true);
    plain("10.0.0.8", false);
    plain("node8.corp.example", false);
    plain("a.lb.corp.example", true);
    plain("a.b.lb.corp.example", false);
    plain("lb.corp.example", false);
    let trusting = |host, fits| check(&der, &[host], false, false, "ldap.corp.example", fits);
    trusting("*.corp.example", true);
    trusting("*.CORP.example", true);
    trusting("node7.corp.example", true);
    trusting("*.lb.corp.example", true);
    trusting("any.lb.corp.example", true);
    trusting("10.0.0.7", true);
    trusting("*.example.org", false);
    trusting("node8.corp.example", false);
    // One label, not two.
    let deep = certificate(&["a.b.corp.example"], None);
    check(
        &deep,
        &["*.corp.example"],
        false,
        false,
        "ldap.corp.example",
        false,
    );
}

#[test]
fn a_common_name_counts_only_where_that_was_written_and_nothing_else_is_there() {
    let alone = certificate(&[], Some("ldap.corp.example"));
    check(&alone, &[], false, false, "ldap.corp.example", false);
    check(&alone, &[], true, false, "ldap.corp.example", true);
    check(&alone, &[], true, false, "other.corp.example", false);
    check(&alone, &["*.corp.example"], true, false, "10.0.0.1", true);
    check(&alone, &["*.corp.example"], false, false, "10.0.0.1", false);
    // Its authority may vouch for some names only, and nobody holds a common name to that.
    check(&alone, &[], true, true, "ldap.corp.example", false);
    let beside = certificate(&["other.corp.example"], Some("ldap.corp.example"));
    check(&beside, &[], true, false, "ldap.corp.example", false);
    let star = certificate(&[], Some("*.corp.example"));
    check(&star, &[], true, false, "ldap.corp.example", true);
    check(&star, &[], true, false, "a.ldap.corp.example", false);
    let wide = certificate(&[], Some("*.example"));
    check(&wide, &[], true, false, "corp.example", false);
    let address = certificate(&[], Some("10.0.0.7"));
    check(&address, &[], true, false, "10.0.0.7", true);
}
