//! A request to sign out (RP-Initiated Logout §2, §3).

use super::{LogoutNotice, notices};
use crate::authorize::{Hint, read_hint, with_query};
use crate::redirect::{self, Redirect};
use crate::step::{ask_browser, ask_client, end_session};
use crate::{
    BrowserSession, Client, ClientId, EndSession, FindBrowser, FindClient, Parameters, Problem,
    Provider, Secret, SessionId, Step, Timestamp, sub,
};
use std::sync::Arc;

const KNOWN: [&str; 6] = [
    "id_token_hint",
    "logout_hint",
    "client_id",
    "post_logout_redirect_uri",
    "state",
    "ui_locales",
];

/// A request, and whether the person was asked.
pub struct LogoutRequest {
    /// What was sent.
    pub parameters: Parameters,
    /// The session that the person, asked by a page of ours, wants to end.
    pub confirmed: Option<SessionId>,
}

/// What comes of it.
pub enum Logout {
    /// The person is asked whether they want to sign out: nobody showed that the application may do it for them.
    Confirm {
        /// Whose session it is.
        session: Arc<BrowserSession>,
        /// Who asks, as far as known.
        client: Option<Arc<Client>>,
    },
    /// There is no session any more.
    SignedOut(SignedOut),
    /// Nothing happened, and the person is told why. The browser goes nowhere.
    Show(Problem),
}

/// The end of a session.
pub struct SignedOut {
    /// Where the browser goes; else it is shown our own page.
    pub redirect: Option<Secret>,
    /// Whom to tell.
    pub notices: Vec<LogoutNotice>,
    /// A key cannot be used, so that nobody is told.
    pub unsigned: bool,
}

struct Ending {
    provider: Arc<Provider>,
    hint: Option<Hint>,
    confirmed: Option<SessionId>,
    client: Option<Arc<Client>>,
    redirect: Option<Redirect>,
    state: Option<String>,
    now: Timestamp,
}

/// Answers a request.
pub fn logout(provider: Arc<Provider>, request: LogoutRequest, now: Timestamp) -> Step<Logout> {
    let sent = &request.parameters;
    if let Err(repeated) = sent.check_once(&KNOWN) {
        return show(repeated.into());
    }
    let hint = match sent
        .only("id_token_hint")
        .map(|hint| read_hint(hint, &provider))
        .transpose()
    {
        Ok(hint) => hint,
        Err(_) => return show(Problem::Hint),
    };
    let client = match client_of(sent, hint.as_ref()) {
        Ok(client) => client,
        Err(problem) => return show(problem),
    };
    let ending = Ending {
        provider,
        hint,
        confirmed: request.confirmed,
        client: None,
        redirect: None,
        state: sent.only("state").map(str::to_owned),
        now,
    };
    let uri = sent.only("post_logout_redirect_uri").map(str::to_owned);
    match client {
        None if uri.is_some() => show(Problem::UnknownPostLogout),
        None => ending.with_client(),
        Some(client) => ask_client(FindClient { client }, move |client| match client {
            Err(unavailable) => show(unavailable.into()),
            Ok(None) => show(Problem::UnknownClient),
            Ok(Some(client)) => {
                // §3: one that is registered, or none at all.
                let redirect = uri
                    .as_deref()
                    .map(|uri| redirect::find_exact(&client.post_logout, uri));
                if redirect == Some(None) {
                    return show(Problem::UnknownPostLogout);
                }
                let ending = Ending {
                    client: Some(client),
                    redirect: redirect.flatten(),
                    ..ending
                };
                ending.with_client()
            }
        }),
    }
}

fn show(problem: Problem) -> Step<Logout> {
    Step::Done(Logout::Show(problem))
}

/// §2: where both are there, they have to agree.
fn client_of(sent: &Parameters, hint: Option<&Hint>) -> Result<Option<ClientId>, Problem> {
    let named = sent.only("client_id");
    let id = match (named, hint) {
        (Some(named), Some(hint)) if !hint.audience.iter().any(|one| one == named) => {
            return Err(Problem::HintClient);
        }
        (Some(named), _) => Some(named),
        (None, Some(hint)) => hint.audience.first().map(String::as_str),
        (None, None) => None,
    };
    id.map(|id| ClientId::parse(id).ok_or(Problem::UnknownClient))
        .transpose()
}

impl Ending {
    fn with_client(self) -> Step<Logout> {
        ask_browser(FindBrowser {}, move |session| match session {
            Err(unavailable) => show(unavailable.into()),
            Ok(None) => {
                // Without a hint nobody knows that the application asks at all.
                let redirect = self.redirect.as_ref().filter(|_| self.hint.is_some());
                Step::Done(Logout::SignedOut(SignedOut {
                    redirect: redirect.map(|redirect| self.back(redirect)),
                    notices: Vec::new(),
                    unsigned: false,
                }))
            }
            Ok(Some(session)) => self.with_session(session),
        })
    }

    fn with_session(self, session: Arc<BrowserSession>) -> Step<Logout> {
        let is_meant = self.hint.as_ref().is_some_and(|hint| means(hint, &session));
        let is_confirmed = self.confirmed.as_ref() == Some(&session.id);
        if !is_meant && !is_confirmed {
            return Step::Done(Logout::Confirm {
                session,
                client: self.client,
            });
        }
        let question = EndSession {
            session: session.id.clone(),
        };
        end_session(question, move |clients| match clients {
            Err(unavailable) => show(unavailable.into()),
            Ok(clients) => {
                let notices = notices(&self.provider, &clients, &session, self.now);
                Step::Done(Logout::SignedOut(SignedOut {
                    redirect: self.redirect.as_ref().map(|redirect| self.back(redirect)),
                    unsigned: notices.is_err(),
                    notices: notices.unwrap_or_default(),
                }))
            }
        })
    }

    fn back(&self, redirect: &Redirect) -> Secret {
        let state = self
            .state
            .iter()
            .map(|state| ("state", Secret::new(state.clone())));
        with_query(redirect.as_str(), &state.collect::<Vec<_>>())
    }
}

/// The session that the hint was issued in; where it names none, one of the same person.
fn means(hint: &Hint, session: &BrowserSession) -> bool {
    let same_person = hint.sub == sub(&session.person.subject);
    same_person && hint.sid.as_ref().is_none_or(|sid| **sid == *session.sid)
}
