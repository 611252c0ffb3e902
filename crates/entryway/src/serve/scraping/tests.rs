use super::{Prepared, Scraping};
use entryway_web::MetricsText;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};

struct Page;

impl MetricsText for Page {
    fn render(&self) -> String {
        "# EOF\n".to_owned()
    }
}

async fn is_served(address: SocketAddr) -> bool {
    TcpStream::connect(address).await.is_ok()
}

/// A listener on a port of its own.
async fn started() -> (Scraping, SocketAddr) {
    let scraping = Scraping::new(Arc::new(Page));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    scraping.serve(address, listener);
    (scraping, address)
}

#[tokio::test]
async fn it_moves_and_closes() {
    let (scraping, first) = started().await;
    let any = "127.0.0.1:0".parse().expect("an address");
    let prepared = scraping.prepare(Some(any)).await.expect("a port");
    assert_eq!(scraping.listens(), Some(first), "not before it is in force");
    scraping.apply(prepared);
    let second = scraping.listens().expect("another");
    assert_ne!(first, second);
    assert!(is_served(second).await);
    let same = scraping.prepare(Some(any)).await.expect("nothing to do");
    assert!(matches!(same, Prepared::Same));

    let nobody = scraping.prepare(None).await.expect("nothing to do");
    scraping.apply(nobody);
    assert_eq!(scraping.listens(), None);
    scraping.close().await;
}

#[tokio::test]
async fn an_address_that_cannot_be_had_changes_nothing() {
    let (scraping, first) = started().await;
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let taken = taken.local_addr().map(|address| (taken, address));
    let (_taken, address) = taken.expect("an address");
    let refused = scraping.prepare(Some(address)).await.map(|_| ());
    let refused = refused.expect_err("it is taken").to_string();
    assert_eq!(
        refused,
        format!("`{address}` cannot be listened on for the metrics")
    );
    assert_eq!(scraping.listens(), Some(first));
    assert!(is_served(first).await);
}

#[tokio::test]
async fn it_moves_to_another_address_of_its_own_port_and_back() {
    let (scraping, first) = started().await;
    let wide = SocketAddr::from(([0, 0, 0, 0], first.port()));
    let prepared = scraping.prepare(Some(wide)).await.expect("its own port");
    // The rest of the configuration turns out to be unusable.
    scraping.take_back(prepared).await;
    assert_eq!(scraping.listens(), Some(first));
    assert!(is_served(first).await);

    let prepared = scraping.prepare(Some(wide)).await.expect("its own port");
    scraping.apply(prepared);
    assert_eq!(scraping.listens(), Some(wide));
    assert!(is_served(first).await, "it is among all addresses");
}
