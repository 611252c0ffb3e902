//! The table, and what it says.

use super::trend::Trend;
use crate::prove::meter::Reading;
use anyhow::{Context, Result};

/// What may be added over the whole time.
pub(super) const MOST_DESCRIPTORS: f64 = 8.0;
pub(super) const MOST_MIB: f64 = 8.0;

/// One period.
pub(super) struct Period {
    pub(super) logins: usize,
    pub(super) wrong: usize,
    pub(super) late: usize,
    pub(super) faults: usize,
    pub(super) reading: Reading,
    pub(super) cpu_seconds: f64,
    pub(super) event: &'static str,
}

/// What the readings grow by, and the sentence about each.
pub(super) struct Verdict {
    pub(super) table: String,
    pub(super) leaks: Vec<String>,
}

/// Its name, its values, and by how much it may grow.
type Series = (&'static str, fn(&Period) -> f64, f64);

/// Without the first third, in which pools and caches fill.
pub(super) fn verdict(periods: &[Period]) -> Result<Verdict> {
    let settled = periods.get(periods.len() / 3..).unwrap_or_default();
    let series: [Series; 3] = [
        (
            "descriptors",
            |period| period.reading.descriptors as f64,
            MOST_DESCRIPTORS,
        ),
        (
            "sockets",
            |period| period.reading.sockets as f64,
            MOST_DESCRIPTORS,
        ),
        ("memory, MiB", |period| period.reading.mib(), MOST_MIB),
    ];
    let mut table =
        "\n| | first | last | trend | its standard error | verdict |\n|---|--:|--:|--:|--:|---|\n"
            .to_owned();
    let mut leaks = Vec::new();
    for (name, value, most) in series {
        let values: Vec<f64> = settled.iter().map(value).collect();
        let trend = Trend::of(&values).context("too few periods for a trend")?;
        let (first, last) = (values.first(), values.last());
        let leak = trend.leaks(most);
        let verdict = if leak { "leaks" } else { "no leak" };
        let steps = (values.len() - 1) as f64;
        table.push_str(&format!(
            "| {name} | {:.1} | {:.1} | {:+.2} | {:.2} | {verdict} |\n",
            first.copied().unwrap_or_default(),
            last.copied().unwrap_or_default(),
            trend.growth(),
            trend.error * steps,
        ));
        if leak {
            leaks.push(format!(
                "{name} grow by {:.1} in {} periods",
                trend.growth(),
                values.len()
            ));
        }
    }
    Ok(Verdict { table, leaks })
}

pub(super) fn table(periods: &[Period]) -> String {
    let mut out = "\n| period | logins | wrong verdicts | late | without a verdict | descriptors | sockets | memory, MiB | CPU, s | what happened |\n\
                   |--:|--:|--:|--:|--:|--:|--:|--:|--:|---|\n"
        .to_owned();
    for (at, period) in periods.iter().enumerate() {
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} | {} | {:.1} | {:.2} | {} |\n",
            at + 1,
            period.logins,
            period.wrong,
            period.late,
            period.faults,
            period.reading.descriptors,
            period.reading.sockets,
            period.reading.mib(),
            period.cpu_seconds,
            period.event,
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Period, verdict};
    use crate::prove::meter::Reading;
    use std::time::Duration;

    fn periods(descriptors: impl Fn(usize) -> usize) -> Vec<Period> {
        let period = |at| Period {
            logins: 10,
            wrong: 0,
            late: 0,
            faults: 0,
            reading: Reading {
                memory_kib: 20_000,
                descriptors: descriptors(at),
                sockets: 3,
                cpu: Duration::ZERO,
            },
            cpu_seconds: 0.1,
            event: "",
        };
        (0..30).map(period).collect()
    }

    #[test]
    fn only_what_goes_on_growing_leaks() {
        assert!(
            verdict(&periods(|at| 20 + at % 3))
                .unwrap()
                .leaks
                .is_empty()
        );
        // What fills at the beginning and stays is none.
        assert!(
            verdict(&periods(|at| 20 + at.min(9) * 5))
                .unwrap()
                .leaks
                .is_empty()
        );
        assert_eq!(verdict(&periods(|at| 20 + at)).unwrap().leaks.len(), 1);
    }
}
