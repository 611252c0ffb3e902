//! What a person does on a page: logs in, chooses, agrees, or goes back.

use super::authorize::{Asks, ByCertificate, Failed, status};
use super::certificate::{self, Offered};
use super::flow::Flow;
use super::own::{Own, field};
use super::page::Sending;
use super::pages::{self, Again, LogIn};
use super::{Browser, NewLogin, browser, cookies, forward, front};
use crate::peer::client_address;
use crate::refusal::Refusal;
use crate::{App, Generation, Sends};
use axum::extract::{Request, State};
use axum::response::Response;
use entryway_login::{
    Attempt, Challenge, Decided, Decision, Fault, Reason, SealedPassword, SubmittedPassword,
};
use entryway_oidc::{Fingerprint, Parameters, Pending, Problem};
use entryway_wire::read_sealed;
use http::request::Parts;
use http::{HeaderMap, header};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// Longest description of a browser that is kept, in bytes.
const MOST_AGENT: usize = 120;

pub(crate) async fn step(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = front(&generation)?;
    let (head, body) = request.into_parts();
    let own = Own::read(&**sso, &head.headers, body, &app.limits).await?;
    let Own {
        mut asks,
        flow,
        sent,
    } = match own {
        Ok(own) => own,
        Err(page) => return Ok(page),
    };
    let address = client_address(&head, &generation.trusted_proxies);
    asks = asks.offering(&generation, address);
    let action = field(&sent, "action").unwrap_or("login");
    let (mut browser, mut failed) = (browser(&head.headers), None);
    let typed = |name| field(&sent, name).unwrap_or_default();
    let opened = match action {
        "login" => {
            let login = Typed {
                domain: field(&sent, "domain"),
                name: typed("name"),
                password: Shown::of(&sent, "password", "sealed"),
            };
            Some(match without_password(&asks, &flow, &login) {
                Some(stopped) => Err(stopped),
                None => log_in(&app, &generation, &mut asks, &head, &flow, &login).await,
            })
        }
        "certificate" => {
            let sealed = field(&sent, "flow").filter(|flow| certificate::fits(flow));
            let offered = asks
                .offer
                .map_or(Offered::No, |offer| offer.to(&flow.caller()));
            match (offered, sealed) {
                (Offered::To(way, _), Some(sealed)) => {
                    return Ok(certificate::send(&asks, &way, sealed));
                }
                // It was ready when the page was made.
                (Offered::NotNow, Some(_)) => {
                    let again = Again::CertificateNotNow;
                    failed = Some(certificate::failed(again, String::new()));
                    None
                }
                _ => return Ok(asks.too_old()),
            }
        }
        "change" => Some(change(&app, &generation, &mut asks, &head, &flow, &sent).await),
        _ => None,
    };
    match opened {
        None => {}
        Some(Ok(cookie)) => {
            browser.session = Some(cookie);
            asks.proved = true;
        }
        Some(Err(Stopped::Failed(why))) => failed = Some(why),
        Some(Err(Stopped::Unavailable)) => return Ok(asks.wrong(Problem::Unavailable)),
    }
    let after = After {
        browser,
        failed,
        action,
    };
    Ok(finish(asks, &generation, flow, after).await)
}

/// What a form, or a certificate, came to.
pub(super) struct After<'a> {
    pub(super) browser: Browser,
    pub(super) failed: Option<Failed>,
    pub(super) action: &'a str,
}

/// Goes on with what it was about.
pub(super) async fn finish(
    mut asks: Asks<'_>,
    generation: &Generation,
    flow: Flow,
    after: After<'_>,
) -> Response {
    let After {
        browser,
        failed,
        action,
    } = after;
    match flow {
        Flow::Authorize { pending, proved } => {
            asks.proved |= proved;
            authorize(asks, browser, pending, action, failed).await
        }
        Flow::Account => account(asks, failed),
        Flow::Forward(wanted) => {
            let forward = generation.forward.as_deref();
            forward::go_on(&asks, forward, browser, &wanted, failed).await
        }
        Flow::Logout { .. } => asks.too_old(),
    }
}

