//! Stores of certificates and keys: each read once for all domains that name it, and again when it changes.

mod reliant;
pub(crate) mod told;
mod watch;

pub(crate) use reliant::Reliant;
pub(crate) use watch::{EVERY, StoreWatch};

use entryway_config::TlsSettings;
use entryway_ldap::{
    ClientIdentity, CrlError, IdentitySource, Lists, Rereading, StoreFile, TlsClient,
    TlsSetupError, TrustSource, TrustStore,
};

/// Each list of sources with its identity, and who relies on it.
#[derive(Default)]
pub(crate) struct Stores {
    all: Vec<Relied>,
    lists: Vec<Lists>,
}

struct Relied {
    stores: Rereading,
    servers: Reliant,
}

impl Stores {
    /// A client that trusts, and is, what these settings say, now and after every change of the files.
    pub(crate) fn client(
        &mut self,
        settings: &TlsSettings,
        make: impl FnOnce(&TrustStore, Option<&ClientIdentity>) -> Result<TlsClient, TlsSetupError>,
    ) -> anyhow::Result<TlsClient> {
        let relied = self.get(settings)?;
        let client = make(relied.stores.store(), relied.stores.identity())?;
        relied.stores.serve(client.clone());
        Ok(client)
    }
    /// The revocation lists of these settings, with whatever follows their files; `None` where there are none.
    pub(crate) fn lists(&mut self, settings: &TlsSettings) -> Result<Option<&mut Lists>, CrlError> {
        let paths = &settings.verification.crls;
        if paths.is_empty() {
            return Ok(None);
        }
        let at = match self.lists.iter().position(|lists| lists.is_of(paths)) {
            Some(at) => at,
            None => {
                self.lists.push(Lists::load(paths.clone())?);
                self.lists.len() - 1
            }
        };
        Ok(self.lists.get_mut(at))
    }
    /// Where servers are entered that are reached by clients of these settings, now or whenever they are found.
    /// Without TLS nothing was read for them: `None`.
    pub(crate) fn reliant(&self, settings: &TlsSettings) -> Option<Reliant> {
        let (trust, identity) = sources(settings);
        let mut all = self.all.iter();
        let relied = all.find(|relied| relied.stores.is_of(&trust, identity.as_ref()))?;
        Some(relied.servers.clone())
    }
    /// What was passed over while reading, in words, for the log.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let all = self.all.iter();
        all.flat_map(|relied| relied.stores.store().warnings())
            .cloned()
            .collect()
    }

    fn get(&mut self, settings: &TlsSettings) -> anyhow::Result<&mut Relied> {
        let (trust, identity) = sources(settings);
        let known = self
            .all
            .iter()
            .position(|relied| relied.stores.is_of(&trust, identity.as_ref()));
        let at = match known {
            Some(at) => at,
            None => {
                self.all.push(Relied {
                    stores: Rereading::load(trust, identity)?,
                    servers: Reliant::default(),
                });
                self.all.len() - 1
            }
        };
        self.all
            .get_mut(at)
            .ok_or_else(|| anyhow::anyhow!("a store that was read is gone"))
    }
}

fn sources(settings: &TlsSettings) -> (Vec<TrustSource>, Option<IdentitySource>) {
    let trust = settings.trust.iter().map(trust_source);
    let identity = settings.identity.as_ref().map(identity_source);
    (trust.collect(), identity)
}

/// What is trusted, as whoever reads it is told.
pub(crate) fn trust_source(source: &entryway_config::TrustSource) -> TrustSource {
    match source {
        entryway_config::TrustSource::System => TrustSource::System,
        entryway_config::TrustSource::File(found) => TrustSource::File(file(found)),
    }
}

/// Where a certificate with its key is, as whoever reads it is told.
pub(crate) fn identity_source(source: &entryway_config::IdentitySource) -> IdentitySource {
    match source {
        entryway_config::IdentitySource::Store { file: found, alias } => IdentitySource::Store {
            file: file(found),
            alias: alias.clone(),
        },
        entryway_config::IdentitySource::Pair { certificate, key } => IdentitySource::Pair {
            certificate: certificate.clone(),
            key: file(key),
        },
    }
}

fn file(file: &entryway_config::StoreFile) -> StoreFile {
    StoreFile {
        path: file.path.clone(),
        password: file.password.clone(),
    }
}
