//! Thousands of sites on one hub, each with a connector. The connectors are values of this program.

use super::Size;
use super::driver::{self, Round, Shown};
use super::proxy::Proxies;
use super::site::{Site, login};
use super::stage::Hub;
use crate::bench::{Programs, cpu, memory_kib};
use anyhow::{Context, Result, ensure};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// Connectors that enrol at a time.
const AT_ONCE: usize = 64;
/// How long all of them may take to be back.
const PATIENCE: Duration = Duration::from_secs(180);
/// Logins under way while the load lasts, each of another site.
const IN_FLIGHT: usize = 64;

/// What was measured.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) sites: u32,
    pub(super) bare_kib: u64,
    pub(super) full_kib: u64,
    pub(super) enrolled_in: Duration,
    pub(super) in_flight: usize,
    /// CPU: driver with all connectors, hub.
    pub(super) load: Vec<Round>,
    /// From the hub's end to the last connector's return, the new start included.
    pub(super) back_in: Duration,
    /// CPU that the hub spent on it.
    pub(super) storm_cpu: Duration,
    /// What it held at most.
    pub(super) storm_peak_kib: u64,
}

fn name(number: u32) -> String {
    format!("site-{number:05}")
}

/// Enrols all of them, logs people in at all of them, restarts the hub and waits for all of them.
pub(super) fn measure(programs: &Programs, size: Size) -> Result<Measured> {
    let hub = Hub::start(programs, (0..size.sites).map(name))?;
    super::runtime()?.block_on(run(hub, size))
}

async fn run(hub: Hub, size: Size) -> Result<Measured> {
    let bare_kib = memory_kib(hub.pid()?, "VmRSS")?;
    let proxies = Proxies::start(hub.address).await?;
    let tickets = tickets(&hub, size).await?;
    let began = Instant::now();
    let sites: Vec<Site> = stream::iter(tickets)
        .map(|(url, ticket)| {
            let proxy = &proxies.url;
            async move { Site::start(&url, &ticket, proxy).await }
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    all_up(&sites, 1).await?;
    let enrolled_in = began.elapsed();
    let hub = all_ready(hub, size).await?;
    let full_kib = memory_kib(hub.pid()?, "VmRSS")?;

    let in_flight = IN_FLIGHT.min(sites.len());
    let mut load = Vec::new();
    for _ in 0..size.rounds {
        let person = |slot: usize, number: usize| {
            let turns = sites.len() / in_flight;
            let site = slot + in_flight * (number % turns);
            login(&name(u32::try_from(site).unwrap_or_default()))
        };
        let watched = [hub.pid()?];
        let round = driver::round(
            hub.address,
            Shown::Sealed,
            in_flight,
            size.measured,
            &watched,
            person,
        );
        load.push(round.await?);
    }

    let ended = Instant::now();
    // The connectors go on meanwhile: they are other machines.
    let mut hub = hub;
    let hub = spawn_blocking(move || hub.restart().map(|()| hub)).await??;
    all_up(&sites, 2).await?;
    let back_in = ended.elapsed();
    let hub = all_ready(hub, size).await?;
    let storm_cpu = cpu(hub.pid()?)?;
    let storm_peak_kib = memory_kib(hub.pid()?, "VmHWM")?;
    let mut slot = driver::Slot::connect(hub.address).await?;
    let (who, password) = login(&name(0));
    ensure!(
        slot.log_in(Shown::Sealed, &who, password).await?,
        "`{who}` is not let in after the storm"
    );
    ensure!(
        !slot.log_in(Shown::Sealed, &who, "mistyped").await?,
        "`{who}` is let in with a wrong password"
    );
    Ok(Measured {
        sites: size.sites,
        bare_kib,
        full_kib,
        enrolled_in,
        in_flight,
        load,
        back_in,
        storm_cpu,
        storm_peak_kib,
    })
}

/// One for each site: its URL and secret.
async fn tickets(hub: &Hub, size: Size) -> Result<Vec<(String, String)>> {
    let mut slot = driver::Slot::connect(hub.address).await?;
    let mut tickets = Vec::new();
    for number in 0..size.sites {
        let asked = json!({ "site": name(number) });
        let made = slot.ask("/api/v1/hub/tickets", &asked).await?;
        let text = |key: &str| made.get(key).and_then(Value::as_str).map(str::to_owned);
        let ticket = text("url").zip(text("ticket"));
        tickets.push(ticket.with_context(|| format!("expected a ticket, found {made}"))?);
    }
    Ok(tickets)
}

async fn all_ready(hub: Hub, size: Size) -> Result<Hub> {
    spawn_blocking(move || hub.all_ready(size.sites).map(|()| hub)).await?
}

/// Waits until each has been up so many times.
async fn all_up(sites: &[Site], times: u64) -> Result<()> {
    let all = async {
        for site in sites {
            let mut status = site.status.clone();
            status
                .wait_for(|status| status.is_up() && status.ups >= times)
                .await?;
        }
        anyhow::Ok(())
    };
    let up = |site: &&Site| site.status.borrow().is_up();
    match timeout(PATIENCE, all).await {
        Ok(done) => done,
        Err(_) => {
            let missing = sites.iter().find(|site| !up(site));
            let why = missing.map(|site| format!("{:?}", *site.status.borrow()));
            anyhow::bail!(
                "{} of {} connectors are up; {}",
                sites.iter().filter(up).count(),
                sites.len(),
                why.unwrap_or_default()
            )
        }
    }
}
