//! Where a hub's questions come, and whom they go to.

use super::answer::{Answer, Unopened, unopened};
use super::release::unix_ms;
use super::shares::Share;
use crate::live::{Live, Running};
use crate::site::Shows;
use crate::witness::{Kind, Submitted};
use entryway_bridge::link::Delivered;
use entryway_bridge::message::{
    ChallengeAsked, ChallengeOutcome, ChangeAsked, LoginAsked, Method, RevalidateAsked,
    SealRefusal, Token, read, write,
};
use entryway_bridge::ports::KeyUnusable;
use entryway_bridge::{ConnectorId, Question, SignedReply, SiteName};
use entryway_login::{Attempt, LoginId, SubmittedPassword};
use entryway_tunnel::connector::SigningDesk;
use entryway_tunnel::crypto::{Opened, SealingKeys};
use entryway_tunnel::hub::Later;
use entryway_web::{Relay, Revalidated};
use parking_lot::Mutex;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Instant, SystemTime};

/// Answers for one site. Shared by the tunnels to all nodes: a password that was opened for one is opened for none.
pub(crate) struct Desk {
    pub(super) live: Arc<Live>,
    keys: SealingKeys,
    relay: Option<Relay>,
    /// Where browsers show certificates.
    pub(super) shows: Option<Arc<Shows>>,
    pub(super) started: SystemTime,
    pub(super) stopping: AtomicBool,
    /// Domains that were warned of: see [`Desk::warn_of_crowds`].
    pub(super) crowds: Mutex<Vec<Share>>,
}

/// What every question of a person has.
struct Person<'a> {
    id: LoginId,
    login_name: &'a str,
    audience: &'a str,
    client_address: Option<IpAddr>,
    device: Option<&'a Token>,
    wants_groups: bool,
}

impl Desk {
    /// Of the gateway that `live` holds, whatever its configuration; `relay` answers look-ups.
    pub(crate) fn new(
        live: Arc<Live>,
        site: SiteName,
        connector: ConnectorId,
        relay: Option<Relay>,
    ) -> Result<Self, KeyUnusable> {
        let started = SystemTime::now();
        Ok(Self {
            keys: SealingKeys::new(site, connector, Instant::now(), unix_ms(started))?,
            live,
            relay,
            shows: None,
            started,
            stopping: AtomicBool::new(false),
            crowds: Mutex::default(),
        })
    }

    /// The same with a listener for certificates.
    pub(crate) fn showing(mut self, shows: Arc<Shows>) -> Self {
        self.shows = Some(shows);
        self
    }

    pub(super) fn relays(&self) -> bool {
        self.relay.is_some()
    }

    /// Answers what was delivered, signed for `question` at the desk of the tunnel that it came by; `None` where that is
    /// no question, or no signature can be made. Dropped when nobody waits any more: a login whose password may have been
    /// tried goes on to its record by itself.
    pub(crate) async fn answer(
        &self,
        delivered: &Delivered,
        question: Question,
        deadline: Instant,
        desk: Arc<SigningDesk>,
    ) -> Option<SignedReply> {
        let method = question.method;
        let settings = Arc::clone(self.live.now().connector());
        let answer = Arc::new(Answer::new(question, desk, settings));
        let body = &delivered.body;
        match method {
            Method::Challenge => {
                let ChallengeAsked { further } = read("challenge", body).ok()?;
                self.challenge(&answer, further).await
            }
            Method::Login => {
                let asked: LoginAsked = read("login", body).ok()?;
                self.login(&asked, deadline, answer).await
            }
            Method::Revalidate => {
                let asked: RevalidateAsked = read("revalidate", body).ok()?;
                self.revalidate(&asked, deadline, answer).await
            }
            Method::ChangePassword => {
                let asked: ChangeAsked = read("change_password", body).ok()?;
                self.change(&asked, deadline, answer).await
            }
            Method::Lookup => {
                let relay = self.relay.as_ref();
                let relay = relay.filter(|_| answer.release().lookups);
                let asked = read("lookup", body).ok()?;
                let running = self.live.now();
                // Boxed: a login does not carry the room for it.
                let found = super::lookups::found(relay, running.relay_token(), asked);
                let found = Box::pin(found).await;
                answer.sign(found).await
            }
        }
    }

    async fn challenge(&self, answer: &Answer, further: u16) -> Option<SignedReply> {
        let now = unix_ms(SystemTime::now());
        let issued = (self.keys).challenges(answer.signer(), Instant::now(), now, further);
        let outcome = match issued {
            Ok((challenge, further)) => ChallengeOutcome::Issued {
                challenge: Box::new(challenge),
                further,
            },
            Err(KeyUnusable) => ChallengeOutcome::NoVerdict {},
        };
        answer.sign(write(&outcome)).await
    }

