//! A connector as a value: enrolled and kept as any is, with one person behind it and no directory.

use super::driver::Login;
use crate::prove::gateway::PASSWORD;
use anyhow::{Context, Result};
use bytes::Bytes;
use entryway_bridge::message::{
    Ability, ChallengeAsked, ChallengeOutcome, LoginAsked, Method, Outcome, Ready, Report,
    SiteSession, read, write,
};
use entryway_bridge::{SignedReply, Text, Ticket};
use entryway_tunnel::connector::{
    Answerer, Asked, Credential, Dialing, Enrolling, Identity, Keeper, Kept, NodeStatus, NotKept,
    enrol, keep,
};
use entryway_tunnel::crypto::SealingKeys;
use entryway_tunnel::hub::Later;
use entryway_tunnel::{Endpoint, NoProxy, OuterTrust, Outside, Pace, Patience, Proxy};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::watch;
use tokio::task::JoinHandle;

const PERSON: &str = "jane";

/// A site's person.
pub(super) fn login(site: &str) -> Login {
    (format!("{site}/{PERSON}"), PASSWORD)
}

/// One that dials, and dials again.
pub(super) struct Site {
    pub(super) status: watch::Receiver<NodeStatus>,
    _stopping: watch::Sender<bool>,
    keeping: JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.keeping.abort();
    }
}

/// Nothing outlives the proof.
struct Nowhere;

impl Keeper for Nowhere {
    fn keep(&self, _: Kept<'_>) -> Result<(), NotKept> {
        Ok(())
    }
}

impl Site {
    /// Enrols with a ticket and keeps a tunnel, through the proxy at this URL.
    pub(super) async fn start(url: &str, ticket: &str, proxy: &str) -> Result<Self> {
        let endpoint = Endpoint::parse(url)?;
        let outside = Outside {
            proxy: Some(Proxy::parse(proxy)?),
            no_proxy: NoProxy::default(),
            trust: OuterTrust::nobody(),
            patience: Patience {
                step: Duration::from_secs(60),
            },
        };
        let ticket = Arc::new(Ticket::parse(ticket)?);
        let enrolling = Enrolling {
            endpoint: &endpoint,
            outside: &outside,
            ticket: &ticket,
            name: "proof",
            software: "xtask",
            pace: Pace::default(),
        };
        let (credential, _, version) = enrol(enrolling).await?;
        let answerer = Arc::new(OnePerson::new(&credential)?);
        let identity = Arc::new(Identity::new(credential, version, Arc::new(Nowhere)));
        let (status, seen) = watch::channel(NodeStatus::new(url.to_owned()));
        let (stop, stopping) = watch::channel(false);
        let dialing = move || Dialing {
            endpoint: endpoint.clone(),
            outside: outside.clone(),
            identity: Arc::clone(&identity),
            software: "xtask".to_owned(),
            pace: Pace::default(),
        };
        Ok(Self {
            status: seen,
            _stopping: stop,
            keeping: tokio::spawn(keep(dialing, answerer, status, stopping)),
        })
    }
}

/// Lets one person in who knows the password.
struct OnePerson {
    keys: SealingKeys,
    report: watch::Sender<Report>,
}

impl OnePerson {
    fn new(credential: &Credential) -> Result<Self> {
        let (site, connector) = (credential.site.clone(), credential.connector);
        let keys = SealingKeys::new(site, connector, Instant::now(), now_ms())?;
        let report = Report {
            ready: vec![Ready {
                ability: Ability::Password,
                not_because: None,
            }],
            draining: false,
            max_in_flight: 256,
            started_ms: now_ms(),
            software: Text::cut("xtask"),
            certificate_url: None,
        };
        Ok(Self {
            keys,
            report: watch::Sender::new(report),
        })
    }

    fn outcome(&self, asked: &Asked) -> Result<Vec<u8>> {
        let now = Instant::now();
        Ok(match asked.delivered.head.method {
            Method::Challenge => {
                let ChallengeAsked { further } = read("challenge", &asked.delivered.body)?;
                let signer = asked.desk().signer();
                let (challenge, further) = self.keys.challenges(signer, now, now_ms(), further)?;
                write(&ChallengeOutcome::Issued {
                    challenge: Box::new(challenge),
                    further,
                })
            }
            Method::Login => {
                let login: LoginAsked = read("login", &asked.delivered.body)?;
                write(&match self.keys.open_login(&login, now) {
                    Err(why) => Outcome::SealRefused { why },
                    Ok(password) if password.as_slice() == PASSWORD.as_bytes() => jane(),
                    Ok(_) => Outcome::Refused { reason: None },
                })
            }
            method => anyhow::bail!("nobody here answers `{method}`"),
        })
    }
}

fn jane() -> Outcome {
    let subject = format!("staff:{PERSON}");
    Outcome::Accept {
        session: Box::new(SiteSession::new(subject, PERSON.to_owned(), now_ms())),
        revalidation: None,
        device: None,
    }
}

impl Answerer for OnePerson {
    fn answer(&self, asked: Asked) -> Later<'_, Option<SignedReply>> {
        Box::pin(async move {
            let body = self.outcome(&asked).context("nothing to answer").ok()?;
            let (reply, _) = asked.sign(Bytes::from(body)).await.ok()?;
            Some(reply)
        })
    }

    fn report(&self) -> watch::Receiver<Report> {
        self.report.subscribe()
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}
