//! An application hears over TLS that a session has ended.

use super::*;
use crate::sso::flow::claims;
use entryway_testdir::{Authority, Identity};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::timeout;

/// Takes one message and answers it; what it said.
async fn hear(listener: &TcpListener, identity: &Identity, answer: &str) -> String {
    let acceptor = tokio_rustls::TlsAcceptor::from(identity.config());
    let (stream, _) = listener.accept().await.expect("a connection");
    let mut stream = acceptor.accept(stream).await.expect("TLS");
    let mut heard = String::new();
    let mut bytes = [0; 4096];
    while !heard.contains("logout_token=") || heard.ends_with("logout_token=") {
        let count = stream.read(&mut bytes).await.expect("a request");
        heard += std::str::from_utf8(&bytes[..count]).expect("text");
    }
    let head = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("an answer");
    stream.shutdown().await.expect("an end");
    heard
}

fn start(world: &World, port: u16) -> Daemon {
    let settings = std::fs::read_to_string(world.path("entryway.toml")).expect("text");
    let told =
        format!("[client.app]\nbackchannel_logout_uri = \"https://localhost:{port}/ended?x=1\"");
    world.write("entryway.toml", &settings.replace("[client.app]", &told));
    let mut command = world.command(&["serve", "--log-format", "json"]);
    command.env("SSL_CERT_FILE", world.path("apps.pem"));
    Daemon::of(command)
}

#[test]
fn an_application_is_told_that_a_session_has_ended() {
    let world = world();
    let authority = Authority::new().expect("an authority");
    world.write("apps.pem", authority.pem());
    let identity = authority.issue(&["localhost"]).expect("a certificate");
    let bound = world.runtime.block_on(TcpListener::bind("127.0.0.1:0"));
    let listener = bound.expect("a listener");
    let mut daemon = start(&world, listener.local_addr().expect("an address").port());
    let mut browser = Browser::new(&daemon);
    let tokens = redeem(&daemon, &code(&mut browser, &[])).json();
    let page = browser.get("/oidc/logout");
    browser.submit(&page, &[("action", "end")]);
    let heard = world.runtime.block_on(async {
        timeout(crate::world::SOON, hear(&listener, &identity, "200 OK")).await
    });
    let heard = heard.expect("a message");
    assert!(heard.starts_with("POST /ended?x=1 HTTP/1.1\r\n"), "{heard}");
    let (_, token) = heard.split_once("logout_token=").expect("a token");
    let (told, id) = (claims(&json!(token)), claims(&tokens["id_token"]));
    assert_eq!(
        (&told["sid"], &told["sub"], &told["aud"]),
        (&id["sid"], &id["sub"], &json!("app"))
    );
    assert!(told["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());
    assert!(told.get("nonce").is_none());
    assert_eq!(daemon.event("sso.client_told")["client"], "app");
}
