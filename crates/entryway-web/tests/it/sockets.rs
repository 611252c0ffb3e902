//! Connections: hang-ups, silence, bugs, limits, and the end.

use crate::front::{Behind, FINDER, PLAIN, app};
use entryway_web::{Drained, Limits, ListenerTls, serve};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub(crate) const SOON: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) behind: Arc<Behind>,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<Drained>,
}

impl Server {
    async fn start(limits: Limits) -> Self {
        Self::speaking(limits, None).await
    }
    /// TLS, if that is given.
    pub(crate) async fn speaking(limits: Limits, tls: Option<Arc<ListenerTls>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (app, behind) = app(limits);
        let (stop, stopped) = oneshot::channel::<()>();
        let ended = tokio::spawn(serve(listener, tls, app, async {
            _ = stopped.await;
        }));
        Self {
            address,
            behind,
            stop: Some(stop),
            ended,
        }
    }
    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address)
            .await
            .expect("a connection")
    }
    async fn send(&self, name: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream
            .write_all(request(name).as_bytes())
            .await
            .expect("written");
        stream
    }
    async fn begun(&self, count: usize) {
        let mut pending = self.behind.pending.subscribe();
        let begun = pending.wait_for(|pending| pending.begun == count);
        timeout(SOON, begun)
            .await
            .expect("in time")
            .expect("a sender");
    }
    pub(crate) fn stop(&mut self) {
        self.stop = None;
    }
    pub(crate) async fn ended(self) -> Drained {
        timeout(SOON, self.ended)
            .await
            .expect("in time")
            .expect("no panic")
    }
}

