//! As much of an HTTP/1.1 client as the tests need: one request, one connection.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Talks to one server.
#[derive(Debug, Clone)]
pub struct HttpClient {
    address: SocketAddr,
    token: Option<String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The header lines, as they came.
    pub head: String,
    /// The body, where it is text.
    pub body: String,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Response {
    /// A header's value, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let found = lines.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.body)
            .with_context(|| format!("expected JSON, found `{}`", self.body))
    }
}

impl HttpClient {
    /// With a bearer token, or without.
    pub fn new(address: SocketAddr, token: Option<&str>) -> Self {
        Self {
            address,
            token: token.map(str::to_owned),
        }
    }

    /// Where it asks.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it shows.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// GET.
    pub fn get(&self, path: &str) -> Result<Response> {
        self.send("GET", path, "", "")
    }

    /// GET with a further header line.
    pub fn get_with(&self, path: &str, header: &str) -> Result<Response> {
        self.send("GET", path, &format!("{header}\r\n"), "")
    }

    /// POST of a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Result<Response> {
        self.send("POST", path, "", &body.to_string())
    }

    fn send(&self, method: &str, path: &str, more: &str, body: &str) -> Result<Response> {
        let mut stream = TcpStream::connect(self.address)
            .with_context(|| format!("cannot connect to {}", self.address))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let bearer = self
            .token
            .as_ref()
            .map(|token| format!("authorization: Bearer {token}\r\n"))
            .unwrap_or_default();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{bearer}{more}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )?;
        let mut bytes = Vec::new();
        stream
            .read_to_end(&mut bytes)
            .with_context(|| format!("no whole answer to {method} {path}"))?;
        parse(&bytes)
    }
}

fn parse(bytes: &[u8]) -> Result<Response> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        bail!(
            "expected a head and a body, found `{}`",
            String::from_utf8_lossy(bytes)
        )
    };
    let (head, body) = bytes.split_at(end);
    let body = body.get(4..).unwrap_or_default();
    let head = str::from_utf8(head).context("expected a head in UTF-8")?;
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    let Some(status) = status else {
        bail!("expected a status line, found `{head}`")
    };
    if head
        .to_ascii_lowercase()
        .contains("transfer-encoding: chunked")
    {
        bail!("expected a body with its length, found a chunked one");
    }
    Ok(Response {
        status,
        head: head.to_owned(),
        body: String::from_utf8_lossy(body).into_owned(),
        bytes: body.to_owned(),
    })
}