async fn authorize(
    mut asks: Asks<'_>,
    browser: Browser,
    mut pending: Pending,
    action: &str,
    failed: Option<Failed>,
) -> Response {
    if !asks.proved && failed.is_none() {
        // Whoever is logged in did so elsewhere: that is no login for this request, however old its form is.
        match asks.sso.session(browser).await {
            Err(_) => return asks.wrong(Problem::Unavailable),
            Ok(session) => {
                pending.progress.before = Some(session.map(|session| session.login.clone()));
            }
        }
    }
    let progress = &mut pending.progress;
    // Only "allow" lets stand what the page was sealed with.
    let agreement = progress.agreement.take();
    match action {
        "cancel" => progress.cancelled = true,
        "continue" => progress.selected = true,
        "allow" => progress.agreement = agreement,
        "deny" => {
            progress.agreement = agreement.map(|mut agreement| {
                agreement.to = None;
                agreement
            });
        }
        // Whoever wants to be somebody else logs in, whoever is logged in.
        "other" => {
            // Who they want to be is theirs to say, and not what their browser shows first.
            asks.stays = true;
            return asks.go_on(Browser::default(), pending, None).await;
        }
        _ => {}
    }
    if failed.is_some() {
        // Where somebody is logged in, the page is shown all the same: they tried to be somebody.
        return asks.go_on(Browser::default(), pending, failed).await;
    }
    asks.go_on(browser, pending, None).await
}

/// To the person's own pages.
fn account(asks: Asks<'_>, failed: Option<Failed>) -> Response {
    match failed {
        Some(failed) => log_in_page(&asks, Some(failed)),
        None => asks.to_sessions(),
    }
}

/// The page with the password for the person's own pages.
pub(super) fn log_in_page(asks: &Asks<'_>, failed: Option<Failed>) -> Response {
    let language = asks.language(&[]);
    log_in_for(asks, &Flow::Account, language.words().log_in, failed)
}

/// The same, for something else.
pub(super) fn log_in_for(
    asks: &Asks<'_>,
    flow: &Flow,
    title: &str,
    failed: Option<Failed>,
) -> Response {
    let language = asks.language(&[]);
    let caller = flow.caller();
    let seals = asks.seals(failed.as_ref(), &caller);
    let Some(flow) = asks.tie.seal(asks.sso, flow) else {
        return asks.wrong(Problem::Broken);
    };
    let by_certificate = match asks.by_certificate(&flow, failed.as_ref(), &caller) {
        ByCertificate::AtOnce(response) => return response,
        ByCertificate::Offered(offered) => offered,
    };
    let page = LogIn {
        flow: &flow,
        name: failed.as_ref().map_or("", |failed| &failed.name),
        lead: None,
        again: failed.as_ref().map(Failed::again),
        may_cancel: false,
        by_certificate,
        offered: asks.sso.look().offered.at(&caller),
        chosen: failed.as_ref().and_then(|failed| failed.chosen.as_deref()),
        seals,
    };
    let (title, body) = match failed.as_ref().is_some_and(|failed| failed.in_change) {
        true => (language.words().change, pages::change(language, &page)),
        false => (title, pages::log_in(language, &page)),
    };
    let mut sending = Sending::with(status(failed.as_ref()));
    sending.seal = seals.then(|| asks.seal_script());
    asks.send(language, title, body, sending)
}

/// Why a login opened no session.
enum Stopped {
    Failed(Failed),
    /// The directory said yes, and the session could not be kept.
    Unavailable,
}

/// A name and a password, as they were typed, and the domain that was chosen.
struct Typed<'a> {
    domain: Option<&'a str>,
    name: &'a str,
    password: Shown<'a>,
}

