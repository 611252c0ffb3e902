//! The order of events: build, start the servers, measure both sides in turns, write the page.

use super::forward;
use super::lookups::{self, LookupsPlan};
use super::modes::{self, ModesPlan};
use super::programs::{Profile, Programs};
use super::report::{Memory, Report, Side, Sides};
use super::rules::{self, RulesPlan};
use super::sign_in::{self, SignInPlan};
use super::stage::{Load, Stage, Started};
use super::{Size, usage};
use anyhow::{Context, Result};
use entryway_conformance::{Domain, Encrypt, SlapdOptions};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// How much of everything.
struct Plan {
    profile: Profile,
    people: u32,
    in_flight: &'static [usize],
    rounds: usize,
    measured: Duration,
    /// Whether to measure at half load and with 1,000 in flight.
    beyond: bool,
    /// Whether to write the page.
    page: bool,
    modes: ModesPlan,
    rules: RulesPlan,
    lookups: LookupsPlan,
    sign_in: SignInPlan,
}

impl Plan {
    fn of(size: Size) -> Self {
        match size {
            Size::Full | Size::Rules | Size::Logins | Size::Lookups | Size::SignIn => Self {
                profile: Profile::Dist,
                people: 10_000,
                in_flight: match size {
                    Size::Full => &[1, 16, 64],
                    Size::Logins => &[16, 64],
                    _ => &[],
                },
                rounds: 3,
                measured: Duration::from_secs(3),
                beyond: matches!(size, Size::Full | Size::Logins),
                page: size == Size::Full,
                modes: ModesPlan {
                    in_flight: 16,
                    rounds: 3,
                    measured: Duration::from_secs(3),
                },
                rules: RulesPlan {
                    few: 10,
                    many: 10_000,
                    in_flight: 16,
                    pairs: 4,
                    measured: Duration::from_secs(2),
                    each: true,
                },
                lookups: LookupsPlan {
                    people: 10_000,
                    asked: 2_000,
                    in_flight: &[1, 16],
                    rounds: 2,
                    measured: Duration::from_secs(2),
                },
                sign_in: SignInPlan {
                    in_flight: &[1, 16, 64],
                    rounds: 2,
                    measured: Duration::from_secs(2),
                    sessions: 10_000,
                },
            },
            Size::Quick => Self {
                profile: Profile::Debug,
                people: 200,
                in_flight: &[4],
                rounds: 1,
                measured: Duration::from_millis(500),
                beyond: false,
                page: false,
                modes: ModesPlan {
                    in_flight: 4,
                    rounds: 1,
                    measured: Duration::from_millis(500),
                },
                rules: RulesPlan {
                    few: 2,
                    many: 20,
                    in_flight: 4,
                    pairs: 1,
                    measured: Duration::from_millis(500),
                    each: false,
                },
                lookups: LookupsPlan {
                    people: 200,
                    asked: 40,
                    in_flight: &[4],
                    rounds: 1,
                    measured: Duration::from_millis(500),
                },
                sign_in: SignInPlan {
                    in_flight: &[4],
                    rounds: 1,
                    measured: Duration::from_millis(500),
                    sessions: 0,
                },
            },
        }
    }
}

