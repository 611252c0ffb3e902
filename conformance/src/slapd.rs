//! OpenLDAP.

mod log;
mod settings;

use crate::keeper::{Keeper, Rights};
use crate::scratch::write_private;
use crate::{Authority, BASE, Certificate, Directory, free_port, programs};
use anyhow::{Context, Result};
pub use log::{LoggedOperation, StatsLog};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::Command;

const PACKAGE: &str = "slapd";

/// How a slapd is set up.
#[derive(Debug, Clone, Copy)]
pub struct SlapdOptions {
    /// Who lives there.
    pub directory: Directory,
    /// Which certificate it shows.
    pub certificate: Certificate,
    /// Whether it logs every operation (see [`Slapd::stats`]); costs time.
    pub log_operations: bool,
}

impl Default for SlapdOptions {
    fn default() -> Self {
        Self {
            directory: Directory::Cast,
            certificate: Certificate::Good,
            log_operations: false,
        }
    }
}

/// A running slapd with a database of its own, on two free ports of 127.0.0.1. Stops, and removes
/// its files, when dropped.
#[derive(Debug)]
pub struct Slapd {
    keeper: Keeper,
    program: String,
    ldap: u16,
    ldaps: u16,
    log_operations: bool,
}

impl Slapd {
    /// Loads the directory and starts the server.
    pub fn start(authority: &Authority, options: SlapdOptions) -> Result<Self> {
        Self::holding(authority, options, BASE, &options.directory.ldif())
    }

    /// One with entries of its own, all at or below `suffix`, that logs every operation.
    pub fn with_entries(
        authority: &Authority,
        certificate: Certificate,
        suffix: &str,
        ldif: &str,
    ) -> Result<Self> {
        let options = SlapdOptions {
            certificate,
            log_operations: true,
            ..SlapdOptions::default()
        };
        Self::holding(authority, options, suffix, ldif.as_bytes())
    }

    fn holding(
        authority: &Authority,
        options: SlapdOptions,
        suffix: &str,
        ldif: &[u8],
    ) -> Result<Self> {
        let program = programs::find("slapd", PACKAGE)?;
        let keeper = Keeper::new(Rights::Ours)?;
        let identity = authority.issue(options.certificate, Ipv4Addr::LOCALHOST, keeper.dir())?;
        let database = keeper.dir().join("db");
        fs::create_dir(&database).context("cannot make the database's folder")?;
        write_private(
            &keeper.dir().join("slapd.conf"),
            &settings::slapd_conf(&database, &identity, suffix),
        )?;
        let mut slapd = Self {
            keeper,
            program,
            ldap: 0,
            ldaps: 0,
            log_operations: options.log_operations,
        };
        slapd.load(ldif)?;
        slapd.run()?;
        Ok(slapd)
    }

    fn load(&self, ldif: &[u8]) -> Result<()> {
        let mut slapadd = Command::new(programs::find("slapadd", PACKAGE)?);
        slapadd
            .arg("-q")
            .arg("-f")
            .arg(self.keeper.dir().join("slapd.conf"));
        programs::run(&mut slapadd, ldif).context("the directory of the tests does not load")?;
        Ok(())
    }

    fn run(&mut self) -> Result<()> {
        let mut attempts = 5;
        loop {
            let (ldap, ldaps) = (free_port()?, free_port()?);
            let urls = format!("ldap://127.0.0.1:{ldap}/ ldaps://127.0.0.1:{ldaps}/");
            let conf = self.keeper.dir().join("slapd.conf").display().to_string();
            // `-d` keeps it in the foreground; its log goes to stderr.
            let level = if self.log_operations { "stats" } else { "0" };
            let started = self.keeper.start(
                "slapd",
                &[&self.program, "-f", &conf, "-h", &urls, "-d", level],
                || accepts(ldaps) && accepts(ldap),
            );
            (self.ldap, self.ldaps) = (ldap, ldaps);
            attempts -= 1;
            match started {
                // Somebody was quicker with a port: try others.
                Err(_)
                    if attempts > 0 && self.keeper.output().contains("Address already in use") => {}
                other => return other,
            }
        }
    }

    /// Stops it; its ports refuse from then on.
    pub fn stop(&mut self) -> Result<()> {
        self.keeper.stop()
    }

    /// The plain listener, which knows StartTLS.
    pub fn ldap(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.ldap))
    }

    /// The TLS listener.
    pub fn ldaps(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.ldaps))
    }

    /// The pid of the server, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.keeper.pid()
    }

    /// What it has logged so far (with `log_operations`).
    pub fn stats(&self) -> StatsLog {
        StatsLog::parse(&self.keeper.output())
    }
}

fn accepts(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}
