//! What is written from the code: the reference page and the schema of the configuration, and what the scenarios show.

mod shown;

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// Each generated file with its text.
fn generated(root: &Path) -> [(&'static str, String); 3] {
    [
        (
            "docs/configuration.md",
            entryway_config::reference_markdown(),
        ),
        ("docs/entryway.schema.json", entryway_config::json_schema()),
        ("docs/shown.md", shown::page(root)),
    ]
}

/// Writes them.
pub(crate) fn write(root: &Path) -> Result<()> {
    fs::create_dir_all(root.join("docs")).context("cannot make `docs`")?;
    for (path, text) in generated(root) {
        fs::write(root.join(path), text).with_context(|| format!("cannot write `{path}`"))?;
        println!("wrote {path}");
    }
    Ok(())
}

/// Whether the files say what the code says; prints those that do not.
pub(crate) fn check(root: &Path) -> Result<bool> {
    let stale = stale(root);
    for path in &stale {
        println!("{path} differs from the code; `cargo xtask docs` writes it");
    }
    Ok(stale.is_empty())
}

/// The files that differ from what the code would write.
pub(crate) fn stale(root: &Path) -> Vec<&'static str> {
    generated(root)
        .into_iter()
        .filter(|(path, text)| fs::read_to_string(root.join(path)).ok().as_ref() != Some(text))
        .map(|(path, _)| path)
        .collect()
}
