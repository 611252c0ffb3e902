use super::{Pages, ScrapeLimits, serve_metrics};
use crate::MetricsText;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(30);
const GET: &str = "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n";

/// Counts how often the page was made; its size is one that no socket's buffers hold.
struct Page {
    made: AtomicUsize,
    size: usize,
}

impl MetricsText for Page {
    fn render(&self) -> String {
        self.made.fetch_add(1, Ordering::Relaxed);
        "x".repeat(self.size) + "# EOF\n"
    }
}

async fn start(size: usize, limits: ScrapeLimits) -> (SocketAddr, Arc<Page>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let page = Arc::new(Page {
        made: AtomicUsize::new(0),
        size,
    });
    tokio::spawn(serve_metrics(
        listener,
        Arc::clone(&page) as _,
        limits,
        std::future::pending(),
    ));
    (address, page)
}

/// Sends this, and reads until the other side ends.
async fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut answer = String::new();
    let read = timeout(SOON, stream.read_to_string(&mut answer)).await;
    read.expect("an end").expect("an answer");
    answer
}

#[tokio::test]
async fn there_is_one_page_and_one_request_on_a_connection() {
    let (address, page) = start(0, ScrapeLimits::default()).await;
    let answer = ask(address, GET).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.contains("content-type: application/openmetrics-text"),
        "{answer}"
    );
    assert!(answer.ends_with("\r\n\r\n# EOF\n"), "{answer}");
    for (request, status) in [
        ("GET / HTTP/1.1\r\nhost: x\r\n\r\n", 404),
        ("GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n", 404),
        (
            "POST /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n",
            405,
        ),
        ("HEAD /metrics HTTP/1.1\r\nhost: x\r\n\r\n", 200),
    ] {
        let answer = ask(address, request).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
    }
    assert_eq!(page.made.load(Ordering::Relaxed), 1, "one page for all");
}

#[tokio::test]
async fn those_who_ask_and_read_nothing_make_way() {
    let limits = ScrapeLimits {
        connections: 2,
        head: Duration::from_millis(200),
        whole: Duration::from_millis(400),
    };
    let (address, _) = start(32 * 1024 * 1024, limits).await;
    let began = Instant::now();
    let mut deaf = Vec::new();
    for request in [GET, GET, "GET /me", ""] {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(request.as_bytes()).await.expect("written");
        deaf.push(stream);
    }
    // Behind all four, which hold both places twice over.
    let answer = ask(address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(began.elapsed() >= limits.whole, "there was room at once");
}

#[tokio::test]
async fn when_it_stops_nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let page = Arc::new(Page {
        made: AtomicUsize::new(0),
        size: 0,
    });
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = tokio::spawn(serve_metrics(
        listener,
        page,
        ScrapeLimits::default(),
        async move { _ = stopped.await },
    ));
    // Somebody who is connected and says nothing holds nothing up.
    let _silent = TcpStream::connect(address).await.expect("a connection");
    drop(stop);
    timeout(SOON, served)
        .await
        .expect("an end")
        .expect("no panic");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_scraper_that_hangs_up_leaves_its_page_to_the_next() {
    let metrics = Arc::new(Page {
        made: AtomicUsize::new(0),
        size: 1,
    });
    let pages = Pages {
        metrics: Arc::clone(&metrics) as Arc<dyn MetricsText>,
        last: Arc::default(),
    };
    // Begun, and given up at once.
    let _ = timeout(Duration::ZERO, pages.page()).await;
    assert_eq!(pages.page().await.as_deref(), Some(&b"x# EOF\n"[..]));
    assert_eq!(metrics.made.load(Ordering::Relaxed), 1);
}
