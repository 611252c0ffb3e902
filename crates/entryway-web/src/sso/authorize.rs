//! The authorization endpoint, and what becomes of a request: a page, or the way back to the application.

use super::certificate::{self, Offer, Offered};
use super::flow::{Flow, Tie};
use super::page::{Page, Sending, set_cookies};
use super::pages::{self, Again, LogIn};
use super::words::with;
use super::{Browser, Language, SEAL_SCRIPT, SESSIONS, SingleSignOn, browser, form, front};
use crate::peer::client_address;
use crate::refusal::Refusal;
use crate::{App, Generation, Sends};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use entryway_oidc::{
    Agreement, Authorized, ErrorCode, Interaction, Page as Due, Parameters, Pending, Problem,
    Progress, Response as Back, Sent, TooMuch, paths,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::net::IpAddr;
use std::sync::Arc;
use url::{Url, form_urlencoded};

/// Longest query that a form is turned into: what a head may hold, with room for the rest of it.
const MOST_QUERY: usize = 16 * 1024;

pub(crate) async fn by_get(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = front(&generation)?;
    let parameters = form::query(request.uri().query());
    let (head, _) = request.into_parts();
    Ok(begin(&generation, &**sso, &head, parameters).await)
}

/// OpenID Connect Core §3.1.2.1 wants `POST` as well. A form of another site brings no cookie with it: the browser is
/// sent here once more, as by a link.
pub(crate) async fn by_post(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = front(&generation)?;
    let (head, body) = request.into_parts();
    let parameters = form::read(&head.headers, body, &app.limits).await?;
    if let Some(response) = by_link(&**sso, paths::AUTHORIZE, &parameters) {
        return Ok(response);
    }
    Ok(begin(&generation, &**sso, &head, parameters).await)
}

/// The same request by a link, if it is not too long for one.
pub(super) fn by_link(
    sso: &dyn SingleSignOn,
    path: &str,
    sent: &Result<Parameters, TooMuch>,
) -> Option<Response> {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(sent.as_ref().ok()?.pairs())
        .finish();
    let place = format!("{}{path}?{query}", sso.issuer());
    (query.len() <= MOST_QUERY).then(|| see_other(&place))
}

async fn begin(
    generation: &Generation,
    sso: &dyn SingleSignOn,
    head: &Parts,
    parameters: Result<Parameters, TooMuch>,
) -> Response {
    let headers = &head.headers;
    let address = client_address(head, &generation.trusted_proxies);
    let asks = Asks::of(sso, headers).offering(generation, address);
    match parameters {
        Err(too_much) => asks.wrong(too_much.into()),
        Ok(parameters) => {
            let pending = Pending {
                parameters,
                progress: Progress::default(),
            };
            asks.go_on(browser(headers), pending, None).await
        }
    }
}

/// Somebody at a browser, who is answered with pages.
pub(super) struct Asks<'a> {
    pub(super) sso: &'a dyn SingleSignOn,
    pub(super) headers: &'a HeaderMap,
    pub(super) tie: Tie,
    /// Cookies that the answer sets.
    pub(super) cookies: Vec<Option<HeaderValue>>,
    /// The person logged in by a form of this request.
    pub(super) proved: bool,
    /// Whether they may show a certificate.
    pub(super) offer: Option<Offer<'a>>,
    /// They are sent nowhere without asking for it.
    pub(super) stays: bool,
}

/// How a page goes about certificates.
pub(super) enum ByCertificate {
    /// It has a button, or none.
    Offered(bool),
    /// There is no page: the browser goes on.
    AtOnce(Response),
}

/// A login that did not work, for the page that is shown again.
pub(super) struct Failed {
    pub(super) again: Again,
    pub(super) id: String,
    /// As it is to stand in the page.
    pub(super) name: String,
    /// The domain that was chosen.
    pub(super) chosen: Option<String>,
    /// It is the password that was to be changed.
    pub(super) in_change: bool,
}

impl<'a> Asks<'a> {
    pub(super) fn of(sso: &'a dyn SingleSignOn, headers: &'a HeaderMap) -> Self {
        Self::with(sso, headers, Tie::of(headers, sso))
    }

    pub(super) fn with(sso: &'a dyn SingleSignOn, headers: &'a HeaderMap, tie: Tie) -> Self {
        Self {
            sso,
            headers,
            tie,
            cookies: Vec::new(),
            proved: false,
            offer: None,
            stays: false,
        }
    }

    /// Somebody at this address.
    pub(super) fn offering(mut self, generation: &'a Generation, address: Option<IpAddr>) -> Self {
        self.offer = Offer::of(generation, address);
        self
    }

