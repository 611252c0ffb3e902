//! Whoever says something now and then, and never what is waited for.

use super::*;
use crate::hub::AcceptError;
use crate::inner::{enter, enter_to_enrol};
use crate::pump::hello;
use crate::socket::{WebSocketBytes, settings};
use entryway_bridge::link::{ConnectorLink, Limits};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, duplex};
use tokio::time::interval;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;

/// How long the hub waits, and how long it is before something is said again.
const GREETING: Duration = Duration::from_secs(3);
const NOW_AND_THEN: Duration = Duration::from_millis(200);

struct Door {
    accepting: JoinHandle<Result<(), AcceptError>>,
    near: WebSocketBytes<DuplexStream>,
}

impl Door {
    async fn of(node: &Node) -> Self {
        let (far, near) = duplex(64 << 10);
        let leaf = node.book.authority.issue_hub(SystemTime::now(), DAY);
        let tls = hub_tls(&leaf.unwrap(), node.book.authority.certificate()).unwrap();
        let book = Arc::clone(&node.book);
        let accepting = tokio::spawn(async move {
            let never = Box::pin(std::future::pending());
            let pace = Pace {
                greeting: GREETING,
                ..Pace::default()
            };
            accept(far, &site(), tls, book, "test", pace, never).await
        });
        let near = WebSocketStream::from_raw_socket(near, Role::Client, Some(settings())).await;
        Self {
            accepting,
            near: WebSocketBytes::over(near),
        }
    }
}

/// Greets, and then says what means nothing, again and again.
async fn loiter(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    enrolling: bool,
    accepting: JoinHandle<Result<(), AcceptError>>,
) -> AcceptError {
    let mut link = ConnectorLink::new(&hello("test"), enrolling, Limits::default());
    let greeting = link.outbound().split();
    stream.write_all(&greeting).await.unwrap();
    stream.flush().await.unwrap();
    let pong = pong(1);
    let mut again = interval(NOW_AND_THEN);
    let ends = async {
        while !accepting.is_finished() {
            let said = async {
                stream.write_all(&pong).await?;
                stream.flush().await
            };
            // It may have hung up.
            let _ = said.await;
            again.tick().await;
        }
    };
    timeout(SOON, ends).await.expect("it stays for ever");
    accepting.await.unwrap().unwrap_err()
}

/// A pong that nobody has asked for: its length, its kind, no id, the token.
fn pong(token: u64) -> Vec<u8> {
    let mut frame = vec![0, 0, 0, 17, 7];
    frame.extend_from_slice(&[0; 8]);
    frame.extend_from_slice(&token.to_be_bytes());
    frame
}

#[tokio::test]
async fn whoever_has_no_certificate_enrols_or_goes() {
    let node = Node::start(Pace::default()).await;
    let door = Door::of(&node).await;
    let any = Arc::new(|_: &[u8]| true);
    let (stream, _) = enter_to_enrol(door.near, "plant-a", any).await.unwrap();
    let ended = loiter(stream, true, door.accepting).await;
    assert!(matches!(ended, AcceptError::Broken(_)), "{ended}");
}

#[tokio::test]
async fn whoever_is_let_in_reports_in_time_or_goes() {
    let node = Node::start(Pace::default()).await;
    let door = Door::of(&node).await;
    let mine = node.credential(DAY);
    let (chain, authority) = (mine.chain.clone(), &mine.authority);
    let entering = enter(door.near, "plant-a", authority, chain, &mine.key).await;
    let ended = loiter(entering.unwrap(), false, door.accepting).await;
    assert!(matches!(ended, AcceptError::TimedOut), "{ended}");
}

#[tokio::test]
async fn a_hub_that_says_nothing_inside_keeps_no_enrolment() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let _silent = tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        let _socket = accept_hdr_async(tcp, upgraded).await.unwrap();
        std::future::pending::<()>().await;
    });
    let endpoint = Endpoint::parse(&format!("http://{address}/connector/v1/plant-a")).unwrap();
    let mut outside = patient(OuterTrust::nobody());
    outside.patience.step = GREETING;
    let asked = Enrolling {
        endpoint: &endpoint,
        outside: &outside,
        ticket: &Arc::new(Ticket::new([9; 16], b"any")),
        name: "one",
        software: "test",
        pace: Pace::default(),
    };
    let ended = timeout(SOON, enrol(asked))
        .await
        .expect("it waits for ever");
    let Err(EnrolError::Way(error)) = ended else {
        panic!("it says nothing of the way");
    };
    assert_eq!(error.step, crate::Step::InnerTls);
    assert!(matches!(*error.cause, crate::Cause::TimedOut(_)));
}
