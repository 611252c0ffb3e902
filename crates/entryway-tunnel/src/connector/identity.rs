//! Who a connector is, and its next certificate.

use crate::authority::sha256;
use crate::identity::{ConnectorKey, PeerIdentity};
use entryway_bridge::{ConnectorId, SiteName, Text};
use parking_lot::RwLock;
use rustls_pki_types::CertificateDer;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::{Duration, SystemTime};

/// All that an enrolment gives.
pub struct Credential {
    /// The site.
    pub site: SiteName,
    /// Its id there.
    pub connector: ConnectorId,
    /// The authority by which the hub is known.
    pub authority: CertificateDer<'static>,
    /// The connector's own certificate, the first, and what leads from there to the authority.
    pub chain: Vec<CertificateDer<'static>>,
    /// Its key.
    pub key: ConnectorKey,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({} of {})", self.connector, self.site)
    }
}

impl Credential {
    /// Whether the parts belong together; in words what does not.
    pub fn check(&self) -> Result<(), &'static str> {
        let own = self.chain.first().ok_or("there is no certificate")?;
        if !self.key.fits(own) {
            return Err("the certificate is for another key");
        }
        let named = PeerIdentity::read(own).map_err(|_| "the certificate is not a connector's")?;
        if named.site != self.site.as_str() || named.connector != self.connector.as_str() {
            return Err("the certificate is another connector's");
        }
        Ok(())
    }
    /// Until when its certificate is accepted.
    pub fn not_after(&self) -> Option<SystemTime> {
        crate::identity::not_after(self.chain.first()?)
    }
    /// When the next certificate is asked for: when a third of this one's life is left.
    pub fn renews_at(&self) -> Option<SystemTime> {
        let own = self.chain.first()?;
        let (from, until) = (crate::identity::not_before(own)?, self.not_after()?);
        let life = until.duration_since(from).ok()?;
        until.checked_sub(life / 3)
    }
    /// The SHA-256 of its public key.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.key.fingerprint()
    }
    /// The SHA-256 of the authority's certificate.
    pub fn authority_fingerprint(&self) -> [u8; 32] {
        sha256(&self.authority)
    }
}

/// Keeps what must outlive the program. Called where it may wait for a disk.
pub trait Keeper: Send + Sync + 'static {
    /// Keeps it, whole or not at all.
    fn keep(&self, kept: Kept<'_>) -> Result<(), NotKept>;
}

/// What is to be kept.
pub enum Kept<'a> {
    /// A new certificate and its key.
    Credential(&'a Credential),
    /// The highest version that the hub has spoken.
    Version(u16),
}

/// It is not kept: in words.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct NotKept(pub String);

/// Who the connector is now; shared by its tunnels.
pub struct Identity {
    now: RwLock<Arc<Credential>>,
    renewing: AtomicBool,
    version: AtomicU16,
    counted_in: Option<Text<64>>,
    keeper: Arc<dyn Keeper>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.current(), f)
    }
}

impl Identity {
    /// As it was kept.
    pub fn new(credential: Credential, version: u16, keeper: Arc<dyn Keeper>) -> Self {
        Self {
            now: RwLock::new(Arc::new(credential)),
            renewing: AtomicBool::new(false),
            version: AtomicU16::new(version),
            counted_in: None,
            keeper,
        }
    }
    /// The same for a connector that counts failures in a store of this name, in which others may count too.
    #[must_use]
    pub fn counting_in(self, counted_in: Option<&str>) -> Self {
        Self {
            counted_in: counted_in.and_then(Text::new),
            ..self
        }
    }
    /// By what the store is known that it counts failures in, where others may count there too.
    pub fn counted_in(&self) -> Option<&Text<64>> {
        self.counted_in.as_ref()
    }
    /// The one that new tunnels show.
    pub fn current(&self) -> Arc<Credential> {
        Arc::clone(&self.now.read())
    }
    /// The highest version that the hub has spoken.
    pub fn version(&self) -> u16 {
        self.version.load(Ordering::Relaxed)
    }
    /// Whether a hub that speaks `version` has not become older; a higher one is remembered.
    pub(crate) fn speaks(&self, version: u16) -> bool {
        let before = self.version.fetch_max(version, Ordering::Relaxed);
        if before < version {
            let keeper = Arc::clone(&self.keeper);
            // Should it not be kept, it is remembered while this runs.
            tokio::task::spawn_blocking(move || keeper.keep(Kept::Version(version)));
        }
        version >= before
    }
    /// How long it is to the next request for a certificate; `None` where there is nothing to go by.
    pub(crate) fn renews_in(&self) -> Option<Duration> {
        let at = self.current().renews_at()?;
        Some(at.duration_since(SystemTime::now()).unwrap_or_default())
    }
    /// A new key for the next certificate, for one tunnel at a time.
    pub(crate) fn begin_renewal(self: &Arc<Self>) -> Option<Renewal> {
        if self.renews_in()? > Duration::ZERO || self.renewing.swap(true, Ordering::AcqRel) {
            return None;
        }
        let mut renewal = Renewal {
            identity: Arc::clone(self),
            key: None,
        };
        renewal.key = ConnectorKey::generate().ok();
        renewal.key.is_some().then_some(renewal)
    }
}

/// A renewal under way; another may begin when it is dropped.
pub(crate) struct Renewal {
    identity: Arc<Identity>,
    key: Option<ConnectorKey>,
}

impl Renewal {
    pub(crate) fn request(&self) -> Option<Vec<u8>> {
        self.key.as_ref()?.request().ok()
    }
    /// Takes the certificate that the hub has made, once it is kept.
    pub(crate) async fn finish(
        mut self,
        chain: Vec<CertificateDer<'static>>,
    ) -> Result<Arc<Credential>, NotKept> {
        let before = self.identity.current();
        let key = self.key.take().ok_or_else(|| NotKept(String::new()))?;
        let next = Arc::new(Credential {
            site: before.site.clone(),
            connector: before.connector,
            authority: before.authority.clone(),
            chain,
            key,
        });
        next.check().map_err(|why| NotKept(why.to_owned()))?;
        let (keeper, kept) = (Arc::clone(&self.identity.keeper), Arc::clone(&next));
        tokio::task::spawn_blocking(move || keeper.keep(Kept::Credential(&kept)))
            .await
            .map_err(|_| NotKept("keeping it has failed".to_owned()))??;
        *self.identity.now.write() = Arc::clone(&next);
        Ok(next)
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        self.identity.renewing.store(false, Ordering::Release);
    }
}
