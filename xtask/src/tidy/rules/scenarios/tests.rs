use super::{FOLDER, SHOWN_ELSEWHERE, check, is_shown_elsewhere};
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
    assert!(!bad.iter().any(|finding| finding.contains("README")));
}

/// An exception for something that does not exist hides nothing, and says something wrong.
#[test]
fn every_exception_is_about_something() {
    let codes = entryway_login::Reason::ALL.map(|reason| reason.code());
    let faults = entryway_login::Fault::ALL.map(|fault| fault.code());
    for (known, _) in SHOWN_ELSEWHERE {
        let mut names = entryway_config::setting_paths().chain(codes).chain(faults);
        let is_about = |name: &str| name.starts_with(known) && is_shown_elsewhere(name);
        assert!(names.any(is_about), "{known}");
    }
}
