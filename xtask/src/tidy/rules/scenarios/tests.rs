use super::{FOLDER, check, is_shown_elsewhere, shown_elsewhere};
use crate::tidy::tree::Tree;

const DOCUMENT: &str = "# T\n\n```toml\n[login]\nldap = \"required\"\n```\n\n## S\n\n| login | expected |\n|---|---|\n| a | reject unknown_login |\n";

fn found(files: &[(&str, &str)]) -> Vec<String> {
    check(&Tree::fixture(Vec::new(), files))
        .into_iter()
        .map(|finding| format!("{}:{} {}", finding.path, finding.line, finding.what))
        .collect()
}

#[test]
fn what_no_scenario_shows_is_found() {
    let found = found(&[("scenarios/names.md", DOCUMENT)]);
    let missing = |name: &str| {
        let end = format!("`{name}`");
        found
            .iter()
            .any(|finding| finding.starts_with(FOLDER) && finding.ends_with(&end))
    };
    assert!(missing("wrong_password") && missing("change_password"));
    assert!(missing("directory_unreachable") && missing("login.platform"));
    assert!(!missing("unknown_login") && !missing("login.ldap"));
    assert!(!missing("server.listen") && !missing("token[].name"));
}

#[test]
fn a_document_that_does_not_read_is_found() {
    let bad = found(&[
        ("scenarios/names.md", "# T\n## S\n| login |\n"),
        ("scenarios/README.md", "x"),
    ]);
    assert!(
        bad.iter()
            .any(|finding| finding.starts_with("scenarios/names.md:3 ")),
        "{bad:?}"
    );
    assert!(!bad.iter().any(|finding| finding.contains("README.md:1 ")));
}

/// An exception for something that does not exist hides nothing, and says something wrong.
#[test]
fn every_exception_is_about_something() {
    let codes = entryway_login::Reason::ALL.map(|reason| reason.code());
    let faults = entryway_login::Fault::ALL.map(|fault| fault.code());
    for known in shown_elsewhere().map(|known| known.name) {
        let mut names = entryway_config::setting_paths().chain(codes).chain(faults);
        let is_about = |name: &str| name.starts_with(known) && is_shown_elsewhere(name);
        assert!(names.any(is_about), "{known}");
    }
}

#[test]
fn a_vector_without_a_heading_is_found() {
    let heading = DOCUMENT.replace("## S", "## Vector 1: a");
    let found = found(&[("scenarios/names.md", &heading)]);
    let missing = |number: u32| {
        let end = format!("`Vector {number}: …`");
        found.iter().any(|finding| finding.ends_with(&end))
    };
    assert!(!missing(1) && missing(2) && missing(26) && !missing(27));
}

/// A table of promises with one row, and whether that row is found.
fn check_promise(row: &str, is_bad: bool) {
    let readme =
        format!("# Scenarios\n\n## What is shown where\n\n| what | where |\n|---|---|\n{row}\n");
    let files = [
        ("scenarios/README.md", &*readme),
        ("scenarios/names.md", DOCUMENT),
        ("crates/x/tests/x.rs", "fn it_holds() {}"),
    ];
    let found = found(&files);
    let bad = found
        .iter()
        .any(|finding| finding.starts_with("scenarios/README.md:"));
    assert_eq!(bad, is_bad, "{row}: {found:?}");
}

#[test]
fn what_is_promised_is_there() {
    check_promise("| a | names.md: S |", false);
    check_promise("| a | names.md: Another |", true);
    check_promise("| a | crates/x/tests/x.rs: it_holds |", false);
    check_promise("| a | crates/x/tests/x.rs: it_fails |", true);
    check_promise("| a | nowhere |", true);
    check_promise("", true);
}

#[test]
fn a_test_that_is_named_and_not_there_is_found() {
    let found = found(&[("scenarios/names.md", DOCUMENT)]);
    let said = |finding: &&String| finding.contains("`throttle.window` is said to be shown by");
    assert!(found.iter().any(|finding| said(&finding)), "{found:?}");
}
