//! Tunnels of connectors: taken, kept apart from requests, ended last.

use crate::sockets::{SOON, Server};
use entryway_web::{Limits, NoTunnel, TunnelBytes, TunnelPlace, Tunnels};
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Gives back what it hears, and says goodbye.
pub(crate) struct Echo;

struct Place(String, Option<IpAddr>);

impl Tunnels for Echo {
    fn admits(
        self: Arc<Self>,
        site: &str,
        from: Option<IpAddr>,
    ) -> Result<Box<dyn TunnelPlace>, NoTunnel> {
        match site {
            "plant-a" => Ok(Box::new(Place(site.to_owned(), from))),
            "full" => Err(NoTunnel::Full),
            _ => Err(NoTunnel::Unknown),
        }
    }
}

impl TunnelPlace for Place {
    fn run(
        self: Box<Self>,
        mut io: Box<dyn TunnelBytes>,
        mut stopping: Pin<Box<dyn Future<Output = ()> + Send>>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let Self(site, from) = *self;
        Box::pin(async move {
            let from = from.expect("a peer");
            let greeting = format!("{site} from {from}\n");
            io.write_all(greeting.as_bytes()).await.expect("written");
            let mut piece = [0; 64];
            loop {
                tokio::select! {
                    () = stopping.as_mut() => {
                        io.write_all(b"bye").await.expect("written");
                        return;
                    }
                    read = io.read(&mut piece) => match read {
                        Ok(count @ 1..) => io.write_all(&piece[..count]).await.expect("written"),
                        _ => return,
                    }
                }
            }
        })
    }
}

fn upgrade(site: &str) -> String {
    format!(
        "GET /connector/v1/{site} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-protocol: entryway.tunnel\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

async fn until(stream: &mut TcpStream, end: &str) -> String {
    let mut read = String::new();
    let reading = async {
        while !read.ends_with(end) {
            read.push(char::from(stream.read_u8().await.expect("more")));
        }
    };
    timeout(SOON, reading).await.expect("in time");
    read
}

async fn opened(server: &Server) -> TcpStream {
    let mut stream = server.connect().await;
    // What follows the request at once belongs to the tunnel.
    let asked = upgrade("plant-a") + "early";
    stream.write_all(asked.as_bytes()).await.expect("written");
    let head = until(&mut stream, "\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    assert!(head.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert!(head.contains("sec-websocket-protocol: entryway.tunnel"));
    let greeting = until(&mut stream, "\nearly").await;
    assert_eq!(greeting, "plant-a from 127.0.0.1\nearly");
    stream
}

async fn status(server: &Server, request: &str) -> String {
    let mut stream = server.connect().await;
    stream.write_all(request.as_bytes()).await.expect("written");
    let head = until(&mut stream, "\r\n\r\n").await;
    head[9..12].to_owned()
}

#[tokio::test]
async fn what_is_no_tunnel_is_told_so() {
    let server = Server::speaking(Limits::default(), None).await;
    let plain = "GET /connector/v1/plant-a HTTP/1.1\r\nhost: x\r\n\r\n";
    assert_eq!(status(&server, plain).await, "426");
    assert_eq!(status(&server, &upgrade("nowhere")).await, "404");
    assert_eq!(status(&server, &upgrade("full")).await, "503");
}

#[tokio::test]
async fn a_tunnel_takes_no_place_of_a_connection_and_outlives_its_limits() {
    let limits = Limits {
        connections: 1,
        tunnels: 1,
        head: Duration::from_millis(100),
        ..Limits::default()
    };
    let server = Server::speaking(limits, None).await;
    let mut tunnel = opened(&server).await;
    assert_eq!(status(&server, &upgrade("plant-a")).await, "503");
    // A silent connection is ended when its time is over, and the next one's begins then.
    for _ in 0..4 {
        let mut silent = server.connect().await;
        let ended = timeout(SOON, silent.read(&mut [0; 8])).await;
        assert!(matches!(ended, Ok(Ok(0))), "{ended:?}");
    }
    tunnel.write_all(b"still here").await.expect("written");
    assert_eq!(until(&mut tunnel, "here").await, "still here");
    drop(tunnel);
    // Its place is free again.
    let again = async {
        loop {
            let mut stream = server.connect().await;
            stream
                .write_all(upgrade("plant-a").as_bytes())
                .await
                .expect("written");
            if until(&mut stream, "\r\n\r\n")
                .await
                .starts_with("HTTP/1.1 101")
            {
                break;
            }
        }
    };
    timeout(SOON, again).await.expect("in time");
}

#[tokio::test]
async fn a_server_that_stops_says_goodbye_through_its_tunnels() {
    let mut server = Server::speaking(Limits::default(), None).await;
    let mut tunnel = opened(&server).await;
    server.stop();
    assert_eq!(until(&mut tunnel, "bye").await, "bye");
    assert_eq!(server.ended().await.cut, 0);
}
