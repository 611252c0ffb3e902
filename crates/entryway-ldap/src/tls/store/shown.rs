//! The identity that a listener shows: nobody's trust goes with it, and it is read again when its files change, as every
//! store is.

use super::expiry::{LocalCertificate, Purpose};
use super::file::Stamp;
use super::identity::{ClientIdentity, IdentityError, IdentitySource};
use super::rereading::Reread;
use rustls::sign::CertifiedKey;
use std::sync::Arc;
use std::time::SystemTime;

/// A certificate with its key, for clients that connect to this machine.
pub struct ShownIdentity {
    source: IdentitySource,
    own: ClientIdentity,
    stamps: Vec<Stamp>,
    /// Whether a change since would show in the stamps.
    settled: bool,
    broken: bool,
}

impl ShownIdentity {
    /// Reads it. Blocks on files, and may compute for a while: not on a thread that serves others.
    pub fn load(source: IdentitySource) -> Result<Self, IdentityError> {
        // Before they are read: what changes meanwhile is then seen at the next look.
        let stamps = stamps(&source);
        let own = ClientIdentity::load(&source)?;
        Ok(Self {
            settled: Stamp::all_settled(&stamps, SystemTime::now()),
            source,
            own,
            stamps,
            broken: false,
        })
    }
    /// Whether it is made of these.
    pub fn is_of(&self, source: &IdentitySource) -> bool {
        self.source == *source
    }
    /// What a listener shows, and the key that proves it, inside the TLS library.
    pub fn certified(&self) -> Arc<CertifiedKey> {
        self.own.certified()
    }
    /// The file that the certificate comes from, in backticks.
    pub fn origin(&self) -> &Arc<str> {
        self.own.origin()
    }
    /// Each certificate of the chain, its own first.
    pub fn certificates(&self) -> Vec<LocalCertificate> {
        let mut all = self.own.certificates();
        for one in &mut all {
            one.purpose = Purpose::Listener;
        }
        all
    }

    /// Looks whether a file is another than it was; if so, reads all of them. What cannot be used leaves everything as
    /// it is. Blocks, and may compute for a while.
    pub fn look(&mut self) -> Reread<IdentityError> {
        let now = stamps(&self.source);
        if self.settled && now == self.stamps {
            return Reread::Same;
        }
        self.settled = Stamp::all_settled(&now, SystemTime::now());
        self.stamps = now;
        match ClientIdentity::load(&self.source) {
            Ok(own) => {
                // A file that was only touched is no news.
                let renewed = !own.is_same(&self.own);
                self.own = own;
                match (std::mem::take(&mut self.broken), renewed) {
                    (true, renewed) => Reread::Recovered { renewed },
                    (false, true) => Reread::Renewed,
                    (false, false) => Reread::Same,
                }
            }
            Err(error) => {
                // That a file can be read again leaves no trace in the stamps.
                self.settled &= !matches!(error, IdentityError::Unreadable { .. });
                if std::mem::replace(&mut self.broken, true) {
                    Reread::Same
                } else {
                    Reread::Broken(error)
                }
            }
        }
    }
}

fn stamps(source: &IdentitySource) -> Vec<Stamp> {
    let paths = source.paths().into_iter();
    paths.map(|path| Stamp::of(path)).collect()
}

#[cfg(test)]
mod tests;
