//! A site behind a bad line and a proxy, two connectors, two hub nodes on one PostgreSQL, a hundred logins a second; and
//! whatever can fail, fails.

mod act;
mod balancer;
mod load;
mod report;
mod stage;

use super::page::{Options, Page};
use crate::bench::Programs;
use act::Act;
use anyhow::{Context, Result, bail, ensure};
use load::Figures;
use stage::Stage;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long each part of a case lasts, and how much is asked.
#[derive(Debug, Clone, Copy)]
struct Size {
    rate: f64,
    /// Before the fault. A connector tells a node that was there from one that lets nobody stay by how long it stood.
    calm: Duration,
    fault: Duration,
    /// At most, until all is as before.
    after: Duration,
}

impl Size {
    fn of(options: &Options) -> Self {
        if options.quick {
            return Self {
                rate: 10.0,
                calm: Duration::from_secs(1),
                fault: Duration::from_secs(2),
                after: Duration::from_secs(60),
            };
        }
        Self {
            rate: 100.0,
            calm: Duration::from_secs(6),
            fault: Duration::from_secs(10),
            after: Duration::from_secs(90),
        }
    }
}

/// Runs every case, prints the table, and fails where a promise is not kept.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let size = Size::of(options);
    let programs = Programs::gateway(root, options.profile)?;
    let mut page = Page::new("Tunnels that fail while people log in", "tunnel", options)?;
    let (mut rows, mut broken) = (Vec::new(), Vec::new());
    for act in Act::ALL {
        let wanted = match &options.only {
            Some(only) => act.title().contains(only.as_str()),
            None => !options.quick || act.is_quick(),
        };
        if !wanted {
            continue;
        }
        eprintln!("{}", act.title());
        let figures = case(&programs, act, size).with_context(|| act.title().to_owned())?;
        for what in figures.broken(act) {
            broken.push(format!("{}: {what}", act.title()));
        }
        rows.push((act, figures));
    }
    ensure!(!rows.is_empty(), "no case is called like that");
    page.add(&report::table(size, &rows));
    if !broken.is_empty() {
        page.add(&format!(
            "\nNot kept in this run:\n\n- {}\n",
            broken.join("\n- ")
        ));
    }
    page.end(root, options)?;
    if !broken.is_empty() {
        bail!("promises are broken:\n{}", broken.join("\n"));
    }
    Ok(())
}

fn case(programs: &Programs, act: Act, size: Size) -> Result<Figures> {
    let mut stage = Stage::start(programs, act)?;
    let load = load::Load::start(stage.nodes(), size.rate)?;
    load.lasts(size.calm)?;
    let failed = Instant::now();
    act.fail(&mut stage)?;
    load.lasts(size.fault)?;
    let mended = Instant::now();
    act.mend(&mut stage)?;
    let recovered = load.until_calm(mended, size.after)?;
    let samples = load.stop()?;
    ensure!(stage.is_alive(), "a program has ended by itself");
    let stats = stage.binds()?;
    Figures::of(&samples, failed, mended, recovered, &stats)
}
