//! The configuration in force, and how one takes another's place while logins go on.

mod held;
mod people;
mod readiness;
mod unverified;

use crate::certificate_login::{ByCertificate, PersonTrust, TrustWatch, Wanted};
use crate::compose::compose_counting;
use crate::events::{ConfigApplied, ConfigRestartNeeded, TlsUnverified};
use crate::forward::Forward;
use crate::gateway::Gateway;
use crate::hub::{ByAssertion, Lookups, Sealer};
use crate::kept::{self, Kept, is_same_store};
use crate::listener::scheme;
use crate::sso::{self, Sso};
use crate::stores::{self, StoreWatch, Stores};
use crate::witness::Witness;
use crate::world::World;
use arc_swap::ArcSwap;
use entryway_config::{AuditSettings, HubSettings, KeyRotation, Loaded, StoreSettings};
use entryway_store::ThrottleSettings;
use entryway_web::{
    Current, Generation, LookupFront, LookupRules, Sealing, SiteLookups, Strangers,
};
pub(crate) use held::Held;
use parking_lot::Mutex;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tokio::time::timeout;
use unverified::unverified;

/// How soon keys are read again that are another's by now and could not be read.
const AGAIN: Duration = Duration::from_secs(2);

/// One configuration, composed.
pub(crate) struct Running {
    /// Counted from 1; a reload adds 1.
    pub(crate) number: u64,
    /// When it was applied.
    pub(crate) since: SystemTime,
    /// Its logins.
    pub(crate) gateway: Gateway,
    /// What is told of it. The settings themselves go: they hold every caller's token in clear.
    summary: Summary,
    front: Arc<Generation>,
    connector: people::Front,
    /// What the listener for certificates shows and asks for.
    asks: Option<Wanted>,
    unused: watch::Receiver<()>,
    /// What is looked at once it is in force, and then the looking.
    stores: Mutex<Option<Stores>>,
    watching: Mutex<Option<StoreWatch>>,
    watching_people: Mutex<Option<TrustWatch>>,
}

/// A configuration in numbers.
struct Summary {
    fixed: Fixed,
    domains: usize,
    callers: usize,
    files: usize,
    throttle: ThrottleSettings,
    restart_needed: Vec<&'static str>,
    /// Domains that believe any server, in whatever role.
    unverified: Vec<Arc<str>>,
    /// When signing keys follow each other; `None` where nothing is signed.
    signing: Option<KeyRotation>,
    /// The hub; `None` where this is none.
    hub: Option<Arc<HubSettings>>,
}

/// What is opened once for all configurations: a reload cannot change it.
#[derive(Clone)]
struct Fixed {
    listen: SocketAddr,
    certificate_listen: Option<SocketAddr>,
    tls: bool,
    store: StoreSettings,
    audit: AuditSettings,
}

impl Fixed {
    /// Settings in which another configuration wants something else than runs.
    fn unlike(&self, other: &Self) -> Vec<&'static str> {
        [
            ("server.listen", self.listen == other.listen),
            (
                "certificate_login.listen",
                self.certificate_listen == other.certificate_listen,
            ),
            ("server.tls", self.tls == other.tls),
            ("store", is_same_store(&self.store, &other.store)),
            ("audit", self.audit == other.audit),
        ]
        .into_iter()
        .filter_map(|(setting, same)| (!same).then_some(setting))
        .collect()
    }

    /// One of these settings, as far as a word tells it.
    fn in_words(&self, setting: &str) -> Option<String> {
        match setting {
            "server.listen" => Some(self.listen.to_string()),
            "server.tls" => Some(scheme(self.tls).to_owned()),
            _ => None,
        }
    }
}

/// The configuration in force, for whoever asks what came of reading it.
#[derive(Debug, Clone)]
pub(crate) struct InForce {
    pub(crate) generation: u64,
    pub(crate) domains: usize,
    pub(crate) callers: usize,
    pub(crate) files: usize,
    /// Settings that differ from what runs and wait for a restart.
    pub(crate) restart_needed: Vec<&'static str>,
}

