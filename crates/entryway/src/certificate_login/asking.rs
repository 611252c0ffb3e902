//! The listener that asks for certificates: its own certificate, and whose it asks for, as the configuration in force
//! and its files have them. Where it listens does not change while the process lives.

use super::PersonTrust;
use crate::live::Live;
use crate::stores::told::Expiring;
use crate::stores::{self, identity_source};
use anyhow::Context;
use entryway_config::Settings;
use entryway_ldap::{IdentitySource, LocalCertificate, Reread, ShownIdentity, utc};
use entryway_web::{Issuers, ListenerTls};
use parking_lot::Mutex;
use rustls::pki_types::CertificateDer;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::task::{AbortHandle, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval};

/// The listener's part of TLS.
pub(crate) struct AskingListener {
    tls: Arc<ListenerTls>,
    shown: Mutex<Showing>,
    /// For whoever asks how it is, who must not wait for files.
    seen: Mutex<Seen>,
}

struct Showing {
    identity: ShownIdentity,
    issuers: Issuers,
    expiring: Expiring,
}

#[derive(Default)]
struct Seen {
    certificates: Vec<LocalCertificate>,
    /// Why what lies in its files now is not shown.
    problem: Option<String>,
}

/// What a configuration has the listener show and ask for.
#[derive(Clone)]
pub(crate) struct Wanted {
    pub(crate) identity: IdentitySource,
    /// Whether it is another than the API's, whose end is told already.
    pub(crate) own: bool,
    pub(crate) trust: Arc<PersonTrust>,
}

/// Looks at the files now and then until it is dropped.
pub(crate) struct AskingWatch(AbortHandle);

impl Drop for AskingWatch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Wanted {
    /// Of these settings; its own certificate, or that of the other listener.
    pub(crate) fn of(settings: &Settings, trust: Arc<PersonTrust>) -> Option<Self> {
        let own = settings.certificate_login.as_ref()?.tls.as_ref();
        let source = own.or(settings.tls.as_ref())?;
        Some(Self {
            identity: identity_source(source),
            own: own.is_some(),
            trust,
        })
    }
}

impl AskingListener {
    /// Reads the certificate. Blocks on files.
    pub(crate) fn open(wanted: &Wanted) -> anyhow::Result<Self> {
        const UNUSABLE: &str = "the certificate of `certificate_login` cannot be used";
        let identity = ShownIdentity::load(wanted.identity.clone()).context(UNUSABLE)?;
        let issuers = wanted.trust.issuers();
        let tls = ListenerTls::asking(identity.certified(), issuers.clone()).context(UNUSABLE)?;
        Ok(Self {
            tls: Arc::new(tls),
            seen: Mutex::new(Seen {
                certificates: identity.certificates(),
                problem: None,
            }),
            shown: Mutex::new(Showing {
                identity,
                issuers,
                expiring: Expiring::default(),
            }),
        })
    }

    /// How TLS is spoken there.
    pub(crate) fn tls(&self) -> Arc<ListenerTls> {
        Arc::clone(&self.tls)
    }

    /// The chain that is shown, the listener's own certificate first.
    pub(crate) fn certificates(&self) -> Vec<LocalCertificate> {
        self.seen.lock().certificates.clone()
    }

    /// Its own certificate.
    pub(crate) fn leaf(&self) -> Option<CertificateDer<'static>> {
        let certified = self.shown.lock().identity.certified();
        certified.cert.first().cloned()
    }

    /// Why what lies in its files now is not shown, if so.
    pub(crate) fn problem(&self) -> Option<String> {
        self.seen.lock().problem.clone()
    }

    /// Looks at the configuration in force and at the files from now on. Needs a tokio runtime.
    pub(crate) fn watch(self: Arc<Self>, live: Arc<Live>) -> AskingWatch {
        let watching = tokio::spawn(async move {
            let mut ticks = interval(stores::EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let (own, live) = (Arc::clone(&self), Arc::clone(&live));
                if spawn_blocking(move || own.look(&live)).await.is_err() {
                    tracing::error!(target: "listener.certificate_unusable", problem = "looking at it has failed");
                    return;
                }
            }
        });
        AskingWatch(watching.abort_handle())
    }

    /// One look, told in the log. Blocks on files.
    pub(crate) fn look(&self, live: &Live) {
        if let Some(wanted) = live.now().asks() {
            self.look_at(&wanted);
        }
    }

    /// The same by what is wanted now.
    pub(crate) fn look_at(&self, wanted: &Wanted) {
        let mut shown = self.shown.lock();
        let (mut renewed, mut problem) = (false, self.problem());
        if !shown.identity.is_of(&wanted.identity) {
            match ShownIdentity::load(wanted.identity.clone()) {
                Ok(identity) => {
                    shown.identity = identity;
                    (renewed, problem) = (true, None);
                }
                Err(error) => problem = Some(unusable(error.code(), error.into())),
            }
        }
        renewed |= match shown.identity.look() {
            Reread::Same => false,
            Reread::Renewed => true,
            Reread::Broken(error) => {
                problem = Some(unusable(error.code(), error.into()));
                false
            }
            Reread::Recovered { renewed } => {
                let file = shown.identity.origin();
                tracing::info!(target: "listener.certificate_recovered", %file);
                problem = None;
                renewed
            }
        };
        let issuers = wanted.trust.issuers();
        let names = |issuers: &Issuers| -> Vec<Vec<u8>> {
            issuers.iter().map(|name| name.as_ref().to_vec()).collect()
        };
        if renewed || names(&issuers) != names(&shown.issuers) {
            let certificate = shown.identity.certified();
            match self.tls.renew_asking(certificate, issuers.clone()) {
                Ok(()) => {
                    shown.issuers = issuers;
                    let certificates = shown.identity.certificates();
                    if renewed {
                        let (file, own) = (shown.identity.origin(), certificates.first());
                        let subject = own.map(|own| own.subject.as_str());
                        let expires = own.map(|own| utc(own.not_after));
                        tracing::info!(target: "listener.certificate_renewed", %file, subject, expires);
                    }
                    self.seen.lock().certificates = certificates;
                }
                Err(error) => problem = Some(unusable("store_setup", error.into())),
            }
        }
        self.seen.lock().problem = problem;
        if wanted.own {
            let certificates = shown.identity.certificates();
            shown.expiring.tell(certificates, None, SystemTime::now());
        }
    }
}

/// Told in the log; in words.
fn unusable(code: &str, error: anyhow::Error) -> String {
    let problem = format!("{error:#}");
    tracing::warn!(target: "listener.certificate_unusable", code, problem, kept = "the one before it");
    problem
}
