//! The certificate that the API's listener shows: read before anybody is let in, again when its files change, and
//! another one where the configuration comes to name another.

use crate::certificate_login::AskingListener;
use crate::stores::told::Expiring;
use crate::stores::{self, identity_source};
use anyhow::Context;
use entryway_config::Settings;
use entryway_ldap::{IdentitySource, LocalCertificate, Reread, ShownIdentity, utc};
use entryway_web::ListenerTls;
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::task::{AbortHandle, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval};

/// What an address is reached by.
pub(crate) fn scheme(tls: bool) -> &'static str {
    if tls { "https" } else { "http" }
}

/// What the listeners of this process show, where they speak TLS.
#[derive(Clone, Default)]
pub(crate) struct ShownHere {
    /// The API's.
    pub(crate) api: Option<Arc<ListenerCertificate>>,
    /// The one for people's certificates.
    pub(crate) asking: Option<Arc<AskingListener>>,
}

impl ShownHere {
    /// Every certificate that is shown.
    pub(crate) fn certificates(&self) -> Vec<LocalCertificate> {
        let api = self.api.as_deref().map(ListenerCertificate::certificates);
        let asking = self.asking.as_deref().map(AskingListener::certificates);
        api.into_iter().chain(asking).flatten().collect()
    }
}

/// The certificate, as long as the process lives: whether there is one does not change.
pub(crate) struct ListenerCertificate {
    tls: Arc<ListenerTls>,
    reading: Mutex<Reading>,
    /// For whoever asks how it is, who must not wait for files.
    seen: Mutex<Seen>,
}

struct Reading {
    shown: ShownIdentity,
    expiring: Expiring,
}

#[derive(Default)]
struct Seen {
    certificates: Vec<LocalCertificate>,
    /// Why what lies in its files now is not shown.
    problem: Option<String>,
}

/// What another configuration has shown, read before it is in force.
pub(crate) enum Prepared {
    /// What is shown already, whatever its files hold by now.
    Same,
    /// Something else.
    Other(ShownIdentity),
}

/// Looks at the files now and then until it is dropped.
pub(crate) struct ListenerWatch(AbortHandle);

impl Drop for ListenerWatch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl ListenerCertificate {
    /// Reads the one that the configuration names; `None` where HTTP is served without TLS. Blocks on files.
    pub(crate) fn open(settings: &Settings) -> anyhow::Result<Option<Self>> {
        let Some(source) = source(settings) else {
            return Ok(None);
        };
        let shown = read(source)?;
        let tls = ListenerTls::new(shown.certified()).context("`server.tls` cannot be used")?;
        let opened = Self {
            tls: Arc::new(tls),
            seen: Mutex::new(Seen {
                certificates: shown.certificates(),
                problem: None,
            }),
            reading: Mutex::new(Reading {
                shown,
                expiring: Expiring::default(),
            }),
        };
        Ok(Some(opened))
    }

    /// How TLS is spoken with it.
    pub(crate) fn tls(&self) -> Arc<ListenerTls> {
        Arc::clone(&self.tls)
    }

    /// The chain that is shown, the listener's own certificate first.
    pub(crate) fn certificates(&self) -> Vec<LocalCertificate> {
        self.seen.lock().certificates.clone()
    }

    /// Why what lies in its files now is not shown, if so.
    pub(crate) fn problem(&self) -> Option<String> {
        self.seen.lock().problem.clone()
    }

    /// Reads what another configuration names. Nothing changes yet.
    pub(crate) fn prepare(&self, settings: &Settings) -> anyhow::Result<Prepared> {
        match source(settings) {
            Some(source) if !self.reading.lock().shown.is_of(&source) => {
                Ok(Prepared::Other(read(source)?))
            }
            // Without TLS only after a restart: until then the certificate is looked after.
            Some(_) | None => Ok(Prepared::Same),
        }
    }

    /// The configuration is in force.
    pub(crate) fn apply(&self, prepared: Prepared) {
        match prepared {
            // It was asked for, and is not put off until somebody looks again.
            Prepared::Same => self.look(SystemTime::now()),
            Prepared::Other(shown) => {
                let mut reading = self.reading.lock();
                reading.shown = shown;
                self.show(&reading.shown);
            }
        }
    }

    /// Looks at the files from now on. Needs a tokio runtime.
    pub(crate) fn watch(self: Arc<Self>, every: Duration) -> ListenerWatch {
        let watching = tokio::spawn(async move {
            let mut ticks = interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let certificate = Arc::clone(&self);
                // Files may wait for a disk, and a store's key is computed for a while.
                let looked = spawn_blocking(move || certificate.look(SystemTime::now()));
                if looked.await.is_err() {
                    tracing::error!(target: "listener.certificate_unusable", problem = "looking at it has failed");
                    return;
                }
            }
        });
        ListenerWatch(watching.abort_handle())
    }

    /// One look, told in the log.
    fn look(&self, now: SystemTime) {
        let mut reading = self.reading.lock();
        let renewed = match reading.shown.look() {
            Reread::Same => false,
            Reread::Renewed => true,
            Reread::Broken(error) => {
                let code = error.code();
                let problem = format!("{:#}", anyhow::Error::from(error));
                self.seen.lock().problem = Some(problem.clone());
                tracing::warn!(target: "listener.certificate_unusable", code, problem, kept = "the one before it");
                false
            }
            Reread::Recovered { renewed } => {
                self.seen.lock().problem = None;
                let file = reading.shown.origin();
                tracing::info!(target: "listener.certificate_recovered", %file);
                renewed
            }
        };
        if renewed {
            self.show(&reading.shown);
        }
        let certificates = reading.shown.certificates();
        reading.expiring.tell(certificates, None, now);
    }

    /// New connections see this one from now on.
    fn show(&self, shown: &ShownIdentity) {
        let (file, certificates) = (shown.origin(), shown.certificates());
        let problem = match self.tls.renew(shown.certified()) {
            Ok(()) => {
                let own = certificates.first();
                let subject = own.map(|own| own.subject.as_str());
                let expires = own.map(|own| utc(own.not_after));
                tracing::info!(target: "listener.certificate_renewed", %file, subject, expires);
                None
            }
            Err(error) => {
                let (code, problem) = ("store_setup", format!("{:#}", anyhow::Error::from(error)));
                tracing::warn!(target: "listener.certificate_unusable", code, problem, kept = "the one before it");
                Some(problem)
            }
        };
        let mut seen = self.seen.lock();
        if problem.is_none() {
            seen.certificates = certificates;
        }
        seen.problem = problem;
    }
}

fn source(settings: &Settings) -> Option<IdentitySource> {
    settings.tls.as_ref().map(identity_source)
}

fn read(source: IdentitySource) -> anyhow::Result<ShownIdentity> {
    ShownIdentity::load(source).context("`server.tls` cannot be used")
}

/// How old a change of the files may be before it is seen.
pub(crate) const EVERY: Duration = stores::EVERY;

#[cfg(test)]
mod tests;