    /// Whether a page with this form offers to show a certificate, and whether the browser goes there at once.
    pub(super) fn by_certificate(
        &self,
        flow: &str,
        failed: Option<&Failed>,
        caller: &str,
    ) -> ByCertificate {
        let offer = self.offer.filter(|_| certificate::fits(flow));
        match offer.map_or(Offered::No, |offer| offer.to(caller)) {
            Offered::To(way, true) if failed.is_none() && !self.stays => {
                ByCertificate::AtOnce(certificate::send(self, &way, flow))
            }
            Offered::To(..) => ByCertificate::Offered(true),
            Offered::No | Offered::NotNow => ByCertificate::Offered(false),
        }
    }

    pub(super) fn language(&self, wished: &[String]) -> Language {
        let look = self.sso.look();
        look.language
            .unwrap_or_else(|| Language::choose(wished, self.headers))
    }

    /// The next step of an application's request.
    pub(super) async fn go_on(
        self,
        browser: Browser,
        pending: Pending,
        failed: Option<Failed>,
    ) -> Response {
        let authorized = self.sso.authorize(browser, pending).await;
        match authorized {
            Authorized::Interact(interaction) => {
                // Who is asked whether it is they, or whether they agree.
                if matches!(interaction.page, Due::SelectAccount | Due::Consent(_))
                    && let Ok(Some(session)) = self.sso.session(browser).await
                {
                    return self.ask(*interaction, Some(&session), None);
                }
                self.ask(*interaction, None, failed)
            }
            Authorized::Answer(back) => self.back(*back),
            Authorized::Show(shown) => self.wrong(shown.0),
        }
    }

    /// The page that is due.
    fn ask(
        &self,
        interaction: Interaction,
        session: Option<&entryway_oidc::BrowserSession>,
        failed: Option<Failed>,
    ) -> Response {
        let Interaction {
            page,
            request,
            mut pending,
        } = interaction;
        let language = self.language(&request.ui_locales);
        let words = language.words();
        let client = &*request.client;
        if let (Due::Consent(scopes), Some(session)) = (&page, session) {
            // What they are asked, and who: "allow" lets it stand.
            pending.progress.agreement = Some(Agreement {
                subject: session.person.subject.clone(),
                to: Some(scopes.clone()),
            });
        }
        let flow = Flow::Authorize {
            pending,
            proved: self.proved,
        };
        let (caller, mut seals) = (flow.caller(), false);
        let Some(flow) = self.tie.seal(self.sso, &flow) else {
            return self.wrong(Problem::Broken);
        };
        let hinted = request.login_hint.as_deref().unwrap_or_default();
        let (title, body) = match (&page, session) {
            (Due::SelectAccount, Some(session)) => (
                words.choose.to_owned(),
                pages::select(words, &flow, session),
            ),
            (Due::Consent(scopes), Some(_)) => (
                with(words.agree, &client.name),
                pages::consent(words, &flow, client, scopes),
            ),
            // A session that ended meanwhile: they log in anew.
            (_, _) => {
                let by_certificate = match self.by_certificate(&flow, failed.as_ref(), &caller) {
                    ByCertificate::AtOnce(response) => return response,
                    ByCertificate::Offered(offered) => offered,
                };
                let is_again = matches!(page, Due::Reauthenticate) && failed.is_none();
                seals = self.seals(failed.as_ref(), &caller);
                let asked = LogIn {
                    flow: &flow,
                    name: failed.as_ref().map_or(hinted, |failed| &failed.name),
                    lead: is_again.then(|| with(words.again, &client.name)),
                    again: failed.as_ref().map(Failed::again),
                    may_cancel: true,
                    by_certificate,
                    offered: self.sso.look().offered.at(&caller),
                    chosen: failed.as_ref().and_then(|failed| failed.chosen.as_deref()),
                    seals,
                };
                match failed.as_ref().is_some_and(|failed| failed.in_change) {
                    true => (words.change.to_owned(), pages::change(language, &asked)),
                    false => (
                        with(words.log_in_to, &client.name),
                        pages::log_in(language, &asked),
                    ),
                }
            }
        };
        let mut sending = Sending::with(status(failed.as_ref()));
        sending.leads_to = leads_to(request.redirect());
        sending.seal = seals.then(|| self.seal_script());
        self.send(language, &title, body, sending)
    }

    /// Whether a page with a password may have to seal it: where there are sites, unless it is known that this one is of
    /// none.
    pub(super) fn seals(&self, failed: Option<&Failed>, caller: &str) -> bool {
        let Some(sealing) = self.sso.sealing() else {
            return false;
        };
        match failed {
            Some(failed) if failed.again == Again::Next => false,
            Some(failed) if failed.in_change => {
                sealing.sends(&failed.name, caller) == Sends::Sealed
            }
            _ => true,
        }
    }

