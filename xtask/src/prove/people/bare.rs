//! `ldapsearch` with the same filter: what the same question costs whoever asks the directory itself.

use anyhow::{Context, Result, bail};
use entryway_conformance::{BASE, SERVICE_DN, SERVICE_PASSWORD, Scratch};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// What an answer is made of.
const ATTRIBUTES: [&str; 7] = [
    "cn",
    "displayName",
    "mail",
    "uid",
    "entryUUID",
    "description",
    "objectClass",
];

/// The program and whom it asks.
pub(super) struct Bare {
    address: SocketAddr,
    password: PathBuf,
    _scratch: Scratch,
}

impl Bare {
    pub(super) fn new(address: SocketAddr) -> Result<Self> {
        let scratch = Scratch::new()?;
        let password = scratch.write("password", SERVICE_PASSWORD)?;
        Ok(Self {
            address,
            password,
            _scratch: scratch,
        })
    }

    /// Those of whom any name begins with `typed`, `most` at most: how long it took, and how many they are.
    pub(super) fn beginning(&self, typed: &str, most: usize) -> Result<(Duration, usize)> {
        let any = ["cn", "givenName", "sn", "mail"].map(|name| format!("({name}={typed}*)"));
        let filter = format!("(&(objectClass=person)(|{}))", any.concat());
        let (took, entries) = self.search(&["-z", &most.to_string()], &filter)?;
        Ok((took, usize::try_from(entries)?))
    }

    /// Everybody, in pages of a thousand.
    pub(super) fn everybody(&self) -> Result<(Duration, u64)> {
        self.search(&["-E", "pr=1000/noprompt"], "(objectClass=person)")
    }

    /// The whole program, from its start to its end.
    fn search(&self, options: &[&str], filter: &str) -> Result<(Duration, u64)> {
        let begun = Instant::now();
        let output = Command::new("ldapsearch")
            .args([
                "-x",
                "-LLL",
                "-o",
                "ldif-wrap=no",
                "-b",
                BASE,
                "-D",
                SERVICE_DN,
            ])
            .args(["-H", &format!("ldap://{}", self.address), "-y"])
            .arg(&self.password)
            .args(options)
            .arg(filter)
            .args(ATTRIBUTES)
            .output()
            .context("cannot start ldapsearch")?;
        let took = begun.elapsed();
        /// `sizeLimitExceeded`: there are more, and so many were wanted.
        const LIMITED: i32 = 4;
        match output.status.code() {
            Some(0 | LIMITED) => {}
            _ => bail!(
                "ldapsearch fails: {}",
                String::from_utf8_lossy(&output.stderr)
            ),
        }
        let lines = output.stdout.split(|byte| *byte == b'\n');
        let entries = lines.filter(|line| line.starts_with(b"dn:")).count();
        Ok((took, u64::try_from(entries)?))
    }
}