impl Running {
    fn new(
        number: u64,
        loaded: Loaded,
        kept: Arc<Kept>,
        mut witnesses: Vec<Arc<dyn Witness>>,
    ) -> anyhow::Result<(Self, Vec<String>)> {
        let Loaded {
            settings, places, ..
        } = loaded;
        let composed = compose_counting(&settings, &kept.totals)?;
        let throttle = kept::throttle(&settings);
        let unverified = unverified(&settings);
        let signing = settings.sso.as_deref().map(sso::rotation);
        witnesses.push(Arc::clone(&kept.password_changes) as _);
        let world = World::new(&settings, composed.domains, composed.os, kept);
        let policy = Arc::clone(&settings.policy);
        let gateway = Gateway::new(policy, places.into(), world, witnesses);
        let (used, unused) = watch::channel(());
        let held = Arc::new(Held {
            gateway: gateway.clone(),
            used,
        });
        // A site's listener belongs to nobody's pages: it reads its files by itself.
        let at_site = settings
            .certificate_login
            .clone()
            .filter(|_| settings.sso.is_none());
        let certificate_login = settings
            .certificate_login
            .clone()
            .filter(|_| at_site.is_none());
        let people = match &certificate_login {
            Some(settings) => Some(Arc::new(PersonTrust::open(settings)?)),
            None => None,
        };
        let asks = people
            .as_ref()
            .and_then(|trust| Wanted::of(&settings, Arc::clone(trust)));
        let by_certificate = certificate_login.zip(people).map(|(settings, trust)| {
            Arc::new(ByCertificate {
                settings,
                trust,
                gateway: gateway.clone(),
                used: held.used.clone(),
            })
        });
        let deadline = settings.policy.deadline;
        let pictures = || sso::Pictures::of(&settings.lookups);
        let forward = settings.forward.as_deref();
        let exchange = settings.hub.as_ref().map(|_| &gateway.kept().exchange);
        let sealing: Option<Arc<dyn Sealing>> = exchange
            .zip(settings.hub.as_ref())
            .filter(|_| !settings.policy.sites.is_empty())
            .map(|(exchange, hub)| {
                let policy = settings.policy.clone();
                Arc::new(Sealer::new(policy, exchange.clone(), hub.challenges)) as _
            });
        let sites: Option<Arc<dyn SiteLookups>> = exchange.map(|exchange| {
            Arc::new(Lookups::new(
                Arc::clone(&settings.policy),
                Arc::clone(exchange),
            )) as _
        });
        let by_assertion = settings
            .hub
            .as_ref()
            .and_then(|hub| ByAssertion::of(hub, &settings.policy, &gateway, &held.used));
        let sso = settings.sso.clone().map(|sso| {
            let kept = Arc::clone(gateway.kept());
            let needs_groups = forward.is_some_and(|forward| forward.rules.needs_groups());
            Arc::new(Sso::new(
                sso,
                kept,
                Arc::clone(&held) as _,
                pictures(),
                deadline,
                sso::Beside {
                    policy: Arc::clone(&settings.policy),
                    needs_groups,
                    certificates: by_certificate.is_some() || by_assertion.is_some(),
                },
                sealing.clone(),
            ))
        });
        // Its logins are those of single sign-on: the configuration has both or none.
        let forward = forward.zip(sso.as_ref()).map(|(forward, sso)| {
            let kept = gateway.kept();
            Forward::new(
                forward,
                Arc::clone(sso),
                Arc::clone(&held) as _,
                (kept.accounts.clone(), Arc::clone(&kept.password_changes)),
                pictures(),
                deadline,
            )
        });
        let mut callers = people::callers(&settings);
        let connector = people::Front {
            relay_token: people::let_in(&settings.connector, &mut callers),
            settings: Arc::clone(&settings.connector),
            certificates: at_site,
            people: Arc::clone(&held),
        };
        let front = Arc::new(Generation {
            access_tokens: sso.clone().map(|sso| sso as _),
            sessions: sso.clone().map(|sso| sso as _),
            sso: sso.map(|sso| sso as _),
            forward: forward.transpose()?.map(|forward| Arc::new(forward) as _),
            logins: Arc::clone(&held) as _,
            password_changes: Arc::clone(&held) as _,
            revalidations: Arc::clone(&held) as _,
            explanations: held,
            lookups: LookupFront {
                asked: Arc::clone(gateway.finder()) as _,
                rules: LookupRules::of(&settings.lookups),
                seal: Arc::clone(&gateway.kept().cursors) as _,
                strangers: Strangers::default(),
            },
            tunnels: exchange.map(|exchange| Arc::clone(exchange) as _),
            hub: exchange.map(|exchange| Arc::clone(exchange) as _),
            sealing,
            sites,
            callers,
            certificates: by_certificate.map(|logins| logins as _),
            site_certificates: by_assertion.map(|logins| Arc::new(logins) as _),
            trusted_proxies: settings.trusted_proxies.clone(),
            deadline: settings.policy.deadline,
        });
        let listens = settings.certificate_login.as_ref().map(|it| it.listen);
        let running = Self {
            number,
            since: SystemTime::now(),
            summary: Summary {
                fixed: Fixed {
                    listen: settings.listen,
                    certificate_listen: listens,
                    tls: settings.tls.is_some(),
                    store: settings.store,
                    audit: settings.audit,
                },
                domains: settings.domains.len(),
                callers: settings.tokens.len(),
                files: settings.files.len(),
                throttle,
                restart_needed: Vec::new(),
                unverified,
                signing,
                hub: settings.hub,
            },
            gateway,
            front,
            connector,
            asks,
            unused,
            stores: Mutex::new(Some(composed.stores)),
            watching: Mutex::default(),
            watching_people: Mutex::default(),
        };
        Ok((running, composed.warnings))
    }

