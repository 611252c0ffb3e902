//! Single sign-on of one configuration, as the web front asks for it.

use super::Pictures;
use super::body::{self, SessionBody};
use super::entropy::{self, SystemEntropy};
use super::keys::{Keyring, millis, now_ms};
use super::person::{LastAnswers, person};
use super::rows;
use super::signatures::Checked;
use super::world::{Asked as World, in_time};
use crate::kept::Kept;
use entryway_config::{KeyRotation, PageLanguage, SsoSettings};
use entryway_login::LoginPolicy;
use entryway_oidc::{
    Answer, Authorized, BrowserSession, Client, ClientId, ClientRequest, FindBrowser, Fingerprint,
    GroupsTold, Jwk, LoginMark, Logout, LogoutRequest, Metadata, Pending, Provider, Refused,
    Secret, SessionId, Signer as _, Timestamp, TokenAnswer, Told, World as _, authorize,
    claims_to_json, drive, groups, introspect, logout, notices, revoke, token, userinfo,
};
use entryway_store::{SessionRow, Sso as Rows, WholeSession};
use entryway_web::{
    AccessTokens, Asked, Browser, Caller, Ending, Language, Listed, Look, NewLogin, NotEnded,
    Offered, Revalidations, Sealing, SessionDesk, SessionsAsked, SingleSignOn,
};
use entryway_wire::SessionsJson;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// What begins a session's cookie: scanners of source texts find one that was leaked.
const COOKIE: &str = "ews_";
/// What begins the secret of a page's browser.
const PAGE: &str = "ewp_";

/// Whose answers of the listener for certificates are remembered as: no application is called so (RFC 6749 §A.1).
const CERTIFICATES: &str = "«certificates»";

/// What else there is beside it.
#[derive(Debug, Clone)]
pub(crate) struct Beside {
    /// Whose people log in where.
    pub(crate) policy: Arc<LoginPolicy>,
    /// Rules of protected pages look at groups.
    pub(crate) needs_groups: bool,
    /// People may log in by certificates.
    pub(crate) certificates: bool,
}

/// Single sign-on of one configuration.
pub(crate) struct Sso(pub(super) Inner);

pub(crate) struct Inner {
    pub(super) provider: Arc<Provider>,
    pub(super) settings: Arc<SsoSettings>,
    clients: HashMap<ClientId, Arc<Client>>,
    kept: Arc<Kept>,
    pub(super) revalidations: Arc<dyn Revalidations>,
    pub(super) pictures: Option<Pictures>,
    pub(super) deadline: Duration,
    look: Look,
    pub(super) wants_groups: bool,
    pub(super) sealing: Option<Arc<dyn Sealing>>,
    pub(super) policy: Arc<LoginPolicy>,
}

impl Inner {
    pub(super) fn store(&self) -> Rows {
        self.kept.store.sso()
    }

    pub(super) fn answers(&self) -> &LastAnswers {
        &self.kept.last_answers
    }

    /// Names and passwords of programs are asked about anew, on this node.
    pub(super) fn forget_passwords(&self) {
        self.kept.password_changes.forget();
    }

    /// Whether a session has ended by itself.
    pub(super) fn is_over(&self, row: &SessionRow, now: i64) -> bool {
        let idle = millis(self.settings.sessions.idle);
        now >= row.ends_ms || now.saturating_sub(row.used_ms) >= idle
    }

    /// Ends a session; what it was, and which clients have to hear of it.
    pub(super) async fn end(&self, id: &str) -> Answer<Option<WholeSession>> {
        let keep = rows::keep_until(&self.provider.lifetimes, now());
        in_time(self.store().end_session(id, now_ms(), keep)).await
    }

    /// The same, and its clients are told.
    pub(super) async fn end_and_tell(&self, id: &str) -> Answer<()> {
        if let Some(ended) = self.end(id).await? {
            self.told(&ended);
        }
        Ok(())
    }

    /// Its clients are told that a session has ended.
    pub(super) fn told(&self, ended: &WholeSession) {
        if let Some((_, session)) = SessionBody::open(&ended.session.body) {
            self.tell(&self.clients_of(&ended.clients), &session);
        }
    }

    pub(super) fn client(&self, id: &ClientId) -> Option<Arc<Client>> {
        self.clients.get(id).cloned()
    }

