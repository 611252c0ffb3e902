//! The page's script that seals passwords, held against what Rust sealed, in Node.

use std::path::Path;
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

#[test]
fn the_script_seals_as_the_vectors_say() {
    let root = Path::new(ROOT);
    let ran = Command::new("node")
        .arg(root.join("conformance/browser/seal.mjs"))
        .arg(root.join("crates/entryway-web/src/sso/seal.js"))
        .arg(root.join("crates/entryway-bridge/tests/vectors.json"))
        .output()
        .expect("Node is installed (conformance/packages.txt)");
    let told = String::from_utf8_lossy(&ran.stdout);
    let why = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{why}");
    assert!(told.contains("vectors hold"), "{told}");
}
