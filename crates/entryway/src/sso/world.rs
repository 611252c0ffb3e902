//! Answers what requests ask. Every question to the store has its time: a store that is silent is an outage, never a
//! "no".

use super::body::{self, FamilyBody, SessionBody};
use super::front::Inner;
use super::keys::{millis, now_ms};
use super::person::{self, About, Silent};
use super::rows;
use entryway_login::Fault;
use entryway_oidc::{
    AccessRecord, Answer, BrowserSession, Client, CodeRecord, DropAccess, EndSession, Family,
    FindAccess, FindBrowser, FindClient, FindConsent, FindFamily, FindSession, FirstUse, KeepCode,
    KeepConsent, KeepTokens, Kept, Person, Revalidate, RevokeFamily, Rotate, Rotated, Scopes,
    SessionId, Stored as _, TakeAssertion, TakeCode, TakenCode, Timestamp, Unavailable, Welcome,
    World,
};
use entryway_store::{SessionRow, StoreError, TakenRow};
use entryway_web::Browser;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long the store may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// A session's use is written at most so often, in milliseconds.
const USE_WRITTEN: i64 = 60_000;
/// A session goes on without a look at the directory for so long.
const TRUSTED: Duration = Duration::from_secs(5 * 60);

/// The world of one request.
pub(crate) struct Asked<'a> {
    pub(crate) inner: &'a Inner,
    pub(crate) browser: Browser,
    pub(crate) now: Timestamp,
    /// Whoever signs out may do so whatever the directory says, or does not say.
    pub(crate) ends: bool,
    /// Which application a browser is at, as logs call it: a session is nobody's where its person would not be let in.
    pub(crate) caller: Option<String>,
}

/// A session that lives, and its row.
pub(crate) struct Living {
    pub(crate) row: SessionRow,
    pub(crate) body: SessionBody,
    pub(crate) session: Arc<BrowserSession>,
}

/// An answer of the store, in time.
pub(crate) async fn in_time<T>(asked: impl Future<Output = Result<T, StoreError>>) -> Answer<T> {
    match timeout(PATIENCE, asked).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(target: "sso.store_failed", error);
            Err(Unavailable)
        }
        Err(_) => {
            tracing::warn!(target: "sso.store_failed", error = "no answer in time");
            Err(Unavailable)
        }
    }
}

/// What the store has of something cannot be read: it is not as if it were not there.
fn unreadable<T>(what: &str) -> Answer<T> {
    tracing::error!(target: "sso.unreadable", what);
    Err(Unavailable)
}

