//! OpenLDAP.

mod change;
mod log;
mod settings;

use crate::keeper::{Keeper, Rights};
use crate::scratch::write_private;
use crate::{
    Authority, BASE, Certificate, Directory, FarSide, Identity, free_port, programs, until_still,
};
use anyhow::{Context, Result};
pub use log::{LoggedOperation, StatsLog};
use rustix::process::Signal;
use settings::Settings;
use std::fs;
use std::io::Read;
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
    /// Seconds after which it closes a connection without work; 0 for never.
    pub idle_timeout: u32,
    /// Whether it shows people, but for their passwords, to whoever does not bind.
    pub anonymous_reads: bool,
    /// Whether it demands a certificate of every client, and takes the one of [`Authority::issue_client`] for the
    /// service account.
    pub demands_certificates: bool,
    /// Whether beginnings of names and mail addresses have an index, as they have wherever people look each other up.
    pub indexes_names: bool,
    /// Whether groups that are a search have their members worked out by the server (`dynlist`), and `memberOf` too.
    pub works_out_groups: bool,
}

impl Default for SlapdOptions {
    fn default() -> Self {
        Self {
            directory: Directory::Cast,
            certificate: Certificate::Good,
            log_operations: false,
            idle_timeout: 0,
            anonymous_reads: false,
            demands_certificates: false,
            indexes_names: false,
            works_out_groups: false,
        }
    }
}

/// A running slapd with a database of its own, on two free ports of 127.0.0.1 or of a far side. Stops, and
/// removes its files, when dropped.
#[derive(Debug)]
pub struct Slapd {
    keeper: Keeper,
    program: String,
    address: Ipv4Addr,
    ldap: u16,
    ldaps: u16,
    options: SlapdOptions,
    suffix: String,
    /// Words before the program's own.
    before: Vec<String>,
    administrator: String,
    /// What runs that are over have logged.
    ended: Vec<String>,
    certificates: u32,
}

impl Slapd {
    /// Loads the directory and starts the server.
    pub fn start(authority: &Authority, options: SlapdOptions) -> Result<Self> {
        let ldif = options.directory.ldif();
        Self::holding(authority, options, BASE, &ldif, None)
    }

    /// The same on a far side.
    pub fn start_far(authority: &Authority, options: SlapdOptions, far: &FarSide) -> Result<Self> {
        let ldif = options.directory.ldif();
        Self::holding(authority, options, BASE, &ldif, Some(far))
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
        Self::holding(authority, options, suffix, ldif.as_bytes(), None)
    }

    /// The same that works out the members of groups that are a search, and who is in which.
    pub fn with_dynamic_lists(authority: &Authority, suffix: &str, ldif: &str) -> Result<Self> {
        let options = SlapdOptions {
            log_operations: true,
            works_out_groups: true,
            ..SlapdOptions::default()
        };
        Self::holding(authority, options, suffix, ldif.as_bytes(), None)
    }

    fn holding(
        authority: &Authority,
        options: SlapdOptions,
        suffix: &str,
        ldif: &[u8],
        far: Option<&FarSide>,
    ) -> Result<Self> {
        let program = programs::find("slapd", PACKAGE)?;
        let rights = far.map_or(Rights::Ours, |_| Rights::Superuser);
        let keeper = Keeper::new(rights)?;
        fs::create_dir(keeper.dir().join("db")).context("cannot make the database's folder")?;
        let words = far.map(|far| far.inside().map(str::to_owned).to_vec());
        let mut slapd = Self {
            keeper,
            program,
            address: far.map_or(Ipv4Addr::LOCALHOST, FarSide::address),
            ldap: 0,
            ldaps: 0,
            options,
            suffix: suffix.to_owned(),
            before: words.unwrap_or_default(),
            administrator: random_word()?,
            ended: Vec::new(),
            certificates: 0,
        };
        slapd.show(authority, options.certificate)?;
        slapd.load(ldif)?;
        slapd.run()?;
        Ok(slapd)
    }

    /// Shows another certificate from its next start on.
    pub fn show(&mut self, authority: &Authority, certificate: Certificate) -> Result<()> {
        let identity = self.issue(authority, certificate)?;
        let settings = Settings {
            database: &self.keeper.dir().join("db"),
            identity: &identity,
            suffix: &self.suffix,
            idle_timeout: self.options.idle_timeout,
            anonymous_reads: self.options.anonymous_reads,
            demands_certificates: self.options.demands_certificates,
            indexes_names: self.options.indexes_names,
            works_out_groups: self.options.works_out_groups,
            password: &self.administrator,
        };
        let path = self.keeper.dir().join("slapd.conf");
        write_private(&path, &settings::slapd_conf(&settings))
    }

