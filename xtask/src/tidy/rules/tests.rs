//! What the tests of the rules share.

use super::holds;
use crate::tidy::Finding;
use crate::tidy::packages::{Dependency, Package};
use crate::tidy::tree::Tree;

/// A package below `crates/` with these dependencies; `dev:NAME` is one of the tests.
pub(super) fn package(name: &str, dependencies: &[&str]) -> Package {
    let dependencies = dependencies
        .iter()
        .map(|dependency| match dependency.strip_prefix("dev:") {
            Some(name) => Dependency {
                name: name.to_owned(),
                dev: true,
            },
            None => Dependency {
                name: (*dependency).to_owned(),
                dev: false,
            },
        })
        .collect();
    Package {
        name: name.to_owned(),
        folder: format!("crates/{name}"),
        dependencies,
    }
}

/// A rule on a small tree finds exactly this, as `path:line rule`.
#[track_caller]
pub(super) fn finds(
    rule: fn(&Tree) -> Vec<Finding>,
    packages: Vec<Package>,
    files: &[(&str, &str)],
    expected: &[&str],
) {
    let found: Vec<String> = rule(&Tree::fixture(packages, files))
        .iter()
        .map(|finding| format!("{}:{} {}", finding.path, finding.line, finding.rule))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn words_are_whole() {
    assert!(holds("let x = rand();", "rand"));
    assert!(!holds("operand", "rand"));
    assert!(holds("a.println!(x)", "println!"));
    assert!(!holds("eprintln!(x)", "println!"));
}
