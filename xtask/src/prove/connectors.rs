//! A site behind a tunnel: what a login through a connector costs beside one that asks the directory itself, and what a
//! hub with thousands of sites holds, answers and goes through when all of them come back at once.

mod crypto;
mod direct;
mod driver;
mod many;
mod proxy;
mod report;
mod site;
mod stage;

pub(super) use driver::{Seen, Slot};

use super::page::{Options, Page};
use crate::bench::Programs;
use anyhow::Result;
use std::path::Path;
use std::time::Duration;

/// How much of everything.
#[derive(Debug, Clone, Copy)]
struct Size {
    people: u32,
    in_flight: &'static [usize],
    rounds: usize,
    measured: Duration,
    sites: u32,
    /// How often each of the computations is done.
    computed: u32,
}

impl Size {
    fn of(options: &Options) -> Self {
        if options.quick {
            return Self {
                people: 200,
                in_flight: &[4],
                rounds: 1,
                measured: Duration::from_millis(500),
                sites: 20,
                computed: 20,
            };
        }
        Self {
            people: 10_000,
            in_flight: &[1, 16, 64],
            rounds: 3,
            measured: Duration::from_secs(3),
            sites: 2_000,
            computed: 2_000,
        }
    }
}

/// Runs both parts, and fails where anybody is let in who should not be, or is kept out who should not be.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let size = Size::of(options);
    let programs = Programs::gateway(root, options.profile)?;
    let mut page = Page::new("Logins through connectors", "connectors", options)?;
    let only = |part: &str| options.only.as_deref().is_none_or(|only| only == part);
    if only("one") {
        let measured = direct::measure(&programs, size)?;
        let costs = crypto::measure(size.computed)?;
        page.add(&report::one(&measured));
        page.add(&report::crypto(&costs));
        page.add(&report::aim(&measured, &costs));
    }
    if only("many") {
        page.add(&report::many(&many::measure(&programs, size)?));
    }
    page.end(root, options)
}

/// What the driver's side runs in: one thread, beside which the programs under measurement have the other core.
fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}
