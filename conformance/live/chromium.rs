//! Debian's Chromium, driven by a script of `conformance/browser`.

use crate::integrations::{environment, tests_own};
use anyhow::{Context, Result};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the pictures of the pages go, for whoever wants to look at them.
const PICTURES: &str = "ENTRYWAY_PICTURES";

/// What a script imports.
const SHARED: [&str; 3] = ["chromium.mjs", "visitor.mjs", "site.mjs"];

/// `node SCRIPT` in a new folder, with the packages that it needs. It is told what to do on stdin. Chromium leaves a folder
/// behind where the script ends before it, and makes it where the tests' own go: not below this one, because a socket lies
/// in it, whose path has a bound.
pub(crate) fn script(folder: &Path, name: &str) -> Result<Command> {
    fs::create_dir(folder)?;
    let packages = environment("browser")?;
    symlink(packages.join("node_modules"), folder.join("node_modules"))?;
    for file in SHARED.into_iter().chain([name]) {
        fs::copy(tests_own(&format!("browser/{file}")), folder.join(file))?;
    }
    let mut command = Command::new("node");
    let temporary = folder
        .ancestors()
        .nth(2)
        .context("not in a folder of the tests")?;
    command
        .arg(name)
        .current_dir(folder)
        .env("TMPDIR", temporary);
    Ok(command)
}

/// A folder for pictures: where they are wished, or this one.
pub(crate) fn pictures(folder: &Path) -> Result<PathBuf> {
    let pictures = std::env::var_os(PICTURES).map_or_else(|| folder.to_owned(), PathBuf::from);
    fs::create_dir_all(&pictures)?;
    Ok(pictures)
}
