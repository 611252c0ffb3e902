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
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    pub(crate) entryway: PathBuf,
    pub(super) driver: PathBuf,
}

impl Programs {
    /// Builds them.
    pub(super) fn build(root: &Path, profile: Profile) -> Result<Self> {
        // Apart: together, the gateway's directory for its demo would get the faults that the proofs want of theirs.
        Self::gateway(root, profile)?;
        build(root, profile, "xtask")?;
        Self::built(root, profile)
    }

    /// Builds the gateway alone, for who drives it from here.
    pub(crate) fn gateway(root: &Path, profile: Profile) -> Result<Self> {
        build(root, profile, "entryway")?;
        Self::built(root, profile)
    }

    fn built(root: &Path, profile: Profile) -> Result<Self> {
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

fn build(root: &Path, profile: Profile, package: &str) -> Result<()> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(root)
        .args(["build", "--quiet", "-p", package]);
    if profile == Profile::Dist {
        cargo.args(["--profile", "dist"]);
    }
    ensure!(
        cargo.status().context("cannot run cargo")?.success(),
        "the build fails"
    );
    Ok(())
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