/// A password, as the browser sent it.
#[derive(Clone)]
enum Shown<'a> {
    Clear(&'a str),
    Sealed(Arc<SealedPassword>),
    /// What should be sealed is not.
    Unreadable,
    Nothing,
}

impl<'a> Shown<'a> {
    fn of(sent: &'a Parameters, clear: &str, sealed: &str) -> Self {
        match (field(sent, sealed), field(sent, clear)) {
            (Some(sealed), None) => read_sealed(sealed).map_or(Self::Unreadable, Self::Sealed),
            (None, Some(clear)) => Self::Clear(clear),
            (None, None) => Self::Nothing,
            (Some(_), Some(_)) => Self::Unreadable,
        }
    }

    fn submitted(&self) -> SubmittedPassword {
        match self {
            Self::Clear(password) => SubmittedPassword::from_field(password.as_bytes().to_vec()),
            Self::Sealed(sealed) => SubmittedPassword::Sealed(Arc::clone(sealed)),
            Self::Unreadable | Self::Nothing => SubmittedPassword::Malformed,
        }
    }
}

/// A name alone, from a browser that runs no script: the password is asked for on the next page, unless the name's site
/// takes it sealed alone. A name that is refused anyway goes on, so that the refusal is on record.
fn without_password(asks: &Asks<'_>, flow: &Flow, typed: &Typed<'_>) -> Option<Stopped> {
    let sealing = asks.sso.sealing()?;
    let Shown::Nothing = typed.password else {
        return None;
    };
    let caller = flow.caller();
    let name = login_name(asks, &caller, typed);
    let again = match sealing.sends(&name, &caller) {
        Sends::Sealed => Again::SealedOnly,
        Sends::Clear => Again::Next,
        Sends::Nothing => return None,
    };
    Some(failed(again, String::new(), typed, false))
}

/// The name with the domain that was chosen beside it.
fn login_name(asks: &Asks<'_>, caller: &str, typed: &Typed<'_>) -> String {
    let offered = &asks.sso.look().offered;
    offered.login_name(typed.domain, typed.name, caller)
}

/// The name goes back into the page, the password does not.
fn failed(again: Again, id: String, typed: &Typed<'_>, in_change: bool) -> Stopped {
    Stopped::Failed(Failed {
        again,
        id,
        name: typed.name.to_owned(),
        chosen: typed.domain.map(str::to_owned),
        in_change,
    })
}

async fn log_in(
    app: &App,
    generation: &Generation,
    asks: &mut Asks<'_>,
    head: &Parts,
    flow: &Flow,
    typed: &Typed<'_>,
) -> Result<Fingerprint, Stopped> {
    let attempt = attempt(app, generation, asks, head, flow, typed);
    let address = attempt.client_address;
    let login_name = attempt.login_name.clone();
    let Decided {
        id,
        decision,
        tokens,
        ..
    } = generation.logins.login(attempt).await;
    let stopped = |again, in_change| {
        // The page that changes the password has no choice of a domain: it stands in the name there.
        let typed = Typed {
            name: if in_change { &login_name } else { typed.name },
            domain: typed.domain,
            password: Shown::Nothing,
        };
        Err(failed(again, id.to_string(), &typed, in_change))
    };
    let session = match decision {
        Decision::Accept(accepted) => accepted.into_session(),
        // Answered to the right password alone, as the challenge is. Where the directory lets nobody change one that has
        // expired, the next page says so.
        Decision::Challenge(Challenge::ChangePassword)
        | Decision::Reject(Reason::PasswordExpired) => return stopped(Again::MustChange, true),
        Decision::Reject(Reason::SealedOnly) => return stopped(Again::SealedOnly, false),
        Decision::Reject(_) => return stopped(Again::Refused, false),
        Decision::Indeterminate(fault) if Fault::AT_SITE.contains(&fault) => {
            return stopped(Again::AtSite(fault), false);
        }
        // Nobody asks without a password here, and nothing is changed.
        Decision::Indeterminate(_) | Decision::WouldAccept(_) | Decision::Changed => {
            return stopped(Again::NotNow, false);
        }
    };
    let device = tokens
        .as_ref()
        .and_then(|tokens| cookies::remember_device(&tokens.device));
    let login = NewLogin {
        session,
        tokens,
        browser: browser(&head.headers),
        address,
        agent: agent(&head.headers),
    };
    let cookie = match asks.sso.log_in(login).await {
        Ok(cookie) => cookie,
        Err(_) => return Err(Stopped::Unavailable),
    };
    asks.cookies.push(cookies::set(cookies::SESSION, &cookie));
    asks.cookies.push(device);
    Ok(cookie.fingerprint())
}

