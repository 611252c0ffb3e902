//! Logins for as long as one likes, at servers that close idle connections, are restarted and are killed: whether the
//! gateway's connections, descriptors and memory grow.

mod report;
mod trend;

use super::gateway::{self, DEADLINE, Daemon, SLACK};
use super::meter::Reading;
use super::page::{Options, Page};
use crate::bench::Programs;
use anyhow::{Result, bail, ensure};
use entryway_conformance::{
    Authority, Deadline, Domain, Encrypt, Load, Outcome, Pace, Sample, Slapd, SlapdOptions, log_in,
    until,
};
use report::Period;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// How much is done in how long.
#[derive(Debug, Clone, Copy)]
struct Size {
    periods: u32,
    period: Duration,
    rate: f64,
    burst: u32,
    /// `idletimeout` of the servers, in seconds.
    idle: u32,
}

/// Most of a burst at the same time.
const AT_ONCE: u32 = 40;

impl Size {
    fn of(options: &Options) -> Self {
        if options.quick {
            return Self {
                periods: 8,
                period: Duration::from_secs(3),
                rate: 5.0,
                burst: 40,
                idle: 1,
            };
        }
        Self {
            periods: options.minutes.unwrap_or(60),
            period: Duration::from_secs(60),
            rate: 5.0,
            burst: 150,
            idle: 15,
        }
    }
}

/// Runs so many periods, prints the table, and fails where something leaks or a verdict is wrong.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let size = Size::of(options);
    let programs = Programs::gateway(root, options.profile)?;
    let mut page = Page::new("Connections over a long time", "soak", options)?;
    let authority = Authority::new()?;
    let slapd = || {
        let options = SlapdOptions {
            directory: gateway::crowd(gateway::STORED),
            idle_timeout: size.idle,
            ..SlapdOptions::default()
        };
        Slapd::start(&authority, options)
    };
    let mut slapds = [slapd()?, slapd()?];
    let servers: Vec<String> = slapds
        .iter()
        .map(|slapd| Encrypt::Ldaps.url(slapd.ldaps()))
        .collect();
    let domain = Domain::openldap("staff", &servers);
    let daemon = Daemon::with(&programs, authority.pem(), vec![domain], true)?;
    let periods = soak(&daemon, &mut slapds, size)?;
    page.add(&text(size));
    let verdict = report::verdict(&periods)?;
    page.add(&verdict.table);
    page.add(&report::table(&periods));
    page.end(root, options)?;
    let count = |of: fn(&Period) -> usize| periods.iter().map(of).sum::<usize>();
    let (wrong, late) = (count(|period| period.wrong), count(|period| period.late));
    ensure!(wrong == 0, "{wrong} wrong verdicts");
    ensure!(late == 0, "{late} logins beyond their deadline");
    ensure!(
        periods.iter().all(|period| period.logins > 0),
        "a period is without a login"
    );
    if !verdict.leaks.is_empty() {
        bail!("it leaks: {}", verdict.leaks.join("; "));
    }
    Ok(())
}

fn text(size: Size) -> String {
    include_str!("soak/page.md")
        .replace("{rate}", &size.rate.to_string())
        .replace("{period}", &size.period.as_secs().to_string())
        .replace("{burst}", &size.burst.to_string())
        .replace("{at_once}", &AT_ONCE.to_string())
        .replace("{idle}", &size.idle.to_string())
        .replace("{most_descriptors}", &report::MOST_DESCRIPTORS.to_string())
        .replace("{most_mib}", &report::MOST_MIB.to_string())
}

fn soak(daemon: &Daemon, slapds: &mut [Slapd; 2], size: Size) -> Result<Vec<Period>> {
    let pid = daemon.pid()?;
    let steady = Pace {
        rate: size.rate,
        // Enough for all of them to wait for the deadline.
        in_flight: 24,
    };
    let load = Load::start(daemon.client(), steady, gateway::login);
    let mut periods: Vec<Period> = Vec::new();
    let mut seen = 0;
    let mut before = Reading::of(pid)?;
    for number in 1..=size.periods {
        let end = Instant::now() + size.period;
        let burst = burst(daemon, size, number)?;
        let event = disturb(slapds, number)?;
        until(
            "the period is over",
            Deadline::seconds(size.period.as_secs() + 30),
            || Ok((Instant::now() >= end).then_some(())),
        )?;
        let reading = Reading::of(pid)?;
        let all = load.samples();
        let new = all.get(seen..).unwrap_or_default();
        let count =
            |of: fn(&Sample) -> bool| new.iter().chain(&burst).filter(|sample| of(sample)).count();
        let cpu = reading.cpu.saturating_sub(before.cpu).as_secs_f64();
        eprintln!("period {number}: {reading:?} {event}");
        periods.push(Period {
            logins: count(|_| true),
            wrong: count(|sample| matches!(sample.outcome, Outcome::Wrong(_))),
            late: count(is_late),
            faults: count(|sample| matches!(sample.outcome, Outcome::Fault(_))),
            reading,
            cpu_seconds: cpu,
            event,
        });
        (seen, before) = (all.len(), reading);
    }
    load.stop()?;
    Ok(periods)
}

fn is_late(sample: &Sample) -> bool {
    matches!(sample.outcome, Outcome::Nothing(_)) || sample.took > DEADLINE + SLACK
}

/// Many at the same time, so that the pools grow.
fn burst(daemon: &Daemon, size: Size, number: u32) -> Result<Vec<Sample>> {
    let client = daemon.client();
    // Other people than the steady ones, who are somewhere else in the row.
    let offset = gateway::MOST / 2 + number * size.burst;
    let slot = |slot: u32| -> Result<Vec<Sample>> {
        let numbers = (slot..size.burst).step_by(AT_ONCE as usize);
        numbers
            .map(|at| log_in(&client, gateway::login(offset + at)))
            .collect()
    };
    thread::scope(|scope| {
        let slots: Vec<_> = (0..AT_ONCE)
            .map(|at| scope.spawn(move || slot(at)))
            .collect();
        let mut samples = Vec::new();
        for slot in slots {
            let done = slot.join();
            samples.extend(done.unwrap_or_else(|_| bail!("a thread of the burst panicked"))?);
        }
        Ok(samples)
    })
}

fn disturb(slapds: &mut [Slapd; 2], number: u32) -> Result<&'static str> {
    let [first, second] = slapds;
    if number.is_multiple_of(7) {
        first.kill()?;
        first.start_again()?;
        return Ok("the first server is killed and started again");
    }
    if !number.is_multiple_of(3) {
        return Ok("");
    }
    let (server, event) = match number % 2 {
        0 => (second, "the second server is restarted"),
        _ => (first, "the first server is restarted"),
    };
    server.stop()?;
    server.start_again()?;
    Ok(event)
}
