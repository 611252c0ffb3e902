//! The application that logs people in: over the API, sealing as a page does.

use crate::bench::{answer_in, cpu};
use crate::prove::gateway::TOKEN;
use anyhow::{Context, Result, bail, ensure};
use bytes::{Buf, BytesMut};
use entryway_bridge::ports::Seal as _;
use entryway_bridge::{Challenge, Purpose, Sealed, pad};
use entryway_tunnel::crypto::PageSeal;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A kept connection.
pub(in crate::prove) struct Slot {
    stream: TcpStream,
    input: BytesMut,
    address: SocketAddr,
}

/// What came of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::prove) enum Seen {
    Accepted,
    Refused,
    /// No verdict, and this fault.
    Fault(String),
    /// Another refusal than that of the password.
    Other(String),
    /// No answer that could be understood.
    Nothing(String),
}

impl Seen {
    fn of(answer: &Value) -> Self {
        let text = |key: &str| answer.get(key).and_then(Value::as_str);
        if let Some(fault) = text("fault") {
            return Self::Fault(fault.to_owned());
        }
        match (text("decision"), text("reason")) {
            (Some("accept"), _) => Self::Accepted,
            (Some("reject"), Some("wrong_password")) => Self::Refused,
            (Some(_), _) => Self::Other(answer.to_string()),
            (None, _) => Self::Nothing(answer.to_string()),
        }
    }
}

/// How a password is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// To a gateway that asks the directory itself.
    Clear,
    /// Sealed for a site's connector.
    Sealed,
}

impl Slot {
    pub(in crate::prove) async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            input: BytesMut::with_capacity(4096),
            address,
        })
    }

    /// What a password of that name is sealed with.
    pub(in crate::prove) async fn challenge(&mut self, name: &str) -> Result<Value> {
        let body = json!({ "login_name": name });
        self.ask("/api/v1/login/challenge", &body).await
    }

    /// Logs somebody in with what was [asked](Self::challenge) for. It is asked once.
    pub(in crate::prove) async fn log_in_with(
        &mut self,
        challenged: &Value,
        name: &str,
        password: &str,
    ) -> Seen {
        if let Some(fault) = challenged.get("fault").and_then(Value::as_str) {
            return Seen::Fault(fault.to_owned());
        }
        let body = match seal(challenged, password) {
            Ok(sealed) => json!({ "login_name": name, "sealed": sealed }),
            Err(error) => return Seen::Nothing(format!("{error:#}")),
        };
        match self.ask("/api/v1/login", &body).await {
            Ok(answer) => Seen::of(&answer),
            Err(error) => Seen::Nothing(format!("{error:#}")),
        }
    }

    /// Whether somebody is let in; anything but a verdict is an error.
    pub(super) async fn log_in(
        &mut self,
        shown: Shown,
        name: &str,
        password: &str,
    ) -> Result<bool> {
        let body = match shown {
            Shown::Clear => json!({ "login_name": name, "password": password }),
            Shown::Sealed => {
                let challenged = self.challenge(name).await?;
                json!({ "login_name": name, "sealed": seal(&challenged, password)? })
            }
        };
        let answer = self.ask("/api/v1/login", &body).await?;
        match answer.get("decision").and_then(Value::as_str) {
            Some("accept") => Ok(true),
            Some("reject") => Ok(false),
            _ => bail!("expected a verdict about `{name}`, found {answer}"),
        }
    }

    pub(super) async fn ask(&mut self, path: &str, body: &Value) -> Result<Value> {
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {TOKEN}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        loop {
            if let Some((head, length)) = answer_in(&self.input)? {
                let whole = self.input.split_to(head + length);
                let body = whole.get(head..).unwrap_or_default();
                return serde_json::from_slice(body)
                    .with_context(|| format!("found {}", String::from_utf8_lossy(&whole)));
            }
            if self.stream.read_buf(&mut self.input).await? == 0 {
                self.input.advance(self.input.len());
                bail!("the connection was closed");
            }
        }
    }
}

