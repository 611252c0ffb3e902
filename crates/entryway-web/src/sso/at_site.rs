//! The way of a browser that shows its certificate at a connector of the person's site, as the hub sees it: there with a
//! sealed text, and back with the same and what the connector has signed over it.
//!
//! The text opens here alone, in this browser alone, and names the site that it was made for. Whatever came back counts
//! once: a text is remembered for as long as it opens. What does not count lets nobody in; whoever brings it with a text of
//! their own browser's is not to blame for it, and goes on with the password.

use super::authorize::{Asks, Failed};
use super::certificate::{ASKING, attempt, failed, made};
use super::flow::{Flow, Tie};
use super::own::field;
use super::pages::Again;
use super::step::{After, finish};
use super::{SingleSignOn, browser, now};
use crate::peer::client_address;
use crate::refusal::Refusal;
use crate::site_certificates::{AtSite, NotBelieved, Returned, SiteLogins};
use crate::{App, Generation};
use axum::response::Response;
use entryway_login::Asserted;
use entryway_oidc::{Fingerprint, Parameters, Problem, Timestamp};
use http::request::Parts;
use std::net::IpAddr;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What is sealed, with the browser that it is for.
const ASKED: &[u8] = b"entryway certificate asked of a site ";

/// Sites whose people are offered it, and where this browser is.
#[derive(Clone, Copy)]
pub(super) struct Sites<'a> {
    pub(super) logins: &'a dyn SiteLogins,
    pub(super) address: IpAddr,
}

impl Sites<'_> {
    pub(super) fn offer(&self, caller: &str) -> AtSite {
        self.logins.offer(self.address, caller)
    }
}

/// Sends the browser to a connector, with the form of a page.
pub(super) fn send(asks: &Asks<'_>, site: &str, url: &str, flow: &str) -> Response {
    let until = now().plus(ASKING);
    let text = Zeroizing::new(format!("{}\n{site}\n{flow}", until.0));
    match asks.sso.seal(&bound(&asks.tie.fingerprint()), &text) {
        Some(sealed) => asks.send_tied(&format!("{url}{}?for={sealed}", super::CERTIFICATE)),
        None => asks.wrong(Problem::Broken),
    }
}

fn bound(tie: &Fingerprint) -> Vec<u8> {
    [ASKED, &tie.0].concat()
}

/// What a browser was sent with.
struct Sent {
    until: Timestamp,
    site: String,
    flow: Flow,
}

impl Sent {
    fn open(asks: &Asks<'_>, sealed: &str) -> Option<Self> {
        let mut ties = asks.tie.fingerprints().into_iter();
        let text = ties.find_map(|tie| asks.sso.unseal(&bound(&tie), sealed))?;
        let mut parts = text.splitn(3, '\n');
        let until = Timestamp(parts.next()?.parse().ok()?);
        let (site, flow) = (parts.next()?, parts.next()?);
        if now().0 >= until.0 {
            return None;
        }
        Some(Self {
            until,
            site: site.to_owned(),
            flow: asks.tie.open(asks.sso, flow)?,
        })
    }
}

/// Back at the issuer, with a connector's assertion.
pub(super) async fn back(
    app: &App,
    generation: &Generation,
    sso: &dyn SingleSignOn,
    head: &Parts,
    sent: &Parameters,
    tie: Tie,
) -> Result<Response, Refusal> {
    let address = client_address(head, &generation.trusted_proxies);
    let mut asks = Asks::with(sso, &head.headers, tie).offering(generation, address);
    let Some(logins) = generation.site_certificates.clone() else {
        return Ok(asks.too_old());
    };
    let (sealed, assertion) = (field(sent, "for"), field(sent, "assertion"));
    let Some((sealed, assertion)) = sealed.zip(assertion) else {
        return Ok(asks.too_old());
    };
    let Some(brought) = Sent::open(&asks, sealed) else {
        return Ok(asks.too_old());
    };
    let mut after = After {
        browser: browser(&head.headers),
        failed: None,
        action: "login",
    };
    let returned = match logins.returned(&brought.site, sealed, assertion).await {
        Ok(returned) => returned,
        Err(NotBelieved::Invalid) => {
            // Sent there once more they would bring the same again.
            asks.stays = true;
            after.failed = Some(failed(Again::CertificateNotNow, String::new()));
            return Ok(finish(asks, generation, brought.flow, after).await);
        }
        Err(NotBelieved::Used) => return Ok(asks.too_old()),
        Err(NotBelieved::Unavailable) => return Ok(asks.wrong(Problem::Unavailable)),
    };
    let id = Fingerprint::of(sealed.as_bytes());
    match sso.first_time(id, brought.until).await {
        Err(_) => return Ok(asks.wrong(Problem::Unavailable)),
        Ok(false) => return Ok(asks.too_old()),
        Ok(true) => {}
    }
    match returned {
        Returned::NoCertificate => {
            after.failed = Some(failed(Again::NoCertificate, String::new()));
        }
        Returned::NotFromHere => after.failed = Some(failed(Again::NotFromHere, String::new())),
        Returned::Judged(id, asserted) => {
            let mut attempt = attempt(app, generation, sso, address, &brought.flow.caller());
            // One login, on both sides.
            attempt.id = id;
            let opened = log_in(&logins, &mut asks, head, asserted, attempt).await;
            match opened {
                Ok(session) => {
                    after.browser.session = Some(session);
                    asks.proved = true;
                }
                Err(Some(why)) => after.failed = Some(why),
                Err(None) => return Ok(asks.wrong(Problem::Unavailable)),
            }
        }
    }
    Ok(finish(asks, generation, brought.flow, after).await)
}

async fn log_in(
    logins: &Arc<dyn SiteLogins>,
    asks: &mut Asks<'_>,
    head: &Parts,
    asserted: Asserted,
    attempt: entryway_login::Attempt,
) -> Result<Fingerprint, Option<Failed>> {
    let address = attempt.client_address;
    let decided = logins.log_in(asserted, attempt).await;
    made(asks, &head.headers, address, decided).await
}
