//! What the logins of one case came to.

use super::case::Promise;
use super::servers::Servers;
use crate::prove::gateway::{DEADLINE, MOST, SLACK, dn};
use entryway_conformance::{Outcome, Sample};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Normal speed that comes back later than this after a fault that another server can answer for is none.
const SOON: Duration = Duration::from_secs(5);
/// While a fault lasts that another server can answer for, half of the logins take no longer: nobody waits for the dead one.
const SETTLED: Duration = Duration::from_millis(250);
/// After a lone server's mend, the pause between two looks at it comes on top.
const SOON_AFTER_MEND: Duration = Duration::from_secs(20);

/// When what happened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    pub(super) failed: Instant,
    pub(super) mended: Instant,
    /// The first server has people again; `None` where it has not, for a minute.
    pub(super) back: Option<Instant>,
}

/// One row.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) logins: usize,
    /// Other verdicts than those that were due, with what was answered.
    pub(super) wrong: Vec<String>,
    /// Logins that were not answered inside the deadline, or not at all.
    pub(super) late: Vec<String>,
    /// Logins without a verdict, by fault.
    pub(super) faults: BTreeMap<String, usize>,
    pub(super) longest: Duration,
    /// From the fault to the end of the last login that felt it.
    pub(super) normal_after_fault: Option<Duration>,
    /// The same from the mend.
    pub(super) normal_after_mend: Option<Duration>,
    /// From the mend to the first person at the first server.
    pub(super) back: Option<Duration>,
    /// The median of the last logins before the mend.
    pub(super) settled: Option<Duration>,
    /// p99 before the fault, and of the last logins.
    pub(super) before: Option<Duration>,
    pub(super) after: Option<Duration>,
    /// Wrong passwords that came to their verdict, and all binds for them.
    pub(super) refused: usize,
    pub(super) binds: usize,
    /// The most binds for one wrong password, with a verdict or without.
    pub(super) most_binds: usize,
    pub(super) refused_service_binds: usize,
}

impl Figures {
    pub(super) fn of(
        samples: &[Sample],
        moments: Moments,
        is_normal: Duration,
        servers: &impl Servers,
    ) -> Self {
        let Moments {
            failed,
            mended,
            back,
        } = moments;
        let during = |from: Instant, to: Option<Instant>| {
            samples
                .iter()
                .filter(move |sample| sample.due >= from && to.is_none_or(|to| sample.due < to))
        };
        // One that was due just before meets the fault as well.
        let felt = samples
            .iter()
            .filter(|sample| sample.ended() >= failed && sample.due < mended);
        let mut figures = Self {
            logins: samples.len(),
            longest: samples
                .iter()
                .map(|sample| sample.took)
                .max()
                .unwrap_or_default(),
            normal_after_fault: normal(felt, failed, is_normal),
            normal_after_mend: normal(during(mended, None), mended, is_normal),
            back: back.map(|back| back.saturating_duration_since(mended)),
            settled: settled(during(failed, Some(mended))),
            before: p99(samples.iter().filter(|sample| sample.ended() < failed)),
            after: back.and_then(|back| p99(during(back, None))),
            refused_service_binds: servers.refused_service_binds(),
            ..Self::default()
        };
        for sample in samples {
            figures.count(sample, servers);
        }
        figures
    }

    fn count(&mut self, sample: &Sample, servers: &impl Servers) {
        match &sample.outcome {
            Outcome::Due => {}
            Outcome::Wrong(answer) => self.wrong.push(answer.clone()),
            Outcome::Fault(fault) => *self.faults.entry(fault.clone()).or_default() += 1,
            Outcome::Nothing(why) => self.late.push(why.clone()),
        }
        if sample.took > DEADLINE + SLACK {
            self.late.push(format!("{:?}", sample.took));
        }
        if !sample.login.right {
            let binds = servers.binds(&dn(&sample.login));
            self.most_binds = self.most_binds.max(binds);
            if sample.outcome == Outcome::Due {
                self.refused += 1;
                self.binds += binds;
            }
        }
    }

    pub(super) fn without_verdict(&self) -> usize {
        self.faults.values().sum()
    }

    /// Binds for each wrong password that came to its verdict.
    pub(super) fn binds_per_refusal(&self) -> f64 {
        self.binds as f64 / self.refused.max(1) as f64
    }

