//! OpenLDAP as both servers.

use super::servers::Servers;
use crate::prove::gateway::{self, Daemon};
use anyhow::Result;
use entryway_conformance::{
    Authority, Certificate, Deadline, Encrypt, FarSide, FullServer, SERVICE_DN, SERVICE_PASSWORD,
    Slapd, SlapdOptions, StatsLog, until,
};

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// A black hole from the start: a listener whose backlog is full. It is never mended.
    FullBacklog,
    /// The same with a route on the far side of a veth pair.
    RouteFromTheStart,
    /// The route appears while people log in.
    Route,
    /// SIGKILL.
    Kill,
    /// SIGSTOP, SIGCONT.
    Pause,
    /// An orderly stop and start.
    Restart,
    /// Another certificate for new connections, without a restart.
    ExpiredNow,
    /// A restart with it.
    ExpiredRestart,
    /// The service account gets another password at the first server, which is restarted.
    PasswordAtFirst,
    /// The same at both servers.
    PasswordAtBoth,
}

const CHANGED: &str = "another service password";

pub(super) struct OpenLdap {
    act: Act,
    authority: Authority,
    full: Option<FullServer>,
    far: Option<FarSide>,
    /// The second server last, if there is one.
    slapds: Vec<Slapd>,
    mark: u64,
    /// What each has logged, once all is settled.
    logs: Vec<StatsLog>,
}

impl OpenLdap {
    /// Both servers, or the first one alone.
    pub(super) fn start(act: Act, alone: bool) -> Result<Self> {
        let authority = Authority::new()?;
        let options = SlapdOptions {
            directory: gateway::crowd(gateway::STORED),
            log_operations: true,
            ..SlapdOptions::default()
        };
        let (mut full, mut far, mut slapds) = (None, None, Vec::new());
        match act {
            Act::FullBacklog => full = Some(FullServer::start()?),
            Act::Route | Act::RouteFromTheStart => {
                let there = FarSide::start()?;
                slapds.push(Slapd::start_far(&authority, options, &there)?);
                far = Some(there);
            }
            _ => slapds.push(Slapd::start(&authority, options)?),
        }
        if !alone {
            slapds.push(Slapd::start(&authority, options)?);
        }
        Ok(Self {
            act,
            authority,
            full,
            far,
            slapds,
            mark: 0,
            logs: Vec::new(),
        })
    }

    fn first(&mut self) -> Option<&mut Slapd> {
        match self.full {
            Some(_) => None,
            None => self.slapds.first_mut(),
        }
    }

    fn restart_with(&mut self, certificate: Certificate) -> Result<()> {
        // The first server's own, not through `first`: the authority is borrowed beside it.
        if let Some(first) = self.slapds.first_mut() {
            first.stop()?;
            first.show(&self.authority, certificate)?;
            first.start_again()?;
        }
        Ok(())
    }
}

impl Servers for OpenLdap {
    fn urls(&self) -> Result<Vec<String>> {
        let full = match &self.full {
            Some(full) => Some(full.address()?),
            None => None,
        };
        let slapds = self.slapds.iter().map(Slapd::ldaps);
        let all = full.into_iter().chain(slapds);
        Ok(all.map(|address| Encrypt::Ldaps.url(address)).collect())
    }

    fn trust(&self) -> String {
        self.authority.pem().to_owned()
    }

    fn fails_from_the_start(&self) -> bool {
        matches!(self.act, Act::FullBacklog | Act::RouteFromTheStart)
    }

    fn fail(&mut self) -> Result<()> {
        match self.act {
            Act::FullBacklog => {}
            Act::Route | Act::RouteFromTheStart => {
                if let Some(far) = &self.far {
                    far.swallow()?;
                }
            }
            Act::Kill => {
                if let Some(first) = self.first() {
                    first.kill()?;
                }
            }
            Act::Pause => {
                if let Some(first) = self.first() {
                    first.pause()?;
                }
            }
            Act::Restart => {
                if let Some(first) = self.first() {
                    first.stop()?;
                    first.start_again()?;
                }
            }
            Act::ExpiredNow => {
                if let Some(first) = self.slapds.first_mut() {
                    first.show_now(&self.authority, Certificate::Expired)?;
                }
            }
            Act::ExpiredRestart => self.restart_with(Certificate::Expired)?,
            Act::PasswordAtFirst | Act::PasswordAtBoth => {
                let count = if self.act == Act::PasswordAtBoth {
                    2
                } else {
                    1
                };
                for slapd in self.slapds.iter_mut().take(count) {
                    slapd.change_service_password(SERVICE_PASSWORD, CHANGED)?;
                    slapd.stop()?;
                    slapd.start_again()?;
                }
            }
        }
        Ok(())
    }

    fn mend(&mut self, daemon: &Daemon) -> Result<()> {
        match self.act {
            Act::FullBacklog | Act::Restart => {}
            Act::Route | Act::RouteFromTheStart => {
                if let Some(far) = &self.far {
                    far.mend()?;
                }
            }
            Act::Kill => {
                if let Some(first) = self.first() {
                    first.start_again()?;
                }
            }
            Act::Pause => {
                if let Some(first) = self.first() {
                    first.go_on()?;
                }
            }
            Act::ExpiredNow => {
                if let Some(first) = self.slapds.first_mut() {
                    first.show_now(&self.authority, Certificate::Good)?;
                }
            }
            Act::ExpiredRestart => self.restart_with(Certificate::Good)?,
            Act::PasswordAtFirst | Act::PasswordAtBoth => {
                // Each server knows the new one by then, and so does the gateway.
                for slapd in self.slapds.iter().skip(1) {
                    if self.act == Act::PasswordAtFirst {
                        slapd.change_service_password(SERVICE_PASSWORD, CHANGED)?;
                    }
                }
                daemon.change_service_password("staff", CHANGED)?;
            }
        }
        self.mark = self.first().map_or(0, |first| first.mark());
        Ok(())
    }

    fn is_back(&mut self) -> Result<bool> {
        let mark = self.mark;
        match self.first() {
            Some(first) => first.binds_people_since(mark),
            None => Ok(true),
        }
    }

    fn settle(&mut self) -> Result<()> {
        self.logs = until(
            "each slapd has logged every end",
            Deadline::seconds(20),
            || {
                let logs: Vec<_> = self.slapds.iter().map(Slapd::stats).collect();
                let quiet = logs.iter().all(StatsLog::is_quiet);
                Ok(Some(logs).filter(|_| quiet))
            },
        )?;
        Ok(())
    }

    fn binds(&self, dn: &str) -> usize {
        self.logs.iter().map(|log| log.binds_as(dn).len()).sum()
    }

    fn refused_service_binds(&self) -> usize {
        let binds = self.logs.iter().flat_map(|log| log.binds_as(SERVICE_DN));
        binds.filter(|code| *code == Some(49)).count()
    }
}
