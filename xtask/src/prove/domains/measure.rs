//! What was measured, and what must hold of it.

use crate::prove::gateway::{DEADLINE, SLACK};
use crate::prove::meter::Reading;
use anyhow::{Context, Result};
use entryway_conformance::{Outcome, Sample};
use std::collections::BTreeMap;
use std::time::Duration;

/// The living domain's people, three ways.
#[derive(Default)]
pub(super) struct Rounds {
    /// At a gateway that knows no other domain.
    pub(super) alone: Series,
    /// Among the dead, of whom nobody asks.
    pub(super) among: Series,
    /// Among the dead, of whom others ask at the same time.
    pub(super) asked: Series,
}

/// Rounds of one way.
#[derive(Default)]
pub(super) struct Series {
    rounds: Vec<Times>,
    pub(super) logins: usize,
    /// Not the verdict that was due, or none.
    pub(super) astray: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    pub(super) longest: Duration,
}

impl Series {
    pub(super) fn add(&mut self, samples: Vec<Sample>) {
        let mut times: Vec<_> = samples.iter().map(|sample| sample.took).collect();
        times.sort_unstable();
        self.logins += samples.len();
        let astray = samples
            .iter()
            .filter(|sample| sample.outcome != Outcome::Due);
        self.astray
            .extend(astray.map(|sample| format!("{:?}", sample.outcome)));
        if let (Some(p50), Some(p99), Some(longest)) = (
            quantile(&times, 50),
            quantile(&times, 99),
            times.last().copied(),
        ) {
            self.rounds.push(Times { p50, p99, longest });
        }
    }

    /// The medians over the rounds, and the longest of all.
    pub(super) fn times(&self) -> Result<Times> {
        let median = |of: fn(&Times) -> Duration| {
            let mut all: Vec<_> = self.rounds.iter().map(of).collect();
            all.sort_unstable();
            all.get(all.len() / 2)
                .copied()
                .context("nothing was measured")
        };
        Ok(Times {
            p50: median(|times| times.p50)?,
            p99: median(|times| times.p99)?,
            longest: self
                .rounds
                .iter()
                .map(|times| times.longest)
                .max()
                .unwrap_or_default(),
        })
    }
}

fn quantile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// People of dead domains.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) logins: usize,
    pub(super) faults: BTreeMap<String, usize>,
    /// A verdict, which nobody can know, or nothing.
    pub(super) astray: Vec<String>,
    pub(super) late: usize,
    pub(super) longest: Duration,
}

impl Asked {
    pub(super) fn add(&mut self, samples: Vec<Sample>) {
        for sample in samples {
            self.logins += 1;
            self.longest = self.longest.max(sample.took);
            self.late += usize::from(sample.took > DEADLINE + SLACK);
            match sample.outcome {
                Outcome::Fault(fault) => *self.faults.entry(fault).or_default() += 1,
                other => self.astray.push(format!("{other:?}")),
            }
        }
    }
}

/// A gateway that nobody asks.
pub(super) struct Idle {
    pub(super) reading: Reading,
    /// Of one core.
    pub(super) cpu_share: f64,
}

/// Everything that is not as promised.
pub(super) fn broken(rounds: &Rounds, asked: &Asked, noise: Duration) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    let alone = rounds.alone.times()?;
    // Twice as long, and what else the machine does, is felt.
    let most = alone.p99 * 2 + noise;
    for (name, series) in [
        ("alone", &rounds.alone),
        ("among the dead", &rounds.among),
        ("beside people of dead domains", &rounds.asked),
    ] {
        if let Some(first) = series.astray.first() {
            let count = series.astray.len();
            broken.push(format!(
                "{name}: {count} logins without the verdict that was due, the first is {first}"
            ));
        }
        let p99 = series.times()?.p99;
        if p99 > most {
            broken.push(format!("{name}: p99 is {p99:?}, and {:?} alone", alone.p99));
        }
    }
    if let Some(first) = asked.astray.first() {
        broken.push(format!(
            "{} answers of dead domains are no faults, the first is {first}",
            asked.astray.len()
        ));
    }
    if asked.late > 0 {
        broken.push(format!(
            "{} people of dead domains waited beyond the deadline",
            asked.late
        ));
    }
    if asked.logins == 0 {
        broken.push("no dead domain was asked".to_owned());
    }
    Ok(broken)
}

#[cfg(test)]
mod tests {
    use super::{Asked, Rounds, broken};
    use entryway_conformance::{Login, Outcome, Sample};
    use std::time::{Duration, Instant};

    fn samples(outcome: Outcome, millis: u64) -> Vec<Sample> {
        let sample = Sample {
            login: Login {
                name: "u0000001".to_owned(),
                password: "x".to_owned(),
                right: true,
            },
            due: Instant::now(),
            took: Duration::from_millis(millis),
            outcome,
        };
        vec![sample; 10]
    }

    fn check(living: Outcome, beside: u64, dead: Outcome, expected: usize) {
        let (mut rounds, mut asked) = (Rounds::default(), Asked::default());
        rounds.alone.add(samples(Outcome::Due, 2));
        rounds.among.add(samples(living, 2));
        rounds.asked.add(samples(Outcome::Due, beside));
        asked.add(samples(dead, 100));
        let broken = broken(&rounds, &asked, Duration::from_millis(20)).unwrap();
        assert_eq!(broken.len(), expected, "{broken:?}");
    }

    #[test]
    fn the_dead_must_not_be_felt() {
        let fault = || Outcome::Fault("directory_unreachable".to_owned());
        check(Outcome::Due, 3, fault(), 0);
        check(fault(), 3, fault(), 1);
        check(Outcome::Due, 200, fault(), 1);
        check(Outcome::Due, 3, Outcome::Due, 1);
    }
}