impl Asked<'_> {
    /// The browser's session, whatever the directory says of its person by now.
    pub(crate) async fn by_cookie(&self) -> Answer<Option<Living>> {
        let Some(cookie) = self.browser.session else {
            return Ok(None);
        };
        let sso = self.inner.store();
        let row = in_time(sso.session_by_cookie(&cookie.0)).await?;
        self.living(row).await
    }

    async fn by_id(&self, id: &SessionId) -> Answer<Option<Living>> {
        let row = in_time(self.inner.store().session(&id.0)).await?;
        self.living(row).await
    }

    /// A session within its limits; seeing it counts as its use.
    pub(crate) async fn living(&self, row: Option<SessionRow>) -> Answer<Option<Living>> {
        let Some(mut row) = row else {
            return Ok(None);
        };
        let now = now_ms();
        if self.inner.is_over(&row, now) {
            return Ok(None);
        }
        let Some((body, session)) = SessionBody::open(&row.body) else {
            return unreadable("session");
        };
        let idle = millis(self.inner.settings.sessions.idle);
        if now.saturating_sub(row.used_ms) >= USE_WRITTEN.min(idle / 2) {
            in_time(self.inner.store().session_used(&row.id, now)).await?;
            row.used_ms = now;
        }
        Ok(Some(Living {
            row,
            body,
            session: Arc::new(session),
        }))
    }

    /// Whether somebody who has logged in elsewhere may use that at this application: the login page is shown to whoever
    /// is of a site whose people do not log in there, and refuses them.
    pub(crate) fn admits(&self, person: &Person) -> bool {
        let caller = self.caller.as_deref().unwrap_or("sessions");
        self.inner.policy.admits_subject(&person.subject, caller)
    }

    fn about(&self) -> About<'_> {
        self.about_for(person::NOBODY)
    }

    fn about_for<'a>(&'a self, caller: &'a str) -> About<'a> {
        About {
            caller,
            revalidations: &*self.inner.revalidations,
            answers: self.inner.answers(),
            pictures: self.inner.pictures.as_ref(),
            patience: self.inner.deadline,
        }
    }

    /// A session whose person is still welcome, as they are now. One of whom the directory was asked a moment ago is
    /// not asked about again.
    pub(crate) async fn welcome(&self, living: Living) -> Answer<Option<Living>> {
        Ok(self.asked_whether_welcome(living).await?)
    }

    /// The same, for a page that a person waits for. The connector that logged them in may be away for longer than its
    /// last answer stands; where another of their site takes passwords, they log in there. The session stays: it counts
    /// again when its connector is back.
    pub(crate) async fn welcome_on_page(&self, living: Living) -> Answer<Option<Living>> {
        let person = Arc::clone(&living.session.person);
        match self.asked_whether_welcome(living).await {
            Err(Silent(Some(Fault::SiteUnreachable))) if self.may_log_in_anew(&person) => Ok(None),
            answer => Ok(answer?),
        }
    }

    fn may_log_in_anew(&self, person: &Person) -> bool {
        let site = self.inner.policy.site_of_subject(&person.subject);
        let sealing = self.inner.sealing.as_ref();
        sealing
            .zip(site)
            .is_some_and(|(sealing, site)| sealing.is_ready(&site.name))
    }

    async fn asked_whether_welcome(&self, living: Living) -> Result<Option<Living>, Silent> {
        let Some(token) = &living.body.remembered else {
            return Ok(Some(living));
        };
        let session = &living.session;
        let confirmed = self.inner.answers().confirmed(token);
        let since_login = self.now.since(session.authenticated_at);
        let person = match confirmed {
            Some((ago, person)) if ago < TRUSTED => person,
            None if since_login < TRUSTED => return Ok(Some(living)),
            _ => {
                let known = Some(Arc::clone(&session.person));
                let wants_groups = session.person.groups.is_some();
                match self.about().ask(token, known, wants_groups).await? {
                    Welcome::Yes(person) => person,
                    Welcome::No => {
                        self.inner.end_and_tell(&living.row.id).await?;
                        return Ok(None);
                    }
                }
            }
        };
        if person.subject != session.person.subject {
            return Ok(None);
        }
        let session = Arc::new(BrowserSession {
            person: with_groups_of(person, &session.person),
            ..(**session).clone()
        });
        Ok(Some(Living { session, ..living }))
    }
}

impl Asked<'_> {
    /// A session with its person's groups, which are asked for now.
    pub(crate) async fn with_groups(&self, living: Living) -> Answer<Option<Living>> {
        let Some(token) = &living.body.remembered else {
            return Ok(Some(living));
        };
        let known = &living.session.person;
        match self
            .about()
            .ask(token, Some(Arc::clone(known)), true)
            .await?
        {
            Welcome::Yes(person) if person.subject == known.subject => {
                let session = BrowserSession {
                    person,
                    ..(*living.session).clone()
                };
                Ok(Some(Living {
                    session: Arc::new(session),
                    ..living
                }))
            }
            Welcome::Yes(_) => Ok(None),
            Welcome::No => {
                self.inner.end_and_tell(&living.row.id).await?;
                Ok(None)
            }
        }
    }
}

/// An answer that was given without groups does not take away those that the login brought.
fn with_groups_of(person: Arc<Person>, before: &Person) -> Arc<Person> {
    if person.groups.is_some() || before.groups.is_none() {
        return person;
    }
    Arc::new(Person {
        groups: before.groups.clone(),
        ..(*person).clone()
    })
}

