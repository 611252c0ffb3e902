//! What happens next with a request, from the browser's session and what the person did so far. One function decides,
//! and it is asked again after each page.

use super::AuthorizeRequest;
use crate::{BrowserSession, LoginMark, Problem, Scopes, Timestamp, sub};
use entryway_login::Subject;
use std::time::Duration;

/// What the person did for this request so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// The session's login when the request came first, `Some(None)` if there was no session: another one since then
    /// is a login for this request.
    pub before: Option<Option<LoginMark>>,
    /// They chose to go on as the one who is logged in.
    pub selected: bool,
    /// What they said when they were asked whether they agree.
    pub agreement: Option<Agreement>,
    /// They went back to the application without logging in.
    pub cancelled: bool,
}

/// An answer to [`Page::Consent`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Who gave it.
    pub subject: Subject,
    /// To what they agree; `None`: to nothing.
    pub to: Option<Scopes>,
}

/// What the person is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// Who are you?
    Login,
    /// It is you, but prove it again.
    Reauthenticate,
    /// Is it still you?
    SelectAccount,
    /// The directory demands a new password.
    ChangePassword,
    /// May the application have that?
    Consent(Scopes),
}

/// The next step.
#[derive(Debug)]
pub enum Next {
    /// Somebody has to do something.
    Show(Page),
    /// The application gets a code.
    Grant(Granted),
    /// The application is told why not.
    Refuse(Problem),
}

/// That a request is granted, and to whom. Made by [`dispatch`] alone, and used up by the code that comes of it.
#[derive(Debug)]
pub struct Granted {
    session: BrowserSession,
    agreed_now: bool,
}

impl Granted {
    pub(crate) fn into_session(self) -> BrowserSession {
        self.session
    }
    /// The person was asked for it, so that they need not be next time.
    pub(crate) fn is_agreed_now(&self) -> bool {
        self.agreed_now
    }
}

/// Decides. `agreed` is what the person let this client have at earlier requests.
pub fn dispatch(
    request: &AuthorizeRequest,
    session: Option<&BrowserSession>,
    progress: &Progress,
    agreed: &Scopes,
    now: Timestamp,
) -> Next {
    // OpenID Connect Core §3.1.2.1: with `none` no page is shown, whatever would be on it.
    let ask = |page, without: Problem| {
        if request.prompt.none {
            Next::Refuse(without)
        } else {
            Next::Show(page)
        }
    };
    if progress.cancelled {
        return Next::Refuse(Problem::Denied);
    }
    let Some(session) = session else {
        return ask(Page::Login, Problem::LoginRequired);
    };
    let fresh = is_fresh(session, progress);
    if let Some(hint) = &request.hint
        && hint.sub != sub(&session.person.subject)
    {
        // Core §3.1.2.1: not the one whom the application means. Whoever logged in for this request is who they are.
        return if fresh {
            Next::Refuse(Problem::SomebodyElse)
        } else {
            ask(Page::Login, Problem::SomebodyElse)
        };
    }
    if !fresh && (request.prompt.login || is_too_old(request, session, now)) {
        return ask(Page::Reauthenticate, Problem::LoginRequired);
    }
    if !fresh && !progress.selected && request.prompt.select_account {
        return ask(Page::SelectAccount, Problem::AccountSelection);
    }
    if session.must_change_password {
        return ask(Page::ChangePassword, Problem::InteractionRequired);
    }
    let agrees = agreement(request, session, progress);
    if agrees == Some(false) {
        return Next::Refuse(Problem::Denied);
    }
    let needed = request.client.consent && !request.scopes.is_within(agreed);
    if agrees.is_none() && (needed || request.prompt.consent) {
        return ask(
            Page::Consent(request.scopes.clone()),
            Problem::ConsentRequired,
        );
    }
    Next::Grant(Granted {
        session: session.clone(),
        agreed_now: agrees == Some(true),
    })
}

/// A login since the request came.
fn is_fresh(session: &BrowserSession, progress: &Progress) -> bool {
    match &progress.before {
        Some(before) => before.as_ref() != Some(&session.login),
        None => false,
    }
}

/// Core §3.1.2.1: `max_age=0` is as `prompt=login`.
fn is_too_old(request: &AuthorizeRequest, session: &BrowserSession, now: Timestamp) -> bool {
    let is_over = |most: Duration| most.is_zero() || now.since(session.authenticated_at) > most;
    request.max_age.is_some_and(is_over)
}

/// What this person, and nobody else, said to at least what is asked for.
fn agreement(
    request: &AuthorizeRequest,
    session: &BrowserSession,
    progress: &Progress,
) -> Option<bool> {
    let agreement = progress.agreement.as_ref()?;
    if agreement.subject != session.person.subject {
        return None;
    }
    match &agreement.to {
        None => Some(false),
        Some(scopes) => request.scopes.is_within(scopes).then_some(true),
    }
}

#[cfg(test)]
mod tests;
