//! The cases, and how one is run: load, the fault under it, the mend under it.

use super::faulty::{Faulty, Misbehaviour};
use super::figures::{Figures, Moments};
use super::openldap::{Act, OpenLdap};
use super::servers::Servers;
use crate::bench::Programs;
use crate::prove::gateway::{self, Daemon};
use anyhow::Result;
use entryway_conformance::{Deadline, Domain, Load, Pace, until};
use std::time::{Duration, Instant};

/// How much load.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pace: Pace,
    /// Logins answered before the fault, during it, and after the first server is back.
    before: usize,
    during: usize,
    after: usize,
    /// A login of normal speed takes no longer.
    normal: Duration,
}

impl Size {
    pub(super) const FULL: Self = Self {
        pace: Pace {
            rate: 40.0,
            // Enough for all of them to wait for the deadline.
            in_flight: 160,
        },
        before: 200,
        during: 400,
        after: 200,
        normal: Duration::from_millis(250),
    };
    pub(super) const QUICK: Self = Self {
        pace: Pace {
            rate: 20.0,
            in_flight: 80,
        },
        before: 20,
        // Longer than it takes until normal speed must be back.
        during: 140,
        after: 20,
        // Beside other tests, and as built for them.
        normal: Duration::from_millis(700),
    };

    pub(super) fn rate(self) -> f64 {
        self.pace.rate
    }

    pub(super) fn normal(self) -> Duration {
        self.normal
    }
}

/// What must come of a case beside what must come of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Promise {
    /// Nobody is without a verdict.
    Unfelt,
    /// Those who meet the fault may be without one; within seconds everybody has one again.
    FailsOver,
    /// Nobody has a verdict until it is mended; then everybody.
    Outage,
}

enum Of {
    OpenLdap { act: Act, alone: bool },
    Faulty(Misbehaviour),
}

/// One fault.
pub(super) struct Case {
    pub(super) title: &'static str,
    pub(super) promise: Promise,
    /// Among those that `--quick` runs.
    pub(super) quick: bool,
    of: Of,
}

/// Every case, in the order of the table.
pub(super) fn all() -> Vec<Case> {
    use Misbehaviour as M;
    use Promise::{FailsOver, Outage, Unfelt};
    let openldap = |title, act, alone, promise, quick| Case {
        title,
        promise,
        quick,
        of: Of::OpenLdap { act, alone },
    };
    let faulty = |title, misbehaviour, promise, quick| Case {
        title,
        promise,
        quick,
        of: Of::Faulty(misbehaviour),
    };
    vec![
        openldap(
            "OpenLDAP: black hole from the start, a full backlog",
            Act::FullBacklog,
            false,
            Unfelt,
            true,
        ),
        openldap(
            "OpenLDAP: black hole from the start, a route",
            Act::RouteFromTheStart,
            false,
            Unfelt,
            false,
        ),
        openldap(
            "OpenLDAP: black hole under load, a route",
            Act::Route,
            false,
            FailsOver,
            true,
        ),
        openldap(
            "OpenLDAP: killed (SIGKILL)",
            Act::Kill,
            false,
            FailsOver,
            true,
        ),
        openldap(
            "OpenLDAP: paused (SIGSTOP)",
            Act::Pause,
            false,
            FailsOver,
            true,
        ),
        openldap("OpenLDAP: restarted", Act::Restart, false, FailsOver, false),
        openldap(
            "OpenLDAP: expired certificate, without a restart",
            Act::ExpiredNow,
            false,
            Unfelt,
            false,
        ),
        openldap(
            "OpenLDAP: restarted with an expired certificate",
            Act::ExpiredRestart,
            false,
            FailsOver,
            false,
        ),
        openldap(
            "OpenLDAP: service password changed at the first server",
            Act::PasswordAtFirst,
            false,
            FailsOver,
            false,
        ),
        openldap(
            "OpenLDAP: service password changed at both servers",
            Act::PasswordAtBoth,
            false,
            Outage,
            true,
        ),
        openldap(
            "OpenLDAP: the only server killed",
            Act::Kill,
            true,
            Outage,
            false,
        ),
        openldap(
            "OpenLDAP: the only server paused",
            Act::Pause,
            true,
            Outage,
            false,
        ),
        openldap(
            "OpenLDAP: the only server in a black hole, a route",
            Act::Route,
            true,
            Outage,
            false,
        ),
        faulty(
            "faulty server: silent at connect",
            M::SilentAtConnect,
            FailsOver,
            false,
        ),
        faulty(
            "faulty server: silent at the handshake",
            M::SilentAtHandshake,
            FailsOver,
            false,
        ),
        faulty(
            "faulty server: silent at every bind",
            M::SilentAtBind,
            FailsOver,
            true,
        ),
        faulty(
            "faulty server: silent in every search",
            M::SilentInSearch,
            FailsOver,
            false,
        ),
        faulty(
            "faulty server: half an answer, then silence",
            M::HalfAnAnswer,
            FailsOver,
            false,
        ),
        faulty(
            "faulty server: answers held back",
            M::HeldAnswers,
            FailsOver,
            false,
        ),
        faulty(
            "faulty server: closes instead of answering",
            M::ClosedForAnAnswer,
            FailsOver,
            false,
        ),
        faulty(
            "faulty server: drops after each answer, no close_notify",
            M::DroppedAfterAnswer,
            Unfelt,
            false,
        ),
        faulty(
            "faulty server: Notice of Disconnection",
            M::Notice,
            FailsOver,
            false,
        ),
        faulty("faulty server: busy", M::Busy, FailsOver, false),
        faulty(
            "faulty server: unavailable",
            M::Unavailable,
            FailsOver,
            false,
        ),
        faulty(
            "faulty server: garbage for an answer",
            M::Garbage,
            FailsOver,
            false,
        ),
    ]
}

impl Case {
    pub(super) fn run(&self, programs: &Programs, size: Size) -> Result<Figures> {
        match self.of {
            Of::OpenLdap { act, alone } => run(OpenLdap::start(act, alone)?, programs, size),
            Of::Faulty(misbehaviour) => run(Faulty::start(misbehaviour)?, programs, size),
        }
    }
}

fn run(mut servers: impl Servers, programs: &Programs, size: Size) -> Result<Figures> {
    let from_the_start = servers.fails_from_the_start();
    if from_the_start {
        servers.fail()?;
    }
    let domain = Domain::openldap("staff", &servers.urls()?);
    let daemon = Daemon::start(programs, &servers.trust(), vec![domain])?;
    let begun = Instant::now();
    let load = Load::start(daemon.client(), size.pace, gateway::login);
    let failed = if from_the_start {
        begun
    } else {
        load.more(size.before)?;
        let failed = Instant::now();
        servers.fail()?;
        failed
    };
    load.more(size.during)?;
    let mended = Instant::now();
    servers.mend(&daemon)?;
    let patience = mended + Duration::from_secs(60);
    let back = until(
        "the first server has people again",
        Deadline::seconds(70),
        || {
            Ok(match servers.is_back()? {
                true => Some(Some(Instant::now())),
                // That it does not come back is a figure, too.
                false => (Instant::now() >= patience).then_some(None),
            })
        },
    )?;
    load.more(size.after)?;
    let samples = load.stop()?;
    drop(daemon);
    servers.settle()?;
    let moments = Moments {
        failed,
        mended,
        back,
    };
    Ok(Figures::of(&samples, moments, size.normal, &servers))
}
