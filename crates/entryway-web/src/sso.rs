//! Single sign-on over HTTP: the endpoints of OAuth 2.0 and OpenID Connect, and the pages that people see.
//!
//! What a request means is decided by `entryway-oidc`; here it is read, carried out by a [`SingleSignOn`], and
//! answered. Pages need no JavaScript, but for people of
//! sites, whose passwords are sealed in the browser. What is kept of a request while a person logs in travels sealed in the page's
//! form, bound to the browser that it was made for.

mod account;
mod administrator;
mod at_site;
mod authorize;
mod certificate;
mod clients;
mod connector;
pub(crate) mod cookies;
mod flow;
mod form;
mod forward;
mod logout;
mod offered;
mod origin;
mod own;
mod page;
mod pages;
mod port;
mod seal;
mod step;
mod words;

use crate::refusal::Refusal;
use crate::{App, Generation};
pub(crate) use administrator::{end, end_all, list};
use axum::routing::{MethodRouter, get, post};
pub(crate) use certificate::show as show_certificate;
pub(crate) use connector::show as show_at_site;
use entryway_oidc::{Fingerprint, Timestamp, paths};
pub(crate) use flow::Tie;
use http::HeaderMap;
pub use offered::Offered;
pub use page::Look;
pub(crate) use page::{logo, plain_style, style};
pub use port::{
    AccessTokens, Asked, Browser, Ending, Listed, NewLogin, NotEnded, SessionDesk, SessionsAsked,
    SingleSignOn,
};
pub(crate) use seal::with as challenges;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
pub use words::Language;

/// A path of single sign-on, and what answers there.
pub(crate) struct Route {
    pub(crate) path: &'static str,
    pub(crate) to: fn() -> MethodRouter<Arc<App>>,
}

/// Where a page's form goes.
const STEP: &str = "/sso/step";
/// A person's own sessions.
const SESSIONS: &str = "/sso/sessions";
const CONFIRMED: &str = "/sso/logout";
/// What the page's script asks.
const SEAL: &str = "/sso/seal";
/// The script, by its version.
const SEAL_SCRIPT: &str = "/sso/seal-2.js";
pub(crate) const STYLE: &str = "/sso/style.css";
pub(crate) const LOGO: &str = "/sso/logo";
/// Browsers that forward authentication sends to the login come here.
pub(crate) const FORWARD: &str = "/sso/forward";
/// On the listener that asks for certificates.
pub(crate) const CERTIFICATE: &str = "/certificate";
/// Where browsers come back from there.
const ANSWERED: &str = "/sso/certificate";
const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";

/// All of them.
pub(crate) static ROUTES: [Route; 19] = [
    Route {
        path: paths::AUTHORIZE,
        to: || get(authorize::by_get).post(authorize::by_post),
    },
    Route {
        path: paths::TOKEN,
        to: || post(clients::token).options(clients::preflight),
    },
    Route {
        path: paths::USERINFO,
        to: || {
            get(clients::userinfo)
                .post(clients::userinfo)
                .options(clients::preflight)
        },
    },
    Route {
        path: paths::GROUPS,
        to: || {
            get(clients::groups)
                .post(clients::groups)
                .options(clients::preflight)
        },
    },
    Route {
        path: paths::JWKS,
        to: || get(clients::keys),
    },
    Route {
        path: paths::CONFIGURATION,
        to: || get(clients::metadata),
    },
    Route {
        path: OAUTH_METADATA,
        to: || get(clients::metadata),
    },
    Route {
        path: paths::INTROSPECT,
        to: || post(clients::introspect),
    },
    Route {
        path: paths::REVOKE,
        to: || post(clients::revoke).options(clients::preflight),
    },
    Route {
        path: paths::END_SESSION,
        to: || get(logout::by_get).post(logout::by_post),
    },
    Route {
        path: CONFIRMED,
        to: || post(logout::confirmed),
    },
    Route {
        path: STEP,
        to: || post(step::step),
    },
    Route {
        path: SEAL,
        to: || post(seal::challenge),
    },
    Route {
        path: SEAL_SCRIPT,
        to: || get(seal::script),
    },
    Route {
        path: SESSIONS,
        to: || get(account::show).post(account::end),
    },
    Route {
        path: FORWARD,
        to: || get(forward::begin),
    },
    Route {
        path: ANSWERED,
        to: || get(certificate::back),
    },
    Route {
        path: STYLE,
        to: || get(style),
    },
    Route {
        path: LOGO,
        to: || get(logo),
    },
];

/// Single sign-on of this configuration; nothing is at its paths where it is off.
fn front(generation: &Generation) -> Result<&Arc<dyn SingleSignOn>, Refusal> {
    generation.sso.as_ref().ok_or(Refusal::NotFound)
}

/// Who sent a request, by its cookie.
fn browser(headers: &HeaderMap) -> Browser {
    let cookie = cookies::read(headers, cookies::SESSION);
    Browser {
        session: cookie.map(|text| Fingerprint::of(text.as_bytes())),
    }
}

/// In which language a browser reads, where an application says nothing.
pub(crate) fn language(sso: &dyn SingleSignOn, headers: &HeaderMap) -> Language {
    let look = sso.look();
    look.language
        .unwrap_or_else(|| Language::choose(&[], headers))
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp(since.unwrap_or_default().as_secs())
}
