//! Certificates of sites' people, at both ends: the hub sends a browser to a connector of the person's site, and the
//! connector sends it back with what it says of the certificate, signed.

use crate::sso::{self, CERTIFICATE};
use crate::{App, ListenerTls};
use axum::Router;
use axum::routing::get;
use entryway_login::{Asserted, Attempt, Decided, LoginId};
use rustls::pki_types::CertificateDer;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use tokio::net::TcpListener;

/// An answer that takes a while.
type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whether somebody is offered to show a certificate at their site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtSite {
    /// Their address is in no site's networks, or people of that site do not log in there.
    NotOffered,
    /// No connector of the site is ready for it now.
    NotNow,
    /// There is one.
    Offered {
        /// Whose browser it is.
        site: Arc<str>,
        /// Where it goes: an origin.
        url: Arc<str>,
        /// Without being asked.
        at_once: bool,
    },
}

/// What a browser came back with, which counts.
pub enum Returned {
    /// A connector has looked at a certificate. The login has this id there, and here.
    Judged(LoginId, Asserted),
    /// The browser showed none there.
    NoCertificate,
    /// Nobody shows one there from where it is.
    NotFromHere,
}

/// What a browser came back with is nothing that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotBelieved {
    /// Not signed by a connector of that site for this hub and this page, or of another time.
    Invalid,
    /// It has counted already.
    Used,
    /// Nobody can say now: the store gives no answer.
    Unavailable,
}

/// The hub's part.
pub trait SiteLogins: Send + Sync {
    /// Where a browser at this address goes that wants to log in for this caller.
    fn offer(&self, address: IpAddr, caller: &str) -> AtSite;
    /// Looks at what a browser came back with: `sealed` is the text that it was sent with, made for that site.
    fn returned<'a>(
        &'a self,
        site: &'a str,
        sealed: &'a str,
        assertion: &'a str,
    ) -> Later<'a, Result<Returned, NotBelieved>>;
    /// Decides, once: the caller has seen that it is used for the first time.
    fn log_in(&self, asserted: Asserted, attempt: Attempt) -> Later<'_, Decided>;
}

/// The connector's part.
pub trait ShownToSite: Send + Sync {
    /// Judges what a browser has shown that came with the hub's sealed text; where it is sent with what came of it. `None`:
    /// nobody knows where, for no hub is there that has said it.
    fn shown<'a>(
        &'a self,
        sealed: &'a str,
        chain: Option<&'a [CertificateDer<'static>]>,
        attempt: Attempt,
    ) -> Later<'a, Option<String>>;
}

/// What the listener of a connector has.
pub(crate) struct SiteListener {
    pub(crate) app: App,
    pub(crate) site: Arc<dyn ShownToSite>,
}

/// Serves a connector's listener for certificates until `stop`, as [`serve`](crate::serve) serves any other.
pub async fn serve_site_certificates(
    listener: TcpListener,
    tls: Arc<ListenerTls>,
    app: App,
    site: Arc<dyn ShownToSite>,
    stop: impl Future<Output = ()>,
) -> crate::Drained {
    let state = Arc::new(SiteListener {
        app: app.clone(),
        site,
    });
    let router = Router::new()
        .route(CERTIFICATE, get(sso::show_at_site))
        .route(sso::STYLE, get(sso::plain_style))
        .fallback(|| async { crate::refusal::Refusal::NotFound })
        .with_state(state);
    crate::serve::serve_router(listener, Some(tls), app, router, stop).await
}