    /// Those that the configuration still has.
    pub(super) fn clients_of(&self, ids: &[String]) -> Vec<Arc<Client>> {
        let ids = ids.iter().filter_map(|id| ClientId::parse(id));
        ids.filter_map(|id| self.client(&id)).collect()
    }

    /// Tells the clients of a session that it has ended.
    fn tell(&self, clients: &[Arc<Client>], session: &BrowserSession) {
        match notices(&self.provider, clients, session, now()) {
            Ok(notices) => self.kept.notices.tell(notices),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(target: "sso.notice_unsigned", error);
            }
        }
    }
}

impl Sso {
    /// Of these settings. `deadline` is how long a directory may take; a login brings groups if somebody else than a
    /// client needs them, too.
    pub(crate) fn new(
        settings: Arc<SsoSettings>,
        kept: Arc<Kept>,
        revalidations: Arc<dyn Revalidations>,
        pictures: Option<Pictures>,
        deadline: Duration,
        beside: Beside,
        sealing: Option<Arc<dyn Sealing>>,
    ) -> Self {
        let keys: Arc<Keyring> = Arc::clone(&kept.signing);
        let provider = Provider {
            issuer: settings.issuer.clone(),
            lifetimes: settings.lifetimes,
            most_groups: settings.most_groups,
            qualified_groups: settings.qualified_groups,
            certificates: beside.certificates,
            signer: keys,
            signatures: Arc::new(Checked),
            entropy: Arc::new(SystemEntropy),
            claims: settings.claim_rules_telling(|failed| {
                let (client, claim, why) = (failed.client, failed.claim, failed.why);
                tracing::warn!(target: "sso.claim_failed", client, claim, problem = why);
            }),
        };
        let clients: HashMap<_, _> = settings
            .clients
            .iter()
            .map(|setting| (setting.client.id.clone(), Arc::clone(&setting.client)))
            .collect();
        Self(Inner {
            provider: Arc::new(provider),
            wants_groups: settings.needs_groups() || beside.needs_groups,
            clients,
            pictures,
            kept,
            revalidations,
            deadline,
            look: look(&settings),
            settings,
            sealing,
            policy: beside.policy,
        })
    }

