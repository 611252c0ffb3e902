//! The directory in this process as both servers: it misbehaves as told.

use super::servers::Servers;
use crate::prove::gateway::{self, Daemon};
use anyhow::{Context, Result};
use entryway_conformance::{Deadline, Encrypt, PEOPLE, SERVICE_DN, until};
use entryway_ldap_types::ResultCode;
use entryway_testdir::faults::{ConnectFault, Fault, FaultPlan, Gate, Rule};
use entryway_testdir::{Authority, Counters, Directory, Kind, Options, TestServer};
use tokio::runtime::Runtime;

/// What goes wrong at the first server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misbehaviour {
    SilentAtConnect,
    SilentAtHandshake,
    SilentAtBind,
    SilentInSearch,
    HalfAnAnswer,
    ClosedForAnAnswer,
    DroppedAfterAnswer,
    Notice,
    Busy,
    Unavailable,
    Garbage,
    HeldAnswers,
}

impl Misbehaviour {
    fn plan(self) -> FaultPlan {
        let plan = FaultPlan::new();
        let any = |fault| FaultPlan::new().rule(Rule::on_any(fault));
        let answer = |code, diagnostic: &str| Fault::Answer {
            code,
            diagnostic: diagnostic.to_owned(),
        };
        match self {
            // Connections that are open say nothing either: it is as if it hung.
            Self::SilentAtConnect => plan
                .on_connect(ConnectFault::Silence)
                .rule(Rule::on_any(Fault::Silence)),
            Self::SilentAtHandshake => plan
                .on_connect(ConnectFault::StallHandshake)
                .rule(Rule::on_any(Fault::Close)),
            Self::SilentAtBind => plan.on(Kind::Bind, Fault::Silence),
            Self::SilentInSearch => plan.on(Kind::Search, Fault::Silence),
            Self::HalfAnAnswer => any(Fault::HalfThenSilence),
            Self::ClosedForAnAnswer => any(Fault::Close),
            Self::DroppedAfterAnswer => any(Fault::AnswerAndDrop),
            Self::Notice => any(Fault::Notice {
                code: ResultCode::UNAVAILABLE,
                diagnostic: "going down for maintenance".to_owned(),
            }),
            Self::Busy => any(answer(ResultCode::BUSY, "too much to do")),
            Self::Unavailable => any(answer(ResultCode::UNAVAILABLE, "not now")),
            Self::Garbage => any(Fault::Garbage),
            Self::HeldAnswers => any(Fault::Hold(Gate::new())),
        }
    }
}

pub(super) struct Faulty {
    misbehaviour: Misbehaviour,
    runtime: Runtime,
    authority: Authority,
    first: Option<TestServer>,
    second: Option<TestServer>,
    binds_at_mend: u64,
}

impl Faulty {
    pub(super) fn start(misbehaviour: Misbehaviour) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .context("cannot start the runtime")?;
        let authority = Authority::new()?;
        let ldif = String::from_utf8(gateway::crowd(gateway::STORED_PLAIN).ldif())?;
        // It knows no schema, and so no superior classes.
        let ldif = ldif.replace(
            "objectClass: inetOrgPerson",
            "objectClass: person\nobjectClass: inetOrgPerson",
        );
        let server = || -> Result<TestServer> {
            let options = Options {
                identity: Some(authority.issue(&["localhost", "127.0.0.1"])?),
                log_capacity: 0,
                ..Options::default()
            };
            let directory = Directory::from_ldif(&ldif)?;
            Ok(runtime.block_on(TestServer::start(directory, options))?)
        };
        let (first, second) = (Some(server()?), Some(server()?));
        Ok(Self {
            misbehaviour,
            runtime,
            authority,
            first,
            second,
            binds_at_mend: 0,
        })
    }

    fn counters(&self) -> impl Iterator<Item = Counters> {
        self.first
            .iter()
            .chain(&self.second)
            .map(TestServer::counters)
    }

    fn set(&self, plan: FaultPlan) {
        if let Some(first) = &self.first {
            first.set_faults(plan);
        }
    }

    fn binds_of_people(&self) -> u64 {
        let Some(first) = &self.first else { return 0 };
        let counters = first.counters();
        let people = counters
            .binds
            .iter()
            .filter(|((name, _), _)| name.ends_with(PEOPLE));
        people.map(|(_, count)| count).sum()
    }
}

impl Servers for Faulty {
    fn urls(&self) -> Result<Vec<String>> {
        let servers = self.first.iter().chain(&self.second);
        Ok(servers
            .map(|server| Encrypt::Ldaps.url(server.ldaps_addr()))
            .collect())
    }

    fn trust(&self) -> String {
        self.authority.pem().to_owned()
    }

    fn fail(&mut self) -> Result<()> {
        self.set(self.misbehaviour.plan());
        Ok(())
    }

    fn mend(&mut self, _: &Daemon) -> Result<()> {
        self.set(FaultPlan::new());
        self.binds_at_mend = self.binds_of_people();
        Ok(())
    }

    fn is_back(&mut self) -> Result<bool> {
        Ok(self.binds_of_people() > self.binds_at_mend)
    }

    fn settle(&mut self) -> Result<()> {
        until("every connection has ended", Deadline::seconds(20), || {
            Ok(self
                .counters()
                .all(|counters| counters.open == 0)
                .then_some(()))
        })
    }

    fn binds(&self, dn: &str) -> usize {
        let counts = self.counters().map(|counters| counters.binds_of(dn));
        usize::try_from(counts.sum::<u64>()).unwrap_or(usize::MAX)
    }

    fn refused_service_binds(&self) -> usize {
        let refused =
            |counters: Counters| counters.binds_with(SERVICE_DN, ResultCode::INVALID_CREDENTIALS);
        usize::try_from(self.counters().map(refused).sum::<u64>()).unwrap_or(usize::MAX)
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        for server in [self.first.take(), self.second.take()]
            .into_iter()
            .flatten()
        {
            self.runtime.block_on(server.shutdown());
        }
    }
}
