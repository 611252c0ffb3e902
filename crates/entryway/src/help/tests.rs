use super::{about, page, row, store_failure};
use entryway_login::{Fault, Reason};
use std::collections::BTreeSet;

#[test]
fn every_reason_and_fault_has_a_page() {
    let reasons = Reason::ALL.iter().map(|reason| reason.row());
    let faults = Fault::ALL.iter().map(|fault| fault.row());
    for expected in reasons.chain(faults) {
        let (found, advice) = row(expected.code).expect("a row");
        assert_eq!(found, expected, "{}", expected.code);
        assert!(!advice.causes.is_empty() && !advice.remedies.is_empty());
        assert!(about(&found, &advice).contains(expected.operator));
    }
    assert!(row("change_password").is_some());
    assert!(row("nonsense").is_none());
}

/// The codes as the sources write them: one that is added there has to be added here.
#[test]
fn every_code_of_a_store_or_a_revocation_list_has_a_page() {
    let sources = [
        include_str!("../../../entryway-keystore/src/error.rs"),
        include_str!("../../../entryway-ldap/src/tls/revocation.rs"),
        include_str!("../../../entryway-ldap/src/tls/store/identity.rs"),
        include_str!("../../../entryway-ldap/src/tls/store/rereading.rs"),
        include_str!("../../../entryway-ldap/src/tls/store/trust.rs"),
    ];
    let codes: BTreeSet<&str> = sources
        .iter()
        .flat_map(|source| source.split('"'))
        .filter(|word| word.starts_with("store_") || word.starts_with("crl_"))
        .collect();
    assert!(codes.len() >= 23, "{codes:?}");
    assert!(codes.contains("crl_unusable"), "{codes:?}");
    for code in codes {
        let text = store_failure(code).unwrap_or_else(|| panic!("no help on `{code}`"));
        assert!(text.contains("What to do:\n  - "), "{text}");
    }
    assert!(store_failure("store_nonsense").is_none());
}

/// `UPDATE_GOLDEN=1` writes it anew.
#[test]
fn the_page_of_reasons_says_what_help_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reasons.md");
    let expected = page::page();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap();
    assert_eq!(found, expected, "UPDATE_GOLDEN=1 writes it anew");
}
