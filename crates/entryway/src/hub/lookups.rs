//! Look-ups at sites: a question of an application here, put to one of the site's connectors.

use super::ask::{Failed, Why};
use super::exchange::Exchange;
use super::registry::NoLine;
use bytes::Bytes;
use entryway_bridge::link::MAX_REQUEST;
use entryway_bridge::message::{
    Ability, LookupAnswer, LookupAsked, LookupVerb, Method, Unready, write,
};
use entryway_bridge::{ConnectorId, Text};
use entryway_login::{LoginPolicy, SitePolicy};
use entryway_web::{RelayedVerb, SiteAsked, SiteLookups, SiteRefused, SiteReply};
use std::pin::Pin;
use std::sync::Arc;

/// Whose people are looked up by whom, by one configuration.
pub(crate) struct Lookups {
    policy: Arc<LoginPolicy>,
    exchange: Arc<Exchange>,
}

impl Lookups {
    pub(crate) fn new(policy: Arc<LoginPolicy>, exchange: Arc<Exchange>) -> Self {
        Self { policy, exchange }
    }

    async fn reply(&self, site: &str, asked: SiteAsked) -> Result<SiteReply, SiteRefused> {
        let only = asked.only.as_deref().map(ConnectorId::parse);
        // A cursor that names no connector was not given out here, or its connector is gone.
        let only = only.transpose().map_err(|_| SiteRefused::CursorLost)?;
        let body = question(&asked).ok_or(SiteRefused::TooLong)?;
        let ask = self
            .exchange
            .ask(site, Method::Lookup, &body, only.as_ref(), asked.deadline);
        let answered = match ask.await {
            Ok(answered) => answered,
            Err(failed) => return Err(self.refused(site, only.is_some(), &failed)),
        };
        let unreadable = || SiteRefused::Invalid("it cannot be read");
        let LookupAnswer { head, body } =
            LookupAnswer::read(answered.reply.body()).ok_or_else(unreadable)?;
        let headers = head.headers.into_iter();
        Ok(SiteReply {
            connector: answered.connector.as_str().into(),
            status: head.status,
            headers: headers
                .map(|(name, value)| (name.as_str().to_owned(), value.as_str().to_owned()))
                .collect(),
            body,
        })
    }

    fn refused(&self, site: &str, of_one: bool, failed: &Failed) -> SiteRefused {
        match failed.why {
            Why::Unknown => SiteRefused::NoSite,
            Why::Busy => SiteRefused::Busy,
            Why::TimedOut => SiteRefused::TimedOut,
            Why::Invalid => SiteRefused::Invalid("it is not signed by who was asked"),
            Why::Unreachable if failed.connector.is_some() => SiteRefused::Unreachable,
            Why::Unreachable => match self.exchange.registry.not_ready(site, Ability::Lookups) {
                // Another can begin the list anew.
                None if of_one => SiteRefused::CursorLost,
                why => SiteRefused::NotReady(in_words(why)),
            },
        }
    }
}

impl SiteLookups for Lookups {
    fn site(&self, name: &str) -> Option<&SitePolicy> {
        let mut sites = self.policy.sites.iter();
        sites.find(|site| site.enabled && *site.name == *name)
    }

    fn ask<'a>(
        &'a self,
        site: &'a SitePolicy,
        asked: SiteAsked,
    ) -> Pin<Box<dyn Future<Output = Result<SiteReply, SiteRefused>> + Send + 'a>> {
        Box::pin(self.reply(&site.name, asked))
    }
}

/// A question in the words of the bridge; nothing where it is longer than crosses.
fn question(asked: &SiteAsked) -> Option<Bytes> {
    let asked = LookupAsked {
        verb: match asked.verb {
            RelayedVerb::Get => LookupVerb::Get,
            RelayedVerb::Post => LookupVerb::Post,
        },
        path: Text::new(asked.path.as_str())?,
        body: match &asked.body {
            Some(body) => Some(Text::new(body.as_str())?),
            None => None,
        },
        // Cards are told in every form here, of what is read in one.
        accept: None,
        if_none_match: match &asked.if_none_match {
            Some(known) => Some(Text::new(known.as_str())?),
            None => None,
        },
        audience: Text::cut(&asked.caller),
    };
    let body = write(&asked);
    (body.len() <= MAX_REQUEST).then(|| body.into())
}

/// Why no connector of a site is ready, for whoever asked.
fn in_words(why: Option<Result<Unready, NoLine>>) -> &'static str {
    match why {
        Some(Err(_)) => "none is connected",
        // One that is not ready a moment ago may be now.
        None => "none was ready at that moment",
        Some(Ok(why)) => match why {
            Unready::Starting => "they have only just started",
            Unready::DirectoriesDown => "no directory of the site answers",
            Unready::StoreUnavailable => "the store of the connector gives no answer",
            Unready::SwitchedOff => "the site has not switched them on",
            Unready::Incomplete => "the configuration of the connector has nobody to be found",
            Unready::Stopping => "they are being stopped, or drained",
        },
    }
}