    pub(super) fn world(&self, browser: Browser) -> World<'_> {
        World {
            inner: &self.0,
            browser,
            now: now(),
            ends: false,
            caller: None,
        }
    }

    fn provider(&self) -> Arc<Provider> {
        Arc::clone(&self.0.provider)
    }

    async fn open(&self, login: NewLogin) -> Answer<Secret> {
        let NewLogin {
            session,
            tokens,
            browser,
            address,
            agent,
        } = login;
        let person = person(&session, self.0.pictures.as_ref());
        let cookie = entropy::secret(COOKIE);
        let before = self.world(browser).by_cookie().await?;
        let (same, other) = match before {
            Some(living) if living.session.person.subject == person.subject => (Some(living), None),
            other => (None, other),
        };
        if let Some(other) = other {
            // Somebody else's, in the same browser: it ends where this one begins.
            self.0.end_and_tell(&other.row.id).await?;
        }
        let mut opened = BrowserSession {
            id: same.as_ref().map_or_else(
                || SessionId(entropy::name().into()),
                |living| living.session.id.clone(),
            ),
            sid: same.as_ref().map_or_else(
                || entropy::name().into(),
                |living| Arc::clone(&living.session.sid),
            ),
            login: LoginMark(entropy::name().into()),
            authenticated_at: now(),
            method: session.method,
            must_change_password: false,
            person: Arc::new(person),
        };
        let remembered = tokens.and_then(|tokens| tokens.revalidation);
        let now = now_ms();
        let longest = millis(self.0.settings.sessions.max);
        let row = |opened: &BrowserSession, made_ms| {
            let mut body = SessionBody::new(opened, remembered.clone());
            body.address = address.map(|address| address.to_string());
            body.agent.clone_from(&agent);
            SessionRow {
                id: opened.id.0.to_string(),
                cookie: cookie.fingerprint().0,
                subject: opened.person.subject.0.clone(),
                made_ms,
                used_ms: now,
                // A new login begins a new life.
                ends_ms: now.saturating_add(longest),
                body: body::write(&body),
            }
        };
        if let Some(living) = same {
            let renewed = row(&opened, living.row.made_ms);
            if in_time(self.0.store().renew_session(&renewed)).await? {
                return Ok(cookie);
            }
            // It ended in this moment: what ended does not come again.
            opened.id = SessionId(entropy::name().into());
            opened.sid = entropy::name().into();
        }
        self.make_room(&opened.person.subject.0).await?;
        in_time(self.0.store().keep_session(&row(&opened, now))).await?;
        Ok(cookie)
    }

    /// One more than a person may have ends the one that was unused for longest.
    async fn make_room(&self, subject: &str) -> Answer<()> {
        let mut sessions = in_time(self.0.store().sessions_of(subject)).await?;
        let most = self.0.settings.sessions.most.max(1);
        if sessions.len() < most {
            return Ok(());
        }
        sessions.sort_by_key(|row| row.used_ms);
        let too_many = sessions.len() - (most - 1);
        for row in sessions.iter().take(too_many) {
            self.0.end_and_tell(&row.id).await?;
        }
        Ok(())
    }

    /// The directory need not answer for somebody to see their sessions, and to end them.
    async fn list(&self, browser: Browser) -> Answer<Vec<Listed>> {
        let Some(living) = self.world(browser).by_cookie().await? else {
            return Ok(Vec::new());
        };
        let subject = &living.row.subject;
        let mut rows = in_time(self.0.store().sessions_of(subject)).await?;
        rows.sort_by_key(|row| std::cmp::Reverse(row.used_ms));
        let now = now_ms();
        let listed = rows
            .into_iter()
            .filter(|row| !self.0.is_over(row, now))
            .map(|row| {
                let body: Option<SessionBody> = body::read(&row.body);
                let (address, agent) = body.map_or((None, None), |body| (body.address, body.agent));
                Listed {
                    is_this: row.id == living.row.id,
                    id: SessionId(row.id.into()),
                    made: rows::seconds(row.made_ms),
                    used: rows::seconds(row.used_ms),
                    address,
                    agent,
                }
            });
        Ok(listed.collect())
    }

    async fn end_listed(&self, browser: Browser, session: Option<SessionId>) -> Answer<bool> {
        let Some(living) = self.world(browser).by_cookie().await? else {
            return Ok(false);
        };
        let (own, subject) = (&living.row.id, &living.row.subject);
        let store = self.0.store();
        let Some(id) = session else {
            self.0.end_all_of(subject).await?;
            return Ok(true);
        };
        let mine = in_time(store.session(&id.0)).await?;
        if mine.is_some_and(|row| row.subject == *subject) {
            self.0.end_and_tell(&id.0).await?;
        }
        Ok(*id.0 == **own)
    }
}

/// How the pages of these settings look.
fn look(settings: &SsoSettings) -> Look {
    let SsoSettings {
        branding, offered, ..
    } = settings;
    Look {
        title: branding.title.clone().unwrap_or_default(),
        logo: branding
            .logo
            .as_ref()
            .map(|logo| (logo.bytes.to_vec(), logo.kind.media_type())),
        accent: branding
            .accent
            .map(|accent| (accent.to_string(), accent.wants_white_text())),
        language: branding.language.map(|language| match language {
            PageLanguage::English => Language::English,
            PageLanguage::German => Language::German,
        }),
        help: branding.help_url.clone(),
        offered: Offered {
            names: offered.names.clone(),
            suffixes: offered.suffixes.clone(),
            nowhere_at: offered
                .nowhere_at
                .iter()
                .map(|client| format!("client {client}"))
                .collect(),
        },
    }
}

/// When keys follow each other: one is published for as long as an ID token that it signed may live.
pub(crate) fn rotation(settings: &SsoSettings) -> KeyRotation {
    let KeyRotation { every, overlap } = settings.keys;
    KeyRotation {
        every,
        overlap: overlap.max(settings.lifetimes.id_token + settings.lifetimes.skew),
    }
}

fn now() -> Timestamp {
    rows::seconds(now_ms())
}

impl AccessTokens for Sso {
    fn caller(&self, access: Fingerprint) -> Asked<'_, Answer<Option<Caller>>> {
        Box::pin(self.0.caller(access))
    }
}

impl SessionDesk for Sso {
    fn everybodys(&self, asked: SessionsAsked) -> Asked<'_, Answer<SessionsJson>> {
        Box::pin(self.0.everybodys(asked))
    }

    fn end_for(
        &self,
        ending: Ending,
        caller: Option<Arc<str>>,
    ) -> Asked<'_, Result<u64, NotEnded>> {
        Box::pin(self.0.end_for(ending, caller))
    }
}

