//! What one connection offers a server, and what the server asked of it: what an error of the TLS
//! library leaves out, and an administrator needs.

use super::failure::TlsFailure;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;
use rustls::{ClientConnection, SignatureScheme};
use std::cell::Cell;
use std::sync::Arc;

/// A server asked for a client certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    /// Whether it was shown one.
    pub(super) shown: bool,
}

/// What belongs to one connection.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    pub(super) offered: Arc<str>,
    pub(super) asked: Option<Asked>,
}

impl Terms {
    pub(super) fn new(offered: &Arc<str>) -> Self {
        Self {
            offered: Arc::clone(offered),
            asked: None,
        }
    }
    /// What it means that the server hangs up now, where that is known.
    pub(crate) fn hung_up(&self) -> Option<TlsFailure> {
        self.asked.map(TlsFailure::hung_up)
    }
    /// Has the library look at what was received.
    pub(crate) fn receive(&mut self, tls: &mut ClientConnection) -> Result<(), TlsFailure> {
        ASKED.set(None);
        let result = tls.process_new_packets();
        self.asked = self.asked.or(ASKED.take());
        result
            .map(drop)
            .map_err(|error| TlsFailure::from_rustls(&error, &self.offered, self.asked))
    }
}

thread_local! {
    /// The library asks the resolver, which all connections of a client share, and does not say for which
    /// of them. It asks on the thread and inside the call that looks at the server's message.
    static ASKED: Cell<Option<Asked>> = const { Cell::new(None) };
}

/// Remembers whether a server asked, and passes the question on.
#[derive(Debug)]
pub(super) struct Remembering(pub(super) Arc<dyn ResolvesClientCert>);

impl ResolvesClientCert for Remembering {
    fn resolve(
        &self,
        root_hint_subjects: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let resolved = self.0.resolve(root_hint_subjects, schemes);
        ASKED.set(Some(Asked {
            shown: resolved.is_some(),
        }));
        resolved
    }
    fn only_raw_public_keys(&self) -> bool {
        self.0.only_raw_public_keys()
    }
    fn has_certs(&self) -> bool {
        self.0.has_certs()
    }
}

/// Who has no certificate.
#[derive(Debug)]
pub(super) struct Nobody;

impl ResolvesClientCert for Nobody {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        None
    }
    fn has_certs(&self) -> bool {
        false
    }
}