    /// Where the script is, as a policy names it.
    pub(super) fn seal_script(&self) -> String {
        format!("{}{SEAL_SCRIPT}", self.sso.issuer())
    }

    /// Back to the application.
    fn back(self, back: Back) -> Response {
        match back.sent {
            Sent::Redirect(place) => self.send_to(place.expose()),
            Sent::FormPost { action, fields } => {
                let language = self.language(&[]);
                let words = language.words();
                let name = Url::parse(&action).ok();
                let name = name.as_ref().and_then(Url::host_str).unwrap_or(&action);
                let body = pages::post_on(words, name, &action, &fields);
                let mut sending = Sending::with(StatusCode::OK);
                sending.leads_to = leads_to(&action);
                sending.script = Some(pages::SEND_HASH);
                self.send(language, &with(words.back, name), body, sending)
            }
        }
    }

    /// Told to the person, and sent nowhere.
    pub(super) fn wrong(&self, problem: Problem) -> Response {
        let language = self.language(&[]);
        let words = language.words();
        let (status, title, text) = match problem.code() {
            ErrorCode::TemporarilyUnavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                words.unavailable,
                words.unavailable_text,
            ),
            ErrorCode::ServerError => (
                StatusCode::INTERNAL_SERVER_ERROR,
                words.wrong,
                words.wrong_text,
            ),
            _ => (StatusCode::BAD_REQUEST, words.wrong, words.wrong_text),
        };
        let developer = with(words.for_developer, problem.description());
        let body = pages::text(text, Some(developer));
        self.send(language, title, body, Sending::with(status))
    }

    /// A form that belongs to no page of ours, or to one that is too old.
    pub(super) fn too_old(&self) -> Response {
        let language = self.language(&[]);
        let words = language.words();
        let body = pages::text(words.too_old_text, None);
        let sending = Sending::with(StatusCode::BAD_REQUEST);
        self.send(language, words.too_old, body, sending)
    }

    pub(super) fn send(
        &self,
        language: Language,
        title: &str,
        body: maud::Markup,
        mut sending: Sending,
    ) -> Response {
        sending.cookies = self.cookies.clone();
        sending.cookies.push(self.tie.cookie());
        let page = Page {
            look: self.sso.look(),
            language,
            title,
            body,
        };
        page.send(sending)
    }

    /// The browser goes there.
    pub(super) fn send_to(&self, place: &str) -> Response {
        let mut response = see_other(place);
        set_cookies(&mut response, self.cookies.iter().flatten().cloned());
        response
    }

    /// The same with what ties it to pages that it will come back to.
    pub(super) fn send_tied(&self, place: &str) -> Response {
        let mut response = self.elsewhere(place);
        set_cookies(&mut response, self.tie.cookie().into_iter());
        response
    }

    /// To another origin, with something sealed in the address that is told to nobody.
    pub(super) fn elsewhere(&self, place: &str) -> Response {
        self.back_to(place)
    }

    /// The same, where there is a code in the address.
    pub(super) fn back_to(&self, place: &str) -> Response {
        let mut response = self.send_to(place);
        // The code in it is told to nobody.
        let referrer = HeaderValue::from_static("no-referrer");
        response
            .headers_mut()
            .insert(header::REFERRER_POLICY, referrer);
        response
    }

    /// To the person's own sessions.
    pub(super) fn to_sessions(&self) -> Response {
        self.send_to(&format!("{}{SESSIONS}", self.sso.issuer()))
    }
}

impl Failed {
    /// For the page.
    pub(super) fn again(&self) -> (Again, String) {
        (self.again, self.id.clone())
    }
}

/// A refusal is a page like any other; an outage is one for machines too.
pub(super) fn status(failed: Option<&Failed>) -> StatusCode {
    match failed.map(|failed| failed.again) {
        Some(Again::NotNow | Again::Unknown | Again::AtSite(_) | Again::CertificateNotNow) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        _ => StatusCode::OK,
    }
}

/// What a form's policy has to name besides `https`.
fn leads_to(redirect: &str) -> Option<String> {
    let url = Url::parse(redirect).ok()?;
    match url.scheme() {
        "https" => None,
        "http" => Some(url.origin().ascii_serialization()),
        own => Some(format!("{own}:")),
    }
}

/// RFC 9700 §4.12: 303, so that no form is sent on.
fn see_other(place: &str) -> Response {
    match HeaderValue::from_str(place) {
        Ok(place) => (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response(),
        Err(_) => Refusal::Broken.into_response(),
    }
}
