//! The tables.

use super::ask::Times;
use super::binds::Counted;
use super::statistics::{Comparison, Summary};
use crate::bench::{machine, today};
use std::fmt::Write;

/// Everything.
pub(super) struct Report {
    pub(super) directory: &'static str,
    pub(super) binds: Vec<Counted>,
    pub(super) runs: Vec<Run>,
    /// The machine's load average before.
    pub(super) load: String,
}

/// One gateway's.
pub(super) struct Run {
    /// Its `login.reject_after`.
    pub(super) held: &'static str,
    pub(super) in_flight: usize,
    pub(super) times: Times,
}

/// Below that a pair is called different: five in a hundred for all pairs of a run together.
const SIGNIFICANT: f64 = 0.05;

impl Report {
    /// The page; `None` where something was not measured.
    pub(super) fn page(&self) -> Option<String> {
        let mut out = include_str!("page.md")
            .replace("{date}", &today())
            .replace("{machine}", &machine())
            .replace("{directory}", self.directory)
            .replace("{load}", &self.load);
        if !self.binds.is_empty() {
            binds(&mut out, &self.binds).ok()?;
        }
        for run in &self.runs {
            let Run {
                held,
                in_flight,
                times,
            } = run;
            let astray = times.astray;
            write!(
                out,
                "\n### `reject_after = \"{held}\"`, {in_flight} at once\n\n{} different answers. {astray} logins came to another reason than was meant and are left out.\n\n",
                times.faces().count()
            )
            .ok()?;
            summaries(&mut out, times)?;
            comparisons(&mut out, times)?;
        }
        Some(out)
    }
}

fn binds(out: &mut String, counted: &[Counted]) -> std::fmt::Result {
    writeln!(out, "\n### What the directory is asked\n")?;
    writeln!(out, "| refusal | logins | binds as the person | searches |")?;
    writeln!(out, "|---|--:|--:|--:|")?;
    for one in counted {
        writeln!(
            out,
            "| {} | {} | {} | {} |",
            one.refusal.as_str(),
            one.logins,
            one.binds,
            one.searches
        )?;
    }
    Ok(())
}

fn summaries(out: &mut String, times: &Times) -> Option<()> {
    out.push_str("| ms | samples | mean | standard deviation | min | median | p95 | p99 | max |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for (refusal, times) in &times.of {
        let Summary {
            count,
            mean,
            deviation,
            min,
            median,
            p95,
            p99,
            max,
        } = Summary::of(times)?;
        writeln!(
            out,
            "| {} | {count} | {mean:.3} | {deviation:.3} | {min:.3} | {median:.3} | {p95:.3} | {p99:.3} | {max:.3} |",
            refusal.as_str()
        )
        .ok()?;
    }
    Some(())
}

fn comparisons(out: &mut String, times: &Times) -> Option<()> {
    out.push_str("\n| one | other | difference of means, ms | its standard error | KS distance | p | told apart |\n|---|---|--:|--:|--:|--:|---|\n");
    let all: Vec<(&str, Vec<f64>)> = times
        .of
        .iter()
        .map(|(refusal, times)| (refusal.as_str(), times.clone()))
        .collect();
    let mut pairs = Vec::new();
    for (at, one) in all.iter().enumerate() {
        pairs.extend(all.iter().skip(at + 1).map(|other| (one, other)));
    }
    // What a guesser would look for first, and with more samples than any pair has.
    let without = ("any without a bind", pooled(times, 0));
    let with = ("any with a bind", pooled(times, 1));
    pairs.push((&without, &with));
    for ((one, first), (other, second)) in &pairs {
        let Comparison {
            difference,
            error,
            distance,
            p,
        } = Comparison::of(first, second)?;
        let told = if p * (pairs.len() as f64) < SIGNIFICANT {
            "yes"
        } else {
            "no"
        };
        writeln!(
            out,
            "| {one} | {other} | {difference:+.3} | {error:.3} | {distance:.4} | {} | {told} |",
            chance(p)
        )
        .ok()?;
    }
    Some(())
}

/// The times of every kind with so many binds.
fn pooled(times: &Times, binds: usize) -> Vec<f64> {
    let kinds = times
        .of
        .iter()
        .filter(|(refusal, _)| refusal.binds() == binds);
    kinds.flat_map(|(_, times)| times).copied().collect()
}

fn chance(p: f64) -> String {
    if p < 0.0001 {
        "< 0.0001".to_owned()
    } else {
        format!("{p:.4}")
    }
}
