//! One connection: what it may hold, how long it may be silent or deaf, and the answers it gets.

use crate::caught::{Panicked, caught};
use crate::complaints::{Complaints, Origin};
use crate::peer::{PeerAddress, client_address};
use crate::refusal::{Denied, Refusal};
use crate::tls::Unshaken;
use crate::unread::Impatient;
use crate::{Current, Handshake, Limits, ListenerTls, Observer, host, routes};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::{Router, extract::Request};
use http::{HeaderValue, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use rustls::pki_types::CertificateDer;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tower::ServiceExt;

/// A connection may pipeline this much of unread requests; heads larger than this are refused (431).
const READ_BUFFER: usize = 32 * 1024;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 256;

/// What every connection shares.
pub(crate) struct Front {
    pub(crate) router: Router,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) current: Arc<dyn Current>,
    pub(crate) protocol: auto::Builder<TokioExecutor>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) tls: Option<Arc<ListenerTls>>,
    pub(crate) complaints: Complaints,
}

pub(crate) fn protocol(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // Without a timer the limit on reading a head is not enforced.
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(READ_BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(READ_BUFFER as u32)
        .keep_alive_interval(limits.head)
        .keep_alive_timeout(limits.head);
    builder
}

/// What a connection does, so that one that does nothing can be ended. HTTP/2 has no limit of its own
/// on that: its pings are answered by peers that ask for nothing and read nothing.
#[derive(Default)]
struct Use {
    begun: AtomicUsize,
    ended: AtomicUsize,
}

impl Use {
    fn begin(self: &Arc<Self>) -> InUse {
        self.begun.fetch_add(1, Ordering::Relaxed);
        InUse(Arc::clone(self))
    }
    /// Requests so far, when none is being answered.
    fn idle(&self) -> Option<usize> {
        let ended = self.ended.load(Ordering::Relaxed);
        (self.begun.load(Ordering::Relaxed) == ended).then_some(ended)
    }
}

/// A request that is being answered.
struct InUse(Arc<Use>);

impl Drop for InUse {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}

/// The certificates that the peer showed in the handshake, its own first; it has the key of that one.
#[derive(Clone)]
pub(crate) struct Shown(pub(crate) Arc<[CertificateDer<'static>]>);

/// Serves a connection until it ends, `told` says that the server does, or it is of no use.
pub(crate) async fn connection(
    front: Arc<Front>,
    stream: TcpStream,
    peer: SocketAddr,
    mut told: watch::Receiver<()>,
) {
    // An answer is one small write; waiting for another to join it only costs time.
    let _ = stream.set_nodelay(true);
    let Some(tls) = front.tls.as_ref() else {
        let stream = Impatient::new(stream, front.limits.head);
        return exchange(front, stream, peer, None, told).await;
    };
    let shaken = tokio::select! {
        biased;
        _ = told.changed() => Err(Handshake::Stopped.into()),
        shaken = tls.accept(stream, &front.limits) => shaken,
    };
    match shaken {
        Ok(stream) => {
            front.observer.shook_hands(Handshake::Complete);
            let shown = stream.get_ref().1.peer_certificates();
            let shown = shown.map(|chain| {
                Shown(
                    chain
                        .iter()
                        .cloned()
                        .map(CertificateDer::into_owned)
                        .collect(),
                )
            });
            exchange(front, stream, peer, shown, told).await;
        }
        Err(Unshaken { outcome, error }) => {
            front.observer.shook_hands(outcome);
            let (outcome, error) = (outcome.as_str(), error.map(tracing::field::display));
            tracing::debug!(target: "http.handshake_failed", outcome, error, %peer);
        }
    }
}

/// Takes requests and answers them, in either way of reaching the peer.
async fn exchange<S>(
    front: Arc<Front>,
    stream: S,
    peer: SocketAddr,
    shown: Option<Shown>,
    mut told: watch::Receiver<()>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let used = Arc::new(Use::default());
    let service = service_fn({
        let (front, used) = (Arc::clone(&front), Arc::clone(&used));
        move |request| {
            answer(
                Arc::clone(&front),
                used.begin(),
                (peer, shown.clone()),
                request,
            )
        }
    });
    let connection = front
        .protocol
        .serve_connection_with_upgrades(TokioIo::new(stream), service);
    let mut served = std::pin::pin!(connection);
    let mut pause = std::pin::pin!(tokio::time::sleep(front.limits.head));
    // The protocol's own timer starts only once it knows which protocol is spoken, so that a peer that
    // never says it has used its pause up already.
    let (mut before, mut leaving) = (Some(0), false);
    let mut finishing = false;
    loop {
        tokio::select! {
            biased;
            // An error here is a peer that left, does not read or speaks no HTTP: its affair.
            _ = served.as_mut() => return,
            _ = told.changed(), if !finishing => {
                finishing = true;
                served.as_mut().graceful_shutdown();
            }
            () = pause.as_mut() => {
                let now = used.idle();
                if now.is_some() && now == before {
                    // Nothing at all was asked, or it was told to leave a pause ago and stays.
                    if now == Some(0) || leaving {
                        return;
                    }
                    leaving = true;
                    served.as_mut().graceful_shutdown();
                }
                before = now;
                pause.as_mut().reset(tokio::time::Instant::now() + front.limits.head);
            }
        }
    }
}

/// Answers one request. Dropped when the peer hangs up, and with it the login it waits for.
async fn answer(
    front: Arc<Front>,
    _in_use: InUse,
    (peer, shown): (SocketAddr, Option<Shown>),
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let started = Instant::now();
    let route = routes::label(request.uri().path());
    let (mut head, body) = request.into_parts();
    head.extensions.insert(PeerAddress(peer));
    if let Some(shown) = shown {
        head.extensions.insert(shown);
    }
    let client = client_address(&head, &front.current.current().trusted_proxies);
    let answered = if host::is_named(head.version, &head.headers) {
        let request = Request::from_parts(head, Body::new(body));
        caught(front.router.clone().oneshot(request)).await
    } else {
        Ok(Ok(Refusal::Host.into_response()))
    };
    let mut response = match answered {
        Ok(Ok(response)) => response,
        Err(Panicked) => {
            tracing::error!(target: "http.panicked", route);
            Refusal::Broken.into_response()
        }
    };
    let headers = response.headers_mut();
    // A photo says itself how long it holds.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if front.tls.as_ref().is_some_and(|tls| tls.answers_once()) {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if let Some(denied) = response.extensions().get::<Denied>() {
        front
            .complaints
            .denied(denied, route, Origin { peer, client });
    }
    front
        .observer
        .answered(route, response.status().as_u16(), started.elapsed());
    Ok(response)
}
