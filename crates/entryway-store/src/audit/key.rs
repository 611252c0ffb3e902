//! The key that signs the audit. It is in a file, never in the store: whoever may write the store may not sign.

use super::mark::MarkFile;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// An Ed25519 key (RFC 8032). Never shown.
pub struct AuditKey {
    pair: Ed25519KeyPair,
    public: Vec<u8>,
    trusted: Vec<Vec<u8>>,
    marks: MarkFile,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file.
    #[error("the audit key `{path}` is out of reach")]
    File {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Others could sign in this node's name.
    #[error("the audit key `{path}` is readable for others: `chmod 600` it")]
    Exposed {
        /// Where.
        path: PathBuf,
    },
    /// Something else stands there.
    #[error("`{path}` is no audit key: expected 32 bytes")]
    NotAKey {
        /// Where.
        path: PathBuf,
    },
    /// No randomness, or no key from it.
    #[error("no audit key can be made")]
    NotMade,
}

impl AuditKey {
    /// The key in a file; a file that is not there is made, for this user alone.
    pub fn load_or_create(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        match Self::load(path) {
            Err(KeyError::File { source, .. }) if source.kind() == ErrorKind::NotFound => {}
            other => return other,
        }
        let failed = |source| KeyError::File {
            path: path.to_owned(),
            source,
        };
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed).map_err(|_| KeyError::NotMade)?;
        // Whole or not there, whenever the machine stops; and whoever is first wins.
        let random = u64::from_be_bytes(crate::random::bytes().map_err(|_| KeyError::NotMade)?);
        let draft = path.with_extension(format!("{random:016x}.new"));
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft)
            .map_err(failed)?;
        let linked = file
            .write_all(&*seed)
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::hard_link(&draft, path));
        fs::remove_file(&draft).map_err(failed)?;
        match linked {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(failed(error)),
            _ => Self::load(path),
        }
    }

    /// The key in a file that is there.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        let failed = |source| KeyError::File {
            path: path.to_owned(),
            source,
        };
        let metadata = fs::metadata(path).map_err(failed)?;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(KeyError::Exposed {
                path: path.to_owned(),
            });
        }
        let seed = Zeroizing::new(fs::read(path).map_err(failed)?);
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyError::NotAKey {
            path: path.to_owned(),
        })?;
        let public = pair.public_key().as_ref().to_vec();
        Ok(Self {
            pair,
            public,
            trusted: Vec::new(),
            marks: MarkFile::beside(path),
        })
    }

    /// Also believes checkpoints of this public key: this node's before its key was changed, or another node's.
    pub fn trust(&mut self, public_key: [u8; 32]) {
        self.trusted.push(public_key.to_vec());
    }

    /// What others check its signatures with: 32 bytes.
    pub fn public_key(&self) -> &[u8] {
        &self.public
    }

    /// How far what it signed is known, outside the store.
    pub(super) fn marks(&self) -> &MarkFile {
        &self.marks
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }

    /// Whether it is this key, or one that is trusted beside it.
    pub(super) fn believes(&self, public_key: &[u8]) -> bool {
        self.public == public_key || self.trusted.iter().any(|key| key == public_key)
    }
}

pub(super) fn is_signed(public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public_key)
        .verify(message, signature)
        .is_ok()
}

#[cfg(test)]
mod tests;
