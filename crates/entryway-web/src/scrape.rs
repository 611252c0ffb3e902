//! The listener for scrapers: one page, no token, and limits of its own, so that one that is broken, slow or
//! eager costs logins nothing.
//!
//! A connection carries one request and ends. The page is made beside the workers, and serves everybody
//! who asks within [`FRESH`].

use crate::MetricsText;
use crate::caught::{Panicked, caught};
use crate::probes::OPENMETRICS;
use crate::serve::taken;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// What a scraper may cost.
#[derive(Debug, Clone, Copy)]
pub struct ScrapeLimits {
    /// Connections at once; further ones wait in the kernel's queue.
    pub connections: usize,
    /// How long the head of a request may take.
    pub head: Duration,
    /// How long a connection may last, from its beginning to the last byte of the page.
    pub whole: Duration,
}

impl Default for ScrapeLimits {
    fn default() -> Self {
        Self {
            connections: 8,
            head: Duration::from_secs(5),
            whole: Duration::from_secs(30),
        }
    }
}

/// How old a page may be.
const FRESH: Duration = Duration::from_millis(500);
/// The head of a scrape is a few hundred bytes.
const READ_BUFFER: usize = 16 * 1024;

/// Serves the page until `stop` resolves, and cuts who reads it then: the next scrape finds it elsewhere.
pub async fn serve_metrics(
    listener: TcpListener,
    metrics: Arc<dyn MetricsText>,
    limits: ScrapeLimits,
    stop: impl Future<Output = ()>,
) {
    let pages = Arc::new(Pages {
        metrics,
        last: Arc::default(),
    });
    let mut connections = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => return,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < limits.connections => {
                if let Some((stream, _)) = taken(accepted).await {
                    connections.spawn(connection(stream, Arc::clone(&pages), limits));
                }
            }
        }
    }
}

async fn connection(stream: TcpStream, pages: Arc<Pages>, limits: ScrapeLimits) {
    let service = service_fn(move |request| answer(Arc::clone(&pages), request));
    let served = http1::Builder::new()
        // Without a timer the limit on reading a head is not enforced.
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(READ_BUFFER)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // An error, or no end at all, is the scraper's affair.
    let _ = timeout(limits.whole, served).await;
}

const NOWHERE: &[u8] = b"there is only /metrics\n";

/// Health, where that is told here.
fn probe(path: &str, ready: Option<bool>) -> (StatusCode, &'static str, Bytes) {
    let (status, text): (_, &[u8]) = match (path, ready) {
        ("/healthz", Some(_)) | ("/readyz", Some(true)) => (StatusCode::OK, b"ok\n"),
        ("/readyz", Some(false)) => (StatusCode::SERVICE_UNAVAILABLE, b"not ready\n"),
        _ => (StatusCode::NOT_FOUND, NOWHERE),
    };
    (status, TEXT, Bytes::from_static(text))
}

async fn answer(
    pages: Arc<Pages>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, kind, body) = match (request.uri().path(), request.method()) {
        ("/metrics", &Method::GET | &Method::HEAD) => match caught(pages.page()).await {
            Ok(Some(page)) => (StatusCode::OK, OPENMETRICS, page),
            Ok(None) | Err(Panicked) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                TEXT,
                Bytes::from_static(b"the page cannot be made\n"),
            ),
        },
        ("/metrics", _) => (
            StatusCode::METHOD_NOT_ALLOWED,
            TEXT,
            Bytes::from_static(b"expected GET\n"),
        ),
        (path, &Method::GET | &Method::HEAD) => probe(path, pages.metrics.is_ready()),
        _ => (StatusCode::NOT_FOUND, TEXT, Bytes::from_static(NOWHERE)),
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    Ok(response)
}

const TEXT: &str = "text/plain; charset=utf-8";

/// The page, made once for all who ask at the same time.
struct Pages {
    metrics: Arc<dyn MetricsText>,
    last: Arc<Mutex<Option<(Instant, Bytes)>>>,
}

impl Pages {
    /// `None` when it cannot be made.
    async fn page(&self) -> Option<Bytes> {
        let mut last = Arc::clone(&self.last).lock_owned().await;
        if let Some((made, page)) = &*last
            && made.elapsed() < FRESH
        {
            return Some(page.clone());
        }
        let metrics = Arc::clone(&self.metrics);
        // Of hundreds of servers it takes a while; a worker has logins to do.
        // And it keeps what it made, though the scraper hung up meanwhile: the next would make another beside it.
        let making = tokio::task::spawn_blocking(move || {
            let page = Bytes::from(metrics.render());
            *last = Some((Instant::now(), page.clone()));
            page
        });
        making.await.ok()
    }
}

#[cfg(test)]
mod tests;
