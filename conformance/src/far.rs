//! A network at the other end of a cable, whose answers can be made to vanish.

use crate::keeper::{Keeper, Rights};
use crate::programs;
use anyhow::{Context, Result, bail};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};

const SETUP: &str = include_str!("far.sh");
const PACKAGE: &str = "iproute2";
/// 198.18.0.0/15 is for tests of networks (RFC 2544): nobody's network is there. Cut into cables of four addresses.
const FIRST: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 0);
const CABLES: u32 = 1 << 15;

/// A network namespace with one host, reached over a veth pair; gone when dropped. Needs the superuser's rights.
#[derive(Debug)]
pub struct FarSide {
    pub(crate) keeper: Keeper,
    network: String,
    near: Ipv4Addr,
    far: Ipv4Addr,
}

impl FarSide {
    /// Lays the cable.
    pub fn start() -> Result<Self> {
        programs::find("ip", PACKAGE)?;
        let Ends { link, near, far } = free_ends()?;
        let mut keeper = Keeper::new(Rights::Superuser)?;
        let dir = keeper.dir().display().to_string();
        let ready = keeper.dir().join("ready");
        let (near_text, far_text) = (near.to_string(), far.to_string());
        keeper
            .start(
                "a network namespace",
                &[
                    "unshare", "--net", "sh", "-euc", SETUP, "far", &dir, &link, &near_text,
                    &far_text,
                ],
                || ready.exists(),
            )
            .context("the tests of outages make networks, as root or through `sudo -n`")?;
        Self::of(keeper, near, far)
    }

    /// The network of the program that is kept there.
    pub(crate) fn of(keeper: Keeper, near: Ipv4Addr, far: Ipv4Addr) -> Result<Self> {
        let pid = keeper.pid().context("the namespace has no process")?;
        Ok(Self {
            keeper,
            network: format!("--net=/proc/{pid}/ns/net"),
            near,
            far,
        })
    }

    /// The address of the host there.
    pub fn address(&self) -> Ipv4Addr {
        self.far
    }

    /// The address of this machine that the host there sees.
    pub fn near(&self) -> Ipv4Addr {
        self.near
    }

    /// From now on every packet arrives there and no answer comes back: a blackhole route on the far side.
    pub fn swallow(&self) -> Result<()> {
        self.route("add")
    }

    /// Answers come back again.
    pub fn mend(&self) -> Result<()> {
        self.route("del")
    }

    /// From now on whoever answers at this port there is seen from there alone: no answer of theirs comes out.
    pub fn hides(&self, port: u16) -> Result<()> {
        let port = port.to_string();
        // Addresses of its own are looked up before any rule is.
        self.ip(&["rule", "add", "ipproto", "tcp", "sport", &port, "blackhole"])
    }

    fn route(&self, verb: &str) -> Result<()> {
        let near = format!("{}/32", self.near);
        self.ip(&["route", verb, "blackhole", &near])
    }

    fn ip(&self, words: &[&str]) -> Result<()> {
        let mut command = programs::command("nsenter", Rights::Superuser);
        command.args([&self.network, "--", "ip"]).args(words);
        programs::run(&mut command, b"").map(drop)
    }

    /// The same program there, with the superuser's rights: nobody else enters a network.
    pub fn within(&self, command: &Command) -> Command {
        let mut there = programs::command("nsenter", Rights::Superuser);
        // Not every environment gets through `sudo`: it is handed over in words.
        there.args([&self.network, "--", "/usr/bin/env"]);
        for (name, value) in command.get_envs() {
            let mut word = name.to_owned();
            word.push("=");
            word.push(value.unwrap_or_default());
            there.arg(word);
        }
        there.arg(command.get_program()).args(command.get_args());
        if let Some(folder) = command.get_current_dir() {
            there.current_dir(folder);
        }
        there
    }

    /// What stands before the words of a program that shall run there.
    pub(crate) fn inside(&self) -> [&str; 3] {
        ["nsenter", &self.network, "--"]
    }
}

/// What a cable of this process is called and has at its ends.
pub(crate) struct Ends {
    /// At most 15 bytes, and no other process of this machine has the same.
    pub(crate) link: String,
    pub(crate) near: Ipv4Addr,
    pub(crate) far: Ipv4Addr,
}

/// Those of a cable that nobody on this machine has.
pub(crate) fn free_ends() -> Result<Ends> {
    static NUMBERS: AtomicU32 = AtomicU32::new(0);
    for _ in 0..1000 {
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        // Begins at a place of this run's own, so that two runs rarely want the same.
        let cable = process::id().wrapping_mul(61).wrapping_add(number) % CABLES;
        let address = |host: u32| Ipv4Addr::from_bits(FIRST.to_bits() + cable * 4 + host);
        let (near, far) = (address(1), address(2));
        // Only an address of this machine can be listened on.
        if TcpListener::bind((near, 0)).is_err() {
            let link = format!("ew{}n{}", process::id(), number % 1000);
            return Ok(Ends { link, near, far });
        }
    }
    bail!("every network of 198.18.0.0/15 that was looked at is in use")
}
