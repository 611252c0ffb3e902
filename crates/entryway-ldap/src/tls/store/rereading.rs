//! Stores that are read again when their files change: replaced by a rename, written in place, or by the
//! exchange of a symbolic link that a folder of them hangs on.
//!
//! Looks at the files and waits for nothing; how often, whoever asks decides. What cannot be read while it is
//! being replaced changes nothing: what was read last stays in force.

use super::file::Stamp;
use super::identity::{ClientIdentity, IdentityError, IdentitySource};
use super::trust::{TrustError, TrustSource, TrustStore};
use crate::tls::{TlsClient, TlsSetupError};
use std::path::PathBuf;
use std::time::SystemTime;

/// One list of what is trusted and one identity, and everybody who uses them.
pub struct Rereading {
    trust: Vec<TrustSource>,
    identity: Option<IdentitySource>,
    store: TrustStore,
    own: Option<ClientIdentity>,
    clients: Vec<TlsClient>,
    stamps: Vec<Stamp>,
    /// Whether a change since would show in the stamps.
    settled: bool,
    broken: bool,
}

/// Why stores do not load.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What is trusted.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// Who Entryway is.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The TLS library does not take what was read.
    #[error(transparent)]
    Setup(#[from] TlsSetupError),
}

impl StoreError {
    /// A short code that never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Trust(error) => error.code(),
            Self::Identity(error) => error.code(),
            Self::Setup(_) => "store_setup",
        }
    }
    /// Whether the files themselves may be right, and only could not be read now.
    fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Trust(TrustError::Unreadable { .. } | TrustError::EmptySystem { .. })
                | Self::Identity(IdentityError::Unreadable { .. })
        )
    }
}

/// What a look has come to.
#[derive(Debug)]
pub enum Reread<E = StoreError> {
    /// Nothing to tell: the same as before, be that well or broken.
    Same,
    /// The clients have something new. Their servers' connections are to be drained.
    Renewed,
    /// Something cannot be used now, and the last reading stays. Told once.
    Broken(E),
    /// What could not be used can be again.
    Recovered {
        /// Whether it is something new.
        renewed: bool,
    },
}

impl Rereading {
    /// Reads everything. Blocks, and may compute for a while: not on a thread that serves others.
    pub fn load(
        trust: Vec<TrustSource>,
        identity: Option<IdentitySource>,
    ) -> Result<Self, StoreError> {
        // Before they are read: what changes meanwhile is then seen at the next look.
        let stamps = stamps(&trust, identity.as_ref());
        let (store, own) = read(&trust, identity.as_ref())?;
        Ok(Self {
            settled: Stamp::all_settled(&stamps, SystemTime::now()),
            trust,
            identity,
            store,
            own,
            clients: Vec::new(),
            stamps,
            broken: false,
        })
    }
    /// What is trusted.
    pub fn store(&self) -> &TrustStore {
        &self.store
    }
    /// Who Entryway is.
    pub fn identity(&self) -> Option<&ClientIdentity> {
        self.own.as_ref()
    }
    /// Whether it is made of these.
    pub fn is_of(&self, trust: &[TrustSource], identity: Option<&IdentitySource>) -> bool {
        self.trust == trust && self.identity.as_ref() == identity
    }
    /// From now on this client has what every look finds.
    pub fn serve(&mut self, client: TlsClient) {
        self.clients.push(client);
    }

    /// Looks whether a file is another than it was; if so, reads all of them, and gives the clients what is new.
    /// Blocks, and may compute for a while.
    pub fn look(&mut self) -> Reread {
        let now = stamps(&self.trust, self.identity.as_ref());
        if self.settled && now == self.stamps {
            return Reread::Same;
        }
        self.settled = Stamp::all_settled(&now, SystemTime::now());
        self.stamps = now;
        match self.read_again() {
            Ok(renewed) => match (std::mem::take(&mut self.broken), renewed) {
                (true, renewed) => Reread::Recovered { renewed },
                (false, true) => Reread::Renewed,
                (false, false) => Reread::Same,
            },
            Err(error) => {
                // What may pass by itself leaves no trace in the stamps.
                self.settled &= !error.may_pass();
                if std::mem::replace(&mut self.broken, true) {
                    Reread::Same
                } else {
                    Reread::Broken(error)
                }
            }
        }
    }

    /// Whether there was anything new.
    fn read_again(&mut self) -> Result<bool, StoreError> {
        let (store, own) = read(&self.trust, self.identity.as_ref())?;
        let same_identity = match (&own, &self.own) {
            (Some(own), Some(before)) => own.is_same(before),
            (None, None) => true,
            _ => false,
        };
        // A file that was only touched must not cost every connection.
        if same_identity && store.is_same(&self.store) {
            return Ok(false);
        }
        for client in &self.clients {
            client.renew(&store, own.as_ref())?;
        }
        (self.store, self.own) = (store, own);
        Ok(true)
    }
}

fn read(
    trust: &[TrustSource],
    identity: Option<&IdentitySource>,
) -> Result<(TrustStore, Option<ClientIdentity>), StoreError> {
    let store = TrustStore::load(trust)?;
    let own = identity.map(ClientIdentity::load).transpose()?;
    Ok((store, own))
}

fn stamps(trust: &[TrustSource], identity: Option<&IdentitySource>) -> Vec<Stamp> {
    let trusted = trust.iter().flat_map(TrustSource::paths);
    let own = identity
        .into_iter()
        .flat_map(IdentitySource::paths)
        .cloned();
    let paths: Vec<PathBuf> = trusted.chain(own).collect();
    paths.iter().map(|path| Stamp::of(path)).collect()
}

#[cfg(test)]
mod tests;
