//! Load: so many logins in flight, or so many a second, and how long each took.

use super::settings::Settings;
use super::usage;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, mpsc};

/// One slot's way to log people in, one after the other.
pub(super) trait Client {
    /// Logs person number `person` in; anything but being let in is an error.
    async fn login(&mut self, person: u32) -> Result<()>;
}

/// What a round gave.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measured {
    /// Finished inside the measured time.
    pub(super) logins: u64,
    /// The measured time.
    pub(super) took: Duration,
    /// Half of the logins took no longer.
    pub(super) p50: Duration,
    /// All but one in a hundred took no longer.
    pub(super) p99: Duration,
    /// CPU time of the driver itself.
    pub(super) own_cpu: Duration,
    /// CPU time of each watched program.
    pub(super) watched_cpu: Vec<Duration>,
}

impl Measured {
    /// Logins per second.
    pub(super) fn rate(&self) -> f64 {
        self.logins as f64 / self.took.as_secs_f64()
    }

    /// One object.
    pub(super) fn to_json(&self) -> Value {
        let micros = |time: &Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        json!({
            "logins": self.logins,
            "took_us": micros(&self.took),
            "p50_us": micros(&self.p50),
            "p99_us": micros(&self.p99),
            "own_cpu_us": micros(&self.own_cpu),
            "watched_cpu_us": self.watched_cpu.iter().map(micros).collect::<Vec<_>>(),
        })
    }

    /// Reads [`Measured::to_json`].
    pub(super) fn from_json(value: &Value) -> Option<Self> {
        let micros = |key: &str| {
            value
                .get(key)
                .and_then(Value::as_u64)
                .map(Duration::from_micros)
        };
        let watched = value.get("watched_cpu_us")?.as_array()?;
        Some(Self {
            logins: value.get("logins")?.as_u64()?,
            took: micros("took_us")?,
            p50: micros("p50_us")?,
            p99: micros("p99_us")?,
            own_cpu: micros("own_cpu_us")?,
            watched_cpu: watched
                .iter()
                .filter_map(Value::as_u64)
                .map(Duration::from_micros)
                .collect(),
        })
    }
}

/// When a round is measured, and what it has seen.
struct Round {
    begin: Instant,
    end: Instant,
    people: u32,
    slots: u32,
    /// Microseconds of each login that began and ended inside the measured time.
    latencies: Cell<Vec<u32>>,
    finished: Cell<u64>,
}

impl Round {
    /// One of a slot's own people: somebody who logs in twice at once is soon throttled.
    fn person(&self, slot: u64, random: u64) -> u32 {
        let own = (slot - 1) % u64::from(self.people);
        let turns = u64::from((self.people / self.slots).max(1));
        let number = own + u64::from(self.slots) * (random % turns);
        1 + u32::try_from(number).unwrap_or_default()
    }
}

/// Runs one round with these clients, one per login in flight.
pub(super) async fn run<C: Client>(clients: Vec<C>, settings: &Settings) -> Result<Measured> {
    let begin = Instant::now() + settings.measured / 10;
    let round = Rc::new(Round {
        begin,
        end: begin + settings.measured,
        people: settings.people,
        slots: u32::try_from(clients.len()).unwrap_or(u32::MAX).max(1),
        latencies: Cell::default(),
        finished: Cell::default(),
    });
    let starts = settings
        .rate
        .map(|rate| Rc::new(Mutex::new(pace(rate, round.end))));
    let mut slots = Vec::new();
    for (seed, client) in (1u64..).zip(clients) {
        slots.push(slot(client, Rc::clone(&round), starts.clone(), seed));
    }
    let (slots, used) = tokio::join!(all(slots), used(&round, &settings.watched));
    slots?;
    let (own_cpu, watched_cpu) = used?;
    let mut latencies = round.latencies.take();
    latencies.sort_unstable();
    Ok(Measured {
        logins: round.finished.get(),
        took: settings.measured,
        p50: quantile(&latencies, 0.50)
            .context("no login began and ended inside the measured time")?,
        p99: quantile(&latencies, 0.99)
            .context("no login began and ended inside the measured time")?,
        own_cpu,
        watched_cpu,
    })
}

/// All slots at once, each polled only when it can go on.
async fn all(slots: Vec<impl Future<Output = Result<()>>>) -> Result<()> {
    let mut set = futures_util::stream::FuturesUnordered::from_iter(slots);
    while let Some(done) = futures_util::StreamExt::next(&mut set).await {
        done?;
    }
    Ok(())
}

