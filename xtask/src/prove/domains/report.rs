//! The tables.

use super::measure::{Asked, Idle, Rounds};
use anyhow::Result;
use std::time::Duration;

pub(super) struct Measured<'a> {
    /// Of the living domain and of the dead ones.
    pub(super) rates: (f64, f64),
    pub(super) rounds: &'a Rounds,
    pub(super) asked: &'a Asked,
    /// Alone, and among the dead.
    pub(super) idle: &'a [Idle; 2],
    pub(super) kinds: [&'static str; 11],
    pub(super) noise: Duration,
}

pub(super) fn tables(measured: &Measured<'_>) -> Result<String> {
    let (rate, dead_rate) = measured.rates;
    let mut out = include_str!("page.md")
        .replace("{rate}", &rate.to_string())
        .replace("{noise}", &measured.noise.as_millis().to_string())
        .replace("{dead_rate}", &dead_rate.to_string())
        .replace("{kinds}", &measured.kinds.join("; "));
    let Rounds {
        alone,
        among,
        asked,
    } = measured.rounds;
    out.push_str("\n| the living domain | logins | without the verdict that was due | p50, ms | p99, ms | longest, ms |\n|---|--:|--:|--:|--:|--:|\n");
    for (name, series) in [
        ("alone", alone),
        ("with 99 dead ones beside it", among),
        ("the same, while others log in at the dead ones", asked),
    ] {
        let times = series.times()?;
        out.push_str(&format!(
            "| {name} | {} | {} | {:.2} | {:.2} | {:.1} |\n",
            series.logins,
            series.astray.len(),
            millis(times.p50),
            millis(times.p99),
            millis(times.longest),
        ));
    }
    let Asked {
        logins,
        faults,
        late,
        longest,
        ..
    } = measured.asked;
    let kinds: Vec<_> = faults
        .iter()
        .map(|(fault, count)| format!("{count} `{fault}`"))
        .collect();
    out.push_str(&format!(
        "\nAt the dead ones {logins} people logged in meanwhile: {}; {late} beyond the deadline, the longest {:.0} ms.\n",
        kinds.join(", "),
        millis(*longest),
    ));
    out.push_str("\n| the gateway, when nobody asks | memory, MiB | descriptors | sockets | CPU, percent of one core |\n|---|--:|--:|--:|--:|\n");
    for (name, idle) in [
        "with the living domain alone",
        "with 99 dead ones beside it",
    ]
    .iter()
    .zip(measured.idle)
    {
        let reading = idle.reading;
        out.push_str(&format!(
            "| {name} | {:.1} | {} | {} | {:.2} |\n",
            reading.mib(),
            reading.descriptors,
            reading.sockets,
            idle.cpu_share * 100.0,
        ));
    }
    Ok(out)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
