//! The hub here, the site at the other end of a bad line.

use super::act::Act;
use crate::bench::Programs;
use crate::prove::gateway::{STORED, TOKEN, crowd};
use anyhow::{Context, Result, ensure};
use entryway_conformance::{
    Authority, BadLine, Configuration, ConnectProxy, Deadline, Domain, Encrypt, Gateway, Postgres,
    Scratch, Serving, Slapd, SlapdOptions, StatsLog, Weather, clock, free_port, until,
};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

const SITE: &str = "plant-a";

/// A daemon that can be ended and started again.
pub(super) struct Program {
    gateway: Gateway,
    listen: SocketAddr,
    is_connector: bool,
    serving: Option<Serving>,
    /// That it has ended is meant.
    is_killed: bool,
}

impl Program {
    fn start(gateway: Gateway, listen: SocketAddr, is_connector: bool) -> Result<Self> {
        let mut program = Self {
            gateway,
            listen,
            is_connector,
            serving: None,
            is_killed: true,
        };
        program.start_again()?;
        Ok(program)
    }

    pub(super) fn start_again(&mut self) -> Result<()> {
        // The one before lets go of its folder first.
        drop(self.serving.take());
        self.serving = Some(match self.is_connector {
            true => self.gateway.run_connector(self.listen)?,
            false => self.gateway.serve(self.listen)?,
        });
        self.is_killed = false;
        Ok(())
    }

    fn serving(&self) -> Result<&Serving> {
        self.serving.as_ref().context("it does not run")
    }

    pub(super) fn kill(&mut self) -> Result<()> {
        self.is_killed = true;
        self.serving()?.kill()
    }

    pub(super) fn pause(&self) -> Result<()> {
        self.serving()?.pause()
    }

    pub(super) fn go_on(&self) -> Result<()> {
        self.serving()?.go_on()
    }

    fn is_as_meant(&self) -> bool {
        let pid = self.serving.as_ref().and_then(Serving::pid);
        let runs = pid.is_some_and(|pid| {
            let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let (_, state) = state.rsplit_once(") ").unwrap_or_default();
            !state.is_empty() && !state.starts_with('Z')
        });
        self.is_killed || runs
    }
}

/// All of it.
pub(super) struct Stage {
    pub(super) connectors: (Program, Program),
    pub(super) hubs: (Program, Program),
    pub(super) slapd: Slapd,
    pub(super) proxy: ConnectProxy,
    pub(super) line: BadLine,
    pub(super) postgres: Postgres,
    _scratch: Scratch,
}

impl Stage {
    pub(super) fn start(programs: &Programs, act: Act) -> Result<Self> {
        let scratch = Scratch::new()?;
        let authority = Authority::new()?;
        let line = BadLine::start(Weather::FAIR)?;
        let options = SlapdOptions {
            directory: crowd(STORED),
            log_operations: true,
            ..SlapdOptions::default()
        };
        let slapd = Slapd::start_far(&authority, options, line.far())?;
        let proxy = ConnectProxy::start(IpAddr::V4(line.far().near()))?;
        let postgres = Postgres::start()?;
        let listen = || anyhow::Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?)));
        let nodes: [SocketAddr; 2] = [listen()?, listen()?];
        let node = |own: SocketAddr| {
            let path = hub(&scratch, own, &nodes, &postgres.url())?;
            Program::start(Gateway::new(&programs.entryway, &path), own, false)
        };
        let hubs = (node(nodes[0])?, node(nodes[1])?);
        let site = Site {
            programs,
            authority: &authority,
            hub: &hubs.0.gateway,
            slapd: &slapd,
            proxy: &proxy,
            line: &line,
            scratch: &scratch,
        };
        let offset = (act == Act::ClockWrong).then_some("+600s");
        let connectors = (site.connector("a", offset)?, site.connector("b", None)?);
        for node in [&hubs.0, &hubs.1] {
            until("both connectors are up", Deadline::seconds(60), || {
                Ok((node.gateway.tunnels()? == 2).then_some(()))
            })?;
        }
        Ok(Self {
            connectors,
            hubs,
            slapd,
            proxy,
            line,
            postgres,
            _scratch: scratch,
        })
    }

    pub(super) fn nodes(&self) -> Vec<SocketAddr> {
        vec![self.hubs.0.listen, self.hubs.1.listen]
    }

    /// Whether whatever was not ended on purpose still runs.
    pub(super) fn is_alive(&self) -> bool {
        let all = [
            &self.connectors.0,
            &self.connectors.1,
            &self.hubs.0,
            &self.hubs.1,
        ];
        all.into_iter().all(Program::is_as_meant)
    }

    /// What the directory has counted, once nobody asks it any more.
    pub(super) fn binds(&mut self) -> Result<StatsLog> {
        self.connectors.0.serving = None;
        self.connectors.1.serving = None;
        until(
            "the directory's log is quiet",
            Deadline::seconds(30),
            || {
                let log = self.slapd.stats();
                Ok(log.is_quiet().then_some(log))
            },
        )
    }
}

