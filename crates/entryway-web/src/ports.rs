//! What the front needs from the rest of the program.

use crate::{
    AccessTokens, Callers, CertificateLogins, Forwarding, Handshake, HubDesk, LookupFront, Sealing,
    SessionDesk, SingleSignOn, SiteLogins, SiteLookups, Tunnels,
};
use entryway_login::{
    AddressRange, Attempt, Decided, Device, Fault, LoginId, LoginService, StoreUnavailable,
    SubmittedPassword,
};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// What one configuration gives the front; replaced as a whole when a new one is applied.
///
/// A request keeps the generation it started with, so no request ever sees halves of two.
pub struct Generation {
    /// Decides logins.
    pub logins: Arc<dyn LoginService>,
    /// Changes passwords.
    pub password_changes: Arc<dyn PasswordChanges>,
    /// Takes back what logins gave out.
    pub revalidations: Arc<dyn Revalidations>,
    /// Tells how a login was decided.
    pub explanations: Arc<dyn Explanations>,
    /// Looks people up.
    pub lookups: LookupFront,
    /// Single sign-on, where it is on.
    pub sso: Option<Arc<dyn SingleSignOn>>,
    /// Logs people in by certificates, where that is on; then there is single sign-on too.
    pub certificates: Option<Arc<dyn CertificateLogins>>,
    /// Logs people of sites in by certificates, where that is on; then there is single sign-on too.
    pub site_certificates: Option<Arc<dyn SiteLogins>>,
    /// Who calls the API with a token that it gave out.
    pub access_tokens: Option<Arc<dyn AccessTokens>>,
    /// What passwords of sites' people are sealed with, where there are sites.
    pub sealing: Option<Arc<dyn Sealing>>,
    /// Its sessions, for administrators.
    pub sessions: Option<Arc<dyn SessionDesk>>,
    /// Forward authentication, where there are rules for it; then there is single sign-on too.
    pub forward: Option<Arc<dyn Forwarding>>,
    /// Takes the tunnels of connectors, where this is a hub.
    pub tunnels: Option<Arc<dyn Tunnels>>,
    /// Looks people of its sites up.
    pub sites: Option<Arc<dyn SiteLookups>>,
    /// Its sites, connectors and tickets, for administrators.
    pub hub: Option<Arc<dyn HubDesk>>,
    /// Who may call the API.
    pub callers: Callers,
    /// Proxies that are believed when they name the client that they speak for.
    pub trusted_proxies: Vec<AddressRange>,
    /// How long a login may take, from the end of the request's body.
    pub deadline: Duration,
}

/// Changes people's passwords.
pub trait PasswordChanges: Send + Sync {
    /// Changes the password of whoever the attempt names from the one that it has to `new`: decided by its deadline as a
    /// login is, with [`Decision::Changed`](entryway_login::Decision::Changed) in the place of an accept. Nobody is let
    /// in by it: a login with the new password follows. What is dropped after the old password was shown to somebody
    /// goes on to its end; a change is never asked twice.
    fn change_password(
        &self,
        attempt: Attempt,
        new: SubmittedPassword,
    ) -> Pin<Box<dyn Future<Output = Decided> + Send + '_>>;
}

/// Takes back what went out with an accepted login.
pub trait Revalidations: Send + Sync {
    /// The device that a token names; `None` for anything that was not given out here.
    fn device(&self, token: &str) -> Option<Device>;
    /// Whether the person of a token is still welcome. A token that was not given out here is a refusal like any other.
    ///
    /// Decided by the attempt's deadline. Its name and password are not looked at.
    fn revalidate<'a>(
        &'a self,
        token: &'a str,
        attempt: Attempt,
    ) -> Pin<Box<dyn Future<Output = Revalidated> + Send + 'a>>;
}

/// What came of a revalidation.
pub enum Revalidated {
    /// This was decided.
    Decided(Box<Decided>),
    /// Nobody could be asked; the last answer, an accept, stands for a while.
    Stands {
        /// Of this question.
        id: LoginId,
        /// Why nobody could be asked.
        fault: Fault,
        /// From then on it does not.
        until: SystemTime,
    },
}

/// Tells administrators how a login is, or was, decided.
pub trait Explanations: Send + Sync {
    /// Decides an attempt, as any login is, and gives the explanation as JSON. No token is in it.
    fn explain(&self, attempt: Attempt) -> Pin<Box<dyn Future<Output = Vec<u8>> + Send + '_>>;
    /// The record of a decision as JSON, if there is one.
    fn recorded(&self, id: LoginId) -> Pin<Box<dyn Future<Output = Lookup> + Send + '_>>;
}

/// What the record of decisions has of a login.
pub type Lookup = Result<Option<Vec<u8>>, StoreUnavailable>;

/// The configuration in force.
pub trait Current: Send + Sync {
    /// The generation that new requests belong to.
    fn current(&self) -> Arc<Generation>;
}

/// Draws correlation ids, so that one id names a login in the response, the log and `explain`.
pub trait LoginIds: Send + Sync {
    /// A new id.
    fn draw(&self) -> LoginId;
}

/// What is known of the directories and the store, asking nobody.
pub trait Readiness: Send + Sync {
    /// Each domain, in the configuration's order.
    fn readiness(&self) -> Vec<DomainReady>;
    /// Whether the store is not known to be down: without it no login has a verdict.
    fn is_store_ready(&self) -> bool;
    /// Each site that somebody can log in from, of a hub; `None` where this is none.
    fn sites(&self) -> Option<Vec<DomainReady>>;
}

/// Whether a domain can serve logins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainReady {
    /// The domain's name.
    pub name: Arc<str>,
    /// Whether at least one of its servers is not known to be down.
    pub ready: bool,
}

/// The metrics page.
pub trait MetricsText: Send + Sync {
    /// The text in the OpenMetrics format, version 1.0.0.
    fn render(&self) -> String;
    /// Whether what this process is for can be had of it, where its listener for scrapers says that too.
    fn is_ready(&self) -> Option<bool> {
        None
    }
}

/// Hears of each answer, for metrics.
pub trait Observer: Send + Sync {
    /// A peer connected to a listener that speaks TLS, and its handshake ended.
    fn shook_hands(&self, how: Handshake);
    /// A request was answered. `route` is one of a fixed few paths, or `other`.
    fn answered(&self, route: &'static str, status: u16, took: Duration);
    /// A look-up ended. `kind` is the name of its operation, `outcome` one of `complete`, `nothing`, `partial`, `refused`,
    /// `unanswered` and `abandoned`.
    fn looked_up(&self, kind: &'static str, outcome: &'static str, took: Duration);
    /// The same, of a look-up at a site.
    fn looked_up_at(&self, site: &Arc<str>, outcome: &'static str, took: Duration);
    /// A proxy was answered about a request: `pass`, `log_in`, `unknown`, `unavailable`, or why it was refused.
    fn forward_answered(&self, answer: &'static str);
    /// A name and a password that came with a request were looked at: in memory, or by a login.
    fn password_verified(&self, from_memory: bool);
}
