use super::*;
use crate::support::attribute;
use std::collections::HashSet;

fn check(name: &str, expected: bool) {
    assert_eq!(is_secret_attribute(&attribute(name)), expected, "{name}");
}

#[test]
fn every_name_and_oid_of_the_list_in_any_case_and_with_options() {
    let mut seen = HashSet::new();
    for name in SECRET.into_iter().flatten() {
        assert!(
            seen.insert(name.to_lowercase()),
            "{name} stands there twice"
        );
        check(name, true);
        check(&name.to_uppercase(), true);
        check(&format!("{name};binary"), true);
    }
}

#[test]
fn families() {
    for name in [
        "trustAuthAnything",
        "msLAPS-Password",
        "mslaps-encryptedpasswordhistory",
        "1.2.840.113556.1.6.44.1.3",
        "ms-Mcs-AdmPwd",
        "ms-Mcs-AdmPwdHistory",
        "1.2.840.113556.1.8000.2554.50051.45980.28112.18903.35903.6685103.1224907.2.1",
    ] {
        check(name, true);
    }
}

#[test]
fn what_is_no_secret() {
    for name in [
        "uid",
        "mail",
        "pwdLastSet",
        "pwdAccountLockedTime",
        "userPasswordHint",
        "mslap",
        "userCertificate",
        "krbPrincipalName",
        "2.5.4.3",
        "2.5.4.35.1",
        "1.2.840.113556.1.4.9",
        "1.2.840.113556.1.6.44.1",
    ] {
        check(name, false);
    }
}

#[test]
fn every_listed_name_fits_the_room_in_which_it_is_looked_up() {
    let names = SECRET.iter().flat_map(|names| names.iter());
    for name in names {
        assert!(name.len() <= LONGEST, "{name}");
        check(name, true);
        check(&name.to_ascii_uppercase(), true);
    }
}
