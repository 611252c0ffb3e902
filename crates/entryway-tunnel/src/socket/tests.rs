use super::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

async fn pair() -> (WebSocketBytes<DuplexStream>, WebSocketBytes<DuplexStream>) {
    let (near, far) = duplex(1000);
    let client = WebSocketStream::from_raw_socket(near, Role::Client, Some(settings())).await;
    (
        WebSocketBytes::over(client),
        WebSocketBytes::upgraded(far).await,
    )
}

#[tokio::test]
async fn bytes_come_out_as_they_went_in() {
    let (mut client, mut server) = pair().await;
    let sent: Vec<u8> = (0..300_000u32).map(|at| (at % 251) as u8).collect();
    let expected = sent.clone();
    let writing = async move {
        // Pieces of every size, up to more than one message takes.
        let mut rest = &sent[..];
        for size in (1..).map(|at| at * 977 % 40_000 + 1) {
            let (piece, after) = rest.split_at(size.min(rest.len()));
            client.write_all(piece).await.unwrap();
            client.flush().await.unwrap();
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        client.shutdown().await.unwrap();
        client
    };
    let reading = async move {
        let mut read = Vec::new();
        server.read_to_end(&mut read).await.unwrap();
        read
    };
    let (_, read) = tokio::join!(writing, reading);
    assert!(read == expected);
}

#[tokio::test]
async fn what_is_no_websocket_is_an_error() {
    let (mut raw, far) = duplex(1 << 16);
    let mut server = WebSocketBytes::upgraded(far).await;
    raw.write_all(&[0xff; 64]).await.unwrap();
    let error = server.read(&mut [0; 16]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
}

#[tokio::test]
async fn a_message_of_text_is_an_error() {
    let (mut client, mut server) = pair().await;
    let sending = async {
        use futures_util::SinkExt as _;
        client.socket.send(Message::text("hello")).await.unwrap();
    };
    let (_, read) = tokio::join!(sending, async { server.read(&mut [0; 16]).await });
    assert_eq!(read.unwrap_err().kind(), io::ErrorKind::InvalidData);
}

#[tokio::test]
async fn a_message_that_is_too_long_is_refused_by_its_head() {
    let (mut raw, far) = duplex(1 << 16);
    let mut server = WebSocketBytes::upgraded(far).await;
    // A masked binary frame that claims a gibibyte, of which nothing follows.
    let head = [0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4];
    raw.write_all(&head).await.unwrap();
    let error = server.read(&mut [0; 16]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
}