impl SingleSignOn for Sso {
    fn look(&self) -> &Look {
        &self.0.look
    }

    fn issuer(&self) -> &str {
        self.0.provider.issuer.as_str()
    }

    fn sealing(&self) -> Option<&dyn Sealing> {
        self.0.sealing.as_deref()
    }

    fn metadata(&self, languages: &[&str]) -> Metadata {
        Metadata::of(&self.0.provider, languages)
    }

    fn keys(&self) -> Vec<Jwk> {
        self.0.kept.signing.published()
    }

    fn wants_groups(&self) -> bool {
        self.0.wants_groups
    }

    fn authorize(&self, browser: Browser, pending: Pending) -> Asked<'_, Authorized> {
        let client = pending.parameters.one("client_id").ok().flatten();
        let world = World {
            caller: client.map(|client| format!("client {client}")),
            ..self.world(browser)
        };
        let step = authorize(self.provider(), pending, now());
        Box::pin(async move { drive(&world, step).await })
    }

    fn token(&self, request: ClientRequest) -> Asked<'_, Result<TokenAnswer, Refused>> {
        let step = token(self.provider(), request, now());
        Box::pin(async move { drive(&self.world(Browser::default()), step).await })
    }

    fn userinfo(&self, request: ClientRequest) -> Asked<'_, Told> {
        let step = userinfo(self.provider(), request, now());
        Box::pin(async move { drive(&self.world(Browser::default()), step).await })
    }

    fn groups(&self, request: ClientRequest) -> Asked<'_, Result<GroupsTold, Refused>> {
        let step = groups(self.provider(), request, now());
        Box::pin(async move { drive(&self.world(Browser::default()), step).await })
    }

    fn introspect(&self, request: ClientRequest) -> Asked<'_, Result<String, Refused>> {
        let step = introspect(self.provider(), request, now());
        Box::pin(async move {
            let described = drive(&self.world(Browser::default()), step).await;
            described.map(claims_to_json)
        })
    }

    fn revoke(&self, request: ClientRequest) -> Asked<'_, Result<(), Refused>> {
        let step = revoke(&self.0.provider, request, now());
        Box::pin(async move { drive(&self.world(Browser::default()), step).await })
    }

    fn logout(&self, browser: Browser, request: LogoutRequest) -> Asked<'_, Logout> {
        let step = logout(self.provider(), request, now());
        Box::pin(async move {
            let world = World {
                ends: true,
                ..self.world(browser)
            };
            let mut done = drive(&world, step).await;
            if let Logout::SignedOut(ended) = &mut done {
                if ended.unsigned {
                    tracing::error!(target: "sso.notice_unsigned", error = "no signing key");
                }
                self.0.kept.notices.tell(std::mem::take(&mut ended.notices));
            }
            done
        })
    }

    fn log_in(&self, login: NewLogin) -> Asked<'_, Answer<Secret>> {
        Box::pin(self.open(login))
    }

    fn session(&self, browser: Browser) -> Asked<'_, Answer<Option<Arc<BrowserSession>>>> {
        Box::pin(async move { self.world(browser).find_browser(FindBrowser {}).await })
    }

    fn sessions(&self, browser: Browser) -> Asked<'_, Answer<Vec<Listed>>> {
        Box::pin(self.list(browser))
    }

    fn end(&self, browser: Browser, session: Option<SessionId>) -> Asked<'_, Answer<bool>> {
        Box::pin(self.end_listed(browser, session))
    }

    fn seal(&self, bound: &[u8], text: &str) -> Option<String> {
        self.0.kept.seals.seal_text(bound, text)
    }

    fn unseal(&self, bound: &[u8], sealed: &str) -> Option<Zeroizing<String>> {
        self.0.kept.seals.open_text(bound, sealed)
    }

    fn first_time(&self, id: Fingerprint, until: Timestamp) -> Asked<'_, Answer<bool>> {
        Box::pin(async move {
            let store = self.0.store();
            in_time(store.take_assertion(CERTIFICATES, &id.0, rows::ms(until))).await
        })
    }

    fn draw(&self) -> Secret {
        entropy::secret(PAGE)
    }
}
