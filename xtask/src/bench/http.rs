//! The HTTP driver: `POST /api/v1/login`, or look-ups, on kept connections, one per slot.

use super::driver::{Dialler, Stream};
use super::load::Client;
use super::settings::{Lookup, Settings};
use anyhow::{Context, Result, bail};
use bytes::{Buf, BytesMut};
use std::fmt::Write;
use std::rc::Rc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Opens the connections.
pub(super) async fn connect(settings: &Settings) -> Result<Vec<Slot>> {
    let dialler = Dialler::new(settings)?;
    let lookups: Rc<[Lookup]> = settings.lookups.clone().into();
    let mut shown = String::new();
    for (name, value) in &settings.headers {
        write!(shown, "{name}: {value}\r\n")?;
    }
    if shown.is_empty() {
        shown = format!("authorization: Bearer {}\r\n", settings.token);
    }
    let mut slots = Vec::new();
    for _ in 0..settings.in_flight {
        slots.push(Slot {
            stream: dialler.dial().await?,
            password: settings.password.clone(),
            with_address: settings.with_address,
            lookups: Rc::clone(&lookups),
            head: format!(" HTTP/1.1\r\nhost: {}\r\n{shown}", settings.address),
            output: String::new(),
            input: BytesMut::with_capacity(4096),
        });
    }
    Ok(slots)
}

/// One connection.
pub(super) struct Slot {
    stream: Box<dyn Stream>,
    password: String,
    with_address: bool,
    lookups: Rc<[Lookup]>,
    /// What stands behind the path.
    head: String,
    output: String,
    input: BytesMut,
}

impl Client for Slot {
    async fn login(&mut self, person: u32) -> Result<()> {
        let lookups = Rc::clone(&self.lookups);
        let at = usize::try_from(person.saturating_sub(1))?;
        match lookups.get(at) {
            Some(lookup) => self.look_up(lookup).await,
            None => self.log_in(person).await,
        }
    }
}

impl Slot {
    async fn log_in(&mut self, person: u32) -> Result<()> {
        let address = if self.with_address {
            format!(",\"client_address\":\"192.0.2.{}\"", person % 256)
        } else {
            String::new()
        };
        let body = format!(
            "{{\"login_name\":\"u{person:07}\",\"password\":\"{}\"{address}}}",
            self.password
        );
        self.output.clear();
        write!(
            self.output,
            "POST /api/v1/login{}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.head,
            body.len()
        )?;
        self.exchange(|answer, head, length| accepted(answer, head, length, person))
            .await
            .with_context(|| format!("expected `u{person:07}` to be let in"))
    }

    async fn look_up(&mut self, lookup: &Lookup) -> Result<()> {
        self.output.clear();
        write!(self.output, "GET {}{}\r\n", lookup.path, self.head)?;
        let is_right =
            |answer: &[u8], head, length| complete(answer, head, length, &lookup.expected);
        self.exchange(is_right)
            .await
            .with_context(|| format!("expected {} to tell `{}`", lookup.path, lookup.expected))
    }

    /// Sends what was written, and looks whether the answer is right.
    async fn exchange(&mut self, is_right: impl Fn(&[u8], usize, usize) -> bool) -> Result<()> {
        self.stream.write_all(self.output.as_bytes()).await?;
        loop {
            if let Some((head, length)) = answer(&self.input)? {
                if !is_right(&self.input, head, length) {
                    bail!("found {}", String::from_utf8_lossy(&self.input));
                }
                self.input.advance(head + length);
                return Ok(());
            }
            if self.stream.read_buf(&mut self.input).await? == 0 {
                bail!("the gateway closed the connection");
            }
        }
    }
}

/// The lengths of head and body of the answer in `input`, once it is whole.
pub(crate) fn answer(input: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(end) = find(input, b"\r\n\r\n") else {
        return Ok(None);
    };
    let head =
        str::from_utf8(input.get(..end).unwrap_or_default()).context("expected a head in UTF-8")?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    let Some(length) = length else {
        bail!("expected an answer with its length, found `{head}`")
    };
    let head = end + 4;
    Ok((input.len() >= head + length).then_some((head, length)))
}

/// Whether the answer lets in the very person that was asked for.
fn accepted(input: &[u8], head: usize, length: usize, person: u32) -> bool {
    let body = input.get(head..head + length).unwrap_or_default();
    input.starts_with(b"HTTP/1.1 200 ")
        && find(body, b"\"decision\":\"accept\"").is_some()
        && find(body, format!("\"name\":\"u{person:07}\"").as_bytes()).is_some()
}

/// Whether the answer tells what it must, and lacks nothing.
fn complete(input: &[u8], head: usize, length: usize, expected: &str) -> bool {
    let whole = input.get(..head + length).unwrap_or_default();
    let body = input.get(head..head + length).unwrap_or_default();
    input.starts_with(b"HTTP/1.1 200 ")
        && find(whole, expected.as_bytes()).is_some()
        && find(body, b"\"partial\":true").is_none()
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::{accepted, answer, complete};

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 55\r\n\r\n{\"decision\":\"accept\",\"session\":{\"name\":\"u0000007\",\"x\":1}}";

    #[test]
    fn an_answer_is_taken_when_it_is_whole() {
        let (head, length) = answer(ANSWER).unwrap().unwrap();
        assert_eq!((head, length), (39, 55));
        assert_eq!(answer(&ANSWER[..60]).unwrap(), None);
        assert!(answer(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }

    #[test]
    fn only_the_person_asked_for_counts() {
        assert!(accepted(ANSWER, 39, 55, 7));
        assert!(!accepted(ANSWER, 39, 55, 8));
    }

    #[test]
    fn only_a_whole_answer_with_what_was_asked_for_counts() {
        let whole = b"HTTP/1.1 200 OK\r\n\r\n{\"dn\":\"uid=a\",\"partial\":false}";
        let partial = b"HTTP/1.1 200 OK\r\n\r\n{\"dn\":\"uid=a\",\"partial\":true}";
        let head = 19;
        let body = |answer: &[u8]| answer.len() - head;
        assert!(complete(whole, head, body(whole), "\"uid=a\""));
        assert!(!complete(whole, head, body(whole), "\"uid=b\""));
        assert!(!complete(partial, head, body(partial), "\"uid=a\""));
    }
}
