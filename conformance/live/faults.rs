//! Servers that fail while people log in, and come back: OpenLDAP twice, as the servers of one domain.
//!
//! What every test asks: nobody is told a wrong verdict, nobody waits beyond the deadline, whoever comes after the
//! first one who met the fault waits for nothing, and people go to the preferred server again once it is back.
//! What takes load and figures is `cargo xtask prove faults`.

use crate::Test;
use crate::lab::Lab;
use anyhow::{Context, Result, ensure};
use entryway_conformance::{
    Certificate, Configuration, Deadline, Domain, Encrypt, FarSide, FullServer, Gateway,
    HttpClient, Login, Outcome, SERVICE_DN, SERVICE_PASSWORD, Sample, Serving, Slapd, SlapdOptions,
    free_port, log_in, password_of, until,
};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

pub(crate) fn tests() -> Vec<Test> {
    vec![
        ("a black hole: a full backlog", full_backlog),
        ("a black hole: a route beyond a cable", route_beyond_a_cable),
        ("killed and started again", killed),
        ("paused and gone on", paused),
        ("restarted", restarted),
        (
            "an expired certificate while it runs",
            expired_while_it_runs,
        ),
        (
            "the service password changed, then the configuration",
            service_password_changed,
        ),
    ]
}

/// `login.deadline`, and what a busy machine may add to it.
const DEADLINE: Duration = Duration::from_millis(3000 + 500);
/// Less than any wait for a server that does not answer: whoever is answered in this time has waited for none.
const NORMAL: Duration = Duration::from_millis(700);

/// A gateway in front of two servers.
struct Pair {
    second: Slapd,
    serving: Serving,
    client: HttpClient,
    folder: PathBuf,
}

impl Pair {
    /// With `first` as the preferred server's URL.
    fn start(lab: &Lab, name: &str, first: &str) -> Result<Self> {
        let second = slapd(lab, Certificate::Good)?;
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let servers = [first.to_owned(), Encrypt::Ldaps.url(second.ldaps())];
        let domain = Domain::openldap("staff", &servers);
        let mut configuration = Configuration::new(lab.authority()?.pem(), vec![domain]);
        configuration.listen = Some(listen);
        let path = configuration.write(lab.scratch()?, name)?;
        let folder = path.parent().context("a file without a folder")?.to_owned();
        Ok(Self {
            second,
            serving: Gateway::new(lab.binary(), &path).serve(listen)?,
            client: HttpClient::new(listen, Some(&configuration.token)),
            folder,
        })
    }

    fn ask(&self, name: &str, right: bool) -> Result<Sample> {
        let password = if right {
            password_of(name)
        } else {
            "not-this-password".to_owned()
        };
        let name = name.to_owned();
        let login = Login {
            name,
            password,
            right,
        };
        log_in(&self.client, login)
    }

    /// The right verdict inside the deadline: of whoever meets the fault first.
    fn verdict(&self, name: &str, right: bool) -> Result<()> {
        let sample = self.ask(name, right)?;
        ensure!(
            sample.is_well(DEADLINE),
            "expected the due verdict within {DEADLINE:?}, found {sample:?}"
        );
        Ok(())
    }

    /// People who come one after the other, a wrong password among them, and wait for nothing.
    fn normal(&self) -> Result<()> {
        for (name, right) in [
            ("alice", true),
            ("bob", true),
            ("carol", false),
            ("dave", true),
            ("erin", true),
        ] {
            let sample = self.ask(name, right)?;
            ensure!(
                sample.is_well(NORMAL),
                "expected the due verdict within {NORMAL:?}, found {sample:?}; the gateway logged\n{}",
                self.serving.log()
            );
        }
        Ok(())
    }

    /// Fails over: the first login is right and in time, the others are as ever, and the second server has them.
    fn fails_over(&self) -> Result<()> {
        let mark = self.second.mark();
        self.verdict("bob", true)?;
        self.normal()?;
        ensure!(
            self.second.binds_people_since(mark)?,
            "nobody was bound at the second server"
        );
        Ok(())
    }

    /// Everybody is answered rightly and in time until the first server has them again.
    fn returns_to(&self, first: &Slapd) -> Result<()> {
        let mark = first.mark();
        until(
            "the first server has people again",
            Deadline::seconds(40),
            || {
                self.verdict("alice", true)?;
                Ok(first.binds_people_since(mark)?.then_some(()))
            },
        )?;
        self.normal()
    }
}

