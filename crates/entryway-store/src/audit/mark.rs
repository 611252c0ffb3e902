//! How far this machine knows its audit to be signed: a file beside the key, because whoever may write the store
//! may take its signatures out, or put an old state back.
//!
//! It is written with checkpoints, never with each record. It must not know what a chain is made of.

use super::segment::Hash;
use crate::{Outage, StoreError};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long another process of this machine may be at it.
const PATIENCE: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// All records of a node below `next_seq` end in `hash`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub(super) next_seq: i64,
    pub(super) hash: Hash,
}

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// The store's epoch after it was restored from this machine: what was known before is of another store.
    pub(super) restored: Option<i64>,
    nodes: BTreeMap<String, End>,
}

/// The file.
#[derive(Debug, Clone)]
pub(crate) struct MarkFile {
    path: PathBuf,
}

/// Nobody else on this machine writes the file, or signs, while this is there.
pub(crate) struct Locked<'a> {
    file: &'a MarkFile,
    _folder: File,
}

impl Marks {
    pub(super) fn end(&self, node: &str) -> Option<End> {
        self.nodes.get(node).copied()
    }

    fn to_bytes(&self) -> Vec<u8> {
        let nodes: Map<String, Value> = self
            .nodes
            .iter()
            .map(|(node, end)| {
                let hash: String = end.hash.iter().map(|byte| format!("{byte:02x}")).collect();
                (
                    node.clone(),
                    json!({ "next_seq": end.next_seq, "hash": hash }),
                )
            })
            .collect();
        let mut text = json!({ "restored": self.restored, "nodes": nodes }).to_string();
        text.push('\n');
        text.into_bytes()
    }

    /// `None`: something else stands there.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(bytes).ok()?;
        let restored = match value.get("restored")? {
            Value::Null => None,
            epoch => Some(epoch.as_i64()?),
        };
        let mut nodes = BTreeMap::new();
        for (node, end) in value.get("nodes")?.as_object()? {
            let next_seq = end.get("next_seq")?.as_i64()?;
            let hash = from_hex(end.get("hash")?.as_str()?)?;
            nodes.insert(node.clone(), End { next_seq, hash });
        }
        Some(Self { restored, nodes })
    }
}

fn from_hex(text: &str) -> Option<Hash> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect();
    let bytes: Vec<u8> = digits?
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect();
    bytes.try_into().ok()
}

impl MarkFile {
    /// `audit.key.mark` for `audit.key`.
    pub(crate) fn beside(key: &Path) -> Self {
        let mut path = OsString::from(key);
        path.push(".mark");
        Self { path: path.into() }
    }

    /// What it says; nothing, where it is not there.
    pub(super) fn read(&self) -> Result<Marks, StoreError> {
        match fs::read(&self.path) {
            Ok(bytes) => Marks::from_bytes(&bytes).ok_or_else(|| {
                StoreError::damaged(format!("the audit's mark `{}`", self.path.display()))
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Marks::default()),
            Err(error) => Err(self.out_of_reach(error)),
        }
    }

    /// Waits until no other process of this machine has it. The folder is what is locked: the file is replaced with
    /// each mark.
    pub(crate) async fn lock(&self) -> Result<Locked<'_>, StoreError> {
        let folder = match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let folder = File::open(folder).map_err(|error| self.out_of_reach(error))?;
        let since = Instant::now();
        loop {
            match folder.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if since.elapsed() < PATIENCE => {
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                Err(TryLockError::WouldBlock) => {
                    let place = self.path.display().to_string();
                    return Err(StoreError::unavailable(&place, Outage::Locked));
                }
                Err(TryLockError::Error(error)) => return Err(self.out_of_reach(error)),
            }
        }
        Ok(Locked {
            file: self,
            _folder: folder,
        })
    }

    /// Whole or as before, whenever the machine stops.
    fn write(&self, marks: &Marks) -> std::io::Result<()> {
        let mut draft = OsString::from(&self.path);
        draft.push(".new");
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        file.write_all(&marks.to_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, &self.path)?;
        let folder = self.path.parent().filter(|folder| *folder != Path::new(""));
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }

    fn out_of_reach(&self, error: std::io::Error) -> StoreError {
        StoreError::Unavailable {
            place: self.path.display().to_string(),
            outage: match error.kind() {
                ErrorKind::PermissionDenied => Outage::NotPermitted,
                ErrorKind::ReadOnlyFilesystem => Outage::ReadOnly,
                ErrorKind::StorageFull => Outage::Full,
                ErrorKind::NotFound => Outage::NoFolder,
                _ => Outage::Failed,
            },
            source: Some(Box::new(error)),
        }
    }
}

impl Locked<'_> {
    /// Notes that a node's chain is signed so far. Another process may have signed further: that stays.
    pub(super) async fn advance(&self, node: &str, end: End) -> Result<(), StoreError> {
        let mut marks = self.file.read()?;
        if marks
            .end(node)
            .is_some_and(|there| there.next_seq >= end.next_seq)
        {
            return Ok(());
        }
        marks.nodes.insert(node.to_owned(), end);
        self.put(marks).await
    }

    /// Forgets how far each chain was signed: the store was restored, and has this epoch now.
    pub(crate) async fn restored(&self, epoch: i64) -> Result<(), StoreError> {
        self.put(Marks {
            restored: Some(epoch),
            nodes: BTreeMap::new(),
        })
        .await
    }

    async fn put(&self, marks: Marks) -> Result<(), StoreError> {
        let file = self.file.clone();
        let written = tokio::task::spawn_blocking(move || file.write(&marks)).await;
        written
            .unwrap_or_else(|error| Err(std::io::Error::other(error)))
            .map_err(|error| self.file.out_of_reach(error))
    }
}

#[cfg(test)]
mod tests;
