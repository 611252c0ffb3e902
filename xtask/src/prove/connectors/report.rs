//! The tables.

use super::crypto::Costs;
use super::direct::{self, Row};
use super::driver::Round;
use super::many;
use std::fmt::Write;

/// Logins a second.
const AIM: f64 = 5000.0;

/// The middle one by logins per second.
fn middle(rounds: &[Round]) -> Option<&Round> {
    let mut sorted: Vec<&Round> = rounds.iter().collect();
    sorted.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    sorted.get(sorted.len() / 2).copied()
}

fn ms(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

fn cells(round: &Round) -> String {
    let spread = format!(
        "{:.0} | {:.2} | {:.2}",
        round.per_second,
        ms(round.p50),
        ms(round.p99)
    );
    round.cpu.iter().fold(spread, |mut cells, cpu| {
        let _ = write!(cells, " | {cpu:.3}");
        cells
    })
}

/// One connector against none.
pub(super) fn one(measured: &direct::Measured) -> String {
    let mut out = String::from(include_str!("one.md"));
    for Row {
        in_flight,
        direct,
        through,
    } in &measured.rows
    {
        if let (Some(direct), Some(through)) = (middle(direct), middle(through)) {
            let _ = writeln!(out, "| {in_flight} | direct | {} | |", cells(direct));
            let _ = writeln!(
                out,
                "| {in_flight} | through a connector | {} |",
                cells(through)
            );
        }
    }
    let _ = writeln!(
        out,
        "\nAfter all of these the hub holds {:.1} MiB and the connector {:.1} MiB.",
        mib(measured.hub_kib),
        mib(measured.connector_kib)
    );
    out
}

/// What nothing can take away.
pub(super) fn crypto(costs: &Costs) -> String {
    include_str!("crypto.md")
        .replace("{seal}", &micros(costs.seal))
        .replace("{unseal}", &micros(costs.unseal))
        .replace("{sign}", &micros(costs.sign))
        .replace("{verify}", &micros(costs.verify))
}

/// What one login should take at most, and does.
pub(super) fn aim(measured: &direct::Measured, costs: &Costs) -> String {
    let most = measured.rows.iter().max_by_key(|row| row.in_flight);
    let (Some(row), Ok(cores)) = (most, std::thread::available_parallelism()) else {
        return String::new();
    };
    let Some(round) = middle(&row.through) else {
        return String::new();
    };
    let [driver, _, connector, slapd] = *round.cpu.as_slice() else {
        return String::new();
    };
    let reached = match round.per_second >= AIM && connector <= slapd / 2.0 {
        true => "Both are reached.",
        false => "That is not reached.",
    };
    include_str!("aim.md")
        .replace("{reached}", reached)
        .replace("{in_flight}", &row.in_flight.to_string())
        .replace("{per_second}", &format!("{:.0}", round.per_second))
        .replace("{share}", &format!("{:.2}", connector / slapd))
        .replace(
            "{unseal}",
            &format!("{:.2}", costs.unseal.as_secs_f64() * 1000.0 / slapd),
        )
        .replace("{cores}", &cores.to_string())
        .replace("{all}", &format!("{:.3}", round.cpu.iter().sum::<f64>()))
        .replace("{slapd}", &format!("{slapd:.3}"))
        .replace("{driver}", &format!("{driver:.3}"))
        .replace(
            "{may}",
            &format!("{:.3}", cores.get() as f64 * 1000.0 / AIM),
        )
}

fn micros(each: std::time::Duration) -> String {
    format!("{:.1}", each.as_secs_f64() * 1e6)
}

/// Thousands.
pub(super) fn many(measured: &many::Measured) -> String {
    let each =
        measured.full_kib.saturating_sub(measured.bare_kib) as f64 / f64::from(measured.sites);
    let load = middle(&measured.load);
    include_str!("many.md")
        .replace("{sites}", &measured.sites.to_string())
        .replace("{bare}", &format!("{:.1}", mib(measured.bare_kib)))
        .replace("{full}", &format!("{:.1}", mib(measured.full_kib)))
        .replace("{each}", &format!("{each:.0}"))
        .replace(
            "{enrolled}",
            &format!("{:.1}", measured.enrolled_in.as_secs_f64()),
        )
        .replace("{in_flight}", &measured.in_flight.to_string())
        .replace("{load}", &load.map(cells).unwrap_or_default())
        .replace("{back}", &format!("{:.1}", measured.back_in.as_secs_f64()))
        .replace(
            "{storm_cpu}",
            &format!("{:.1}", measured.storm_cpu.as_secs_f64()),
        )
        .replace(
            "{storm_peak}",
            &format!("{:.1}", mib(measured.storm_peak_kib)),
        )
}
