//! The names of these tests can be sorted by specification.

use std::fs;
use std::path::Path;

const SOURCES: [&str; 6] = [
    "core_",
    "discovery_",
    "rp_logout_",
    "backchannel_",
    "form_post_",
    "rfc",
];
/// What we decided ourselves.
const OWN: [&str; 2] = ["own_", "a_"];

/// `rfc6749_3_1_what_it_says`: the specification, the section, the sentence.
fn is_sorted(name: &str) -> bool {
    if OWN.iter().any(|own| name.starts_with(own)) {
        return true;
    }
    let Some(source) = SOURCES.iter().find(|source| name.starts_with(**source)) else {
        return false;
    };
    let rest = name[source.len()..].trim_start_matches("appendix_");
    let mut words = rest.split('_');
    let first = words.next().unwrap_or_default();
    let number = if *source == "rfc" {
        words.next().unwrap_or_default()
    } else {
        first
    };
    let section = number == "appendix" || number.bytes().all(|byte| byte.is_ascii_digit());
    section
        && !number.is_empty()
        && words
            .filter(|word| word.bytes().all(|byte| byte.is_ascii_alphabetic()))
            .count()
            > 2
}

#[test]
fn own_each_test_is_named_after_a_section() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flow");
    let mut seen = 0;
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let lines: Vec<_> = text.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[0] == "#[test]") {
            let name = pair[1].trim_start_matches("fn ").split('(').next().unwrap();
            assert!(is_sorted(name), "{name}");
            seen += 1;
        }
    }
    assert!(seen > 100, "only {seen} tests were found");
    assert!(!is_sorted("rfc6749_codes_are_good") && !is_sorted("codes_are_good"));
}