    /// Everything that is not as promised.
    pub(super) fn broken(&self, promise: Promise) -> Vec<String> {
        let mut broken = Vec::new();
        let mut must = |holds: bool, what: String| {
            if !holds {
                broken.push(what);
            }
        };
        must(
            self.logins > 0 && self.refused > 0,
            "nothing was measured".to_owned(),
        );
        must(
            self.logins < MOST as usize,
            "there were more logins than people".to_owned(),
        );
        must(
            self.wrong.is_empty(),
            format!(
                "{} wrong verdicts, the first is {:?}",
                self.wrong.len(),
                self.wrong.first()
            ),
        );
        must(
            self.late.is_empty(),
            format!(
                "{} late logins, the first is {:?}",
                self.late.len(),
                self.late.first()
            ),
        );
        // A bind whose answer is lost may have been counted; it is repeated once, elsewhere.
        must(
            self.most_binds <= 2,
            format!("{} binds for one wrong password", self.most_binds),
        );
        must(
            self.binds >= self.refused,
            "a wrong password was refused without a bind".to_owned(),
        );
        must(
            self.refused_service_binds <= 4,
            format!(
                "{} refused service binds: accounts are locked for less",
                self.refused_service_binds
            ),
        );
        let faults = self.without_verdict();
        match promise {
            Promise::Unfelt => must(faults == 0, format!("{faults} logins without a verdict")),
            Promise::FailsOver => must(
                self.normal_after_fault.is_some_and(|time| time <= SOON),
                format!(
                    "not at normal speed {SOON:?} after the fault: {:?}",
                    self.normal_after_fault
                ),
            ),
            Promise::Outage => must(faults > 0, "the outage was not felt".to_owned()),
        }
        must(
            promise == Promise::Outage || self.settled.is_some_and(|time| time <= SETTLED),
            format!(
                "while the fault lasts half of the logins wait {:?}",
                self.settled
            ),
        );
        must(
            self.normal_after_mend
                .is_some_and(|time| time <= SOON_AFTER_MEND),
            format!(
                "not at normal speed {SOON_AFTER_MEND:?} after the mend: {:?}",
                self.normal_after_mend
            ),
        );
        must(
            self.back.is_some(),
            "the first server has nobody a minute after the mend".to_owned(),
        );
        broken
    }
}

/// From a moment to the end of the last login that was not as it should be; `None` where that was among the last ones.
fn normal<'a>(
    samples: impl Iterator<Item = &'a Sample>,
    from: Instant,
    is_normal: Duration,
) -> Option<Duration> {
    let samples: Vec<_> = samples.collect();
    let last = samples
        .iter()
        .rposition(|sample| !sample.is_well(is_normal));
    let Some(last) = last else {
        return Some(Duration::ZERO);
    };
    let followed = samples.len() - last - 1;
    let sample = samples.get(last)?;
    (followed >= 10).then(|| sample.ended().saturating_duration_since(from))
}

/// Half of the last forty were answered in that time: what people wait while the fault lasts.
fn settled<'a>(samples: impl Iterator<Item = &'a Sample>) -> Option<Duration> {
    let all: Vec<_> = samples.map(|sample| sample.took).collect();
    let mut last: Vec<_> = all.iter().rev().take(40).collect();
    last.sort_unstable();
    last.get(last.len() / 2).map(|took| **took)
}

fn p99<'a>(samples: impl Iterator<Item = &'a Sample>) -> Option<Duration> {
    let mut times: Vec<_> = samples.map(|sample| sample.took).collect();
    times.sort_unstable();
    let rank = (times.len() * 99).div_ceil(100);
    times.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::{normal, p99, settled};
    use entryway_conformance::{Login, Outcome, Sample};
    use std::time::{Duration, Instant};

    const NORMAL: Duration = Duration::from_millis(250);

    fn samples(begin: Instant, millis: &[u64]) -> Vec<Sample> {
        let login = Login {
            name: "u0000001".to_owned(),
            password: "x".to_owned(),
            right: true,
        };
        let sample = |(at, took): (usize, &u64)| Sample {
            login: login.clone(),
            due: begin + Duration::from_millis(100 * at as u64),
            took: Duration::from_millis(*took),
            outcome: Outcome::Due,
        };
        millis.iter().enumerate().map(sample).collect()
    }

    #[test]
    fn normal_speed_begins_after_the_last_slow_login() {
        let begin = Instant::now();
        let mut times = vec![1, 600, 1, 400];
        times.extend([1; 12]);
        let all = samples(begin, &times);
        let found = normal(all.iter(), begin, NORMAL);
        assert_eq!(found, Some(Duration::from_millis(300 + 400)));
        assert_eq!(
            normal(all.iter().skip(4), begin, NORMAL),
            Some(Duration::ZERO)
        );
        // Who knows what came after.
        assert_eq!(normal(all.iter().take(8), begin, NORMAL), None);
    }

    #[test]
    fn a_login_without_a_verdict_is_not_normal() {
        let begin = Instant::now();
        let mut all = samples(begin, &[1; 14]);
        all[2].outcome = Outcome::Fault("directory_unreachable".to_owned());
        assert!(normal(all.iter(), begin, NORMAL) > Some(Duration::from_millis(200)));
        assert!(all[1].is_well(NORMAL) && !all[2].is_well(NORMAL));
    }

    #[test]
    fn what_people_wait_is_a_median_of_the_last() {
        let mut times = vec![5000; 60];
        times.extend([7; 21]);
        times.extend([900; 19]);
        let all = samples(Instant::now(), &times);
        assert_eq!(settled(all.iter()), Some(Duration::from_millis(7)));
        assert_eq!(settled([].iter()), None);
    }

    #[test]
    fn p99_is_a_time_that_was_measured() {
        let all = samples(Instant::now(), &[1, 2, 3]);
        assert_eq!(p99(all.iter()), Some(Duration::from_millis(3)));
        assert_eq!(p99([].iter()), None);
    }
}
