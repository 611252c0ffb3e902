//! The workspace's packages and what they depend on, from `cargo metadata`.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// One package of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) name: String,
    /// Relative to the workspace.
    pub(super) folder: String,
    pub(super) dependencies: Vec<Dependency>,
}

/// One line of `[dependencies]` or `[dev-dependencies]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// Of the tests only.
    pub(super) dev: bool,
}

impl Package {
    /// The names of what the package itself needs.
    pub(super) fn needs(&self) -> impl Iterator<Item = &str> {
        self.dependencies
            .iter()
            .filter(|dependency| !dependency.dev)
            .map(|dependency| dependency.name.as_str())
    }

    /// Where findings about its dependencies are shown.
    pub(super) fn manifest(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }
}

/// Asks cargo.
pub(super) fn read(root: &Path) -> Result<Vec<Package>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--offline",
            "--no-deps",
            "--format-version",
            "1",
        ])
        .current_dir(root)
        .output()
        .context("cannot run cargo")?;
    if !output.status.success() {
        bail!(
            "`cargo metadata` fails: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let metadata: Value =
        serde_json::from_slice(&output.stdout).context("cargo's metadata is not JSON")?;
    let packages = metadata
        .get("packages")
        .and_then(Value::as_array)
        .context("cargo's metadata has no packages")?;
    packages
        .iter()
        .map(|package| read_package(root, package))
        .collect()
}

fn read_package(root: &Path, package: &Value) -> Result<Package> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let name = text(package, "name").context("a package has no name")?;
    let manifest = text(package, "manifest_path").context("a package has no manifest")?;
    let folder = Path::new(&manifest)
        .parent()
        .and_then(|folder| folder.strip_prefix(root).ok())
        .and_then(Path::to_str);
    let dependencies = package
        .get("dependencies")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    Ok(Package {
        folder: folder
            .with_context(|| format!("`{name}` lies outside the workspace"))?
            .to_owned(),
        dependencies: dependencies
            .iter()
            .filter_map(|dependency| {
                Some(Dependency {
                    name: text(dependency, "name")?,
                    dev: text(dependency, "kind").as_deref() == Some("dev"),
                })
            })
            .collect(),
        name,
    })
}
