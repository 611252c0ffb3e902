//! A directory with a crowd, OpenLDAP or Samba, and gateways that refuse some of them.

use super::refusal::{self, PASSWORD};
use crate::bench::Programs;
use anyhow::{Context, Result, bail};
use entryway_conformance::{
    Authority, Configuration, Directory, Domain, Encrypt, Gateway, HttpClient, SambaAd, Scratch,
    Serving, Slapd, SlapdOptions, StatsLog, free_port,
};
use serde_json::{Value, json};
use std::cell::Cell;
use std::fs::OpenOptions;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::thread;

/// [`PASSWORD`] as slapd stores it.
const STORED: &str = "{SSHA}0Tqi+rBL+64dWn7C2V+pIwcdzcTAvHZq";
/// Of a caller that sees reasons, and of one that does not, as most are.
const SEEING: &str = "token-of-the-proof-0123456789abcdef";
const PLAIN: &str = "token-of-an-application-0123456789abcdef";

/// Which directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    OpenLdap,
    /// Active Directory as Samba has it. It locks nobody, and does not count binds.
    Samba,
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::OpenLdap => "OpenLDAP",
            Self::Samba => "Samba as Active Directory, its lockout off",
        }
    }
}

enum Server {
    OpenLdap(Slapd),
    Samba(SambaAd),
}

/// One directory.
pub(super) struct Stage {
    server: Server,
    entryway: PathBuf,
    authority: Authority,
    scratch: Scratch,
    started: Cell<u32>,
}

/// A gateway whose people are throttled as they should be.
pub(super) struct Started {
    pub(super) serving: Serving,
    /// Which one of its directory, from 0.
    pub(super) run: u32,
}

impl Stage {
    /// Starts a directory with people enough for so many logins of each kind.
    pub(super) fn new(kind: Kind, programs: &Programs, samples: u32) -> Result<Self> {
        let authority = Authority::new()?;
        let people = refusal::people(samples);
        let server = match kind {
            Kind::OpenLdap => Server::OpenLdap(crowded(&authority, people, false)?),
            Kind::Samba => {
                let samba = SambaAd::start(&authority)?;
                samba.add_crowd(people, PASSWORD)?;
                Server::Samba(samba)
            }
        };
        Self::with(authority, server, programs)
    }

    /// OpenLDAP, which writes down what it is asked.
    pub(super) fn counted(programs: &Programs, samples: u32) -> Result<Self> {
        let authority = Authority::new()?;
        let slapd = crowded(&authority, refusal::people(samples), true)?;
        Self::with(authority, Server::OpenLdap(slapd), programs)
    }

    fn with(authority: Authority, server: Server, programs: &Programs) -> Result<Self> {
        Ok(Self {
            server,
            entryway: programs.entryway.clone(),
            authority,
            scratch: Scratch::new()?,
            started: Cell::new(0),
        })
    }

    /// What the directory was asked.
    pub(super) fn stats(&self) -> Result<StatsLog> {
        match &self.server {
            Server::OpenLdap(slapd) => Ok(slapd.stats()),
            Server::Samba(_) => bail!("Samba does not write down what it is asked"),
        }
    }

    fn domain(&self) -> Domain {
        match &self.server {
            Server::OpenLdap(slapd) => Domain::at_slapd("staff", slapd, Encrypt::Nothing),
            Server::Samba(samba) => {
                let mut domain = Domain::at_samba("staff", samba, Encrypt::Ldaps);
                // Account names are unique there; two people have the common name `twin`.
                domain.people.push("search_attribute = \"cn\"".to_owned());
                domain
            }
        }
    }

    /// Starts a gateway that holds refusals for so long.
    pub(super) fn start(&self, reject_after: &'static str) -> Result<Started> {
        let run = self.started.replace(self.started.get() + 1);
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let domain = self.domain();
        let mut configuration = Configuration::new(self.authority.pem(), vec![domain]);
        configuration.listen = Some(listen);
        configuration.token = SEEING.to_owned();
        configuration.reject_after = reject_after;
        let name = format!("gateway-{run}");
        let path = configuration.write(&self.scratch, &name)?;
        self.scratch.write(&format!("{name}/plain"), PLAIN)?;
        let mut file = OpenOptions::new().append(true).open(&path)?;
        // The address is counted as always; that its limit is not reached keeps the other kinds what they are.
        file.write_all(
            br#"
[[token]]
name = "application"
secret = { file = "plain" }

[throttle]
failures_per_address = 1000000

[[domain.staff.dn_filter]]
pattern = "(uid|cn)=u0*[1-9][0-9]{3,6},ou=people,.*"
"#,
        )?;
        let serving = Gateway::new(&self.entryway, &path).serve(listen)?;
        let started = Started { serving, run };
        started.let_in()?;
        // All at once, because each of their refusals is held.
        thread::scope(|scope| {
            let started = &started;
            let exhaust =
                |(name, password): (String, &'static str)| started.exhaust(&name, password);
            let people: Vec<_> = refusal::throttled(run)
                .map(|person| scope.spawn(move || exhaust(person)))
                .collect();
            people.into_iter().try_for_each(|person| {
                let done = person.join();
                done.unwrap_or_else(|_| bail!("throttling somebody panics"))
            })
        })?;
        Ok(started)
    }
}

fn crowded(authority: &Authority, people: u32, log_operations: bool) -> Result<Slapd> {
    let options = SlapdOptions {
        directory: Directory::Crowd {
            people,
            stored: STORED,
        },
        log_operations,
        ..SlapdOptions::default()
    };
    Slapd::start(authority, options)
}

impl Started {
    /// What an application sends; it sees no reasons.
    pub(super) fn token(&self) -> &'static str {
        PLAIN
    }

    /// A login whose reason is told.
    pub(super) fn ask(&self, name: &str, password: &str) -> Result<Value> {
        let body = json!({
            "login_name": name,
            "password": password,
            "client_address": refusal::ADDRESS,
        });
        HttpClient::new(self.serving.address(), Some(SEEING))
            .post("/api/v1/login", &body)?
            .json()
    }

    /// Without somebody who is let in, every refusal would prove nothing.
    fn let_in(&self) -> Result<()> {
        let (name, _) = refusal::Refusal::Wrong.login(0, self.run);
        let answer = self.ask(&name, PASSWORD)?;
        if answer.get("decision") != Some(&json!("accept")) {
            bail!("expected `{name}` to be let in, found {answer}");
        }
        Ok(())
    }

    fn exhaust(&self, name: &str, password: &str) -> Result<()> {
        for _ in 0..10 {
            let answer = self.ask(name, password)?;
            let reason = answer
                .get("reason")
                .and_then(Value::as_str)
                .context("expected a refusal with its reason")?;
            if reason == "throttled" {
                return Ok(());
            }
        }
        bail!("expected `{name}` to be throttled after ten wrong passwords")
    }
}
