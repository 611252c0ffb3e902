//! Servers that are dead, each in its way.

use anyhow::{Context, Result};
use entryway_conformance::{Authority, Encrypt, FullServer, ResettingServer, closed_address};
use entryway_testdir::faults::{ConnectFault, Fault, FaultPlan, Rule};
use entryway_testdir::{Authority as OwnAuthority, Directory, Identity, Kind, Options, TestServer};
use tokio::runtime::Runtime;

/// One of each kind; the domains take turns.
pub(super) struct Dead {
    runtime: Runtime,
    full: FullServer,
    resetting: ResettingServer,
    closed: String,
    servers: Vec<(TestServer, Encrypt)>,
    trust: String,
}

impl Dead {
    /// In the order of the domains.
    pub(super) const KINDS: [&str; 11] = [
        "refuses connections",
        "swallows them (full backlog)",
        "resets each",
        "has a name that does not resolve",
        "accepts and says nothing",
        "says nothing after StartTLS",
        "answers no bind",
        "closes instead of answering",
        "answers with garbage",
        "shows an expired certificate",
        "shows the certificate of an authority that nobody trusts",
    ];

    pub(super) fn start(trusted: &Authority) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .context("cannot start the runtime")?;
        let own = OwnAuthority::new()?;
        let names = ["localhost", "127.0.0.1"];
        let good = || own.issue(&names);
        let plan = FaultPlan::new;
        let any = |fault| FaultPlan::new().rule(Rule::on_any(fault));
        let kinds: [(Identity, FaultPlan, Encrypt); 7] = [
            (
                good()?,
                plan().on_connect(ConnectFault::Silence),
                Encrypt::Ldaps,
            ),
            (
                good()?,
                plan().on_connect(ConnectFault::StallHandshake),
                Encrypt::StartTls,
            ),
            (
                good()?,
                plan().on(Kind::Bind, Fault::Silence),
                Encrypt::Ldaps,
            ),
            (good()?, any(Fault::Close), Encrypt::Ldaps),
            (good()?, any(Fault::Garbage), Encrypt::Ldaps),
            (own.issue_expired(&names)?, plan(), Encrypt::Ldaps),
            (OwnAuthority::new()?.issue(&names)?, plan(), Encrypt::Ldaps),
        ];
        let mut servers = Vec::new();
        for (identity, plan, encrypt) in kinds {
            let options = Options {
                identity: Some(identity),
                log_capacity: 0,
                ..Options::default()
            };
            let directory =
                Directory::from_ldif("dn: dc=example,dc=org\nobjectClass: domain\ndc: example\n")?;
            let server = runtime.block_on(TestServer::start(directory, options))?;
            server.set_faults(plan);
            servers.push((server, encrypt));
        }
        Ok(Self {
            runtime,
            full: FullServer::start()?,
            resetting: ResettingServer::start()?,
            closed: Encrypt::Ldaps.url(closed_address()?),
            servers,
            trust: format!("{}{}", trusted.pem(), own.pem()),
        })
    }

    /// The server of dead domain number `number`.
    pub(super) fn url(&self, number: u32) -> Result<String> {
        let kind = number as usize % Self::KINDS.len();
        Ok(match kind {
            0 => self.closed.clone(),
            1 => Encrypt::Ldaps.url(self.full.address()?),
            2 => Encrypt::Ldaps.url(self.resetting.address()),
            // RFC 6761: no name below it ever exists.
            3 => format!("ldaps://ldap{number}.entryway.invalid"),
            kind => {
                let (server, encrypt) = self
                    .servers
                    .get(kind - 4)
                    .context("a kind without a server")?;
                match encrypt {
                    Encrypt::Ldaps => encrypt.url(server.ldaps_addr()),
                    _ => encrypt.url(server.ldap_addr()),
                }
            }
        })
    }

    /// PEM of everybody who is trusted: what is dead is not so for want of trust, unless that is its way.
    pub(super) fn trust(&self) -> String {
        self.trust.clone()
    }
}

impl Drop for Dead {
    fn drop(&mut self) {
        for (server, _) in self.servers.drain(..) {
            self.runtime.block_on(server.shutdown());
        }
    }
}
