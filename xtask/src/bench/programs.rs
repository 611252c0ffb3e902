//! The programs under measurement, built and found.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How they are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// As they are released.
    Dist,
    /// As they lie there after the tests.
    Debug,
}

/// Where they are.
pub(crate) struct Programs {
    pub(crate) entryway: PathBuf,
    pub(super) driver: PathBuf,
}

impl Programs {
    /// Builds them.
    pub(crate) fn build(root: &Path, profile: Profile) -> Result<Self> {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .current_dir(root)
            .args(["build", "--quiet", "-p", "entryway", "-p", "xtask"]);
        if profile == Profile::Dist {
            cargo.args(["--profile", "dist"]);
        }
        ensure!(
            cargo.status().context("cannot run cargo")?.success(),
            "the build fails"
        );
        let target = target(root)?;
        let folder = Path::new(&target).join(match profile {
            Profile::Dist => "dist",
            Profile::Debug => "debug",
        });
        Ok(Self {
            entryway: folder.join("entryway"),
            driver: folder.join("xtask"),
        })
    }
}

/// The folder that cargo builds into.
fn target(root: &Path) -> Result<String> {
    let metadata = Command::new(env!("CARGO"))
        .current_dir(root)
        .args([
            "metadata",
            "--offline",
            "--no-deps",
            "--format-version",
            "1",
        ])
        .output()?;
    let metadata: Value =
        serde_json::from_slice(&metadata.stdout).context("cargo's metadata is not JSON")?;
    metadata
        .get("target_directory")
        .and_then(Value::as_str)
        .map(str::to_owned)
        .context("cargo names no target folder")
}