    async fn login(
        &self,
        asked: &LoginAsked,
        deadline: Instant,
        answer: Arc<Answer>,
    ) -> Option<SignedReply> {
        let person = Person {
            id: asked.login_id,
            login_name: asked.login_name.as_str(),
            audience: asked.audience.as_str(),
            client_address: asked.client_address,
            device: asked.device.as_ref(),
            wants_groups: asked.wants_groups,
        };
        let password = match self.keys.open_login(asked, Instant::now()) {
            Ok(password) => submitted(&password),
            Err(why) => {
                return self
                    .refuse(&person, Kind::Login, why, deadline, answer)
                    .await;
            }
        };
        let running = self.live.now();
        let attempt = attempt(&running, &person, password, deadline);
        let telling = Arc::clone(&answer) as _;
        let decided = running.people().login_telling(attempt, telling).await;
        answer.about(&decided).await
    }

    async fn change(
        &self,
        asked: &ChangeAsked,
        deadline: Instant,
        answer: Arc<Answer>,
    ) -> Option<SignedReply> {
        let person = Person {
            id: asked.login_id,
            login_name: asked.login_name.as_str(),
            audience: asked.audience.as_str(),
            client_address: asked.client_address,
            device: asked.device.as_ref(),
            wants_groups: false,
        };
        let (old, new) = match self.keys.open_change(asked, Instant::now()) {
            Ok((old, new)) => (submitted(&old), submitted(&new)),
            Err(why) => {
                let kind = Kind::PasswordChange;
                return self.refuse(&person, kind, why, deadline, answer).await;
            }
        };
        let running = self.live.now();
        let attempt = attempt(&running, &person, old, deadline);
        let telling = Arc::clone(&answer) as _;
        let decided = running.people().change_telling(attempt, new, telling).await;
        answer.about(&decided).await
    }

    async fn revalidate(
        &self,
        asked: &RevalidateAsked,
        deadline: Instant,
        answer: Arc<Answer>,
    ) -> Option<SignedReply> {
        let person = Person {
            id: asked.login_id,
            // Nobody typed one: the token says who it is.
            login_name: "",
            audience: asked.audience.as_str(),
            client_address: asked.client_address,
            device: None,
            wants_groups: asked.wants_groups,
        };
        let running = self.live.now();
        let attempt = attempt(&running, &person, SubmittedPassword::NotAsked, deadline);
        let telling = Arc::clone(&answer) as _;
        let token = asked.token.expose();
        let again = running.people().revalidate_telling(token, attempt, telling);
        // Boxed: a login does not carry the room for it.
        match Box::pin(again).await {
            Revalidated::Decided(decided) => answer.about(&decided).await,
            // How long the last answer stands is the hub's to say, to whom it was given.
            Revalidated::Stands { fault, .. } => answer.about_fault(asked.login_id, fault).await,
        }
    }

    /// Tells that a sealed password was not opened, and writes that down: the hub's record names this reply.
    fn refuse<'a>(
        &'a self,
        person: &'a Person<'_>,
        kind: Kind,
        why: SealRefusal,
        deadline: Instant,
        answer: Arc<Answer>,
    ) -> Later<'a, Option<SignedReply>> {
        // Boxed: whoever is let in does not carry the room for it.
        Box::pin(async move {
            tracing::info!(target: "seal.refused", id = %person.id, why = why.as_str());
            let running = self.live.now();
            let attempt = attempt(&running, person, SubmittedPassword::NotAsked, deadline);
            let telling = Unopened {
                answer: Arc::clone(&answer),
                why,
            };
            let submitted = Submitted {
                kind,
                telling: Some(Arc::new(telling)),
                ..Submitted::of(&attempt)
            };
            let (step, by) = (unopened(person.id, why), attempt.deadline);
            let decided = running.gateway.follow(submitted, step, by).await;
            answer.about(&decided).await
        })
    }
}

/// An attempt that begins now, under one configuration.
fn attempt(
    running: &Running,
    person: &Person<'_>,
    password: SubmittedPassword,
    deadline: Instant,
) -> Attempt {
    let started = Instant::now();
    // Neither the site waits longer than it would at home, nor the hub for what it has given up.
    let deadline = deadline.min(started + running.gateway.policy().deadline);
    let device = person.device.map(|token| token.expose());
    Attempt {
        id: person.id,
        login_name: person.login_name.to_owned(),
        password,
        client_address: person.client_address,
        device: device.and_then(|token| running.gateway.kept().seals.device(token)),
        wants_groups: person.wants_groups,
        caller: Some(person.audience.into()),
        at: SystemTime::now(),
        started,
        deadline,
    }
}

fn submitted(password: &Opened) -> SubmittedPassword {
    SubmittedPassword::from_field(password.to_vec())
}
