//! A folder for one test run.

use crate::keeper::{Keeper, Rights};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// A temporary folder that is gone when this is dropped or the run ends in any other way.
#[derive(Debug)]
pub struct Scratch(Keeper);

impl Scratch {
    /// A new, empty one.
    pub fn new() -> Result<Self> {
        Keeper::new(Rights::Ours).map(Self)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.dir()
    }

    /// Writes a file that others cannot read, and says where it is.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.path().join(name);
        write_private(&path, text)?;
        Ok(path)
    }
}

/// Writes a file that others cannot read.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text)
        .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o600)))
        .with_context(|| format!("cannot write `{}`", path.display()))
}
