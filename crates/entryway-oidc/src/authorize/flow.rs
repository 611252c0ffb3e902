//! From a request to a page or an answer.
//!
//! What is kept of a request while a person logs in is what was sent. It is read anew each time: a client that was
//! removed or changed meanwhile gets nothing, and no stored row can say where an answer goes.

use super::read::Place;
use super::{AuthorizeRequest, Granted, Next, Page, Progress, Response, dispatch};
use crate::record::{CodeRecord, Grant};
use crate::secret::generate_code;
use crate::step::{ask_browser, ask_client, ask_consent, keep_code, keep_consent};
use crate::{
    BrowserSession, Client, ClientId, FamilyId, FindBrowser, FindClient, FindConsent, KeepCode,
    KeepConsent, Parameters, Problem, Provider, Scopes, Step, Timestamp,
};
use std::sync::Arc;

/// A request and how far it came. Whoever keeps it binds it to the browser that sent it.
#[derive(Clone)]
pub struct Pending {
    /// What was sent.
    pub parameters: Parameters,
    /// What the person did.
    pub progress: Progress,
}

/// What comes of a request.
pub enum Authorized {
    /// The person has to do something; then it is asked again with what is pending.
    Interact(Box<Interaction>),
    /// The browser goes back to the application.
    Answer(Box<Response>),
    /// The person is told, and the browser goes nowhere.
    Show(Shown),
}

/// A page that is due.
pub struct Interaction {
    /// Which.
    pub page: Page,
    /// The request, as far as a page may speak of it.
    pub request: AuthorizeRequest,
    /// What to keep until the person is done.
    pub pending: Pending,
}

/// Why a request has no answer that could be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown(pub Problem);

/// Begins with a request that came, or goes on with one that was kept.
pub fn authorize(provider: Arc<Provider>, pending: Pending, now: Timestamp) -> Step<Authorized> {
    let client = match pending.parameters.one("client_id") {
        Err(repeated) => return show(repeated.into()),
        Ok(None) => return show(Problem::NoClient),
        Ok(Some(id)) => ClientId::parse(id),
    };
    let Some(client) = client else {
        return show(Problem::UnknownClient);
    };
    ask_client(FindClient { client }, move |client| match client {
        Err(unavailable) => show(unavailable.into()),
        Ok(None) => show(Problem::UnknownClient),
        Ok(Some(client)) => with_client(provider, pending, client, now),
    })
}

fn show(problem: Problem) -> Step<Authorized> {
    Step::Done(Authorized::Show(Shown(problem)))
}

fn with_client(
    provider: Arc<Provider>,
    pending: Pending,
    client: Arc<Client>,
    now: Timestamp,
) -> Step<Authorized> {
    let place = match Place::read(&pending.parameters, &client) {
        Ok(place) => place,
        Err(problem) => return show(problem),
    };
    let request =
        match AuthorizeRequest::read(&pending.parameters, client, place.clone(), &provider) {
            Ok(request) => request,
            Err(problem) => return refuse(&provider, &place, problem),
        };
    ask_browser(FindBrowser {}, move |session| match session {
        Err(unavailable) => refuse(&provider, &place, unavailable.into()),
        Ok(session) => with_session(provider, pending, request, session, now),
    })
}

fn with_session(
    provider: Arc<Provider>,
    mut pending: Pending,
    request: AuthorizeRequest,
    session: Option<Arc<BrowserSession>>,
    now: Timestamp,
) -> Step<Authorized> {
    if pending.progress.before.is_none() {
        pending.progress.before = Some(session.as_ref().map(|session| session.login.clone()));
    }
    let asked = session
        .as_ref()
        .filter(|_| request.client.consent)
        .map(|session| FindConsent {
            subject: session.person.subject.clone(),
            client: request.client.id.clone(),
        });
    let (ours, place) = (Arc::clone(&provider), request.place.clone());
    let decide = move |agreed: Scopes| {
        let provider = ours;
        let next = dispatch(
            &request,
            session.as_deref(),
            &pending.progress,
            &agreed,
            now,
        );
        match next {
            Next::Refuse(problem) => refuse(&provider, &request.place, problem),
            Next::Grant(granted) => grant(provider, request, granted, now),
            Next::Show(page) => Step::Done(Authorized::Interact(Box::new(Interaction {
                page,
                request,
                pending,
            }))),
        }
    };
    match asked {
        None => decide(Scopes::default()),
        Some(question) => {
            ask_consent(question, move |agreed| match agreed {
                // Asking again would be right for a person, and a refusal where nobody may be asked.
                Err(unavailable) => refuse(&provider, &place, unavailable.into()),
                Ok(agreed) => decide(agreed),
            })
        }
    }
}

fn refuse(provider: &Provider, place: &Place, problem: Problem) -> Step<Authorized> {
    let response = Response::refuse(place, problem, &provider.issuer);
    Step::Done(Authorized::Answer(Box::new(response)))
}

fn grant(
    provider: Arc<Provider>,
    request: AuthorizeRequest,
    granted: Granted,
    now: Timestamp,
) -> Step<Authorized> {
    let agreed_now = granted.is_agreed_now() && request.client.consent;
    let session = granted.into_session();
    if !agreed_now {
        return issue(provider, request, session, now);
    }
    let question = KeepConsent {
        subject: session.person.subject.clone(),
        client: request.client.id.clone(),
        scopes: request.scopes.clone(),
    };
    // Not remembered: asked again next time.
    keep_consent(question, move |_| issue(provider, request, session, now))
}

fn issue(
    provider: Arc<Provider>,
    request: AuthorizeRequest,
    session: BrowserSession,
    now: Timestamp,
) -> Step<Authorized> {
    let code = generate_code(&*provider.entropy);
    let AuthorizeRequest {
        place,
        client,
        scopes,
        nonce,
        challenge,
        ..
    } = request;
    let record = CodeRecord {
        fingerprint: code.fingerprint(),
        grant: Grant {
            family: FamilyId::generate(&*provider.entropy),
            client: client.id.clone(),
            subject: session.person.subject.clone(),
            session: session.id,
            sid: session.sid,
            scopes,
            authenticated_at: session.authenticated_at,
            method: session.method,
        },
        redirect: place.named.then(|| place.redirect.as_str().to_owned()),
        challenge,
        nonce,
        expires: now.plus(provider.lifetimes.code),
    };
    let grant = record.grant.clone();
    let code_kept = KeepCode {
        code: Box::new(record),
    };
    keep_code(code_kept, move |kept| match kept {
        Err(unavailable) => refuse(&provider, &place, unavailable.into()),
        Ok(()) => {
            let response = Response::code(&place, code, grant, &provider.issuer);
            Step::Done(Authorized::Answer(Box::new(response)))
        }
    })
}
