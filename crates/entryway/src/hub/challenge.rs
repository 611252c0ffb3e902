//! What passwords of a site's people are sealed with: challenges of its connectors, each vouched for by its connector's key.

use super::ask::{Answered, Failed, Why};
use super::exchange::Exchange;
use super::registry::Outcome;
use super::stock::Stock;
use crate::events::hub::ReplyInvalid;
use bytes::Bytes;
use entryway_bridge::message::{ChallengeAsked, ChallengeOutcome, Method, read, write};
use entryway_bridge::{Challenge, ConnectorId, FURTHER_NONCES, SiteName};
use entryway_login::{Fault, LoginPolicy, Whose};
use entryway_web::{Challenges, Sealing, Sends, ToSeal};
use parking_lot::Mutex;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::sleep_until;

/// How long the second connector's challenge is waited for.
const SECOND: Duration = Duration::from_millis(300);

/// Whose passwords are sealed, by one configuration.
pub(crate) struct Sealer {
    policy: Arc<LoginPolicy>,
    exchange: Arc<Exchange>,
    per_minute: u32,
}

impl Sealer {
    /// `per_minute`: how many challenges one network may ask for.
    pub(crate) fn new(policy: Arc<LoginPolicy>, exchange: Arc<Exchange>, per_minute: u32) -> Self {
        Self {
            policy,
            exchange,
            per_minute,
        }
    }
}

impl Sealing for Sealer {
    fn sends(&self, login_name: &str, caller: &str) -> Sends {
        match self.policy.whose(login_name, Some(caller)) {
            Whose::Site(..) => Sends::Sealed,
            Whose::Here => Sends::Clear,
            Whose::Nobody => Sends::Nothing,
        }
    }

    fn is_ready(&self, site: &str) -> bool {
        let ability = Method::Login.ability();
        self.exchange.registry.other(site, ability, &[]).is_ok()
    }

    fn challenges_per_minute(&self) -> u32 {
        self.per_minute
    }

    fn challenge<'a>(
        &'a self,
        login_name: &'a str,
        caller: &'a str,
        by: Instant,
    ) -> Pin<Box<dyn Future<Output = ToSeal> + Send + 'a>> {
        Box::pin(async move {
            let (site, login_name) = match self.policy.whose(login_name, Some(caller)) {
                Whose::Site(site, login_name) => (site, login_name),
                Whose::Here => return ToSeal::Nothing,
                Whose::Nobody => return ToSeal::Nobody,
            };
            if !site.enabled {
                return ToSeal::NotNow(Fault::SiteUnreachable);
            }
            let Ok(name) = SiteName::parse(&site.name) else {
                return ToSeal::NotNow(Fault::SiteUnreachable);
            };
            match self.exchange.challenges(&name, by).await {
                Ok(challenges) => ToSeal::With(Challenges {
                    site: Arc::clone(&site.name),
                    login_name,
                    audience: caller.to_owned(),
                    challenges: challenges
                        .iter()
                        .map(|challenge| String::from_utf8(write(challenge)).unwrap_or_default())
                        .collect(),
                }),
                Err(why) => ToSeal::NotNow(match why {
                    Why::Unknown | Why::Unreachable => Fault::SiteUnreachable,
                    Why::Busy => Fault::SiteBusy,
                    Why::TimedOut => Fault::SiteTimedOut,
                    Why::Invalid => Fault::SiteReplyInvalid,
                }),
            }
        })
    }
}

impl Exchange {
    /// What passwords for a site are sealed with now: of up to two connectors, so that losing one costs nobody a second
    /// typing. Both are asked at once; where neither answers in half of the time, others are.
    pub(crate) async fn challenges(
        &self,
        site: &SiteName,
        by: Instant,
    ) -> Result<Vec<Challenge>, Why> {
        let ability = Method::Challenge.ability();
        let mut asked: Vec<ConnectorId> = Vec::new();
        let mut failed: Option<Why> = None;
        loop {
            let first = match self.registry.other(site.as_str(), ability, &asked) {
                Ok(first) => first,
                Err(no_line) => {
                    self.registry.count(site.as_str(), Outcome::of(no_line));
                    // What went wrong first says more than that there is nobody else.
                    return Err(failed.unwrap_or_else(|| Failed::nobody(no_line).why));
                }
            };
            asked.push(first);
            let second = self.registry.other(site.as_str(), ability, &asked).ok();
            // One that gives no sign of life would make each page wait for nothing.
            let second = second.filter(|id| !self.registry.is_silent(site.as_str(), id));
            asked.extend(second);
            let until = self.share(site.as_str(), ability, &asked, by);
            match self.challenges_of(site, first, second, until).await {
                Ok(challenges) => return Ok(challenges),
                Err(why) if until >= by && why == Why::TimedOut => return Err(why),
                Err(why) => failed = Some(why),
            }
        }
    }