fn request(name: &str) -> String {
    let body = format!(r#"{{"login_name":"{name}","password":"x"}}"#);
    format!(
        "POST /api/v1/login HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {PLAIN}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// One response, as far as its announced length; an empty text when the peer closed.
pub(crate) async fn response(stream: &mut (impl AsyncRead + Unpin)) -> String {
    timeout(SOON, async {
        let mut bytes = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: "))
                    .expect("a length");
                if body.len() >= length.parse::<usize>().expect("a number") {
                    return text;
                }
            }
            if stream.read_buf(&mut bytes).await.expect("readable") == 0 {
                return text;
            }
        }
    })
    .await
    .expect("in time")
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let server = Server::start(Limits::default()).await;
    let mut stream = server.connect().await;
    for _ in 0..3 {
        stream
            .write_all(request("wrong").as_bytes())
            .await
            .expect("written");
        let response = response(&mut stream).await;
        assert!(response.starts_with("HTTP/1.1 200"), "{response}");
        for header in ["cache-control: no-store", "x-content-type-options: nosniff"] {
            assert!(response.contains(header), "{response}");
        }
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_abandons_its_look_up() {
    let server = Server::start(Limits::default()).await;
    let mut stream = server.connect().await;
    let request = format!(
        "GET /api/v1/people?q=pending HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {FINDER}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut pending = server.behind.looked.pending.subscribe();
    let begun = pending.wait_for(|pending| pending.begun == 1);
    timeout(SOON, begun)
        .await
        .expect("in time")
        .expect("a sender");
    drop(stream);
    let abandoned = pending.wait_for(|pending| pending.abandoned == 1);
    timeout(SOON, abandoned)
        .await
        .expect("in time")
        .expect("a sender");
    // The future is dropped as a whole: what is told of it is told by then, or at once.
    timeout(SOON, async {
        while *server.behind.looked_up.lock() != [("people", "abandoned")] {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("in time");
}

#[tokio::test]
async fn a_photo_may_be_kept_and_nothing_else() {
    let server = Server::start(Limits::default()).await;
    for (path, kept) in [
        (
            "people/partners:1/photo",
            "cache-control: public, max-age=600",
        ),
        ("people?q=jane", "cache-control: no-store"),
    ] {
        let mut stream = server.connect().await;
        let token = format!("authorization: Bearer {FINDER}\r\n");
        let token = if path.contains("photo") { "" } else { &token };
        let request = format!("GET /api/v1/{path} HTTP/1.1\r\nhost: x\r\n{token}\r\n");
        stream.write_all(request.as_bytes()).await.expect("written");
        let response = response(&mut stream).await;
        assert!(response.starts_with("HTTP/1.1 200"), "{response}");
        assert!(response.contains(kept), "{response}");
        assert!(
            response.contains("x-content-type-options: nosniff"),
            "{response}"
        );
    }
    let answered = server.behind.answered.lock();
    assert_eq!(
        *answered,
        [("/api/v1/people/{id}/photo", 200), ("/api/v1/people", 200)],
        "a peer cannot invent labels"
    );
}

#[tokio::test]
async fn a_client_that_hangs_up_abandons_its_login() {
    let server = Server::start(Limits::default()).await;
    let stream = server.send("pending").await;
    server.begun(1).await;
    drop(stream);
    let mut pending = server.behind.pending.subscribe();
    let abandoned = pending.wait_for(|pending| pending.abandoned == 1);
    timeout(SOON, abandoned)
        .await
        .expect("in time")
        .expect("a sender");
}

#[tokio::test]
async fn a_bug_costs_one_answer() {
    let server = Server::start(Limits::default()).await;
    let mut stream = server.send("bug").await;
    let broken = response(&mut stream).await;
    assert!(broken.starts_with("HTTP/1.1 500"), "{broken}");
    assert!(broken.contains("application/problem+json"), "{broken}");
    stream
        .write_all(request("wrong").as_bytes())
        .await
        .expect("written");
    assert!(
        response(&mut stream).await.starts_with("HTTP/1.1 200"),
        "the same connection goes on"
    );
    assert_eq!(
        *server.behind.answered.lock(),
        [("/api/v1/login", 500), ("/api/v1/login", 200)]
    );
}

#[tokio::test]
async fn silence_is_not_waited_for() {
    let limits = Limits {
        head: Duration::from_millis(50),
        ..Limits::default()
    };
    // Nothing at all; a start that could be either protocol; half a head.
    for said in ["", "P", "POST /api/v1/login HTTP/1.1\r\nhost:"] {
        let server = Server::start(limits.clone()).await;
        let mut stream = server.connect().await;
        stream.write_all(said.as_bytes()).await.expect("written");
        let mut rest = Vec::new();
        let end = timeout(SOON, stream.read_to_end(&mut rest)).await;
        assert!(end.expect("closed in time").is_ok(), "after {said:?}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let limits = Limits {
        body: Duration::from_millis(50),
        ..Limits::default()
    };
    let server = Server::start(limits).await;
    let mut stream = server.connect().await;
    let whole = request("wrong");
    stream
        .write_all(&whole.as_bytes()[..whole.len() - 1])
        .await
        .expect("written");
    let response = response(&mut stream).await;
    assert!(response.starts_with("HTTP/1.1 408"), "{response}");
    assert!(response.contains("connection: close"), "{response}");
}

#[tokio::test]
async fn further_connections_wait_for_a_place() {
    let server = Server::start(Limits {
        connections: 1,
        ..Limits::default()
    })
    .await;
    let mut first = server.send("wrong").await;
    response(&mut first).await;
    let mut second = server.send("wrong").await;
    drop(first);
    assert!(
        response(&mut second).await.starts_with("HTTP/1.1 200"),
        "served once there is a place"
    );
}

#[tokio::test]
async fn answers_in_flight_are_finished() {
    let mut server = Server::start(Limits::default()).await;
    let mut idle = server.send("wrong").await;
    response(&mut idle).await;
    let mut busy = server.send("pending").await;
    server.begun(1).await;
    server.stop();
    let mut rest = Vec::new();
    let closed = timeout(SOON, idle.read_to_end(&mut rest)).await;
    assert_eq!(
        closed.expect("in time").expect("readable"),
        0,
        "an idle connection is closed at once"
    );
    assert!(
        TcpStream::connect(server.address).await.is_err(),
        "nobody else is let in"
    );
    server.behind.released.send_replace(true);
    assert!(
        response(&mut busy).await.starts_with("HTTP/1.1 200"),
        "what was in flight is answered"
    );
    assert_eq!(server.ended().await.cut, 0);
}

#[tokio::test]
async fn what_does_not_end_is_cut() {
    let mut server = Server::start(Limits {
        drain: Duration::from_millis(50),
        ..Limits::default()
    })
    .await;
    let mut stream = server.send("pending").await;
    server.begun(1).await;
    server.stop();
    assert_eq!(response(&mut stream).await, "");
    assert_eq!(server.ended().await.cut, 1);
}

#[tokio::test]
async fn rfc9112_3_2_a_request_names_its_host() {
    let server = Server::start(Limits::default()).await;
    for (head, status) in [
        ("GET /healthz HTTP/1.1\r\n\r\n", "400"),
        ("GET /healthz HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", "400"),
        ("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n", "200"),
        ("GET /healthz HTTP/1.0\r\n\r\n", "200"),
    ] {
        let mut stream = server.connect().await;
        stream.write_all(head.as_bytes()).await.expect("written");
        let response = response(&mut stream).await;
        assert_eq!(response.split(' ').nth(1), Some(status), "{head:?}");
    }
}

#[tokio::test]
async fn rfc6585_5_a_head_that_is_too_large_is_refused() {
    let server = Server::start(Limits::default()).await;
    let mut stream = server.connect().await;
    let head = format!(
        "GET /healthz HTTP/1.1\r\nhost: x\r\nx: {}",
        "x".repeat(40_000)
    );
    // It may be refused, and the connection closed, before all of it is sent.
    let _ = stream.write_all(head.as_bytes()).await;
    let mut first = [0; 12];
    let read = timeout(SOON, stream.read_exact(&mut first)).await;
    read.expect("in time").expect("an answer");
    assert_eq!(&first, b"HTTP/1.1 431");
}

/// Sends requests and reads nothing, until nothing more can be sent.
#[tokio::test]
async fn a_peer_that_does_not_read_is_not_waited_for() {
    let server = Server::start(Limits {
        head: Duration::from_millis(200),
        ..Limits::default()
    })
    .await;
    let socket = TcpSocket::new_v4().expect("a socket");
    // The less this side buffers, the fewer answers are needed.
    socket.set_recv_buffer_size(4096).expect("a size");
    let mut stream = socket.connect(server.address).await.expect("a connection");
    let requests = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n".repeat(100);
    let sending = async { while stream.write_all(requests.as_bytes()).await.is_ok() {} };
    timeout(SOON, sending).await.expect("cut off in time");
}

/// Frames of HTTP/2 (RFC 9113 §4.1, §6.5, §6.7) and one request's head (RFC 7541), by hand: a client
/// that answers pings and does nothing else.
#[tokio::test]
async fn an_http2_peer_that_only_answers_pings_is_not_waited_for() {
    const PING: u8 = 6;
    let server = Server::start(Limits {
        head: Duration::from_millis(200),
        ..Limits::default()
    })
    .await;
    let mut stream = server.connect().await;
    let mut opening = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    opening.extend([0, 0, 6, 4, 0, 0, 0, 0, 0]);
    // SETTINGS_INITIAL_WINDOW_SIZE 0: no answer's body can ever be sent.
    opening.extend([0, 4, 0, 0, 0, 0]);
    let head = [
        b"\x82\x86\x04\x08/healthz".as_slice(),
        b"\x41\x01x".as_slice(),
    ]
    .concat();
    opening.extend([
        0,
        0,
        u8::try_from(head.len()).expect("short"),
        1,
        5,
        0,
        0,
        0,
        1,
    ]);
    opening.extend(head);
    stream.write_all(&opening).await.expect("written");
    let staying = async {
        loop {
            let mut head = [0; 9];
            if stream.read_exact(&mut head).await.is_err() {
                return;
            }
            let length = usize::from(head[1]) * 256 + usize::from(head[2]);
            let mut payload = vec![0; length];
            if stream.read_exact(&mut payload).await.is_err() {
                return;
            }
            if head[3] == PING && head[4] == 0 {
                let ack = [&[0, 0, 8, PING, 1, 0, 0, 0, 0], payload.as_slice()].concat();
                if stream.write_all(&ack).await.is_err() {
                    return;
                }
            }
        }
    };
    timeout(SOON, staying).await.expect("cut off in time");
    assert_eq!(*server.behind.answered.lock(), [("/healthz", 200)]);
}
