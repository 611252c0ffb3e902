//! What the drivers of both ends do alike: moving bytes, asking whether the other end is there, telling the time.

use bytes::BytesMut;
use entryway_bridge::Text;
use entryway_bridge::message::Hello;
use entryway_bridge::{CAPABILITIES, VERSIONS};
use std::io;
use std::pin::Pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, Sleep, sleep_until};

/// Room for what is read at a time; a frame that is longer makes the buffer grow as its bytes come.
const READ: usize = 8 << 10;
/// Between two questions whether the other end is there, on average.
const PING_EVERY: Duration = Duration::from_secs(20);
/// An answer that takes longer is missing.
const PONG_WITHIN: Duration = Duration::from_secs(10);
/// So many may be missing before the other end counts as gone.
const MISSED: u32 = 2;
/// How long the other end has to take the last words.
pub(crate) const LAST_WORDS: Duration = Duration::from_secs(2);

/// How often the other end is asked for a sign of life. The default suits tunnels through the web; tests are quicker.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between two pings, on average: the jitter is a quarter of it either way.
    pub every: Duration,
    /// How long a pong may take.
    pub within: Duration,
    /// How long each step of the greeting may take.
    pub greeting: Duration,
    /// How long whoever is asked may say nothing before a ping is sent, and how long then before it counts as silent.
    pub quiet: Duration,
    /// How long a request that was cancelled may keep its place at a connector before its tunnel is given up.
    pub cancelled: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            every: PING_EVERY,
            within: PONG_WITHIN,
            greeting: Duration::from_secs(15),
            quiet: Duration::from_secs(1),
            cancelled: Duration::from_secs(60),
        }
    }
}

/// Reads what has come; the end of the stream is an error.
pub(crate) async fn pull(
    read: &mut (impl AsyncRead + Unpin),
    input: &mut BytesMut,
) -> io::Result<()> {
    input.reserve(READ);
    match read.read_buf(input).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

/// Writes what waits, and flushes. What is left when this is dropped is written by the next one.
pub(crate) async fn push(
    write: &mut (impl AsyncWrite + Unpin),
    out: &mut BytesMut,
    unflushed: &mut bool,
) -> io::Result<()> {
    while !out.is_empty() {
        *unflushed = true;
        if write.write_buf(out).await? == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
    }
    write.flush().await?;
    *unflushed = false;
    Ok(())
}

/// Resolves at a moment that is moved now and then: a timer that is set anew only where it was.
pub(crate) struct Alarm(Pin<Box<Sleep>>);

impl Alarm {
    pub(crate) fn new() -> Self {
        Self(Box::pin(sleep_until(Instant::now())))
    }
    pub(crate) async fn at(&mut self, moment: Instant) {
        if self.0.deadline() != moment {
            self.0.as_mut().reset(moment);
        }
        self.0.as_mut().await;
    }
}

/// Writes all that waits, within a moment: the last words.
pub(crate) async fn finish(write: &mut (impl AsyncWrite + Unpin), out: &mut BytesMut) {
    let all = async {
        write.write_all_buf(out).await?;
        write.flush().await?;
        write.shutdown().await
    };
    // Whoever does not take them does not get them.
    let _ = tokio::time::timeout(LAST_WORDS, all).await;
}

/// Sends what waits below, and ends when the other end has: what comes meanwhile nobody reads, and a connection that is
/// closed over it is reset, which can take the last words away again.
pub(crate) async fn part(io: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    let all = async {
        io.flush().await?;
        io.shutdown().await?;
        let mut unheard = [0; 1 << 10];
        while io.read(&mut unheard).await? > 0 {}
        Ok::<_, io::Error>(())
    };
    // It may be gone already.
    let _ = tokio::time::timeout(LAST_WORDS, all).await;
}

pub(crate) fn hello(software: &str) -> Hello {
    Hello {
        versions: VERSIONS.to_vec(),
        capabilities: CAPABILITIES.iter().copied().map(Text::cut).collect(),
        software: Text::cut(software),
        time_ms: unix_ms(SystemTime::now()),
        counted_in: None,
    }
}

pub(crate) fn unix_ms(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// By how much the other end's clock is ahead of ours, in milliseconds; below zero where it is behind.
pub(crate) fn ahead_ms(theirs: u64, ours: u64) -> i64 {
    let apart = i64::try_from(theirs.abs_diff(ours)).unwrap_or(i64::MAX);
    if theirs >= ours { apart } else { -apart }
}

/// The questions whether the other end is there.
pub(crate) struct Pulse {
    pace: Pace,
    token: u64,
    /// The one that is asked and when, if its answer is missing.
    asked: Option<Instant>,
    missed: u32,
    pub(crate) due: Instant,
}

/// What is due.
pub(crate) enum Beat {
    /// Ask with this.
    Ping(u64),
    /// Nobody is there.
    Gone,
}

impl Pulse {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            pace,
            token: 0,
            asked: None,
            missed: 0,
            due: Instant::now() + jittered(pace.every),
        }
    }
    /// When `due` has come.
    pub(crate) fn beat(&mut self) -> Beat {
        if self.asked.take().is_some() {
            self.missed += 1;
            if self.missed >= MISSED {
                return Beat::Gone;
            }
        }
        let now = Instant::now();
        self.token += 1;
        self.asked = Some(now);
        self.due = now + self.pace.within;
        Beat::Ping(self.token)
    }
    /// The next one is due now, unless one is on its way.
    pub(crate) fn hurry(&mut self) {
        if self.asked.is_none() {
            self.due = Instant::now();
        }
    }
    /// The answer has come; how long it took.
    pub(crate) fn pong(&mut self, token: u64) -> Option<Duration> {
        if token != self.token {
            return None;
        }
        let asked = self.asked.take()?;
        self.missed = 0;
        self.due = Instant::now() + jittered(self.pace.every);
        Some(asked.elapsed())
    }
}

/// Around `mean`, a quarter of it either way: what many were told to do at once they do one after the other.
fn jittered(mean: Duration) -> Duration {
    mean.mul_f64(0.75 + 0.5 * share())
}

/// Between 0 and 1.
pub(crate) fn share() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness they all come at once, which is no harm to anybody but the hub.
    let _ = getrandom::fill(&mut bytes);
    f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX)
}
