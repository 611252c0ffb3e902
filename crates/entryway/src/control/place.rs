//! The socket's place: whose it is, who may get there, and what an earlier daemon left.

use crate::kept::SOCKET;
use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tokio::net::UnixListener;

/// Held as long as a daemon has the state directory. It is never removed: two daemons would lock two files.
const LOCK: &str = "daemon.lock";

/// A socket that is listened on. When it is dropped another daemon may have the place.
pub(crate) struct Place {
    listener: UnixListener,
    path: PathBuf,
    /// Dropped last: nobody else may bind before the socket's file is gone.
    _lock: File,
}

/// A state directory that no other daemon has.
pub(crate) enum Taken {
    /// With a socket.
    Place(Place),
    /// Without one: others could put theirs in its place.
    Alone {
        /// Held as long as this is.
        _lock: File,
        why: PlaceError,
    },
}

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceError {
    /// Another daemon has the state directory.
    #[error("another entryway{} runs with the state directory `{folder}`", of_process(.pid))]
    Occupied {
        /// The state directory.
        folder: String,
        /// The other's process id, where it can be read.
        pid: Option<u32>,
    },
    /// Somebody else could put a socket of their own there.
    #[error(
        "the state directory `{folder}` can be written by others: expected mode 0700, found {mode:04o}"
    )]
    Open {
        /// The state directory.
        folder: String,
        /// Its permissions.
        mode: u32,
    },
    /// The state directory is somebody else's.
    #[error("the state directory `{folder}` belongs to uid {owner}: expected root or uid {own}")]
    Foreign {
        /// The state directory.
        folder: String,
        /// Whose it is.
        owner: u32,
        /// Whose it could be.
        own: u32,
    },
    /// The system refuses it.
    #[error("`{path}` cannot be made")]
    Io {
        /// What.
        path: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

fn of_process(pid: &Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (pid {pid})"))
}

impl Place {
    /// Takes the place in `folder`, which is there. What an earlier daemon left behind is removed.
    pub(crate) fn take(folder: &Path) -> Result<Taken, PlaceError> {
        if let Err(why) = keep_others_out(folder) {
            // Two daemons on one store are no better for what the folder is. Where it cannot be locked the first
            // problem is the one to mend.
            return match lock(folder, false) {
                Ok(lock) => Ok(Taken::Alone { _lock: lock, why }),
                Err(occupied @ PlaceError::Occupied { .. }) => Err(occupied),
                Err(_) => Err(why),
            };
        }
        let lock = lock(folder, true)?;
        let path = folder.join(SOCKET);
        let refused = |cause| PlaceError::Io {
            path: path.display().to_string(),
            cause,
        };
        // Whoever holds the lock knows that nobody listens there.
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(refused(error)),
        }
        let listener = UnixListener::bind(&path).map_err(refused)?;
        // Between the two a stranger could connect, and would be sent away.
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(refused)?;
        Ok(Taken::Place(Self {
            listener,
            path,
            _lock: lock,
        }))
    }

    pub(crate) fn listener(&self) -> &UnixListener {
        &self.listener
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Who can write the folder can replace the socket, and be asked in the daemon's place.
fn keep_others_out(folder: &Path) -> Result<(), PlaceError> {
    let shown = || folder.display().to_string();
    let meta = std::fs::metadata(folder).map_err(|cause| PlaceError::Io {
        path: shown(),
        cause,
    })?;
    let (owner, own) = (meta.uid(), rustix::process::geteuid().as_raw());
    if owner != 0 && owner != own {
        return Err(PlaceError::Foreign {
            folder: shown(),
            owner,
            own,
        });
    }
    let mode = meta.mode() & 0o7777;
    if mode & 0o022 != 0 {
        return Err(PlaceError::Open {
            folder: shown(),
            mode,
        });
    }
    Ok(())
}

/// Nothing is written where others could put another file in the lock's place, and no link is followed.
fn lock(folder: &Path, is_ours: bool) -> Result<File, PlaceError> {
    let path = folder.join(LOCK);
    let refused = |cause| PlaceError::Io {
        path: path.display().to_string(),
        cause,
    };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(&path)
        .map_err(refused)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let _ = (&mut file).take(16).read_to_string(&mut pid);
            return Err(PlaceError::Occupied {
                folder: folder.display().to_string(),
                pid: pid.trim().parse().ok(),
            });
        }
        Err(TryLockError::Error(cause)) => return Err(refused(cause)),
    }
    // For whoever comes next and finds it locked: nothing depends on it.
    if is_ours {
        let _ = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
    }
    Ok(file)
}
