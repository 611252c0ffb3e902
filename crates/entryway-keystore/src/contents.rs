//! What every kind of store comes to: certificates that stand alone, and keys with the certificates beside them.

use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::{Zeroize as _, Zeroizing};

/// A store that was opened.
pub(crate) struct Contents {
    pub(crate) certificates: Vec<Found>,
    pub(crate) keys: Vec<KeyEntry>,
    /// What it holds that is neither, in words.
    pub(crate) other: Vec<String>,
}

/// A certificate that is not a key's own entry.
pub(crate) struct Found {
    pub(crate) certificate: CertificateDer<'static>,
    /// Whether the store itself says that it is one to trust; only Java's do.
    pub(crate) marked: bool,
    /// Binds it to a key of PKCS#12.
    pub(crate) key_id: Option<Vec<u8>>,
}

/// A key, and what stands with it.
pub(crate) struct KeyEntry {
    pub(crate) alias: Option<String>,
    pub(crate) key: Key,
    /// In the store's order; empty where the store keeps certificates apart.
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key_id: Option<Vec<u8>>,
}

impl KeyEntry {
    /// What it is called where it must be told from others.
    pub(crate) fn name(&self, at: usize) -> String {
        self.alias
            .clone()
            .unwrap_or_else(|| format!("{}", at.saturating_add(1)))
    }
}

/// A key as it is kept: what needs a password again is opened when it is chosen.
pub(crate) enum Key {
    Clear(Clear),
    /// PKCS#8, encrypted with a password.
    Encrypted(Vec<u8>),
    /// As JKS keeps keys.
    Jks(Vec<u8>),
    /// In a way that is not read, in words.
    Unreadable(&'static str),
}

/// A key in memory, wiped when dropped.
pub(crate) struct Clear(PrivateKeyDer<'static>);

impl Clear {
    pub(crate) fn new(key: PrivateKeyDer<'static>) -> Self {
        Self(key)
    }
    /// PKCS#8, PKCS#1 or SEC 1, whichever it is.
    pub(crate) fn from_der(der: &Zeroizing<Vec<u8>>) -> Option<Self> {
        PrivateKeyDer::try_from(der.as_slice())
            .ok()
            .map(|key| Self(key.clone_key()))
    }
    pub(crate) fn key(&self) -> &PrivateKeyDer<'static> {
        &self.0
    }
}

impl Drop for Clear {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
