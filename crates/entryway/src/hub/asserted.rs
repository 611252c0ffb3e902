//! Browsers that come back from a site with what a connector has signed of their certificates.

use super::certificates::{Assertion as Counted, NoCertificate};
use super::exchange::{Exchange, in_words};
use super::sites::of_connector;
use crate::events::hub::AssertionRefused;
use crate::gateway::Gateway;
use crate::ids;
use crate::sso::now_ms;
use entryway_bridge::ports::Verifier;
use entryway_bridge::{
    ASSERTION_LIFE, AssertedTo, Assertion, CLOCK_TOLERANCE, Said, SiteName, VerifiedAssertion,
};
use entryway_config::HubSettings;
use entryway_login::{Asserted, AssertedSays, Attempt, Decided, LoginId, LoginPolicy, ReplyProof};
use entryway_store::{ConnectorRow, Standing, StoreError};
use entryway_tunnel::{PeerKey, key_fingerprint};
use entryway_web::{AtSite, NotBelieved, Returned, SiteLogins};
use rustls::pki_types::CertificateDer;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::watch;

/// Certificate logins at sites, of one configuration.
pub(crate) struct ByAssertion {
    settings: Arc<HubSettings>,
    issuer: Arc<str>,
    policy: Arc<LoginPolicy>,
    exchange: Arc<Exchange>,
    gateway: Gateway,
    /// As requests hold the configuration.
    used: watch::Sender<()>,
}

impl ByAssertion {
    /// Of a configuration in which some site has it.
    pub(crate) fn of(
        settings: &Arc<HubSettings>,
        policy: &Arc<LoginPolicy>,
        gateway: &Gateway,
        used: &watch::Sender<()>,
    ) -> Option<Self> {
        let issuer = settings.issuer.clone()?;
        let mut sites = settings.sites.iter();
        sites.any(|site| site.certificate.is_some()).then(|| Self {
            settings: Arc::clone(settings),
            issuer,
            policy: Arc::clone(policy),
            exchange: Arc::clone(&gateway.kept().exchange),
            gateway: gateway.clone(),
            used: used.clone(),
        })
    }

    async fn look(
        &self,
        site: &str,
        sealed: &str,
        text: &str,
    ) -> Result<VerifiedAssertion, NotCounted> {
        let mut sites = self.settings.sites.iter();
        if !sites.any(|known| *known.name == *site && known.certificate.is_some()) {
            return Err(NotCounted::Invalid(
                "the site has no certificate login any more",
            ));
        }
        let name = SiteName::parse(site).map_err(|_| NotCounted::Invalid("no site's name"))?;
        let read = Assertion::read(text).ok_or(NotCounted::Invalid("no assertion"))?;
        let row = self.exchange.store.connector(read.connector().as_str());
        let row = row.await.map_err(NotCounted::Unavailable)?;
        let row = row.ok_or(NotCounted::Invalid("no connector that is known here"))?;
        if row.site != site {
            return Err(NotCounted::Invalid("a connector of another site"));
        }
        if matches!(row.standing, Standing::Revoked | Standing::Held) {
            return Err(NotCounted::Invalid("the connector is revoked or held"));
        }
        let keys = self.keys(&row, site);
        let keys: Vec<&dyn Verifier> = keys.iter().map(|key| key as &dyn Verifier).collect();
        let to = AssertedTo {
            audience: &self.issuer,
            sealed,
        };
        let now = u64::try_from(now_ms()).unwrap_or_default();
        let verified = read.verify(to, &name, &keys, now);
        let verified = verified.map_err(|error| NotCounted::Unsigned(in_words(&error)))?;
        self.is_new(verified.login_id()).await?;
        Ok(verified)
    }

    /// The connector's key; while it renews itself, the one before it, by which its tunnel stands.
    fn keys(&self, row: &ConnectorRow, site: &str) -> Vec<PeerKey> {
        let own = CertificateDer::from(row.certificate.clone());
        let connector = entryway_bridge::ConnectorId::parse(&row.id).ok();
        let tunnel = connector.and_then(|id| self.exchange.registry.certificate(site, &id));
        let mut certificates = vec![own];
        certificates.extend(tunnel);
        let is_its_own = |certificate: &&CertificateDer<'_>| {
            let spki = key_fingerprint(certificate);
            spki == Some(row.spki) || spki.is_some() && spki == row.spki_before
        };
        let certificates = certificates.iter().filter(is_its_own);
        certificates.filter_map(PeerKey::of_certificate).collect()
    }

    /// The id is the connector's choice: it must be of now, so that the record is found by it, and be nobody's yet.
    async fn is_new(&self, id: LoginId) -> Result<(), NotCounted> {
        let apart = now_ms().abs_diff(ids::submitted_ms(id));
        let most = (ASSERTION_LIFE + CLOCK_TOLERANCE).as_millis();
        if u128::from(apart) > most {
            return Err(NotCounted::Invalid("its login is of another time"));
        }
        let audit = self.gateway.kept().store.audit();
        match audit
            .get_drawn_here(id.bits())
            .await
            .map_err(NotCounted::Unavailable)?
        {
            None => Ok(()),
            Some(_) => Err(NotCounted::Used),
        }
    }
}

