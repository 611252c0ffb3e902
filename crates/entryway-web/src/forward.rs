//! Forward authentication over HTTP: a proxy asks about each request before it passes it on, and browsers come back to
//! protected hosts with a code.
//!
//! What is answered is decided by `entryway-forward`; here a proxy's question is read and its answer written, each in
//! the words of that proxy. Only trusted proxies are heard: what anybody else says of a request is worth nothing.

mod answer;
mod callback;
mod dialect;
mod port;
mod question;
mod wanted;

use crate::Generation;
use crate::refusal::Refusal;
use crate::sso::Route;
use axum::routing::any;
pub use port::{Forwarding, FromMemory, Handover};
use std::sync::Arc;
pub(crate) use wanted::Wanted;

/// Traefik and Caddy ask here.
const FORWARD: &str = "/forward-auth";
/// nginx asks here, and sends browsers on to the second one.
const NGINX: &str = "/forward-auth/nginx";
const NGINX_LOGIN: &str = "/forward-auth/nginx/login";
/// Envoy asks here, with the page's own path behind it.
const ENVOY: &str = "/forward-auth/envoy";
/// Browsers come back to a protected host here: the proxy of that host passes it on.
pub(crate) const CALLBACK: &str = "/.entryway/callback";

/// Sets the browser's own session of a protected host.
pub(crate) const HOST_SESSION: &str = "__Host-entryway-host";

/// All of them.
pub(crate) static ROUTES: [Route; 7] = [
    Route {
        path: FORWARD,
        to: || any(question::forwarded),
    },
    Route {
        path: NGINX,
        to: || any(question::nginx),
    },
    Route {
        path: NGINX_LOGIN,
        to: || any(question::nginx_login),
    },
    Route {
        path: ENVOY,
        to: || any(question::envoy),
    },
    // Of the page `/`: the next one is for no page whose path ends here.
    Route {
        path: "/forward-auth/envoy/",
        to: || any(question::envoy),
    },
    Route {
        path: "/forward-auth/envoy/{*page}",
        to: || any(question::envoy),
    },
    Route {
        path: CALLBACK,
        to: || any(callback::callback),
    },
];

/// Which of them a path is at.
pub(crate) fn route(path: &str) -> Option<&'static str> {
    match path {
        FORWARD => Some(FORWARD),
        NGINX => Some(NGINX),
        NGINX_LOGIN => Some(NGINX_LOGIN),
        CALLBACK => Some(CALLBACK),
        _ => path.starts_with(ENVOY).then_some(ENVOY),
    }
}

/// Forward authentication of this configuration; nothing is at its paths where it is off.
pub(crate) fn front(generation: &Generation) -> Result<&Arc<dyn Forwarding>, Refusal> {
    generation.forward.as_ref().ok_or(Refusal::NotFound)
}
