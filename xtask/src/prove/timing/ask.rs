//! Logins of every kind in random order, so many at once, and how long each took to be answered.

use super::refusal::Refusal;
use super::stage::Started;
use crate::bench::{answer_in, shuffle};
use anyhow::{Context, Result, bail, ensure};
use bytes::BytesMut;
use entryway_conformance::{Deadline, until};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What came of it.
#[derive(Debug)]
pub(super) struct Times {
    /// Milliseconds of each kind.
    pub(super) of: BTreeMap<Refusal, Vec<f64>>,
    /// Logins that came to another reason than was meant, and so are in no list.
    pub(super) astray: usize,
    faces: BTreeSet<String>,
}

impl Times {
    /// Every answer that was seen, without its id and date.
    pub(super) fn faces(&self) -> impl Iterator<Item = &String> {
        self.faces.iter()
    }
}

struct Sample {
    refusal: Refusal,
    ms: f64,
    id: String,
}

/// What the slots share.
struct Work<'a> {
    address: SocketAddr,
    token: &'static str,
    run: u32,
    order: &'a [(Refusal, u32)],
    next: Cell<usize>,
    samples: RefCell<Vec<Sample>>,
    faces: RefCell<BTreeSet<String>>,
}

/// Asks `samples` times for each kind, `in_flight` at once.
pub(super) fn all(gateway: &Started, samples: u32, in_flight: usize) -> Result<Times> {
    let each = |refusal| (0..samples).map(move |at| (refusal, at));
    let mut order: Vec<_> = Refusal::ALL.into_iter().flat_map(each).collect();
    // What was asked before and beside a login must say nothing of its kind.
    shuffle(&mut order);
    let work = Work {
        address: gateway.serving.address(),
        token: gateway.token(),
        run: gateway.run,
        order: &order,
        next: Cell::new(0),
        samples: RefCell::default(),
        faces: RefCell::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(async {
        let slots = (0..in_flight.min(order.len())).map(|_| slot(&work));
        futures_util::future::try_join_all(slots).await
    })?;
    let (samples, faces) = (work.samples.into_inner(), work.faces.into_inner());
    sort_out(gateway, samples, faces)
}

async fn slot(work: &Work<'_>) -> Result<()> {
    let mut stream = TcpStream::connect(work.address).await?;
    stream.set_nodelay(true)?;
    let mut input = BytesMut::with_capacity(4096);
    while let Some((refusal, at)) = work.order.get(work.next.get()).copied() {
        work.next.set(work.next.get() + 1);
        let request = request(work, refusal, at);
        input.clear();
        let begin = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        let length = loop {
            if let Some((head, body)) = answer_in(&input)? {
                break head + body;
            }
            if stream.read_buf(&mut input).await? == 0 {
                bail!("the gateway closed the connection");
            }
        };
        let ms = begin.elapsed().as_secs_f64() * 1000.0;
        ensure!(length == input.len(), "expected one answer, found more");
        let (face, id) = face(&String::from_utf8_lossy(&input))?;
        // Nearly always it is known already.
        if !work.faces.borrow().contains(&face) {
            work.faces.borrow_mut().insert(face);
        }
        let mut samples = work.samples.borrow_mut();
        samples.push(Sample { refusal, ms, id });
    }
    Ok(())
}

fn request(work: &Work<'_>, refusal: Refusal, at: u32) -> String {
    let (name, password) = refusal.login(at, work.run);
    let address = refusal.address(at);
    let body = format!(
        "{{\"login_name\":\"{name}\",\"password\":\"{password}\",\"client_address\":\"{address}\"}}"
    );
    format!(
        "POST /api/v1/login HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        work.address,
        work.token,
        body.len()
    )
}

/// An answer as everybody else's must look, and the id that only this one has.
fn face(answer: &str) -> Result<(String, String)> {
    const ID: &str = "\"id\":\"";
    let (before, rest) = answer
        .split_once(ID)
        .with_context(|| format!("expected an answer with an id, found `{answer}`"))?;
    let (id, after) = rest.split_once('"').context("the id has no end")?;
    let lines = before.split_inclusive('\n');
    let undated = lines.filter(|line| !line.to_ascii_lowercase().starts_with("date:"));
    let before: String = undated.collect();
    Ok((format!("{before}{ID}\"{after}"), id.to_owned()))
}

/// Puts each time to the reason that the gateway's log gives for it.
fn sort_out(gateway: &Started, samples: Vec<Sample>, faces: BTreeSet<String>) -> Result<Times> {
    let codes = until("the log names every login", Deadline::seconds(20), || {
        let codes = codes(&gateway.serving.log());
        Ok(samples
            .iter()
            .all(|sample| codes.contains_key(&sample.id))
            .then_some(codes))
    })?;
    let mut times = Times {
        of: BTreeMap::new(),
        astray: 0,
        faces,
    };
    let mut astray = BTreeSet::new();
    for Sample { refusal, ms, id } in samples {
        let code = codes.get(&id).map_or("no reason", String::as_str);
        if code == refusal.code() {
            times.of.entry(refusal).or_default().push(ms);
        } else {
            times.astray += 1;
            astray.insert(format!("`{code}` for `{}`", refusal.code()));
        }
    }
    // A few throttled people may have been let through once more; more than that is another experiment.
    let counted: usize = times.of.values().map(Vec::len).sum();
    ensure!(
        times.astray * 20 <= counted && times.of.len() == Refusal::ALL.len(),
        "{} logins came to another reason than was meant: {astray:?}",
        times.astray
    );
    Ok(times)
}

/// The code of each login, by its id.
fn codes(log: &str) -> HashMap<String, String> {
    let decided = log.lines().filter(|line| line.contains(" login.decided "));
    let pairs = decided.filter_map(|line| {
        let mut words = line.split(' ');
        let id = words.clone().find_map(|word| word.strip_prefix("id="))?;
        let code = words.find_map(|word| word.strip_prefix("code="))?;
        Some((id.to_owned(), code.to_owned()))
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::{codes, face};

    #[test]
    fn ids_and_dates_are_not_looked_at() {
        let answer = |id: &str, date: &str| {
            format!(
                "HTTP/1.1 200 OK\r\nDate: {date}\r\ncontent-length: 9\r\n\r\n{{\"decision\":\"reject\",\"id\":\"{id}\"}}"
            )
        };
        let (one, first) = face(&answer("0011", "today")).unwrap();
        let (other, second) = face(&answer("2233", "tomorrow")).unwrap();
        assert_eq!(one, other);
        assert_eq!((first.as_str(), second.as_str()), ("0011", "2233"));
        assert!(one.contains("content-length: 9"), "{one}");
        assert!(face("HTTP/1.1 503 \r\n\r\n").is_err());
    }

    #[test]
    fn reasons_are_read_from_the_log() {
        let log = "t info login.decided id=00ff decision=reject code=throttled login_name=\"code=x id=y\"\nt info config.applied id=1 code=2";
        let codes = codes(log);
        assert_eq!(codes.get("00ff").map(String::as_str), Some("throttled"));
        assert_eq!(codes.len(), 1);
    }
}