    /// The first that comes, and the other if it comes soon after.
    async fn challenges_of(
        &self,
        site: &SiteName,
        first: ConnectorId,
        second: Option<ConnectorId>,
        until: Instant,
    ) -> Result<Vec<Challenge>, Why> {
        let mut one = pin!(self.challenge_of(site, first, until));
        let mut other = pin!(self.challenge_of(site, second.unwrap_or(first), until));
        let (mut waits_for_one, mut waits_for_other) = (true, second.is_some());
        let mut challenges = Vec::new();
        let mut failed = Why::Unreachable;
        // A page has what it needs: it does not wait for one that is slow.
        let mut soon = until;
        while waits_for_one || waits_for_other {
            let done = tokio::select! {
                done = &mut one, if waits_for_one => {
                    waits_for_one = false;
                    done
                }
                done = &mut other, if waits_for_other => {
                    waits_for_other = false;
                    done
                }
                () = sleep_until(soon.into()), if !challenges.is_empty() => break,
            };
            match done {
                Ok(challenge) => {
                    challenges.push(challenge);
                    soon = until.min(Instant::now() + SECOND);
                }
                Err(why) => failed = why,
            }
        }
        match challenges.is_empty() {
            true => Err(failed),
            false => Ok(challenges),
        }
    }

    /// One of a connector: of its stock, or asked for together with as many as will be wanted in a moment.
    async fn challenge_of(
        &self,
        site: &SiteName,
        connector: ConnectorId,
        until: Instant,
    ) -> Result<Challenge, Why> {
        let now = Instant::now();
        let stocked = self.registry.stocked(site.as_str(), &connector);
        let (line, stock) = stocked.ok_or(Why::Unreachable)?;
        let further = {
            let mut stock = stock.lock();
            if let Some(challenge) = stock.take(now) {
                return Ok(challenge);
            }
            match line.hello().can(FURTHER_NONCES) {
                true => stock.wanted(),
                false => 0,
            }
        };
        let body = Bytes::from(write(&ChallengeAsked { further }));
        let method = Method::Challenge;
        let asked = self.ask(site.as_str(), method, &body, Some(&connector), until);
        let answered = asked.await.map_err(|failed| failed.why)?;
        // One that came by another tunnel meanwhile is of another stock.
        let stock = Arc::ptr_eq(&answered.line, &line).then_some(&*stock);
        issued(site, &answered, stock, now).ok_or(Why::Unreachable)
    }
}

/// The challenge in an answer to what was asked at `asked`, if its key is vouched for by the connector. What came beside
/// it is put in stock.
fn issued(
    site: &SiteName,
    answered: &Answered,
    stock: Option<&Mutex<Stock>>,
    asked: Instant,
) -> Option<Challenge> {
    let outcome = read::<ChallengeOutcome>("challenge", answered.reply.body()).ok()?;
    let ChallengeOutcome::Issued { challenge, further } = outcome else {
        return None;
    };
    let is_vouched_for = || {
        let known = stock.is_some_and(|stock| stock.lock().has_verified(&challenge));
        known || {
            let key = answered.line.key();
            challenge.verify(site, &answered.connector, key).is_ok()
        }
    };
    if !is_vouched_for() {
        let (site, connector) = (site.as_str(), answered.connector.as_str());
        ReplyInvalid { site, connector }.emit();
        return None;
    }
    if let Some(stock) = stock {
        stock.lock().put(&challenge, further, asked);
    }
    Some(*challenge)
}
