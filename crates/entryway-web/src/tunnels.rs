//! The way in for connectors, where this is a hub: a request that asks for WebSocket becomes a stream of bytes, which is
//! handed on. What is said through it, who may say it and how it ends are not known here.
//!
//! A tunnel is no connection of the front any more: it does not count as one, has no limit of time, and goes on while
//! other configurations come. It ends after the requests of a stopping server have been answered, which may need it.

use crate::peer::client_address;
use crate::refusal::Refusal;
use crate::sso::Route;
use crate::{App, Limits};
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use sha1::{Digest as _, Sha1};
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Where a site's connectors come in.
pub(crate) const TUNNEL: &str = "/connector/v1/{site}";
/// The part of it before the site.
const BEFORE: &str = "/connector/v1/";

pub(crate) static ROUTE: Route = Route {
    path: TUNNEL,
    to: || get(tunnel),
};

/// What both ends must say they speak.
const SUBPROTOCOL: &str = "entryway.tunnel";
/// RFC 6455 §1.3.
const ANSWERED_WITH: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// How long tunnels may take to say goodbye when the server stops.
const GOODBYE: Duration = Duration::from_secs(5);

/// Something to be waited for.
type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Takes the tunnels of connectors.
pub trait Tunnels: Send + Sync {
    /// A place for one for that site, if one would be taken now. Asked before anything is known of who comes: it counts
    /// from here on, until it is dropped or used.
    fn admits(
        self: Arc<Self>,
        site: &str,
        from: Option<IpAddr>,
    ) -> Result<Box<dyn TunnelPlace>, NoTunnel>;
}

/// A place that is held for a tunnel.
pub trait TunnelPlace: Send {
    /// Runs the tunnel to its end, in whatever configuration. When `stopping` is over it says goodbye and ends.
    fn run(self: Box<Self>, io: Box<dyn TunnelBytes>, stopping: Task) -> Task;
}

/// Why a tunnel is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTunnel {
    /// There is no such site.
    Unknown,
    /// There are as many as there may be.
    Full,
}

/// Bytes both ways.
pub trait TunnelBytes: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> TunnelBytes for S {}

/// The tunnels of a server that are open, for its end.
#[derive(Default)]
pub struct OpenTunnels {
    running: Mutex<JoinSet<()>>,
    stopping: watch::Sender<bool>,
}

impl OpenTunnels {
    /// Runs one, if there is room.
    fn open(&self, limits: &Limits, run: impl FnOnce(Task) -> Task) -> bool {
        let mut running = self.running.lock();
        while running.try_join_next().is_some() {}
        let has_room = running.len() < limits.tunnels && !*self.stopping.borrow();
        if has_room {
            let mut stopping = self.stopping.subscribe();
            running.spawn(run(Box::pin(async move {
                let _ = stopping.wait_for(|stopping| *stopping).await;
            })));
        }
        has_room
    }
    /// How many there are.
    pub fn count(&self) -> usize {
        let mut running = self.running.lock();
        while running.try_join_next().is_some() {}
        running.len()
    }
    /// Has them say goodbye, and cuts what does not.
    pub(crate) async fn close(&self) {
        self.stopping.send_replace(true);
        let mut running = std::mem::take(&mut *self.running.lock());
        let all_ended = async { while running.join_next().await.is_some() {} };
        if timeout(GOODBYE, all_ended).await.is_err() {
            running.shutdown().await;
        }
    }
}

/// As a label.
pub(crate) fn route(path: &str) -> Option<&'static str> {
    path.starts_with(BEFORE).then_some(TUNNEL)
}

async fn tunnel(
    State(app): State<Arc<App>>,
    Path(site): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let tunnels = generation.tunnels.clone().ok_or(Refusal::NotFound)?;
    let (mut head, _) = request.into_parts();
    let from = client_address(&head, &generation.trusted_proxies);
    let place = tunnels.admits(&site, from).map_err(|why| match why {
        NoTunnel::Unknown => Refusal::NotFound,
        NoTunnel::Full => Refusal::NoAnswer,
    })?;
    let accept = accepted(&head.headers).ok_or(Refusal::NoUpgrade)?;
    // HTTP/2 has none.
    let upgrade = head
        .extensions
        .remove::<OnUpgrade>()
        .ok_or(Refusal::NoUpgrade)?;
    let patience = app.limits.head;
    let opened = app.tunnels.open(&app.limits, |stopping| {
        Box::pin(async move {
            // The answer must have been written first.
            if let Ok(Ok(upgraded)) = timeout(patience, upgrade).await {
                let io = Box::new(TokioIo::new(upgraded));
                place.run(io, stopping).await;
            }
        })
    });
    if !opened {
        return Err(Refusal::NoAnswer);
    }
    let headers = [
        (header::UPGRADE, HeaderValue::from_static("websocket")),
        (header::CONNECTION, HeaderValue::from_static("Upgrade")),
        (
            header::SEC_WEBSOCKET_PROTOCOL,
            HeaderValue::from_static(SUBPROTOCOL),
        ),
        (header::SEC_WEBSOCKET_ACCEPT, accept),
    ];
    Ok((StatusCode::SWITCHING_PROTOCOLS, headers).into_response())
}

/// What the key of a request for our protocol is answered with; `None` for any other request (RFC 6455 §4.2.1).
fn accepted(headers: &HeaderMap) -> Option<HeaderValue> {
    let names = |header: HeaderName, wanted: &str| {
        let values = headers.get_all(header);
        let mut words = values
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        words.any(|word| word.trim().eq_ignore_ascii_case(wanted))
    };
    let is_ours = names(header::CONNECTION, "upgrade")
        && names(header::UPGRADE, "websocket")
        && names(header::SEC_WEBSOCKET_VERSION, "13")
        && names(header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL);
    let key = headers.get(header::SEC_WEBSOCKET_KEY)?.as_bytes();
    let is_key = STANDARD.decode(key).is_ok_and(|key| key.len() == 16);
    if !is_ours || !is_key {
        return None;
    }
    let mut digest = Sha1::new();
    digest.update(key);
    digest.update(ANSWERED_WITH);
    HeaderValue::try_from(STANDARD.encode(digest.finalize())).ok()
}

#[cfg(test)]
mod tests;
