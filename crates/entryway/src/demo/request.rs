//! The demo's application: one login over one HTTP connection.

use anyhow::Context;
use entryway_testdir::demo::WalkLogin;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What the application was told.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) decision: String,
    /// Who the person is, or the sentence to show to them.
    pub(super) told: String,
}

/// Asks for a login, as an application would.
pub(super) async fn login(
    gateway: SocketAddr,
    token: &str,
    login: &WalkLogin,
) -> anyhow::Result<Answer> {
    let body = json!({ "login_name": login.name, "password": login.password }).to_string();
    let request = format!(
        "POST /api/v1/login HTTP/1.1\r\nhost: {gateway}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(gateway)
        .await
        .context("the gateway cannot be reached")?;
    stream.write_all(request.as_bytes()).await?;
    let mut response = String::new();
    stream
        .read_to_string(&mut response)
        .await
        .context("the gateway does not answer")?;
    let (head, body) = response
        .split_once("\r\n\r\n")
        .context("the gateway's answer is no HTTP")?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .context("the gateway's answer has no status")?;
    let answer: Value = serde_json::from_str(body).context("the gateway's answer is no JSON")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let session = answer.get("session");
    let told = session.map_or_else(
        || answer.get("message").or(answer.get("detail")),
        |session| session.get("subject"),
    );
    Ok(Answer {
        status,
        decision: answer.get("decision").map(text).unwrap_or_default(),
        told: told.map(text).unwrap_or_default(),
    })
}