    /// What the listener for certificates shows and asks for.
    pub(crate) fn asks(&self) -> Option<Wanted> {
        self.asks.clone()
    }

    /// What is in force with it.
    pub(crate) fn in_force(&self) -> InForce {
        let summary = &self.summary;
        InForce {
            generation: self.number,
            domains: summary.domains,
            callers: summary.callers,
            files: summary.files,
            restart_needed: summary.restart_needed.clone(),
        }
    }

    /// Begins what goes on in the background while it is in force.
    fn start(&self) {
        self.gateway.domains().start();
        let stores = self.stores.lock().take();
        *self.watching.lock() = stores.map(|stores| StoreWatch::start(stores, stores::EVERY));
        let people = self.asks.as_ref().map(|asks| Arc::clone(&asks.trust));
        *self.watching_people.lock() = people.map(PersonTrust::watch);
    }

    /// Closes the pools once no request can use them any more. A deadline would be too early: a body
    /// may still be on its way when the configuration that its head met is replaced.
    fn retire(self: Arc<Self>) {
        let (gateway, mut unused) = (self.gateway.clone(), self.unused.clone());
        // From here on only requests hold the generation.
        drop(self);
        tokio::spawn(async move {
            while unused.changed().await.is_ok() {}
            gateway.domains().close().await;
        });
    }
}

/// The configuration in force.
pub(crate) struct Live {
    running: ArcSwap<Running>,
    opened: Fixed,
    kept: Arc<Kept>,
    witnesses: Vec<Arc<dyn Witness>>,
    /// Why the last reading was refused, unless one was applied since.
    refused: Mutex<Option<String>>,
}

impl Live {
    /// The first configuration. Warnings are about certificates that could not be read.
    pub(crate) fn start(
        loaded: Loaded,
        kept: Arc<Kept>,
        witnesses: Vec<Arc<dyn Witness>>,
    ) -> anyhow::Result<Self> {
        let (running, warnings) = Running::new(1, loaded, Arc::clone(&kept), witnesses.clone())?;
        kept.exchange.configure(running.summary.hub.clone());
        applied(&running, &warnings);
        running.start();
        Ok(Self {
            opened: running.summary.fixed.clone(),
            running: ArcSwap::from_pointee(running),
            kept,
            witnesses,
            refused: Mutex::default(),
        })
    }

    /// What is in force now.
    pub(crate) fn now(&self) -> Arc<Running> {
        self.running.load_full()
    }

    /// Has what another configuration needs before it is in force: keys to sign with.
    pub(crate) async fn prepare(&self, loaded: &Loaded) -> anyhow::Result<()> {
        match &loaded.settings.sso {
            Some(sso) => self.kept.signing.refresh(sso::rotation(sso)).await,
            None => Ok(()),
        }
    }

