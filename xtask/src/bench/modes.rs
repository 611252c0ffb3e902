//! What each mode of `encrypt` costs a login: the gateway alone, the modes taking turns.

use super::report::{Side, rate};
use super::stage::{Load, Stage};
use anyhow::Result;
use entryway_conformance::{Domain, Encrypt};
use std::fmt::Write;
use std::time::Duration;

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ModesPlan {
    pub(super) in_flight: usize,
    pub(super) rounds: usize,
    pub(super) measured: Duration,
}

/// One way to configure it.
struct Mode {
    encrypt: &'static str,
    servers: Encrypt,
    with_password: bool,
    more: &'static [&'static str],
    /// What of a login is in TLS then.
    in_tls: &'static str,
}

/// With an anonymous service bind where the mode would otherwise be the same as `all`.
const MODES: [Mode; 5] = [
    Mode {
        encrypt: "none",
        servers: Encrypt::StartTls,
        with_password: true,
        more: &["allow_clear_text_passwords = true"],
        in_tls: "nothing",
    },
    Mode {
        encrypt: "all",
        servers: Encrypt::Ldaps,
        with_password: true,
        more: &[],
        in_tls: "everything",
    },
    Mode {
        encrypt: "all",
        servers: Encrypt::StartTls,
        with_password: true,
        more: &[],
        in_tls: "everything",
    },
    Mode {
        encrypt: "passwords",
        servers: Encrypt::StartTls,
        with_password: false,
        more: &[],
        in_tls: "everything; look-ups are not",
    },
    Mode {
        encrypt: "passwords",
        servers: Encrypt::StartTls,
        with_password: false,
        more: &["encrypt_find_login = false"],
        in_tls: "the person's bind",
    },
];

impl Mode {
    fn domain(&self, stage: &Stage) -> Domain {
        let mut domain = Domain::at_slapd("staff", &stage.slapd, self.servers);
        domain.keys.push(format!("encrypt = \"{}\"", self.encrypt));
        if !self.with_password {
            domain.keys.retain(|line| !line.starts_with("bind = "));
        }
        let more = self.more.iter();
        more.fold(domain, |domain, line| domain.key(line))
    }
}

/// What was measured of each.
pub(super) struct Modes {
    plan: ModesPlan,
    sides: Vec<(&'static Mode, Side, Duration)>,
}

/// Measures all of them at a directory that lets anybody search.
pub(super) fn measure(stage: &Stage, plan: ModesPlan) -> Result<Modes> {
    let load = Load::unpaced(plan.in_flight, plan.measured);
    let mut gateways = Vec::new();
    for (at, mode) in MODES.iter().enumerate() {
        let gateway = stage.start(&format!("mode-{at}"), mode.domain(stage), "")?;
        gateways.push((mode, gateway, Side::default()));
    }
    for _ in 0..plan.rounds {
        for (_, gateway, side) in &mut gateways {
            side.add(stage.gateway(gateway, load)?);
        }
    }
    let sides = gateways
        .into_iter()
        .map(|(mode, gateway, side)| (mode, side, gateway.first_answer))
        .collect();
    Ok(Modes { plan, sides })
}

impl Modes {
    pub(super) fn write(&self, out: &mut String) -> std::fmt::Result {
        let ModesPlan {
            in_flight, rounds, ..
        } = self.plan;
        writeln!(
            out,
            "\n### What encryption costs a login\n\nThe gateway alone, {in_flight} in flight, {rounds} rounds of each mode taking turns. `passwords` is with an anonymous service\n\
             bind: with a password it is `all`. CPU is in seconds per 1,000 logins.\n"
        )?;
        writeln!(
            out,
            "| `encrypt` | server | in TLS | logins/s (slowest to fastest round) | p50 ms | p99 ms | CPU, slapd | CPU, gateway | start to first login answered, ms |"
        )?;
        writeln!(out, "|---|---|---|--:|--:|--:|--:|--:|--:|")?;
        for (mode, side, first_answer) in &self.sides {
            let server = match (mode.encrypt, mode.servers) {
                (_, Encrypt::Ldaps) => "`ldaps://`",
                ("none", _) => "`ldap://`",
                _ => "`ldap://`, StartTLS",
            };
            let more = match mode.more {
                ["encrypt_find_login = false"] => ", `encrypt_find_login = false`",
                _ => "",
            };
            writeln!(
                out,
                "| `{}`{more} | {server} | {} | {} | {:.2} | {:.2} | {:.3} | {:.3} | {:.0} |",
                mode.encrypt,
                mode.in_tls,
                rate(side),
                side.p50(),
                side.p99(),
                side.watched_cpu(0),
                side.watched_cpu(1),
                first_answer.as_secs_f64() * 1000.0
            )?;
        }
        Ok(())
    }
}
