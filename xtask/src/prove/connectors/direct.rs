//! One connector in front of slapd, and beside it a gateway that asks the same slapd itself.

use super::Size;
use super::driver::{self, Round, Shown};
use super::stage::{Connector, Hub};
use crate::bench::Programs;
use crate::prove::gateway::{PASSWORD, STORED, TOKEN};
use anyhow::{Context, Result};
use entryway_conformance::{
    Authority, Configuration, Directory, Domain, Encrypt, Gateway, Scratch, Slapd, SlapdOptions,
    free_port,
};
use std::net::{Ipv4Addr, SocketAddr};

const SITE: &str = "bench";

/// Rounds of one width.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) in_flight: usize,
    /// CPU: driver, gateway, slapd.
    pub(super) direct: Vec<Round>,
    /// CPU: driver, hub, connector, slapd.
    pub(super) through: Vec<Round>,
}

/// What was measured.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) rows: Vec<Row>,
    /// What hub and connector hold after all of that.
    pub(super) hub_kib: u64,
    pub(super) connector_kib: u64,
}

/// Takes turns, so that whatever else the machine does meets both.
pub(super) fn measure(programs: &Programs, size: Size) -> Result<Measured> {
    let authority = Authority::new()?;
    let options = SlapdOptions {
        directory: Directory::Crowd {
            people: size.people,
            stored: STORED,
        },
        ..SlapdOptions::default()
    };
    let slapd = Slapd::start(&authority, options)?;
    let domain = || Domain::at_slapd("staff", &slapd, Encrypt::Ldaps);
    let slapd_pid = slapd.pid().context("slapd has ended")?;

    let scratch = Scratch::new()?;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
    let mut configuration = Configuration::new(authority.pem(), vec![domain()]);
    configuration.listen = Some(listen);
    configuration.token = TOKEN.to_owned();
    configuration.more = "[throttle]\nfailures_per_address = 1000000\n".to_owned();
    let path = configuration.write(&scratch, "gateway")?;
    let serving = Gateway::new(&programs.entryway, &path).serve(listen)?;
    let gateway_pid = serving.pid().context("the gateway has ended")?;

    let hub = Hub::start(programs, [SITE.to_owned()].into_iter())?;
    let connector = Connector::start(programs, &hub, SITE, authority.pem(), domain())?;
    let (hub_pid, connector_pid) = (hub.pid()?, connector.pid()?);

    let runtime = super::runtime()?;
    let mut rows = Vec::new();
    for &in_flight in size.in_flight {
        // A slot has people of its own: somebody who logs in twice at once is soon throttled.
        let person = |prefix: &'static str| {
            move |slot: usize, number: usize| {
                let turns = (size.people as usize / in_flight).max(1);
                let person = 1 + slot + in_flight * (number % turns);
                (format!("{prefix}u{person:07}"), PASSWORD)
            }
        };
        let mut row = Row {
            in_flight,
            direct: Vec::new(),
            through: Vec::new(),
        };
        for _ in 0..size.rounds {
            let watched = [gateway_pid, slapd_pid];
            let direct = driver::round(
                listen,
                Shown::Clear,
                in_flight,
                size.measured,
                &watched,
                person(""),
            );
            row.direct.push(runtime.block_on(direct)?);
            let watched = [hub_pid, connector_pid, slapd_pid];
            let through = driver::round(
                hub.address,
                Shown::Sealed,
                in_flight,
                size.measured,
                &watched,
                person("bench/"),
            );
            row.through.push(runtime.block_on(through)?);
        }
        rows.push(row);
    }
    Ok(Measured {
        rows,
        hub_kib: crate::bench::memory_kib(hub_pid, "VmRSS")?,
        connector_kib: crate::bench::memory_kib(connector_pid, "VmRSS")?,
    })
}
