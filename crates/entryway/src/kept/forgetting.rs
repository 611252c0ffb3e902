//! The folder of a store that forgets (`memory:`). It goes with the process; that of a process that was killed goes when
//! the next one begins, which knows it by a lock that nobody holds any more.

use anyhow::Context;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use tempfile::TempDir;

/// What their names begin with.
const PREFIX: &str = "entryway-memory-";
/// Held for as long as the process lives. It has this name from the moment on that it is held, never before.
const LOCK: &str = "lock";

/// A folder that is in use.
pub(crate) struct Forgetting {
    folder: TempDir,
    _lock: File,
}

impl Forgetting {
    /// One more in `parent`; those that nobody uses any more are taken out first.
    pub(crate) fn begin(parent: &Path) -> anyhow::Result<Self> {
        sweep(parent);
        let made = || -> std::io::Result<Self> {
            let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
            let not_yet = folder.path().join("lock.new");
            let lock = File::create(&not_yet)?;
            lock.lock()?;
            fs::rename(&not_yet, folder.path().join(LOCK))?;
            Ok(Self {
                folder,
                _lock: lock,
            })
        };
        made().context("a temporary folder cannot be made")
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// What cannot be looked at or taken out is somebody else's, or stays for the next time.
fn sweep(parent: &Path) {
    for folder in fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_ours = folder.file_name().to_string_lossy().starts_with(PREFIX);
        // Nothing that a link leads to, and nothing of another user's.
        let own = rustix::process::geteuid().as_raw();
        let is_folder = folder
            .metadata()
            .is_ok_and(|about| about.is_dir() && about.uid() == own);
        if is_ours && is_folder && is_left_behind(&folder.path()) {
            let _ = fs::remove_dir_all(folder.path());
        }
    }
}

/// Whether its lock is there and nobody holds it.
fn is_left_behind(folder: &Path) -> bool {
    let opened = File::options().write(true).open(folder.join(LOCK));
    opened.is_ok_and(|lock| lock.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(parent: &Path) -> usize {
        fs::read_dir(parent).unwrap().count()
    }

    #[test]
    fn what_a_killed_process_leaves_goes_when_the_next_one_begins() {
        let parent = tempfile::tempdir().unwrap();
        let runs = Forgetting::begin(parent.path()).unwrap();
        let Forgetting { folder, _lock } = Forgetting::begin(parent.path()).unwrap();
        // As the kernel does for whoever is killed: the lock goes, the files stay.
        let left = folder.keep();
        fs::write(left.join("entryway.db"), "left behind").unwrap();
        drop(_lock);
        fs::create_dir(parent.path().join("another-program")).unwrap();
        fs::create_dir(parent.path().join("entryway-memory-begins")).unwrap();
        let next = Forgetting::begin(parent.path()).unwrap();
        assert!(!left.exists());
        assert!(runs.path().exists() && next.path().exists());
        assert_eq!(folders(parent.path()), 4);
        drop((runs, next));
        assert_eq!(folders(parent.path()), 2);
    }
}
