use super::*;
use socket2::{Domain, Socket, Type};
use tokio::net::TcpListener;

const PATIENCE: Duration = Duration::from_secs(20);

async fn listener(address: &str) -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind(address).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn nobody() -> SocketAddr {
    listener("127.0.0.1:0").await.1
}

/// A listener that takes no connection: its backlog is full, so that the kernel drops what comes.
struct BlackHole {
    address: SocketAddr,
    _listener: Socket,
    _filling: Vec<Socket>,
}

fn black_hole() -> BlackHole {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    listener.bind(&any.into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut filling = Vec::new();
    // One more than the kernel takes: the last of them stays half open.
    for _ in 0..3 {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_nonblocking(true).unwrap();
        let _ = socket.connect(&address);
        filling.push(socket);
    }
    BlackHole {
        address: address.as_socket().unwrap(),
        _listener: listener,
        _filling: filling,
    }
}

async fn check(addresses: &[SocketAddr], expected: SocketAddr) {
    let limit = Instant::now() + PATIENCE;
    let connected = connect(addresses, limit).await.unwrap();
    assert_eq!(connected.peer_addr().unwrap(), expected);
}

#[tokio::test]
async fn rfc8305_5_the_next_is_tried_while_the_first_is_silent() {
    let hole = black_hole();
    let (_listener, open) = listener("127.0.0.1:0").await;
    let begun = Instant::now();
    check(&[hole.address, open], open).await;
    assert!(begun.elapsed() >= ATTEMPT_DELAY, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn nobody_waits_for_one_that_refuses() {
    let (_listener, open) = listener("127.0.0.1:0").await;
    // So many that a slow machine is not taken for one that waits.
    let mut all = Vec::new();
    for _ in 0..40 {
        all.push(nobody().await);
    }
    all.push(open);
    let begun = Instant::now();
    check(&all, open).await;
    assert!(
        begun.elapsed() < ATTEMPT_DELAY * 20,
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn either_family_will_do() {
    let (_six, six) = listener("[::1]:0").await;
    let (_four, four) = listener("127.0.0.1:0").await;
    check(&[six, four], six).await;
    check(&[nobody().await, six], six).await;
    let closed_six = listener("[::1]:0").await.1;
    check(&[closed_six, four], four).await;
}

#[tokio::test]
async fn the_first_is_taken_where_it_answers() {
    let (_one, one) = listener("127.0.0.1:0").await;
    let (other, another) = listener("127.0.0.1:0").await;
    check(&[one, another], one).await;
    let unasked = tokio::time::timeout(Duration::ZERO, other.accept()).await;
    assert!(unasked.is_err(), "the second was dialled too");
}

#[tokio::test]
async fn where_none_connects_the_reason_is_told() {
    let limit = Instant::now() + PATIENCE;
    let lost = connect(&[nobody().await, nobody().await], limit).await;
    assert!(
        matches!(&lost, Err(Lost::Failed(error)) if error.kind() == io::ErrorKind::ConnectionRefused),
        "{lost:?}"
    );
    let (one, other) = (black_hole(), black_hole());
    let limit = Instant::now() + Duration::from_millis(20);
    let lost = connect(&[one.address, other.address], limit).await;
    assert!(matches!(lost, Err(Lost::TimedOut)), "{lost:?}");
    let lost = connect(&[one.address], Instant::now()).await;
    assert!(matches!(lost, Err(Lost::TimedOut)), "{lost:?}");
}