/// Seals for each connector that may be asked.
pub(super) fn seal(challenged: &Value, password: &str) -> Result<Vec<Sealed>> {
    let text = |key: &str| challenged.get(key).and_then(Value::as_str);
    let audience =
        text("audience").with_context(|| format!("nothing to seal with: {challenged}"))?;
    let login_name = text("login_name").context("a challenge without a name")?;
    let challenges = challenged.get("challenges").and_then(Value::as_array);
    let padded = pad(password.as_bytes()).context("a password that is too long")?;
    let mut sealed = Vec::new();
    for challenge in challenges.into_iter().flatten() {
        let challenge = serde_json::from_value(challenge.clone())?;
        sealed.push(seal_for(&challenge, audience, login_name, &padded)?);
    }
    ensure!(!sealed.is_empty(), "nothing to seal with: {challenged}");
    Ok(sealed)
}

/// Seals for one connector what was padded.
pub(super) fn seal_for(
    challenge: &Challenge,
    audience: &str,
    login_name: &str,
    padded: &[u8],
) -> Result<Sealed> {
    let bound = challenge.bind(Purpose::Login, audience, login_name);
    let (enc, ciphertext) = PageSeal.seal(&challenge.key.0, &bound.info, &bound.aad, padded)?;
    Ok(Sealed {
        connector: challenge.connector,
        key_id: challenge.key_id,
        nonce: challenge.nonce.clone(),
        enc,
        ciphertext,
    })
}

/// What a round gave.
#[derive(Debug, Clone)]
pub(super) struct Round {
    pub(super) per_second: f64,
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    /// Seconds for 1,000 logins: of the driver first, then of each watched program.
    pub(super) cpu: Vec<f64>,
}

/// A login: the name as typed and the password.
pub(super) type Login = (String, &'static str);

/// As many logins as go with so many in flight. `login` says what number N of a slot is, and all of them are let in.
pub(super) async fn round(
    address: SocketAddr,
    shown: Shown,
    in_flight: usize,
    measured: Duration,
    watched: &[u32],
    login: impl Fn(usize, usize) -> Login,
) -> Result<Round> {
    let begin = Instant::now() + measured / 10;
    let end = begin + measured;
    let took = RefCell::new(Vec::new());
    let slots: FuturesUnordered<_> = (0..in_flight)
        .map(|slot| {
            let (took, login) = (&took, &login);
            async move {
                let mut connection = Slot::connect(address).await?;
                for number in 0.. {
                    let started = Instant::now();
                    if started >= end {
                        break;
                    }
                    let (name, password) = login(slot, number);
                    let is_in = connection.log_in(shown, &name, password).await?;
                    ensure!(is_in, "`{name}` is not let in");
                    let now = Instant::now();
                    if started >= begin && now < end {
                        took.borrow_mut().push(now - started);
                    }
                }
                anyhow::Ok(())
            }
        })
        .collect();
    let used = async {
        let read = || -> Result<Vec<Duration>> {
            let own = std::process::id();
            std::iter::once(&own)
                .chain(watched)
                .map(|pid| cpu(*pid))
                .collect()
        };
        tokio::time::sleep_until(begin.into()).await;
        let before = read()?;
        tokio::time::sleep_until(end.into()).await;
        let after = read()?;
        anyhow::Ok((before, after))
    };
    let all = async {
        let mut slots = slots;
        while let Some(done) = slots.next().await {
            done?;
        }
        anyhow::Ok(())
    };
    let ((), (before, after)) = tokio::try_join!(all, used)?;
    let mut took = took.into_inner();
    ensure!(!took.is_empty(), "no login ended in the measured time");
    took.sort_unstable();
    let thousands = took.len() as f64 / 1000.0;
    let at = |per_cent: usize| took.get(took.len() * per_cent / 100).copied();
    Ok(Round {
        per_second: took.len() as f64 / measured.as_secs_f64(),
        p50: at(50).unwrap_or_default(),
        p99: at(99).unwrap_or_default(),
        cpu: (after.iter().zip(before))
            .map(|(after, before)| (*after - before).as_secs_f64() / thousands)
            .collect(),
    })
}