/// Runs the bench, and in full writes `bench/README.md`.
pub(crate) fn run(root: &Path, size: Size) -> Result<()> {
    let plan = Plan::of(size);
    let load = usage::load_average()?;
    let programs = Programs::build(root, plan.profile)?;
    let bench = Bench {
        stage: Stage::new(programs.clone(), plan.people, SlapdOptions::default())?,
        plan,
    };
    let mut report = Report::default();
    if !bench.plan.in_flight.is_empty() {
        let modes: &[Encrypt] = match size {
            Size::Logins => &[Encrypt::Nothing],
            _ => &[Encrypt::Nothing, Encrypt::Ldaps],
        };
        for &encrypt in modes {
            let domain = Domain::at_slapd("staff", &bench.stage.slapd, encrypt);
            let gateway = bench.stage.start(&format!("{encrypt:?}"), domain, "")?;
            bench.measure(encrypt, &gateway, &mut report)?;
        }
    }
    if matches!(size, Size::Full | Size::Quick) {
        let open = SlapdOptions {
            anonymous_reads: true,
            ..SlapdOptions::default()
        };
        let open = Stage::new(programs.clone(), bench.plan.people, open)?;
        report.modes = Some(modes::measure(&open, bench.plan.modes)?);
    }
    if matches!(size, Size::Full | Size::Rules | Size::Quick) {
        report.rules = Some(rules::measure(&bench.stage, bench.plan.rules)?);
    }
    if matches!(size, Size::Full | Size::Lookups | Size::Quick) {
        report.lookups = Some(lookups::measure(programs, bench.plan.lookups)?);
    }
    if matches!(size, Size::Full | Size::SignIn | Size::Quick) {
        report.sign_ins = Some(sign_in::measure(&bench.stage, bench.plan.sign_in)?);
        report.forward = Some(forward::measure(&bench.stage, bench.plan.sign_in)?);
    }
    print!("{}", report.tables());
    if bench.plan.page {
        let path = root.join("bench/README.md");
        fs::create_dir_all(root.join("bench")).context("cannot make `bench`")?;
        fs::write(&path, report.page(bench.plan.people, &load))
            .context("cannot write `bench/README.md`")?;
        println!("wrote bench/README.md");
    }
    Ok(())
}

struct Bench {
    plan: Plan,
    stage: Stage,
}

impl Bench {
    fn load(&self, in_flight: usize, rate: Option<f64>) -> Load {
        Load {
            in_flight,
            rate,
            measured: self.plan.measured,
            with_address: false,
        }
    }

    fn measure(&self, encrypt: Encrypt, gateway: &Started, report: &mut Report) -> Result<()> {
        for in_flight in self.plan.in_flight {
            let load = self.load(*in_flight, None);
            let mut sides = Sides::default();
            for round in 0..self.plan.rounds {
                // Turn about, so that a slow minute of the machine meets both.
                for raw_now in [round % 2 == 0, round % 2 != 0] {
                    if raw_now {
                        sides.raw.add(self.stage.raw(encrypt, load)?);
                    } else {
                        sides.gateway.add(self.stage.gateway(gateway, load)?);
                    }
                }
            }
            report.saturated.push((encrypt, *in_flight, sides));
        }
        if self.plan.beyond {
            report
                .half_load
                .push(self.half_load(encrypt, gateway, report)?);
        }
        let peak_kib = usage::memory_kib(gateway.pid, "VmHWM")?;
        let crowd = if self.plan.beyond {
            Some(self.crowd(gateway)?)
        } else {
            None
        };
        report.memory.push((
            encrypt,
            Memory {
                idle_kib: gateway.idle_kib,
                peak_kib,
                crowd,
                first_answer: gateway.first_answer,
            },
        ));
        Ok(())
    }

    /// Both sides at half of what the gateway reached.
    fn half_load(
        &self,
        encrypt: Encrypt,
        gateway: &Started,
        report: &Report,
    ) -> Result<(Encrypt, f64, Sides)> {
        let rate = report
            .best_of_gateway(encrypt)
            .context("nothing was measured")?
            / 2.0;
        let in_flight = self.plan.in_flight.iter().max().copied().unwrap_or(1);
        let load = self.load(in_flight, Some(rate));
        let mut sides = Sides::default();
        for _ in 0..self.plan.rounds {
            sides.raw.add(self.stage.raw(encrypt, load)?);
            sides.gateway.add(self.stage.gateway(gateway, load)?);
        }
        Ok((encrypt, rate, sides))
    }

    /// A thousand people at once, and what the gateway's memory makes of it.
    fn crowd(&self, gateway: &Started) -> Result<(Side, u64)> {
        let mut side = Side::default();
        side.add(self.stage.gateway(gateway, self.load(1000, None))?);
        Ok((side, usage::memory_kib(gateway.pid, "VmHWM")?))
    }
}