fn slapd(lab: &Lab, certificate: Certificate) -> Result<Slapd> {
    let options = SlapdOptions {
        certificate,
        log_operations: true,
        ..SlapdOptions::default()
    };
    Slapd::start(lab.authority()?, options)
}

/// A pair of which the first server serves, as it should.
fn serving(lab: &Lab, name: &str) -> Result<(Pair, Slapd)> {
    let first = slapd(lab, Certificate::Good)?;
    let pair = Pair::start(lab, name, &Encrypt::Ldaps.url(first.ldaps()))?;
    pair.returns_to(&first)?;
    Ok((pair, first))
}

fn full_backlog(lab: &Lab) -> Result<()> {
    let first = FullServer::start()?;
    let pair = Pair::start(lab, "faults-backlog", &Encrypt::Ldaps.url(first.address()?))?;
    pair.fails_over()
}

fn route_beyond_a_cable(lab: &Lab) -> Result<()> {
    let far = FarSide::start()?;
    let options = SlapdOptions {
        log_operations: true,
        ..SlapdOptions::default()
    };
    let first = Slapd::start_far(lab.authority()?, options, &far)?;
    let pair = Pair::start(lab, "faults-route", &Encrypt::Ldaps.url(first.ldaps()))?;
    pair.returns_to(&first)?;
    far.swallow()?;
    pair.fails_over()?;
    far.mend()?;
    pair.returns_to(&first)
}

fn killed(lab: &Lab) -> Result<()> {
    let (pair, mut first) = serving(lab, "faults-killed")?;
    first.kill()?;
    pair.fails_over()?;
    first.start_again()?;
    pair.returns_to(&first)
}

fn paused(lab: &Lab) -> Result<()> {
    let (pair, first) = serving(lab, "faults-paused")?;
    first.pause()?;
    pair.fails_over()?;
    first.go_on()?;
    pair.returns_to(&first)
}

fn restarted(lab: &Lab) -> Result<()> {
    let (pair, mut first) = serving(lab, "faults-restarted")?;
    first.stop()?;
    first.start_again()?;
    pair.returns_to(&first)
}

fn expired_while_it_runs(lab: &Lab) -> Result<()> {
    let (pair, mut first) = serving(lab, "faults-expired")?;
    // Whoever is connected has seen a good one.
    first.show_now(lab.authority()?, Certificate::Expired)?;
    pair.normal()?;
    first.stop()?;
    first.show(lab.authority()?, Certificate::Expired)?;
    first.start_again()?;
    pair.fails_over()?;
    first.show_now(lab.authority()?, Certificate::Good)?;
    pair.returns_to(&first)
}

fn service_password_changed(lab: &Lab) -> Result<()> {
    const CHANGED: &str = "another service password";
    let (mut pair, mut first) = serving(lab, "faults-password")?;
    for server in [&mut first, &mut pair.second] {
        server.change_service_password(SERVICE_PASSWORD, CHANGED)?;
        server.stop()?;
        server.start_again()?;
    }
    let fault = Outcome::Fault("directory_refused_service_bind".to_owned());
    for name in ["alice", "bob", "carol", "dave", "erin", "alice", "bob"] {
        let sample = pair.ask(name, true)?;
        ensure!(
            sample.outcome == fault && sample.took <= DEADLINE,
            "expected {fault:?}, found {sample:?}"
        );
    }
    // Directories lock accounts after a few of them.
    for server in [&first, &pair.second] {
        let refused = refused_binds(server);
        ensure!(
            (1..=2).contains(&refused),
            "expected one or two refused service binds, found {refused}"
        );
    }
    std::fs::write(pair.folder.join("staff.pass"), CHANGED)?;
    pair.serving.reload()?;
    let first = until(
        "somebody has a verdict again",
        Deadline::seconds(10),
        || {
            let sample = pair.ask("alice", true)?;
            Ok(Some(sample).filter(|sample| !matches!(sample.outcome, Outcome::Fault(_))))
        },
    )?;
    ensure!(
        first.is_well(DEADLINE),
        "expected the first verdict to be the due one, found {first:?}"
    );
    pair.normal()
}

fn refused_binds(server: &Slapd) -> usize {
    let binds = server.stats().binds_as(SERVICE_DN);
    binds.iter().filter(|code| **code == Some(49)).count()
}
