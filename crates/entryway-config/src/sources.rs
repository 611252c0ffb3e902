//! Where the configuration comes from. The environment and the files are handed in, so that tests
//! need neither.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What [`crate::load`] reads from.
#[derive(Clone)]
pub struct Sources {
    pub(crate) file: PathBuf,
    pub(crate) environment: BTreeMap<OsString, OsString>,
    pub(crate) files: Arc<dyn Files>,
}

impl Sources {
    /// The configuration file on this machine, without any environment.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self {
            file: path.into(),
            environment: BTreeMap::new(),
            files: Arc::new(Disk),
        }
    }
    /// The environment: `ENTRYWAY__…` overrides, `{ env = "…" }` secrets and `CREDENTIALS_DIRECTORY`.
    /// All of it, UTF-8 or not: an override that cannot be read is reported and not passed over.
    #[must_use]
    pub fn environment<N, V>(mut self, variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<OsString>,
        V: Into<OsString>,
    {
        let variables = variables.into_iter();
        self.environment
            .extend(variables.map(|(name, value)| (name.into(), value.into())));
        self
    }
    /// A variable of the environment.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.environment
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
    }
    /// Reads from `files` and not from the disk.
    #[must_use]
    pub fn files(mut self, files: impl Files + 'static) -> Self {
        self.files = Arc::new(files);
        self
    }
}

/// A file's content.
pub struct FileContent {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Unix permission bits, where there are any.
    pub mode: Option<u32>,
}

/// What the configuration needs of a file system.
pub trait Files: Send + Sync {
    /// Reads a regular file of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// Whatever the system says; `FileTooLarge` over the limit; `InvalidInput` for a device, pipe or
    /// directory, which might never end.
    fn read(&self, path: &Path, limit: usize) -> io::Result<FileContent>;
    /// The names in a directory, in any order.
    ///
    /// # Errors
    ///
    /// Whatever the system says.
    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>>;
}

/// The machine's own files.
struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path, limit: usize) -> io::Result<FileContent> {
        // Looked at before it is opened: opening a pipe waits for its other end.
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a regular file",
            ));
        }
        let file = File::open(path)?;
        let mode = mode(&file.metadata()?);
        let mut bytes = Vec::new();
        let most = u64::try_from(limit).unwrap_or(u64::MAX);
        file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() > limit {
            return Err(too_large(limit));
        }
        Ok(FileContent { bytes, mode })
    }
    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        std::fs::read_dir(folder)?
            .map(|entry| Ok(entry?.file_name()))
            .collect()
    }
}

#[cfg(unix)]
fn mode(metadata: &std::fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(metadata.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_metadata: &std::fs::Metadata) -> Option<u32> {
    None
}

fn too_large(limit: usize) -> io::Error {
    io::Error::new(
        io::ErrorKind::FileTooLarge,
        format!("more than {limit} bytes"),
    )
}

/// Files that exist in memory only: for tests, and for checking a text before it is written.
#[derive(Default, Clone)]
pub struct MemoryFiles {
    files: BTreeMap<PathBuf, (Vec<u8>, u32)>,
}

impl MemoryFiles {
    /// Adds a file with its permission bits.
    #[must_use]
    pub fn with(mut self, path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>, mode: u32) -> Self {
        self.files.insert(path.into(), (bytes.into(), mode));
        self
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &Path, limit: usize) -> io::Result<FileContent> {
        match self.files.get(path) {
            None => Err(io::Error::new(io::ErrorKind::NotFound, "no such file")),
            Some((bytes, _)) if bytes.len() > limit => Err(too_large(limit)),
            Some((bytes, mode)) => Ok(FileContent {
                bytes: bytes.clone(),
                mode: Some(*mode),
            }),
        }
    }
    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        let inside = |path: &&PathBuf| path.parent() == Some(folder);
        let names: Vec<_> = self
            .files
            .keys()
            .filter(inside)
            .filter_map(|path| path.file_name().map(OsString::from))
            .collect();
        if names.is_empty() {
            Err(io::Error::new(io::ErrorKind::NotFound, "no such folder"))
        } else {
            Ok(names)
        }
    }
}