/// Why an assertion does not count.
enum NotCounted {
    Invalid(&'static str),
    Unsigned(String),
    Used,
    Unavailable(StoreError),
}

impl SiteLogins for ByAssertion {
    fn offer(&self, address: IpAddr, caller: &str) -> AtSite {
        let mut sites = self.settings.sites.iter();
        let found = sites.find_map(|site| {
            let certificate = site.certificate.as_ref()?;
            let mut ranges = certificate.addresses.iter();
            let is_there = ranges.any(|range| range.contains(address));
            is_there.then_some((site, certificate))
        });
        let Some((site, certificate)) = found else {
            return AtSite::NotOffered;
        };
        let mut policies = self.policy.sites.iter();
        let policy = policies.find(|policy| policy.enabled && policy.name == site.name);
        if !policy.is_some_and(|policy| self.policy.admits(policy, Some(caller))) {
            return AtSite::NotOffered;
        }
        match self.exchange.registry.certificate_url(&site.name) {
            Ok(url) => AtSite::Offered {
                site: Arc::clone(&site.name),
                url,
                at_once: certificate.at_once,
            },
            Err(NoCertificate::SwitchedOff) => AtSite::NotOffered,
            Err(_) => AtSite::NotNow,
        }
    }

    fn returned<'a>(
        &'a self,
        site: &'a str,
        sealed: &'a str,
        assertion: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Returned, NotBelieved>> + Send + 'a>> {
        Box::pin(async move {
            let looked = self.look(site, sealed, assertion).await;
            let refused = |why: NotBelieved, problem: &str| {
                AssertionRefused { site, problem }.emit();
                self.exchange
                    .registry
                    .count_assertion(site, Counted::Invalid);
                Err(why)
            };
            match looked {
                Ok(verified) => {
                    let (counted, returned) = read(site, &verified);
                    self.exchange.registry.count_assertion(site, counted);
                    Ok(returned)
                }
                Err(NotCounted::Invalid(problem)) => refused(NotBelieved::Invalid, problem),
                Err(NotCounted::Unsigned(problem)) => refused(NotBelieved::Invalid, &problem),
                Err(NotCounted::Used) => {
                    refused(NotBelieved::Used, "its login is on record already")
                }
                Err(NotCounted::Unavailable(error)) => {
                    let problem = in_words(&error);
                    tracing::warn!(target: "hub.store_unavailable", problem);
                    Err(NotBelieved::Unavailable)
                }
            }
        })
    }

    fn log_in(
        &self,
        asserted: Asserted,
        attempt: Attempt,
    ) -> Pin<Box<dyn Future<Output = Decided> + Send + '_>> {
        let used = self.used.clone();
        Box::pin(async move {
            let decided = self.gateway.decide_asserted(attempt, asserted).await;
            drop(used);
            decided
        })
    }
}

/// What it says, for the login.
fn read(site: &str, verified: &VerifiedAssertion) -> (Counted, Returned) {
    let connector = verified.connector();
    let (counted, says) = match verified.said() {
        Said::NoCertificate {} => return (Counted::NoCertificate, Returned::NoCertificate),
        Said::NotFromHere {} => return (Counted::NotFromHere, Returned::NotFromHere),
        Said::Accept { token } => {
            let token: Box<str> = of_connector(connector, token);
            (Counted::LetIn, AssertedSays::LetIn(token.into()))
        }
        Said::Refused { code } => {
            let code = code.as_str().to_owned();
            (Counted::Refused, AssertedSays::Refused(code))
        }
        Said::NoVerdict {} => (Counted::NoVerdict, AssertedSays::NoVerdict),
    };
    let asserted = Asserted {
        site: site.into(),
        connector: connector.as_str().into(),
        proof: ReplyProof {
            digest: *verified.statement_digest(),
            signature: verified.signature().as_slice().into(),
            beside: Box::default(),
            stated: None,
        },
        says,
    };
    (counted, Returned::Judged(verified.login_id(), asserted))
}