/// Changes the password, then logs in with the new one.
async fn change(
    app: &App,
    generation: &Generation,
    asks: &mut Asks<'_>,
    head: &Parts,
    flow: &Flow,
    sent: &Parameters,
) -> Result<Fingerprint, Stopped> {
    let typed = |name| field(sent, name).unwrap_or_default();
    let new = Shown::of(sent, "new", "sealed_new");
    let old = Typed {
        domain: None,
        name: typed("name"),
        password: Shown::of(sent, "password", "sealed"),
    };
    if without_password(asks, flow, &old).is_some() {
        return Err(failed(Again::SealedOnly, String::new(), &old, true));
    }
    // What is sealed the page has compared.
    if matches!(new, Shown::Clear(new) if new != typed("repeat")) {
        return Err(failed(Again::NotSame, String::new(), &old, true));
    }
    let attempt = attempt(app, generation, asks, head, flow, &old);
    let changes = &generation.password_changes;
    let Decided { id, decision, .. } = changes.change_password(attempt, new.submitted()).await;
    let again = match decision {
        Decision::Changed => {
            // A challenge counts once, so it is sealed anew to log in with.
            let password = match new {
                Shown::Sealed(_) => Shown::of(sent, "", "sealed_login"),
                new => new,
            };
            let login = Typed { password, ..old };
            return log_in(app, generation, asks, head, flow, &login).await;
        }
        Decision::Reject(reason) if Reason::OF_A_CHANGE.contains(&reason) => {
            Again::Unchanged(reason)
        }
        Decision::Reject(Reason::PasswordExpired) => Again::Expired,
        Decision::Reject(Reason::SealedOnly) => Again::SealedOnly,
        Decision::Reject(_) => Again::Refused,
        Decision::Indeterminate(fault) if Fault::AT_SITE.contains(&fault) => Again::AtSite(fault),
        Decision::Indeterminate(Fault::PasswordChangeUnknown) => Again::Unknown,
        _ => Again::NotNow,
    };
    Err(failed(again, id.to_string(), &old, true))
}

fn attempt(
    app: &App,
    generation: &Generation,
    asks: &Asks<'_>,
    head: &Parts,
    flow: &Flow,
    typed: &Typed<'_>,
) -> Attempt {
    let device = cookies::read(&head.headers, cookies::DEVICE);
    let started = Instant::now();
    Attempt {
        id: app.ids.draw(),
        login_name: login_name(asks, &flow.caller(), typed),
        password: typed.password.submitted(),
        client_address: client_address(head, &generation.trusted_proxies),
        device: device.and_then(|token| generation.revalidations.device(&token)),
        wants_groups: asks.sso.wants_groups(),
        caller: Some(flow.caller().into()),
        at: SystemTime::now(),
        started,
        deadline: started + generation.deadline,
    }
}

/// What the browser says it is, as far as it may stand on a page.
pub(super) fn agent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::USER_AGENT)?.to_str().ok()?;
    let short: String = text.chars().take(MOST_AGENT).collect();
    (!short.is_empty()).then_some(short)
}