    /// Puts another configuration in force, and says what is odd about its certificates. On an error nothing changes.
    ///
    /// Logins under way finish with what they started with; the pools they use are closed afterwards.
    pub(crate) fn replace(&self, loaded: Loaded) -> anyhow::Result<Vec<String>> {
        let old = self.now();
        let kept = Arc::clone(&self.kept);
        kept.exchange.may_follow(loaded.settings.hub.as_deref())?;
        let (mut new, warnings) =
            Running::new(old.number + 1, loaded, kept, self.witnesses.clone())?;
        new.summary.restart_needed = self.opened.unlike(&new.summary.fixed);
        for setting in &new.summary.restart_needed {
            let running = self.opened.in_words(setting);
            let configured = new.summary.fixed.in_words(setting);
            ConfigRestartNeeded {
                setting,
                running: running.as_deref(),
                configured: configured.as_deref(),
            }
            .emit();
        }
        let (before, domains) = (old.gateway.domains(), new.gateway.domains());
        domains.use_accounts(before);
        let new = Arc::new(new);
        self.running.store(Arc::clone(&new));
        self.kept.throttle.configure(&new.summary.throttle);
        self.kept.exchange.configure(new.summary.hub.clone());
        // Told once it is true: whoever waits for this line may rely on it.
        applied(&new, &warnings);
        new.start();
        old.retire();
        *self.refused.lock() = None;
        Ok(warnings)
    }

    /// What outlives a configuration.
    pub(crate) fn kept(&self) -> &Arc<Kept> {
        &self.kept
    }

    /// Remembers why the last reading changed nothing.
    pub(crate) fn refuse(&self, problem: &str) {
        *self.refused.lock() = Some(problem.to_owned());
    }

    /// Why the last reading changed nothing, if so.
    pub(crate) fn refused(&self) -> Option<String> {
        self.refused.lock().clone()
    }

    /// Closes the pools in force, once nothing asks for logins any more.
    pub(crate) async fn close(&self) {
        self.kept.unheard.ended().await;
        self.now().gateway.domains().close().await;
        self.kept.close().await;
    }

    /// Takes old records out of the audit now and then; never ends.
    pub(crate) async fn prune(&self) {
        let keep = self.opened.audit.keep;
        tokio::join!(
            self.kept.prune(keep),
            self.keep_sso(),
            self.kept.exchange.keep_up()
        );
        std::future::pending().await
    }

    /// Makes the keys that are due, reads those that a backup brought, and takes out sessions and tokens that are over.
    async fn keep_sso(&self) {
        let mut restored = self.kept.accounts.restored();
        // Whether the keys of a backup are still to be read.
        let mut is_another = false;
        loop {
            let pause = if is_another { AGAIN } else { sso::LOOK };
            match timeout(pause, restored.changed()).await {
                Ok(Ok(())) => is_another = true,
                Err(_) => {}
                // Nobody keeps up with the store any more: the process ends.
                Ok(Err(_)) => return,
            }
            let mut are_read = true;
            if let Some(rotation) = self.now().summary.signing
                && let Err(error) = self.kept.signing.refresh(rotation).await
            {
                are_read = false;
                tracing::warn!(target: "sso.keys_not_read", error = format!("{error:#}"));
            }
            if is_another && are_read {
                is_another = false;
                tracing::info!(target: "store.restored", store = self.kept.store.place());
            }
            self.kept.prune_sso().await;
        }
    }
}

fn applied(running: &Running, warnings: &[String]) {
    for warning in warnings {
        tracing::warn!(target: "config.warning", warning = warning.as_str());
    }
    for domain in &running.summary.unverified {
        TlsUnverified { domain }.emit();
    }
    let InForce {
        generation,
        domains,
        callers,
        files,
        ..
    } = running.in_force();
    ConfigApplied {
        generation,
        domains,
        callers,
        files,
    }
    .emit();
}

impl Current for Live {
    fn current(&self) -> Arc<Generation> {
        Arc::clone(&self.running.load().front)
    }
}

#[cfg(test)]
mod tests;
