//! The proxies of many networks, as one: whoever asks for a way through it comes to the hub from an address of a network
//! of its own, as thousands of companies do.

use anyhow::{Context, Result, ensure};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// A head is shorter.
const HEAD_MAX: usize = 4096;

/// Serves until it is dropped.
pub(super) struct Proxies {
    pub(super) url: String,
    _serving: JoinSet<()>,
}

impl Proxies {
    /// In front of this hub and no other.
    pub(super) async fn start(hub: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, hub));
        Ok(Self {
            url,
            _serving: serving,
        })
    }
}

async fn serve(listener: TcpListener, hub: SocketAddr) {
    let mut ways = JoinSet::new();
    let mut count = 0u32;
    loop {
        tokio::select! {
            Some(_) = ways.join_next() => {}
            accepted = listener.accept() => {
                // An error here is a peer that has left: its connector tries again.
                if let Ok((stream, _)) = accepted {
                    count += 1;
                    let from = network(count);
                    ways.spawn(async move {
                        let _ = through(stream, hub, from).await;
                    });
                }
            }
        }
    }
}

/// The loopback's own address in one of some sixty thousand networks.
fn network(number: u32) -> Ipv4Addr {
    let [_, _, high, low] = number.to_be_bytes();
    Ipv4Addr::new(127, high % 250 + 1, low, 1)
}

async fn through(mut stream: TcpStream, hub: SocketAddr, from: Ipv4Addr) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        ensure!(head.len() < HEAD_MAX, "a head without an end");
        head.push(stream.read_u8().await?);
    }
    ensure!(head.starts_with(b"CONNECT "), "another method");
    let socket = TcpSocket::new_v4()?;
    socket.bind((from, 0).into())?;
    let dialled = socket.connect(hub).await;
    let Ok(mut way) = dialled.and_then(|way| way.set_nodelay(true).map(|()| way)) else {
        let answer = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n";
        return stream.write_all(answer).await.context("nobody to tell");
    };
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    copy_bidirectional(&mut stream, &mut way).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::network;
    use std::collections::HashSet;

    #[test]
    fn each_has_a_network_of_its_own() {
        let networks: HashSet<[u8; 3]> = (1..=10_000)
            .map(|number| {
                let [a, b, c, _] = network(number).octets();
                assert_eq!(a, 127);
                [a, b, c]
            })
            .collect();
        assert_eq!(networks.len(), 10_000);
    }
}