async fn slot<C: Client>(
    mut client: C,
    round: Rc<Round>,
    starts: Option<Rc<Mutex<mpsc::UnboundedReceiver<Instant>>>>,
    seed: u64,
) -> Result<()> {
    let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    loop {
        let start = match &starts {
            // Counted from when it should have begun, so that waiting for a slot is part of it.
            Some(starts) => match starts.lock().await.recv().await {
                Some(start) => start,
                None => return Ok(()),
            },
            None => Instant::now(),
        };
        if start >= round.end {
            return Ok(());
        }
        random = after(random);
        client.login(round.person(seed, random)).await?;
        let now = Instant::now();
        if now >= round.begin && now < round.end {
            round.finished.set(round.finished.get() + 1);
            if start >= round.begin {
                let mut latencies = round.latencies.take();
                latencies.push(u32::try_from((now - start).as_micros()).unwrap_or(u32::MAX));
                round.latencies.set(latencies);
            }
        }
    }
}

/// The next of a series that looks random; never 0 after anything but 0.
fn after(mut random: u64) -> u64 {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    random
}

/// Puts them into an order that looks random, and is the same every time.
pub(crate) fn shuffle<T>(all: &mut [T]) {
    let mut random = 0x9E37_79B9_7F4A_7C15;
    for end in (1..all.len()).rev() {
        random = after(random);
        let at = random % (u64::try_from(end).unwrap_or(u64::MAX) + 1);
        all.swap(end, usize::try_from(at).unwrap_or_default());
    }
}

/// Says when logins shall begin: every millisecond as many as fell due, which is as finely as the
/// runtime's timer ticks.
fn pace(rate: f64, end: Instant) -> mpsc::UnboundedReceiver<Instant> {
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::task::spawn_local(async move {
        let begin = Instant::now();
        let mut ticks = tokio::time::interval(Duration::from_millis(1));
        let mut begun = 0.0;
        while Instant::now() < end {
            ticks.tick().await;
            let now = Instant::now();
            let due = (now - begin).as_secs_f64() * rate;
            while begun < due {
                begun += 1.0;
                if sender.send(now).is_err() {
                    return;
                }
            }
        }
    });
    receiver
}

/// CPU time of this program and the watched ones inside the measured time.
async fn used(round: &Round, watched: &[u32]) -> Result<(Duration, Vec<Duration>)> {
    let now = || -> Result<Vec<Duration>> {
        std::iter::once(&std::process::id())
            .chain(watched)
            .map(|pid| usage::cpu(*pid))
            .collect()
    };
    tokio::time::sleep_until(round.begin.into()).await;
    let before = now()?;
    tokio::time::sleep_until(round.end.into()).await;
    let mut used = now()?
        .into_iter()
        .zip(before)
        .map(|(after, before)| after - before);
    let own = used.next().context("nothing was counted")?;
    Ok((own, used.collect()))
}

fn quantile(sorted: &[u32], part: f64) -> Option<Duration> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index far below 2^52"
    )]
    let at = ((sorted.len() as f64 * part) as usize).min(sorted.len().checked_sub(1)?);
    sorted
        .get(at)
        .map(|micros| Duration::from_micros(u64::from(*micros)))
}

#[cfg(test)]
mod tests {
    use super::{Measured, Round, quantile};
    use std::cell::Cell;
    use std::collections::BTreeSet;
    use std::time::{Duration, Instant};

    fn people_of(slot: u64, slots: u32) -> BTreeSet<u32> {
        let round = Round {
            begin: Instant::now(),
            end: Instant::now(),
            people: 10,
            slots,
            latencies: Cell::default(),
            finished: Cell::default(),
        };
        (0..100).map(|random| round.person(slot, random)).collect()
    }

    #[test]
    fn slots_share_nobody() {
        assert_eq!(people_of(1, 4), BTreeSet::from([1, 5]));
        assert_eq!(people_of(4, 4), BTreeSet::from([4, 8]));
        assert_eq!(people_of(10, 10), BTreeSet::from([10]));
        // Unless there are more of them than people.
        assert_eq!(people_of(11, 20), BTreeSet::from([1]));
    }

    #[test]
    fn quantiles() {
        let sorted: Vec<u32> = (0..200).collect();
        assert_eq!(quantile(&sorted, 0.5), Some(Duration::from_micros(100)));
        assert_eq!(quantile(&sorted, 0.99), Some(Duration::from_micros(198)));
        assert_eq!(quantile(&[7], 0.99), Some(Duration::from_micros(7)));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn what_was_measured_round_trips() {
        let ms = Duration::from_millis;
        let measured = Measured {
            logins: 9,
            took: ms(3000),
            p50: ms(1),
            p99: ms(7),
            own_cpu: ms(10),
            watched_cpu: vec![ms(20), ms(30)],
        };
        assert_eq!(Measured::from_json(&measured.to_json()), Some(measured));
    }
}