impl World for Asked<'_> {
    async fn find_client(&self, question: FindClient) -> Answer<Option<Arc<Client>>> {
        Ok(self.inner.client(&question.client))
    }

    async fn find_browser(&self, _: FindBrowser) -> Answer<Option<Arc<BrowserSession>>> {
        let Some(living) = self.by_cookie().await? else {
            return Ok(None);
        };
        if self.ends {
            return Ok(Some(living.session));
        }
        if !self.admits(&living.session.person) {
            return Ok(None);
        }
        let living = self.welcome_on_page(living).await?;
        Ok(living.map(|living| living.session))
    }

    async fn find_session(&self, question: FindSession) -> Answer<Option<Arc<BrowserSession>>> {
        // Tokens tell of the person as they are now, not as they were at their login.
        let living = match self.by_id(&question.session).await? {
            Some(living) => self.welcome(living).await?,
            None => None,
        };
        Ok(living.map(|living| living.session))
    }

    async fn find_consent(&self, question: FindConsent) -> Answer<Scopes> {
        let client = question.client.as_str();
        let kept = in_time(self.inner.store().consent(&question.subject.0, client)).await?;
        // A scope that this version does not read is one that nobody agreed to.
        let scopes = kept.iter().filter_map(|scope| Scopes::parse(scope).ok());
        Ok(scopes.fold(Scopes::default(), |all, one| all.or(&one)))
    }

    async fn keep_consent(&self, question: KeepConsent) -> Answer<()> {
        let scopes: Vec<&str> = question.scopes.iter().collect();
        let client = question.client.as_str();
        let store = self.inner.store();
        in_time(store.add_consent(&question.subject.0, client, &scopes)).await
    }

    async fn keep_code(&self, question: KeepCode) -> Answer<()> {
        let row = rows::code(&question.code, &self.inner.provider.lifetimes, self.now);
        // A session that ended in this moment: the request begins again, and finds that out.
        match in_time(self.inner.store().keep_code(&row)).await? {
            true => Ok(()),
            false => Err(Unavailable),
        }
    }

    async fn take_code(&self, question: TakeCode) -> Answer<TakenCode> {
        match in_time(self.inner.store().take_code(&question.code.0)).await? {
            TakenRow::Taken(text) => match CodeRecord::from_stored(&text) {
                Ok(code) => Ok(TakenCode::Taken(Box::new(code))),
                Err(_) => unreadable("code"),
            },
            TakenRow::Spent(family) => Ok(TakenCode::Spent(entryway_oidc::FamilyId(family))),
            TakenRow::Unknown => Ok(TakenCode::Unknown),
        }
    }

    async fn take_assertion(&self, question: TakeAssertion) -> Answer<FirstUse> {
        let client = question.client.as_str();
        let until = rows::ms(question.until);
        let store = self.inner.store();
        let first = in_time(store.take_assertion(client, &question.jti.0, until)).await?;
        Ok(if first {
            FirstUse::First
        } else {
            FirstUse::Again
        })
    }

    async fn keep_tokens(&self, question: KeepTokens) -> Answer<Kept> {
        let lifetimes = &self.inner.provider.lifetimes;
        let access = rows::access(&question.access);
        let family = match (&question.family, &question.access.grant) {
            (Some(family), _) => {
                let remembered = if family.grant.is_offline() {
                    let living = self.by_id(&family.grant.session).await?;
                    match living {
                        // Ended in this moment, and with it what the person could be asked about by.
                        None => return Ok(Kept::Revoked),
                        Some(living) => living.body.remembered,
                    }
                } else {
                    None
                };
                Some(rows::family(family, remembered, lifetimes, self.now))
            }
            (None, Some(grant)) => Some(rows::lock(grant, lifetimes, self.now)),
            (None, None) => None,
        };
        let kept = in_time(self.inner.store().keep_tokens(&access, family.as_ref())).await?;
        Ok(if kept { Kept::Kept } else { Kept::Revoked })
    }

    async fn find_family(&self, question: FindFamily) -> Answer<Option<Arc<Family>>> {
        let Some((mut family, _, revoked)) = self.family(question.family).await? else {
            return Ok(None);
        };
        family.revoked |= revoked;
        Ok(Some(Arc::new(family)))
    }

    async fn rotate(&self, question: Rotate) -> Answer<Rotated> {
        let Some((_, remembered, _)) = self.family(question.family.id).await? else {
            return Ok(Rotated::Changed);
        };
        let lifetimes = &self.inner.provider.lifetimes;
        let row = rows::family(&question.family, remembered, lifetimes, self.now);
        let seen = i64::try_from(question.seen).unwrap_or(i64::MAX);
        let access = rows::access(&question.access);
        let rotated = in_time(self.inner.store().rotate(seen, &row, &access)).await?;
        Ok(if rotated {
            Rotated::Rotated
        } else {
            Rotated::Changed
        })
    }

    async fn revoke_family(&self, question: RevokeFamily) -> Answer<()> {
        let keep = rows::keep_until(&self.inner.provider.lifetimes, self.now);
        in_time(self.inner.store().revoke_family(&question.family.0, keep)).await
    }

    async fn find_access(&self, question: FindAccess) -> Answer<Option<Arc<AccessRecord>>> {
        let store = self.inner.store();
        let Some(text) = in_time(store.access(&question.access.0, now_ms())).await? else {
            return Ok(None);
        };
        match AccessRecord::from_stored(&text) {
            Ok(access) => Ok(Some(Arc::new(access))),
            Err(_) => unreadable("access token"),
        }
    }

    async fn drop_access(&self, question: DropAccess) -> Answer<()> {
        in_time(self.inner.store().drop_access(&question.access.0)).await
    }

    async fn revalidate(&self, question: Revalidate) -> Answer<Welcome> {
        // As the login's caller: a site's people may be let in at other applications than when they logged in.
        let caller = format!("client {}", question.client.as_str());
        let policy = &self.inner.policy;
        let admitted = policy.admits_subject(&question.subject, &caller);
        let living = self.by_id(&question.session).await?;
        let session = living.as_ref().map(|living| living.row.id.clone());
        let (token, known) = match living {
            Some(living) => {
                let person = Arc::clone(&living.session.person);
                match living.body.remembered {
                    Some(token) => (token, Some(person)),
                    // Nobody can be asked: the session is what there is.
                    None if admitted => return Ok(Welcome::Yes(person)),
                    None => return Ok(Welcome::No),
                }
            }
            None => match self.family(question.family).await? {
                Some((_, Some(token), false)) => (token, None),
                _ => return Ok(Welcome::No),
            },
        };
        // Where they are not admitted this refuses as well, and the record says why.
        let about = self.about_for(&caller);
        // Claims of clients may need them as well.
        let wants_groups = question.wants_groups || self.inner.wants_groups;
        let welcome = about.ask(&token, known, wants_groups).await?;
        if !admitted {
            // The session stays: they are welcome elsewhere, and the login page is what this application gets of it.
            return Ok(Welcome::No);
        }
        if let (Welcome::No, Some(session)) = (&welcome, session) {
            // Else the application would send them here, and they would be back without a question.
            self.inner.end_and_tell(&session).await?;
        }
        Ok(welcome)
    }

    async fn end_session(&self, question: EndSession) -> Answer<Vec<Arc<Client>>> {
        let ended = self.inner.end(&question.session.0).await?;
        let clients = ended.map(|ended| ended.clients).unwrap_or_default();
        Ok(self.inner.clients_of(&clients))
    }
}

impl Asked<'_> {
    /// A family that has refresh tokens, what it remembers, and whether it was revoked.
    async fn family(
        &self,
        id: entryway_oidc::FamilyId,
    ) -> Answer<Option<(Family, Option<String>, bool)>> {
        let found = in_time(self.inner.store().family(&id.0)).await?;
        let Some(found) = found else {
            return Ok(None);
        };
        // Of one that was revoked before anything was kept, or that is only a lock, there is nothing to refresh.
        let Some(text) = found.body else {
            return Ok(None);
        };
        let body: Option<FamilyBody> = body::read(&text);
        let read = body.and_then(|body| Some((body.family()?, body.remembered)));
        match read {
            Some((family, remembered)) => Ok(Some((family, remembered, found.revoked))),
            None => unreadable("family of refresh tokens"),
        }
    }
}

#[cfg(test)]
mod tests;
