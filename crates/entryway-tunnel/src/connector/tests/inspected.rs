//! A proxy that ends TLS, trusted by the site: it sees where the tunnel goes, reads nothing of what is said in it, and
//! can alter nothing.

use super::*;
use crate::proxy::Proxy;
use crate::testing::outer_tls;
use tokio::io::{AsyncRead, AsyncWrite, split};
use tokio::sync::watch;

struct Inspector {
    address: SocketAddr,
    authority: String,
    heard: Arc<Mutex<Vec<u8>>>,
    /// Whoever dials meanwhile waits, so that what became of an altered tunnel stays to be seen.
    alters: watch::Sender<bool>,
}

impl Inspector {
    /// Before the hub at `hub`.
    async fn start(hub: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (acceptor, authority) = outer_tls();
        let inspector = Self {
            address: listener.local_addr().unwrap(),
            authority,
            heard: Arc::default(),
            alters: watch::Sender::new(false),
        };
        let (heard, alters) = (Arc::clone(&inspector.heard), inspector.alters.subscribe());
        tokio::spawn(async move {
            while let Ok((mut tcp, _)) = listener.accept().await {
                let (acceptor, heard) = (acceptor.clone(), Arc::clone(&heard));
                let mut alters = alters.clone();
                tokio::spawn(async move {
                    alters.wait_for(|alters| !alters).await.ok()?;
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        head.push(tcp.read_u8().await.ok()?);
                    }
                    tcp.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.ok()?;
                    let near = acceptor.accept(tcp).await.ok()?;
                    let far = TcpStream::connect(hub).await.ok()?;
                    let (near_read, near_write) = split(near);
                    let (far_read, far_write) = split(far);
                    tokio::spawn(pass(near_read, far_write, Arc::clone(&heard), None));
                    pass(far_read, near_write, heard, Some(alters)).await
                });
            }
        });
        inspector
    }
    fn outside(&self, trust: OuterTrust) -> Outside {
        Outside {
            proxy: Some(Proxy::parse(&format!("http://{}", self.address)).unwrap()),
            ..patient(trust)
        }
    }
    fn has_heard(&self, text: &str) -> bool {
        let heard = self.heard.lock();
        heard
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    heard: Arc<Mutex<Vec<u8>>>,
    alters: Option<watch::Receiver<bool>>,
) -> Option<()> {
    let mut piece = [0; 4096];
    loop {
        let count = from
            .read(&mut piece)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        heard.lock().extend_from_slice(&piece[..count]);
        if alters.as_ref().is_some_and(|alters| *alters.borrow()) {
            piece[count - 1] ^= 1;
        }
        to.write_all(&piece[..count]).await.ok()?;
        to.flush().await.ok()?;
    }
}

fn dialing(node: &Node, outside: Outside) -> Dialing {
    Dialing {
        endpoint: Endpoint::parse("https://localhost/connector/v1/plant-a").unwrap(),
        outside,
        identity: identity(node.credential(DAY)),
        software: "test".to_owned(),
        pace: quick(),
    }
}

#[tokio::test]
async fn whoever_ends_tls_reads_and_alters_nothing() {
    let node = Node::start(quick()).await;
    let inspector = Inspector::start(node.address).await;
    let trust = OuterTrust::nobody().and(inspector.authority.as_bytes());
    let outside = inspector.outside(trust.unwrap());
    let mut kept = Running::with(dialing(&node, outside));
    let tunnel = node.tunnel().await;
    let question = "a password, had it not been sealed";
    assert_eq!(ask(&tunnel, question).await.unwrap(), question);
    let status = kept.sees(NodeStatus::is_up).await;
    assert_eq!(status.shown.unwrap().issuer, "CN=Test Authority");
    // It does see the outside, so what it does not see is hidden from it.
    assert!(inspector.has_heard("GET /connector/v1/plant-a"));
    assert!(!inspector.has_heard(question));
    assert!(!inspector.has_heard(number().as_str()));
    inspector.alters.send_replace(true);
    let asked = ask(&tunnel, question).await;
    assert!(asked.is_err(), "{asked:?}");
    let told = kept.sees(|status| status.trouble.is_some()).await.trouble;
    let told = told.unwrap();
    assert!(told.problem.contains("altered on the way"), "{told:?}");
    assert!(told.remedy.unwrap().contains("outer certificate"));
    inspector.alters.send_replace(false);
    kept.sees(|status| status.is_up() && status.ups > 1).await;
    assert_eq!(ask(&node.tunnel().await, question).await.unwrap(), question);
}

#[tokio::test]
async fn whoever_ends_tls_and_is_not_trusted_is_named_with_what_to_do() {
    let node = Node::start(quick()).await;
    let inspector = Inspector::start(node.address).await;
    let (_, other) = outer_tls();
    let trust = OuterTrust::nobody().and(other.as_bytes()).unwrap();
    let mut kept = Running::with(dialing(&node, inspector.outside(trust)));
    let status = kept.sees(|status| status.trouble.is_some()).await;
    let trouble = status.trouble.unwrap();
    assert_eq!(trouble.step, Some(crate::Step::OuterTls));
    assert!(
        trouble.problem.contains("CN=Test Authority"),
        "{}",
        trouble.problem
    );
    assert!(trouble.remedy.unwrap().contains("connector.trust"));
    assert!(!inspector.has_heard("GET"));
}
