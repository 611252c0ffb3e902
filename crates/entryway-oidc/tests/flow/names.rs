//! The names of these tests can be sorted by specification.

use std::fs;
use std::path::Path;

pub(super) const SOURCES: [&str; 6] = [
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

/// The tests of this folder, each with the module that it is in.
pub(super) fn tests() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flow");
    let mut found = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[0] == "#[test]") {
            let name = pair[1].trim_start_matches("fn ").split('(').next().unwrap();
            found.push((module.to_owned(), name.to_owned()));
        }
    }
    found
}

#[test]
fn own_each_test_is_named_after_a_section() {
    let tests = tests();
    for (_, name) in &tests {
        assert!(is_sorted(name), "{name}");
    }
    assert!(tests.len() > 100, "only {} tests were found", tests.len());
    assert!(!is_sorted("rfc6749_codes_are_good") && !is_sorted("codes_are_good"));
}
