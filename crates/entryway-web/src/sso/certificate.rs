//! The way of a browser that shows a certificate: from the page with the password to the listener that asks for one,
//! and back with what came of it.
//!
//! What goes there and comes back is sealed and names the browser by its tie, so that an answer opens nothing in
//! another browser; it counts for a minute and once. Whoever was let in is not in it, but how they are found again:
//! their session is made here, of what the directory says now.

use super::at_site::{self, Sites};
use super::authorize::{Asks, Failed};
use super::flow::Tie;
use super::own::field;
use super::pages::Again;
use super::step::{After, finish};
use super::{NewLogin, SingleSignOn, browser, cookies, form, front, now};
use crate::certificates::shown;
use crate::peer::client_address;
use crate::refusal::Refusal;
use crate::site_certificates::AtSite;
use crate::{App, CertificateLogins, Generation, Revalidated};
use axum::extract::{Request, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entryway_login::{Attempt, Decided, Decision, Reason, SubmittedPassword};
use entryway_oidc::{Fingerprint, Problem, Timestamp};
use http::HeaderMap;
use http::request::Parts;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use zeroize::Zeroizing;

/// How long a browser may take to get there: it may ask which certificate, and a card for a PIN.
pub(super) const ASKING: Duration = Duration::from_secs(600);
/// How long an answer counts: the browser is on its way.
const ANSWER: Duration = Duration::from_secs(60);
/// Longest form that goes there in an address; a request that is longer is not offered it. With what is added, sealed
/// and in base64, it stays below the 8 KiB that proxies in front of the issuer take as a line.
const MOST_FLOW: usize = 4 * 1024;

/// What is sealed for the listener, and by it.
const ASKED: &[u8] = b"entryway certificate asked";
const ANSWERED: &[u8] = b"entryway certificate answered ";

/// That somebody is offered to show a certificate.
#[derive(Clone, Copy)]
pub(super) enum Offer<'a> {
    /// At the listener of this process.
    Here(&'a dyn CertificateLogins),
    /// At a connector, if the browser is at a site and one there is ready.
    AtSites(Sites<'a>),
}

/// Where a browser goes.
pub(super) enum Way<'a> {
    /// To the listener of this process.
    Here(&'a dyn CertificateLogins),
    /// To a connector of a site.
    Site { site: Arc<str>, url: Arc<str> },
}

/// What an offer comes to, for whoever wants to log in somewhere.
pub(super) enum Offered<'a> {
    /// Nothing.
    No,
    /// Nobody could take a certificate now.
    NotNow,
    /// This; at once, or when the person wants it.
    To(Way<'a>, bool),
}

impl<'a> Offer<'a> {
    /// To whoever is in one of the networks.
    pub(super) fn of(generation: &'a Generation, address: Option<IpAddr>) -> Option<Self> {
        let address = address?;
        let here = generation.certificates.as_deref();
        if let Some(logins) = here.filter(|logins| logins.offers(address)) {
            return Some(Self::Here(logins));
        }
        let logins = generation.site_certificates.as_deref()?;
        Some(Self::AtSites(Sites { logins, address }))
    }

    /// What it comes to for a caller.
    pub(super) fn to(&self, caller: &str) -> Offered<'a> {
        match self {
            Self::Here(logins) => Offered::To(Way::Here(*logins), logins.at_once()),
            Self::AtSites(sites) => match sites.offer(caller) {
                AtSite::NotOffered => Offered::No,
                AtSite::NotNow => Offered::NotNow,
                AtSite::Offered { site, url, at_once } => {
                    Offered::To(Way::Site { site, url }, at_once)
                }
            },
        }
    }
}

/// Whether a form is short enough.
pub(super) fn fits(flow: &str) -> bool {
    flow.len() <= MOST_FLOW
}

/// Sends the browser there, with the form of a page.
pub(super) fn send(asks: &Asks<'_>, way: &Way<'_>, flow: &str) -> Response {
    let logins = match way {
        Way::Here(logins) => logins,
        Way::Site { site, url } => return at_site::send(asks, site, url, flow),
    };
    let until = now().plus(ASKING);
    let text = format!("{}\n{}\n{flow}", until.0, in_text(&asks.tie.fingerprint()));
    match asks.sso.seal(ASKED, &text) {
        Some(sealed) => asks.send_tied(&format!(
            "{}{}?for={sealed}",
            logins.url(),
            super::CERTIFICATE
        )),
        None => asks.wrong(Problem::Broken),
    }
}

/// What came of it.
enum Outcome {
    /// Somebody was let in, who is found again by this.
    LetIn(Zeroizing<String>),
    /// Nobody was; by what the help desk finds it, where there was a login.
    Failed(Again, String),
}

/// On the listener: judges what the browser has shown, and sends it back.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = front(&generation)?;
    let logins = generation
        .certificates
        .as_deref()
        .ok_or(Refusal::NotFound)?;
    let (head, _) = request.into_parts();
    // No tie of ours is here: this is another origin.
    let asks = Asks::of(&**sso, &head.headers);
    let sent = match form::query_within(head.uri.query()) {
        Ok(sent) => sent,
        Err(too_much) => return Ok(asks.wrong(too_much.into())),
    };
    let asked = field(&sent, "for").and_then(|sealed| Asked::open(&**sso, sealed));
    let Some(asked) = asked else {
        return Ok(asks.too_old());
    };
    let outcome = judge(&app, &generation, logins, &**sso, &head).await;
    let Some(sealed) = asked.answer(&**sso, &outcome) else {
        return Ok(asks.wrong(Problem::Broken));
    };
    let place = format!("{}{}?answer={sealed}", sso.issuer(), super::ANSWERED);
    Ok(asks.elsewhere(&place))
}

