//! The accept loop: one task per connection, bounded in number, told to finish when the server stops.

use crate::caught::{Panicked, caught};
use crate::refusal::Refusal;
use crate::{App, Limits, Observer, router, routes};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::{Router, extract::Request};
use http::{HeaderValue, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were still answering when the limit passed, and were cut.
    pub cut: usize,
    /// From the order to stop to the last connection's end.
    pub took: Duration,
}

/// A connection may pipeline this much of unread requests; heads larger than this are refused (431).
const READ_BUFFER: usize = 32 * 1024;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 256;
/// A pause after a failed `accept`, which is nearly always a lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stop` resolves; then takes no more connections, finishes what is in flight within
/// [`Limits::drain`], and cuts what is left.
pub async fn serve(listener: TcpListener, app: App, stop: impl Future<Output = ()>) -> Drained {
    let limits = Arc::clone(&app.limits);
    let front = Arc::new(Front {
        observer: Arc::clone(&app.observer),
        router: router(app),
        protocol: protocol(&limits),
        limits: Arc::clone(&limits),
    });
    let (stopping, told) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < limits.connections => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(Arc::clone(&front), stream, told.clone()));
                }
                Err(error) if concerns_one_peer(&error) => {}
                Err(error) => {
                    tracing::warn!(target: "http.accept_failed", %error);
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    let told_at = Instant::now();
    drop(stopping);
    let cut = drain(&mut connections, limits.drain).await;
    Drained {
        cut,
        took: told_at.elapsed(),
    }
}

/// Waits for the connections to end; says how many had to be cut.
async fn drain(connections: &mut JoinSet<()>, limit: Duration) -> usize {
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(limit, all_ended).await.is_ok() {
        return 0;
    }
    let cut = connections.len();
    connections.shutdown().await;
    cut
}

fn concerns_one_peer(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

/// What every connection shares.
struct Front {
    router: Router,
    observer: Arc<dyn Observer>,
    protocol: auto::Builder<TokioExecutor>,
    limits: Arc<Limits>,
}

fn protocol(limits: &Limits) -> auto::Builder<TokioExecutor> {
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

async fn connection(front: Arc<Front>, stream: TcpStream, mut told: watch::Receiver<()>) {
    // An answer is one small write; waiting for another to join it only costs time.
    let _ = stream.set_nodelay(true);
    let heard = Arc::new(AtomicBool::new(false));
    let service = service_fn({
        let (front, heard) = (Arc::clone(&front), Arc::clone(&heard));
        move |request| {
            heard.store(true, Ordering::Relaxed);
            answer(Arc::clone(&front), request)
        }
    });
    let mut served = std::pin::pin!(
        front
            .protocol
            .serve_connection(TokioIo::new(stream), service)
    );
    // The protocol's own timer starts only once it knows which protocol is spoken.
    let mut silent = std::pin::pin!(tokio::time::sleep(front.limits.head));
    let (mut finishing, mut speaks) = (false, false);
    loop {
        tokio::select! {
            biased;
            // An error here is a peer that left or speaks no HTTP: its affair.
            _ = served.as_mut() => return,
            _ = told.changed(), if !finishing => {
                finishing = true;
                served.as_mut().graceful_shutdown();
            }
            () = silent.as_mut(), if !speaks => {
                speaks = heard.load(Ordering::Relaxed);
                if !speaks {
                    return;
                }
            }
        }
    }
}

/// Answers one request. Dropped when the peer hangs up, and with it the login it waits for.
async fn answer(front: Arc<Front>, request: Request<Incoming>) -> Result<Response, Infallible> {
    let started = Instant::now();
    let route = routes::label(request.uri().path());
    let answered = caught(front.router.clone().oneshot(request.map(Body::new))).await;
    let mut response = match answered {
        Ok(Ok(response)) => response,
        Err(Panicked) => {
            tracing::error!(target: "http.panicked", route);
            Refusal::Broken.into_response()
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    front
        .observer
        .answered(route, response.status().as_u16(), started.elapsed());
    Ok(response)
}
