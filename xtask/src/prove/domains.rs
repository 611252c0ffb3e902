//! A hundred domains, ninety-nine of them dead in every way that we know: what the people of the living one feel of them,
//! and what the gateway does for them when nobody asks.

mod dead;
mod measure;
mod report;

use super::gateway::{self, Daemon};
use super::meter::Reading;
use super::page::{Options, Page};
use crate::bench::Programs;
use anyhow::{Result, bail};
use dead::Dead;
use entryway_conformance::{
    Authority, Deadline, Domain, Encrypt, Load, Login, Pace, Sample, Slapd, SlapdOptions, until,
};
use measure::{Asked, Idle, Rounds};
use std::path::Path;
use std::time::{Duration, Instant};

/// Domains beside the living one.
const DEAD: u32 = 99;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Size {
    /// Of people of the living domain, each second.
    rate: f64,
    /// Of people of dead domains.
    dead_rate: f64,
    rounds: u32,
    /// Logins in each round.
    logins: usize,
    /// How long nobody asks for anything.
    idle: Duration,
    /// What else the machine does may add to a p99.
    noise: Duration,
}

impl Size {
    const FULL: Self = Self {
        rate: 50.0,
        dead_rate: 20.0,
        rounds: 5,
        logins: 500,
        idle: Duration::from_secs(30),
        noise: Duration::from_millis(20),
    };
    const QUICK: Self = Self {
        rate: 25.0,
        dead_rate: 10.0,
        rounds: 1,
        logins: 100,
        idle: Duration::from_secs(2),
        // Beside other tests; still far less than any wait for a dead server.
        noise: Duration::from_millis(200),
    };
}

/// Measures, prints the tables, and fails where the dead are felt.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let size = if options.quick {
        Size::QUICK
    } else {
        Size::FULL
    };
    let programs = Programs::gateway(root, options.profile)?;
    let mut page = Page::new(
        "One living domain among ninety-nine dead ones",
        "domains",
        options,
    )?;
    let authority = Authority::new()?;
    let crowd = SlapdOptions {
        directory: gateway::crowd(gateway::STORED),
        ..SlapdOptions::default()
    };
    let slapd = Slapd::start(&authority, crowd)?;
    let living = Domain::openldap("living", &[Encrypt::Ldaps.url(slapd.ldaps())]);
    let dead = Dead::start(&authority)?;
    let alone = Daemon::start(&programs, authority.pem(), vec![living.clone()])?;
    let mut domains = vec![living];
    for number in 0..DEAD {
        domains.push(Domain::openldap(&name(number), &[dead.url(number)?]));
    }
    let among = Daemon::start(&programs, &dead.trust(), domains)?;
    let mut rounds = Rounds::default();
    let mut asked = Asked::default();
    for round in 0..size.rounds {
        eprintln!("round {} of {}", round + 1, size.rounds);
        // They take turns, so that what else the machine does meets all of them.
        rounds.alone.add(living_load(&alone, size, round * 3)?);
        rounds.among.add(living_load(&among, size, round * 3 + 1)?);
        let others = Load::start(among.client(), pace(size.dead_rate), move |number| {
            of_a_dead_domain(round, number)
        });
        rounds.asked.add(living_load(&among, size, round * 3 + 2)?);
        asked.add(others.stop()?);
    }
    let idle = [idle(&alone, size)?, idle(&among, size)?];
    page.add(&report::tables(&report::Measured {
        rates: (size.rate, size.dead_rate),
        rounds: &rounds,
        asked: &asked,
        idle: &idle,
        kinds: Dead::KINDS,
        noise: size.noise,
    })?);
    page.end(root, options)?;
    let broken = measure::broken(&rounds, &asked, size.noise)?;
    if !broken.is_empty() {
        bail!("promises are broken:\n{}", broken.join("\n"));
    }
    Ok(())
}

fn name(number: u32) -> String {
    format!("dead{number:02}")
}

fn pace(rate: f64) -> Pace {
    Pace {
        rate,
        // Enough for all of them to wait for the deadline.
        in_flight: (rate * 4.0) as usize,
    }
}

fn living_load(daemon: &Daemon, size: Size, part: u32) -> Result<Vec<Sample>> {
    // Each part has people of its own.
    let offset = part * (size.logins as u32 + 200);
    let load = Load::start(daemon.client(), pace(size.rate), move |number| {
        gateway::login(offset + number)
    });
    load.more(size.logins)?;
    load.stop()
}

/// One after the other, all of them.
fn of_a_dead_domain(round: u32, number: u32) -> Login {
    let login = gateway::login(round * 1000 + number);
    Login {
        name: format!("{}/{}", name(number % DEAD), login.name),
        ..login
    }
}

fn idle(daemon: &Daemon, size: Size) -> Result<Idle> {
    let pid = daemon.pid()?;
    // What the last logins left is over by then.
    wait(size.idle / 2)?;
    let before = Reading::of(pid)?;
    let begun = Instant::now();
    wait(size.idle)?;
    let reading = Reading::of(pid)?;
    let cpu = reading.cpu.saturating_sub(before.cpu);
    Ok(Idle {
        reading,
        cpu_share: cpu.as_secs_f64() / begun.elapsed().as_secs_f64(),
    })
}

fn wait(time: Duration) -> Result<()> {
    let end = Instant::now() + time;
    until(
        "nobody has asked for a while",
        Deadline::seconds(time.as_secs() + 30),
        || Ok((Instant::now() >= end).then_some(())),
    )
}
