//! What passwords of a site's people are sealed with: challenges of its connectors, each vouched for by its connector's key.

use super::ask::{Answered, Why};
use super::exchange::Exchange;
use crate::events::hub::ReplyInvalid;
use bytes::Bytes;
use entryway_bridge::message::{ChallengeAsked, ChallengeOutcome, Method, read, write};
use entryway_bridge::{Challenge, SiteName};
use entryway_login::{Fault, LoginPolicy};
use entryway_tunnel::PeerKey;
use entryway_web::{Challenges, Sealing, ToSeal};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the second connector's challenge is waited for.
const SECOND: Duration = Duration::from_millis(300);

/// Whose passwords are sealed, by one configuration.
pub(crate) struct Sealer {
    policy: Arc<LoginPolicy>,
    exchange: Arc<Exchange>,
}

impl Sealer {
    pub(crate) fn new(policy: Arc<LoginPolicy>, exchange: Arc<Exchange>) -> Self {
        Self { policy, exchange }
    }
}

impl Sealing for Sealer {
    fn site(&self, login_name: &str, caller: &str) -> Option<Arc<str>> {
        let (site, _) = self.policy.site_of_name(login_name, Some(caller))?;
        Some(Arc::clone(&site.name))
    }

    fn challenge<'a>(
        &'a self,
        login_name: &'a str,
        caller: &'a str,
        by: Instant,
    ) -> Pin<Box<dyn Future<Output = ToSeal> + Send + 'a>> {
        Box::pin(async move {
            let Some((site, login_name)) = self.policy.site_of_name(login_name, Some(caller))
            else {
                return ToSeal::Nothing;
            };
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
    /// typing.
    pub(crate) async fn challenges(
        &self,
        site: &SiteName,
        by: Instant,
    ) -> Result<Vec<Challenge>, Why> {
        let body = Bytes::from(write(&ChallengeAsked {}));
        let first = self
            .ask(site.as_str(), Method::Challenge, &body, None, by)
            .await;
        let first = first.map_err(|failed| failed.why)?;
        let mut challenges = Vec::new();
        challenges.extend(self.issued(site, &first));
        let other = self.registry.other(site.as_str(), &first.connector);
        // A page has what it needs: it does not wait for one that is slow.
        let soon = by.min(Instant::now() + SECOND);
        if let Some(other) = other
            && let Ok(second) = self
                .ask(site.as_str(), Method::Challenge, &body, Some(&other), soon)
                .await
        {
            challenges.extend(self.issued(site, &second));
        }
        match challenges.is_empty() {
            true => Err(Why::Unreachable),
            false => Ok(challenges),
        }
    }

    /// The challenge in an answer, if its key is vouched for by the connector.
    fn issued(&self, site: &SiteName, answered: &Answered) -> Option<Challenge> {
        let outcome = read::<ChallengeOutcome>("challenge", answered.reply.body()).ok()?;
        let ChallengeOutcome::Issued { challenge } = outcome else {
            return None;
        };
        let certificate = self
            .registry
            .certificate(site.as_str(), &answered.connector)?;
        let key = PeerKey::of_certificate(&certificate)?;
        match challenge.verify(site, &answered.connector, &key) {
            Ok(()) => Some(*challenge),
            Err(_) => {
                let (site, connector) = (site.as_str(), answered.connector.as_str());
                ReplyInvalid { site, connector }.emit();
                None
            }
        }
    }
}
