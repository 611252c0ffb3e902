//! The page's script that seals passwords, held against what Rust sealed, in Node.

use crate::Test;
use crate::lab::Lab;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

pub(crate) fn tests() -> Vec<Test> {
    vec![(
        "the page's script seals what Rust's vectors say, and for nobody else",
        the_script_seals_as_the_vectors_say,
    )]
}

fn the_script_seals_as_the_vectors_say(_: &Lab) -> Result<()> {
    let root = Path::new(ROOT);
    let ran = Command::new("node")
        .arg(root.join("conformance/browser/seal.mjs"))
        .arg(root.join("crates/entryway-web/src/sso/seal.js"))
        .arg(root.join("crates/entryway-bridge/tests/vectors.json"))
        .output()
        .context("Node is not installed (conformance/packages.txt)")?;
    let told = String::from_utf8_lossy(&ran.stdout);
    let why = String::from_utf8_lossy(&ran.stderr);
    ensure!(
        ran.status.success() && told.contains("vectors hold"),
        "{told}{why}"
    );
    Ok(())
}