    /// A certificate in a folder of its own.
    fn issue(&mut self, authority: &Authority, certificate: Certificate) -> Result<Identity> {
        self.certificates += 1;
        let dir = format!("certificate-{}", self.certificates);
        let dir = self.keeper.dir().join(dir);
        fs::create_dir(&dir).context("cannot make the certificate's folder")?;
        authority.issue(certificate, self.address, &dir)
    }

    fn load(&self, ldif: &[u8]) -> Result<()> {
        let mut slapadd = Command::new(programs::find("slapadd", PACKAGE)?);
        let conf = self.keeper.dir().join("slapd.conf");
        // The first database is the configuration's own.
        slapadd.args(["-q", "-b", &self.suffix, "-f"]).arg(conf);
        programs::run(&mut slapadd, ldif).context("the directory of the tests does not load")?;
        Ok(())
    }

    fn run(&mut self) -> Result<()> {
        let mut attempts = 5;
        loop {
            (self.ldap, self.ldaps) = (free_port()?, free_port()?);
            attempts -= 1;
            match self.run_there() {
                // Somebody was quicker with a port: try others.
                Err(_)
                    if attempts > 0 && self.keeper.output().contains("Address already in use") => {}
                other => return other,
            }
        }
    }

    fn run_there(&mut self) -> Result<()> {
        let (ldap, ldaps) = (self.ldap(), self.ldaps());
        let urls = format!("ldap://{ldap}/ ldaps://{ldaps}/");
        let conf = self.keeper.dir().join("slapd.conf").display().to_string();
        let level = if self.options.log_operations {
            "stats"
        } else {
            "0"
        };
        // `-d` keeps it in the foreground; its log goes to stderr.
        let own = [&self.program, "-f", &conf, "-h", &urls, "-d", level];
        let words: Vec<&str> = self.before.iter().map(String::as_str).chain(own).collect();
        self.keeper
            .start("slapd", &words, || accepts(ldaps) && accepts(ldap))
    }

    /// Stops it; its ports refuse from then on.
    pub fn stop(&mut self) -> Result<()> {
        self.keeper.stop()?;
        self.ended.push(self.keeper.output());
        Ok(())
    }

    /// Ends it without warning, as a crash does; its ports refuse from then on.
    pub fn kill(&mut self) -> Result<()> {
        self.keeper.signal(Signal::KILL)?;
        self.stop()
    }

    /// Starts it again on the same ports, after [`Slapd::stop`] or [`Slapd::kill`].
    pub fn start_again(&mut self) -> Result<()> {
        self.run_there()
    }

    /// Stops it where it stands: the kernel goes on to accept connections and bytes for it.
    pub fn pause(&self) -> Result<()> {
        self.keeper.signal(Signal::STOP)?;
        until_still(self.pid().context("no server runs")?)
    }

    /// Lets it go on.
    pub fn go_on(&self) -> Result<()> {
        self.keeper.signal(Signal::CONT)
    }

    /// The plain listener, which knows StartTLS.
    pub fn ldap(&self) -> SocketAddr {
        SocketAddr::from((self.address, self.ldap))
    }

    /// The TLS listener.
    pub fn ldaps(&self) -> SocketAddr {
        SocketAddr::from((self.address, self.ldaps))
    }

    /// The pid of the server, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.keeper.pid()
    }

    /// What it has logged so far (with `log_operations`), in all its runs.
    pub fn stats(&self) -> StatsLog {
        let running = match self.pid() {
            Some(_) => self.keeper.output(),
            None => String::new(),
        };
        StatsLog::of_runs(&self.ended, &running)
    }

    /// How much its present run has logged, to be given to [`Slapd::binds_people_since`].
    pub fn mark(&self) -> u64 {
        self.keeper.output_length()
    }

    /// Whether somebody but Entryway has bound since then (with `log_operations`).
    pub fn binds_people_since(&self, mark: u64) -> Result<bool> {
        let text = self.keeper.output_from(mark)?;
        Ok(text.lines().any(|line| line.contains(" BIND dn=\"uid=")))
    }
}

fn accepts(address: SocketAddr) -> bool {
    TcpStream::connect(address).is_ok()
}

/// One that nobody else on this machine knows.
fn random_word() -> Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
