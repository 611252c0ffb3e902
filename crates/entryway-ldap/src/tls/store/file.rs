//! A file with its password: one is of no use without the other.

use entryway_ldap_types::Password;
use std::fmt;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use zeroize::Zeroizing;

/// Far above any store in use.
const LARGEST: u64 = 16 << 20;

/// A store of certificates or keys, of whatever kind its content says. Cheap to clone.
#[derive(Clone)]
pub struct StoreFile {
    /// Where it is.
    pub path: PathBuf,
    /// What opens it; none for what has none, or an empty one.
    pub password: Option<Arc<Password>>,
}

impl StoreFile {
    /// One without a password.
    pub fn open(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            password: None,
        }
    }
    pub(super) fn password(&self) -> Option<&[u8]> {
        self.password.as_ref().map(|password| password.expose())
    }
}

/// The path alone.
impl fmt::Debug for StoreFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.fmt(f)
    }
}

impl PartialEq for StoreFile {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.password() == other.password()
    }
}

impl Eq for StoreFile {}

/// Reads a file that may hold a key. A device or a pipe is refused: it might never end.
pub(super) fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a regular file",
        ));
    }
    // As large as it is and a little more: a buffer that grows leaves a copy behind.
    let room = metadata.len().min(LARGEST).saturating_add(1024);
    let mut bytes = Zeroizing::new(Vec::with_capacity(
        usize::try_from(room).unwrap_or_default(),
    ));
    std::fs::File::open(path)?
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("more than {LARGEST} bytes"),
        ));
    }
    Ok(bytes)
}

/// What tells a file from what it was. A link is followed, so that one that leads elsewhere shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    file: Option<File>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct File {
    device: u64,
    inode: u64,
    size: u64,
    /// Seconds and nanoseconds. A copy may have its old time; the inode's own cannot be set.
    modified: (i64, i64),
    changed: (i64, i64),
}

/// Clocks of file systems tick slowly: what was written this shortly before a look may be written again without
/// another stamp.
const TICK: Duration = Duration::from_secs(2);

impl Stamp {
    pub(super) fn of(path: &Path) -> Self {
        let file = std::fs::metadata(path).ok().map(|metadata| File {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        });
        Self { file }
    }
    /// Whether any change from now on shows in these.
    pub(super) fn all_settled(all: &[Self], now: SystemTime) -> bool {
        let seconds = now
            .checked_sub(TICK)
            .and_then(|then| then.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_secs()).ok())
            .unwrap_or_default();
        all.iter().all(|stamp| {
            stamp
                .file
                .as_ref()
                .is_none_or(|file| file.changed.0.max(file.modified.0) < seconds)
        })
    }
}
