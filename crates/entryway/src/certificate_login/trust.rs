//! Whom people's certificates are believed to be of: authorities and lists, read again when their files change.

use crate::stores::told::{self, Expiring};
use crate::stores::{self, trust_source};
use anyhow::Context;
use entryway_config::CertificateLogin;
use entryway_ldap::{
    Crls, Lists, LocalCertificate, PersonVerifier, Purpose, Rereading, WhenUnknown,
};
use entryway_web::Issuers;
use parking_lot::{Mutex, RwLock};
use std::sync::Arc;
use std::time::SystemTime;
use tokio::task::{AbortHandle, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval};

/// One configuration's.
pub(crate) struct PersonTrust {
    now: RwLock<Arc<PersonVerifier>>,
    reading: Mutex<Reading>,
}

struct Reading {
    stores: Rereading,
    lists: Option<Lists>,
    when_unknown: WhenUnknown,
    expiring: Expiring,
}

impl Reading {
    fn verifier(&self) -> PersonVerifier {
        let crls = self.lists.as_ref().map(|lists| lists.crls().clone());
        let crls: Crls = crls.unwrap_or_default();
        PersonVerifier::new(self.stores.store().clone(), crls, self.when_unknown)
    }
}

/// Looks at the files now and then until it is dropped.
pub(crate) struct TrustWatch(AbortHandle);

impl Drop for TrustWatch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl PersonTrust {
    /// Reads everything. Blocks on files.
    pub(crate) fn open(settings: &CertificateLogin) -> anyhow::Result<Self> {
        let trust = settings.trust.iter().map(trust_source).collect();
        let stores =
            Rereading::load(trust, None).context("`certificate_login.trust` cannot be used")?;
        let lists = match settings.crls.is_empty() {
            true => None,
            false => Some(
                Lists::load(settings.crls.clone())
                    .context("`certificate_login.crls` cannot be used")?,
            ),
        };
        let reading = Reading {
            stores,
            lists,
            when_unknown: match settings.crl_unknown_accepted {
                true => WhenUnknown::Accept,
                false => WhenUnknown::Refuse,
            },
            expiring: Expiring::default(),
        };
        Ok(Self {
            now: RwLock::new(Arc::new(reading.verifier())),
            reading: Mutex::new(reading),
        })
    }

    /// By what was read last.
    pub(crate) fn verifier(&self) -> Arc<PersonVerifier> {
        Arc::clone(&self.now.read())
    }

    /// Who may have issued a certificate.
    pub(crate) fn issuers(&self) -> Issuers {
        self.verifier().issuers()
    }

    /// The authorities, as they were read last.
    pub(crate) fn certificates(&self) -> Vec<LocalCertificate> {
        of_people(self.verifier().store().certificates())
    }

    /// Looks at the files from now on. Needs a tokio runtime.
    pub(crate) fn watch(self: Arc<Self>) -> TrustWatch {
        let watching = tokio::spawn(async move {
            let mut ticks = interval(stores::EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let trust = Arc::clone(&self);
                if spawn_blocking(move || trust.look()).await.is_err() {
                    tracing::error!(target: "tls.store_unusable", problem = "looking at the stores has failed");
                    return;
                }
            }
        });
        TrustWatch(watching.abort_handle())
    }

    /// One look, told in the log.
    fn look(&self) {
        let mut reading = self.reading.lock();
        let Reading {
            stores,
            lists,
            expiring,
            ..
        } = &mut *reading;
        let mut renewed = told::store_renewed(stores);
        if renewed {
            let files = told::files(stores);
            tracing::info!(target: "tls.store_renewed", files, servers = 0);
        }
        renewed |= lists.as_mut().is_some_and(told::lists_renewed);
        let in_force = lists.iter().flat_map(|lists| lists.crls().in_force());
        let certificates = of_people(stores.store().certificates());
        expiring.tell(certificates, in_force.cloned(), SystemTime::now());
        if renewed {
            *self.now.write() = Arc::new(reading.verifier());
        }
    }
}

/// They vouch for people, not for servers.
fn of_people(mut certificates: Vec<LocalCertificate>) -> Vec<LocalCertificate> {
    for one in &mut certificates {
        one.purpose = Purpose::People;
    }
    certificates
}