async fn judge(
    app: &App,
    generation: &Generation,
    logins: &dyn CertificateLogins,
    sso: &dyn SingleSignOn,
    head: &Parts,
) -> Outcome {
    // Nobody stands between: the handshake was made here, and nobody is believed about an address.
    let address = client_address(head, &[]);
    let failed = |again| Outcome::Failed(again, String::new());
    if !address.is_some_and(|address| logins.offers(address)) {
        return failed(Again::NotFromHere);
    }
    let Some(chain) = shown(&head.extensions) else {
        return failed(Again::NoCertificate);
    };
    let attempt = attempt(app, generation, sso, address, "certificate");
    let decided = logins.log_in(chain, attempt).await;
    let again = match decided.decision {
        Decision::Accept(_) => {
            let token = decided.tokens.and_then(|tokens| tokens.revalidation);
            match token {
                Some(token) => return Outcome::LetIn(Zeroizing::new(token)),
                None => Again::CertificateNotNow,
            }
        }
        Decision::Reject(reason) => Again::Certificate(reason),
        _ => Again::CertificateNotNow,
    };
    Outcome::Failed(again, decided.id.to_string())
}

pub(super) fn attempt(
    app: &App,
    generation: &Generation,
    sso: &dyn SingleSignOn,
    client_address: Option<IpAddr>,
    caller: &str,
) -> Attempt {
    let started = Instant::now();
    Attempt {
        id: app.ids.draw(),
        login_name: String::new(),
        password: SubmittedPassword::NotAsked,
        client_address,
        device: None,
        wants_groups: sso.wants_groups(),
        caller: Some(caller.into()),
        at: SystemTime::now(),
        started,
        deadline: started + generation.deadline,
    }
}

/// Back at the issuer: the same browser, and once.
pub(crate) async fn back(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = front(&generation)?;
    let (head, _) = request.into_parts();
    let Some(tie) = Tie::known(&head.headers) else {
        return Ok(Asks::of(&**sso, &head.headers).too_old());
    };
    let sent = match form::query_within(head.uri.query()) {
        Ok(sent) => sent,
        Err(too_much) => {
            let asks = Asks::with(&**sso, &head.headers, tie);
            return Ok(asks.wrong(too_much.into()));
        }
    };
    if field(&sent, "assertion").is_some() {
        return at_site::back(&app, &generation, &**sso, &head, &sent, tie).await;
    }
    let address = client_address(&head, &generation.trusted_proxies);
    let mut asks = Asks::with(&**sso, &head.headers, tie).offering(&generation, address);
    let answer = field(&sent, "answer").and_then(|sealed| Answer::open(&asks, sealed));
    let opened = answer.and_then(|answer| Some((asks.tie.open(&**sso, &answer.flow)?, answer)));
    let Some((flow, answer)) = opened else {
        return Ok(asks.too_old());
    };
    match sso.first_time(answer.id, answer.until).await {
        Err(_) => return Ok(asks.wrong(Problem::Unavailable)),
        Ok(false) => return Ok(asks.too_old()),
        Ok(true) => {}
    }
    let mut after = After {
        browser: browser(&head.headers),
        failed: None,
        action: "login",
    };
    match answer.outcome {
        Outcome::Failed(again, id) => after.failed = Some(failed(again, id)),
        // It was switched off meanwhile: what was opened a moment ago is closed.
        Outcome::LetIn(_) if generation.certificates.is_none() => {
            after.failed = Some(failed(Again::CertificateNotNow, String::new()));
        }
        Outcome::LetIn(token) => {
            let attempt = attempt(&app, &generation, &**sso, address, &flow.caller());
            match let_in(&generation, &mut asks, &head.headers, &token, attempt).await {
                Ok(session) => {
                    after.browser.session = Some(session);
                    asks.proved = true;
                }
                Err(Some(why)) => after.failed = Some(why),
                Err(None) => return Ok(asks.wrong(Problem::Unavailable)),
            }
        }
    }
    Ok(finish(asks, &generation, flow, after).await)
}

pub(super) fn failed(again: Again, id: String) -> Failed {
    Failed {
        again,
        id,
        name: String::new(),
        chosen: None,
        in_change: false,
    }
}

