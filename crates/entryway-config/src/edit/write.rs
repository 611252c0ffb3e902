//! Files in one step: a new one beside the old one, then in its place.

use super::EditError;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Keeps other edits of the same configuration waiting, from reading to writing. An editor that people
/// use knows nothing of it: that is why a file is also compared before it is replaced.
pub struct Lock {
    _folder: File,
}

impl Lock {
    /// Waits until nobody else edits what is in the folder of the main file.
    ///
    /// # Errors
    ///
    /// When the folder cannot be opened. A file system without locks is none.
    pub fn take(main: &Path) -> Result<Self, EditError> {
        let failed = |source| EditError::Write {
            file: main.to_owned(),
            source,
        };
        let target = fs::canonicalize(main).map_err(failed)?;
        let folder = File::open(folder(&target)).map_err(failed)?;
        match folder.lock() {
            Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(failed(error)),
            _ => Ok(Self { _folder: folder }),
        }
    }
}

/// A new file that is complete on the disk, and only has to take its place.
pub(super) struct Ready {
    file: PathBuf,
    target: PathBuf,
    before: String,
    new: NamedTempFile,
}

impl Ready {
    /// Writes the new file beside the old one.
    pub(super) fn new(file: &Path, before: &str, text: &str) -> Result<Self, EditError> {
        let failed = |source| EditError::Write {
            file: file.to_owned(),
            source,
        };
        // The name may be a link into a repository: what it leads to is what was read.
        let target = fs::canonicalize(file).map_err(failed)?;
        let new = beside(&target, text).map_err(failed)?;
        let ready = Self {
            file: file.to_owned(),
            target,
            before: before.to_owned(),
            new,
        };
        ready.compare()?;
        Ok(ready)
    }

    fn compare(&self) -> Result<(), EditError> {
        match fs::read(&self.target) {
            Ok(bytes) if bytes == self.before.as_bytes() => Ok(()),
            _ => Err(EditError::Changed {
                file: self.file.clone(),
            }),
        }
    }

    /// Takes the old file's place.
    pub(super) fn replace(self) -> Result<(), EditError> {
        self.compare()?;
        let Self {
            file, target, new, ..
        } = self;
        let failed = |source| EditError::Write { file, source };
        let placed = new.persist(&target).map_err(|error| error.error);
        // The name itself must survive a power failure, too.
        placed
            .and_then(|_| File::open(folder(&target))?.sync_all())
            .map_err(failed)
    }
}

fn beside(target: &Path, text: &str) -> io::Result<NamedTempFile> {
    let mut new = NamedTempFile::with_prefix_in(".entryway-", folder(target))?;
    like(new.as_file(), &fs::metadata(target)?)?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    Ok(new)
}

/// Owner before mode: a change of the owner takes mode bits away.
#[cfg(unix)]
fn like(new: &File, old: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let own = new.metadata()?;
    if (own.uid(), own.gid()) != (old.uid(), old.gid()) {
        fchown(new, Some(old.uid()), Some(old.gid()))?;
    }
    new.set_permissions(old.permissions())
}

#[cfg(not(unix))]
fn like(new: &File, old: &fs::Metadata) -> io::Result<()> {
    new.set_permissions(old.permissions())
}

fn folder(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new("/"))
}

#[cfg(test)]
mod tests;