/// What a connector is made of.
struct Site<'a> {
    programs: &'a Programs,
    authority: &'a Authority,
    hub: &'a Gateway,
    slapd: &'a Slapd,
    proxy: &'a ConnectProxy,
    line: &'a BadLine,
    scratch: &'a Scratch,
}

impl Site<'_> {
    /// Enrols one, and runs it.
    fn connector(&self, name: &str, offset: Option<&str>) -> Result<Program> {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let domain = Domain::at_slapd("staff", self.slapd, Encrypt::Ldaps);
        let mut configuration = Configuration::new(self.authority.pem(), vec![domain]);
        let secret = self.scratch.write("proxy.pass", self.proxy.password())?;
        configuration.more = format!(
            "[connector]\nlisten = \"{listen}\"\nproxy = \"http://{}\"\nproxy_user = \"{}\"\n\
             proxy_password = {{ file = \"{}\" }}\nmax_in_flight = 256\n\n[connector.release]\nreasons = true\n\n\
             [throttle]\nfailures_per_address = 1000000\n",
            self.proxy.address(),
            self.proxy.user(),
            secret.display()
        );
        let path = configuration.write(self.scratch, &format!("connector-{name}"))?;
        // One that is killed leaves the folder of its store in memory behind: here it goes with all else.
        let temporary = self.scratch.path().display();
        let mut gateway = Gateway::new(&self.programs.entryway, &path)
            .within(self.line.far())
            .with(format!("TMPDIR={temporary}"));
        if let Some(offset) = offset {
            gateway = clock(offset)?.into_iter().fold(gateway, Gateway::with);
        }
        let (url, ticket) = self.hub.ticket(SITE)?;
        let enrolled = gateway.enroll(&url, &ticket)?;
        ensure!(enrolled.exit == 0, "not enrolled: {}", enrolled.stderr);
        Program::start(gateway, listen, true)
    }
}

fn hub(
    scratch: &Scratch,
    own: SocketAddr,
    nodes: &[SocketAddr],
    database: &str,
) -> Result<PathBuf> {
    let nodes: Vec<String> = nodes.iter().map(|it| format!("\"http://{it}\"")).collect();
    let token = scratch.write("hub.token", TOKEN)?;
    let key = scratch.path().join(format!("audit-{}.key", own.port()));
    let text = format!(
        "[server]\nlisten = \"{own}\"\n\n[hub]\nurl = \"http://{own}\"\nnodes = [{}]\n\n[site.{SITE}]\nmax_outstanding = 2000\n\n\
         [store]\nurl = \"{database}\"\n\n[audit]\nnode = \"hub-{}\"\nkey = \"{}\"\n\n[login]\nplatform = \"none\"\ndeadline = \"3s\"\nreject_after = \"0ms\"\n\n\
         [throttle]\nfailures_per_address = 1000000\n\n\
         [[token]]\nname = \"tests\"\nsecret = {{ file = \"{}\" }}\nscopes = [\"login\", \"login.reasons\", \"admin\"]\n",
        nodes.join(", "),
        own.port(),
        key.display(),
        token.display(),
    );
    scratch.write(&format!("hub-{}.toml", own.port()), &text)
}
