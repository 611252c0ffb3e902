//! A hub, and connectors as a site runs them.

use crate::bench::Programs;
use crate::prove::gateway::TOKEN;
use anyhow::{Context, Result, ensure};
use entryway_conformance::{
    Configuration, Deadline, Domain, Gateway, Scratch, Serving, free_port, until,
};
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// A hub that serves.
pub(super) struct Hub {
    pub(super) gateway: Gateway,
    serving: Option<Serving>,
    pub(super) address: SocketAddr,
    _scratch: Scratch,
}

impl Hub {
    /// With these sites and no directory of its own.
    pub(super) fn start(programs: &Programs, sites: impl Iterator<Item = String>) -> Result<Self> {
        let scratch = Scratch::new()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let token = scratch.write("token", TOKEN)?;
        let place = |name: &str| scratch.path().join(name).display().to_string();
        let mut text = format!(
            "[server]\nlisten = \"{address}\"\n\n[hub]\nurl = \"http://{address}\"\n\n[store]\nurl = \"sqlite:{}\"\n\n\
             [audit]\nkey = \"{}\"\n\n[login]\nplatform = \"none\"\nreject_after = \"0ms\"\n\n[throttle]\nfailures_per_address = 1000000\n\n\
             [[token]]\nname = \"tests\"\nsecret = {{ file = \"{}\" }}\nscopes = [\"login\", \"login.reasons\", \"admin\", \"hub\"]\n",
            place("hub.db"),
            place("audit.key"),
            token.display(),
        );
        for site in sites {
            write!(text, "\n[site.{site}]\nmax_outstanding = 2000\n")?;
        }
        let path = scratch.write("hub.toml", &text)?;
        let gateway = Gateway::new(&programs.entryway, &path);
        let serving = Some(gateway.serve(address)?);
        Ok(Self {
            gateway,
            serving,
            address,
            _scratch: scratch,
        })
    }

    pub(super) fn pid(&self) -> Result<u32> {
        let serving = self.serving.as_ref();
        serving.and_then(Serving::pid).context("the hub has ended")
    }

    /// Waits until connectors of so many sites are ready: each is up before that.
    pub(super) fn all_ready(&self, sites: u32) -> Result<()> {
        until("all sites are ready", Deadline::seconds(60), || {
            Ok((self.gateway.tunnels()? >= u64::from(sites)).then_some(()))
        })
    }

    /// Stops it and starts it again at the same place.
    pub(super) fn restart(&mut self) -> Result<()> {
        drop(self.serving.take());
        self.serving = Some(self.gateway.serve(self.address)?);
        Ok(())
    }
}

/// A connector that runs as a program of its own.
pub(super) struct Connector {
    serving: Serving,
    _scratch: Scratch,
}

impl Connector {
    /// Enrols and runs one in front of `domain`.
    pub(super) fn start(
        programs: &Programs,
        hub: &Hub,
        site: &str,
        trust: &str,
        domain: Domain,
    ) -> Result<Self> {
        let scratch = Scratch::new()?;
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let mut configuration = Configuration::new(trust, vec![domain]);
        configuration.more = format!(
            "[connector]\nlisten = \"{listen}\"\nmax_in_flight = 256\n\n[throttle]\nfailures_per_address = 1000000\n"
        );
        let path: PathBuf = configuration.write(&scratch, "site")?;
        let gateway = Gateway::new(&programs.entryway, &path);
        let (url, secret) = hub.gateway.ticket(site)?;
        let enrolled = gateway.enroll(&url, &secret)?;
        ensure!(
            enrolled.exit == 0,
            "no connector of `{site}`: {}",
            enrolled.stderr
        );
        let serving = gateway.run_connector(listen)?;
        until("the connector is up", Deadline::seconds(30), || {
            Ok((hub.gateway.tunnels()? > 0).then_some(()))
        })?;
        Ok(Self {
            serving,
            _scratch: scratch,
        })
    }

    pub(super) fn pid(&self) -> Result<u32> {
        self.serving.pid().context("the connector has ended")
    }
}
