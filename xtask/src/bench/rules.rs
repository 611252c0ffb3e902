//! A few rows of rules against thousands: what a login costs must not tell them apart.

mod kind;

use super::report::Side;
use super::stage::{Load, Stage, Started};
use anyhow::{Result, ensure};
use entryway_conformance::{Domain, Encrypt};
use kind::Kind;
use serde_json::json;
use std::fmt::Write;
use std::time::Duration;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct RulesPlan {
    pub(super) few: usize,
    pub(super) many: usize,
    pub(super) in_flight: usize,
    /// Rounds with few rows, each beside one with many.
    pub(super) pairs: usize,
    pub(super) measured: Duration,
    /// Each kind by itself, not only all together.
    pub(super) each: bool,
}

/// What was measured.
#[derive(Debug)]
pub(super) struct Rules {
    plan: RulesPlan,
    rows: Vec<Compared>,
}

#[derive(Debug)]
struct Compared {
    kind: Kind,
    few: Measured,
    many: Measured,
}

/// One gateway.
#[derive(Debug)]
struct Measured {
    side: Side,
    first_answer: Duration,
    idle_kib: u64,
}

/// Measures every kind.
pub(super) fn measure(stage: &Stage, plan: RulesPlan) -> Result<Rules> {
    let kinds = Kind::ALL.into_iter();
    let kinds = kinds.filter(|kind| plan.each || *kind == Kind::Everything);
    let rows = kinds
        .map(|kind| compare(stage, plan, kind))
        .collect::<Result<_>>()?;
    Ok(Rules { plan, rows })
}

fn compare(stage: &Stage, plan: RulesPlan, kind: Kind) -> Result<Compared> {
    println!("{}:", kind.as_str());
    let few = start(stage, kind, plan.few)?;
    let many = start(stage, kind, plan.many)?;
    let load = Load {
        in_flight: plan.in_flight,
        rate: None,
        measured: plan.measured,
        with_address: true,
    };
    let mut sides = [Side::default(), Side::default()];
    for pair in 0..plan.pairs {
        // few many many few: a machine that slows down slows both.
        let order = if pair % 2 == 0 { [0, 1] } else { [1, 0] };
        for which in order {
            let gateway = if which == 0 { &few } else { &many };
            if let Some(side) = sides.get_mut(which) {
                side.add(stage.gateway(gateway, load)?);
            }
        }
    }
    let measured = |side, gateway: &Started| Measured {
        side,
        first_answer: gateway.first_answer,
        idle_kib: gateway.idle_kib,
    };
    let [few_side, many_side] = sides;
    Ok(Compared {
        kind,
        few: measured(few_side, &few),
        many: measured(many_side, &many),
    })
}

/// Starts a gateway with so many rows, and makes sure that it is the last one that decides.
fn start(stage: &Stage, kind: Kind, count: usize) -> Result<Started> {
    let domain = Kind::domain(Domain::at_slapd("staff", &stage.slapd, Encrypt::Nothing));
    let name = format!("{kind:?}-{count}");
    let started = stage.start(&name, domain, &kind.rows(count))?;
    for (place, expected) in kind.shown() {
        ensure!(
            started.answer.pointer(place) == Some(&json!(expected)),
            "expected `{expected}` at `{place}`, found {}",
            started.answer
        );
    }
    Ok(started)
}

impl Rules {
    pub(super) fn write(&self, out: &mut String) -> std::fmt::Result {
        let RulesPlan {
            few,
            many,
            in_flight,
            pairs,
            ..
        } = self.plan;
        writeln!(
            out,
            "\n### {few} rows of rules against {many}\n\nplain LDAP, {in_flight} in flight, {pairs} rounds of each side taking turns; the last row is the person's. CPU is the\n\
             gateway's, in seconds per 1,000 logins.\n"
        )?;
        writeln!(
            out,
            "| rows of | logins/s, {few} | logins/s, {many} | ratio (lowest to highest pair) | CPU, {few} | CPU, {many} | ratio | start to first login answered, ms, {few} | {many} | idle MiB, {few} | {many} |"
        )?;
        writeln!(out, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
        for Compared { kind, few, many } in &self.rows {
            let (low, high) = many.side.spread_against(&few.side);
            writeln!(
                out,
                "| {} | {:.0} | {:.0} | {:.2} ({low:.2} to {high:.2}) | {:.3} | {:.3} | {:.2} | {} | {} | {} | {} |",
                kind.as_str(),
                few.side.rate(),
                many.side.rate(),
                many.side.rate() / few.side.rate(),
                few.side.watched_cpu(1),
                many.side.watched_cpu(1),
                many.side.watched_cpu(1) / few.side.watched_cpu(1),
                few.first_answer.as_millis(),
                many.first_answer.as_millis(),
                few.idle_kib / 1024,
                many.idle_kib / 1024,
            )?;
        }
        Ok(())
    }
}
