//! The workspace as the rules see it: packages and files, read once.

use super::packages::{self, Package};
use super::source::Source;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// Everything the rules look at.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The workspace's own packages.
    pub(super) packages: Vec<Package>,
    /// Every text file that rules apply to, by path.
    pub(super) files: Vec<Source>,
}

const KINDS: [&str; 7] = ["rs", "toml", "md", "sh", "stderr", "txt", "service"];
const SCRIPTS: [&str; 2] = ["test", ".ci/run"];

impl Tree {
    /// Reads the workspace at `root`.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        walk(root, root, &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self {
            packages: packages::read(root)?,
            files,
        })
    }

    /// The Rust sources of a package that are part of what it builds, without its tests.
    pub(super) fn sources_of<'a>(
        &'a self,
        package: &'a Package,
    ) -> impl Iterator<Item = &'a Source> {
        let folder = format!("{}/src/", package.folder);
        self.files
            .iter()
            .filter(move |file| file.is_rust() && file.path.starts_with(&folder) && !file.is_test)
    }

    /// All Rust sources.
    pub(super) fn rust(&self) -> impl Iterator<Item = &Source> {
        self.files.iter().filter(|file| file.is_rust())
    }

    /// One file.
    pub(super) fn file(&self, path: &str) -> Option<&Source> {
        self.files.iter().find(|file| file.path == path)
    }

    /// A tree from texts and packages, for the tests of the rules.
    #[cfg(test)]
    pub(super) fn fixture(packages: Vec<Package>, files: &[(&str, &str)]) -> Self {
        Self {
            packages,
            files: files
                .iter()
                .map(|(path, text)| Source::new(path, text))
                .collect(),
        }
    }
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<Source>) -> Result<()> {
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list `{}`", folder.display()))?
    {
        let path = entry?.path();
        let Some(relative) = path.strip_prefix(root).ok().and_then(Path::to_str) else {
            continue;
        };
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            let hidden = name.starts_with('.') && name != ".ci" && name != ".cargo";
            if !hidden && !["target", "corpus", "artifacts"].contains(&name) {
                walk(root, &path, files)?;
            }
            continue;
        }
        let kind = path
            .extension()
            .and_then(|kind| kind.to_str())
            .unwrap_or_default();
        if KINDS.contains(&kind) || SCRIPTS.contains(&relative) {
            // A file that is not text is not for these rules.
            if let Ok(text) = fs::read_to_string(&path) {
                files.push(Source::new(relative, &text));
            }
        }
    }
    Ok(())
}