/// Opens the session of whoever was let in a moment ago, if they are still welcome.
async fn let_in(
    generation: &Generation,
    asks: &mut Asks<'_>,
    headers: &HeaderMap,
    token: &str,
    attempt: Attempt,
) -> Result<Fingerprint, Option<Failed>> {
    let address = attempt.client_address;
    let decided = match generation.revalidations.revalidate(token, attempt).await {
        Revalidated::Decided(decided) => decided,
        // Nobody has said so just now: a session begins with an answer.
        Revalidated::Stands { id, .. } => {
            return Err(Some(failed(Again::CertificateNotNow, id.to_string())));
        }
    };
    made(asks, headers, address, *decided).await
}

/// The session of whoever was let in.
pub(super) async fn made(
    asks: &mut Asks<'_>,
    headers: &HeaderMap,
    address: Option<IpAddr>,
    decided: Decided,
) -> Result<Fingerprint, Option<Failed>> {
    let session = match decided.decision {
        Decision::Accept(accepted) => accepted.into_session(),
        Decision::Reject(reason) => {
            let id = decided.id.to_string();
            return Err(Some(failed(Again::Certificate(reason), id)));
        }
        _ => {
            let id = decided.id.to_string();
            return Err(Some(failed(Again::CertificateNotNow, id)));
        }
    };
    let login = NewLogin {
        session,
        tokens: decided.tokens,
        browser: browser(headers),
        address,
        agent: super::step::agent(headers),
    };
    let cookie = asks.sso.log_in(login).await.map_err(|_| None)?;
    asks.cookies.push(cookies::set(cookies::SESSION, &cookie));
    Ok(cookie.fingerprint())
}

/// What a browser comes to the listener with.
struct Asked {
    tie: Zeroizing<String>,
    flow: Zeroizing<String>,
}

impl Asked {
    fn open(sso: &dyn SingleSignOn, sealed: &str) -> Option<Self> {
        let text = sso.unseal(ASKED, sealed)?;
        let mut parts = text.splitn(3, '\n');
        let until: u64 = parts.next()?.parse().ok()?;
        let (tie, flow) = (parts.next()?, parts.next()?);
        (now().0 < until).then(|| Self {
            tie: Zeroizing::new(tie.to_owned()),
            flow: Zeroizing::new(flow.to_owned()),
        })
    }

    /// For this browser alone.
    fn answer(&self, sso: &dyn SingleSignOn, outcome: &Outcome) -> Option<String> {
        let until = now().plus(ANSWER);
        let id = sso.draw();
        let (kind, rest): (&str, &str) = match outcome {
            Outcome::LetIn(token) => (LET_IN, token),
            Outcome::Failed(again, id) => (again.code()?, id),
        };
        let text = Zeroizing::new(format!(
            "{}\n{}\n{kind}\n{rest}\n{}",
            until.0,
            id.expose(),
            *self.flow
        ));
        sso.seal(&[ANSWERED, self.tie.as_bytes()].concat(), &text)
    }
}

const LET_IN: &str = "let_in";

/// What it comes back with.
struct Answer {
    id: Fingerprint,
    until: Timestamp,
    outcome: Outcome,
    flow: Zeroizing<String>,
}

impl Answer {
    fn open(asks: &Asks<'_>, sealed: &str) -> Option<Self> {
        let ties = asks.tie.fingerprints().into_iter();
        let text = ties
            .map(|tie| [ANSWERED, in_text(&tie).as_bytes()].concat())
            .find_map(|bound| asks.sso.unseal(&bound, sealed))?;
        let mut parts = text.splitn(5, '\n');
        let until = Timestamp(parts.next()?.parse().ok()?);
        let id = Fingerprint::of(parts.next()?.as_bytes());
        let (kind, rest, flow) = (parts.next()?, parts.next()?, parts.next()?);
        if now().0 >= until.0 {
            return None;
        }
        let outcome = match kind {
            LET_IN => Outcome::LetIn(Zeroizing::new(rest.to_owned())),
            kind => Outcome::Failed(Again::of_code(kind)?, rest.to_owned()),
        };
        Some(Self {
            id,
            until,
            outcome,
            flow: Zeroizing::new(flow.to_owned()),
        })
    }
}

/// What a browser is known by, as a sealed text is bound to it.
fn in_text(tie: &Fingerprint) -> String {
    URL_SAFE_NO_PAD.encode(tie.0)
}

impl Again {
    /// In a sealed answer.
    fn code(self) -> Option<&'static str> {
        match self {
            Self::NoCertificate => Some("no_certificate"),
            Self::NotFromHere => Some("not_from_here"),
            Self::CertificateNotNow => Some("not_now"),
            Self::Certificate(reason) => Some(reason.code()),
            _ => None,
        }
    }
    fn of_code(code: &str) -> Option<Self> {
        match code {
            "no_certificate" => Some(Self::NoCertificate),
            "not_from_here" => Some(Self::NotFromHere),
            "not_now" => Some(Self::CertificateNotNow),
            code => {
                let mut all = Reason::ALL.into_iter();
                all.find(|reason| reason.code() == code)
                    .map(Self::Certificate)
            }
        }
    }
}
