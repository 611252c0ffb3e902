//! The `entryway` binary, as its users meet it: arguments, a configuration file, HTTP.

use crate::keeper::{Keeper, Rights};
use crate::{FarSide, HttpClient, programs, until_still};
use anyhow::{Context, Result};
use rustix::process::Signal;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The binary with one configuration.
#[derive(Debug, Clone)]
pub struct Gateway {
    binary: PathBuf,
    configuration: PathBuf,
    /// What stands before the words of its program: where it runs, where that is not here.
    inside: Vec<String>,
    /// More of its environment, as `NAME=VALUE`.
    environment: Vec<String>,
}

/// How a command ended.
#[derive(Clone)]
pub struct Finished {
    /// The exit status; -1 after a signal.
    pub exit: i32,
    /// What it answered.
    pub stdout: String,
    /// What else it said.
    pub stderr: String,
}

/// As it was said: a message that is told with its escapes is read by nobody.
impl std::fmt::Debug for Finished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            exit,
            stdout,
            stderr,
        } = self;
        write!(f, "exit {exit}\nstdout: {stdout}\nstderr: {stderr}")
    }
}

impl Finished {
    /// Of a command that gets `stdin`.
    pub fn of(command: &mut Command, stdin: &str) -> Result<Self> {
        let output = programs::finish(command, stdin.as_bytes())?;
        Ok(Self {
            exit: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// stdout as JSON.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.stdout).with_context(|| {
            format!(
                "expected JSON, found `{}`; stderr `{}`; exit {}",
                self.stdout, self.stderr, self.exit
            )
        })
    }
}

impl Gateway {
    /// `binary` with `configuration`.
    pub fn new(binary: &Path, configuration: &Path) -> Self {
        Self {
            binary: binary.to_owned(),
            configuration: configuration.to_owned(),
            inside: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// In that network.
    pub fn within(mut self, far: &FarSide) -> Self {
        self.inside = far.inside().map(str::to_owned).to_vec();
        self
    }

    /// With this in its environment, as `NAME=VALUE`.
    pub fn with(mut self, variable: String) -> Self {
        self.environment.push(variable);
        self
    }

    /// `entryway login NAME`, the password on stdin.
    pub fn login(&self, name: &str, password: &str) -> Result<Finished> {
        self.run(
            &["login", "--output", "json", "--password-stdin"],
            name,
            password,
        )
    }

    /// `entryway explain NAME`, with a password or without.
    pub fn explain(&self, name: &str, password: Option<&str>) -> Result<Finished> {
        match password {
            Some(password) => self.run(
                &["explain", "--output", "json", "--password-stdin"],
                name,
                password,
            ),
            None => self.run(&["explain", "--output", "json"], name, ""),
        }
    }

    /// `entryway explain NAME` as an administrator reads it.
    pub fn explain_text(&self, name: &str, password: &str) -> Result<Finished> {
        self.run(&["explain", "--password-stdin"], name, password)
    }

    /// `entryway check`.
    pub fn check(&self) -> Result<Finished> {
        let mut command = self.command();
        command.args(["check", "--output", "json"]);
        Finished::of(&mut command, "")
    }

    /// `entryway serve`, ready to answer at `listen`, which the configuration names.
    pub fn serve(&self, listen: SocketAddr) -> Result<Serving> {
        let health = HttpClient::new(listen, None);
        self.serve_when(listen, &[], || {
            health
                .get("/healthz")
                .is_ok_and(|response| response.status == 200)
        })
    }

    /// The same with a listener in TLS. It trusts this authority alone where it tells applications something.
    pub fn serve_in_tls(&self, listen: SocketAddr, authority: &Path) -> Result<Serving> {
        let trust = format!("SSL_CERT_FILE={}", authority.display());
        let url = format!("https://{listen}/healthz");
        self.serve_when(listen, &[&trust], || {
            let mut curl = Command::new("curl");
            curl.args(["--disable", "--silent", "--fail", "--cacert"]);
            curl.arg(authority).arg(&url);
            Finished::of(&mut curl, "").is_ok_and(|finished| finished.exit == 0)
        })
    }

    /// Any other command, as JSON.
    pub fn asked(&self, words: &[&str]) -> Result<Value> {
        let mut command = self.command();
        command.args(words).args(["--output", "json"]);
        Finished::of(&mut command, "")?.json()
    }

    /// `entryway account add NAME` with these options, the password on stdin.
    pub fn add_account(&self, name: &str, password: &str, options: &[&str]) -> Result<Finished> {
        let words = [&["account", "add", "--password-stdin"], options].concat();
        self.run(&words, name, password)
    }

    /// `entryway hub ticket create`: the URL to enrol at, and the ticket.
    pub fn ticket(&self, site: &str) -> Result<(String, String)> {
        let made = self.asked(&["hub", "ticket", "create", "--site", site])?;
        let text = |key: &str| made.get(key).and_then(Value::as_str).map(str::to_owned);
        text("url")
            .zip(text("ticket"))
            .with_context(|| format!("expected a ticket, found {made}"))
    }

    /// How many tunnels stand at this hub, of sites whose connectors say that they are ready for passwords, as `entryway
    /// status` tells it. A connector is up before it is ready.
    pub fn tunnels(&self) -> Result<u64> {
        let status = self.asked(&["status"])?;
        let sites = status.get("sites").and_then(Value::as_array);
        let sites = sites.with_context(|| format!("expected sites, found {status}"))?;
        let is_ready = |site: &&Value| {
            let ready = site.get("ready").and_then(Value::as_array);
            ready.is_some_and(|ready| ready.iter().any(|ability| ability == "password"))
        };
        let tunnels = |site: &Value| site.get("tunnels").and_then(Value::as_u64);
        Ok(sites.iter().filter(is_ready).filter_map(tunnels).sum())
    }

    /// `entryway connector enroll`: this machine is a connector afterwards.
    pub fn enroll(&self, url: &str, ticket: &str) -> Result<Finished> {
        let mut command = self.command();
        command.args(["connector", "enroll", url]);
        Finished::of(&mut command, ticket)
    }

    /// `entryway connector run`, alive at `listen`, which the configuration names as `connector.listen`.
    pub fn run_connector(&self, listen: SocketAddr) -> Result<Serving> {
        let url = format!("http://{listen}/healthz");
        self.run_when(&["connector", "run"], listen, &[], || {
            let mut curl = self.command_of("curl");
            curl.args(["--disable", "--silent", "--noproxy", "*", &url]);
            Finished::of(&mut curl, "").is_ok_and(|finished| finished.exit == 0)
        })
    }

    fn serve_when(
        &self,
        listen: SocketAddr,
        environment: &[&str],
        ready: impl FnMut() -> bool,
    ) -> Result<Serving> {
        self.run_when(&["serve"], listen, environment, ready)
    }

    fn run_when(
        &self,
        verb: &[&str],
        listen: SocketAddr,
        environment: &[&str],
        ready: impl FnMut() -> bool,
    ) -> Result<Serving> {
        let rights = match self.inside.is_empty() {
            true => Rights::Ours,
            false => Rights::Superuser,
        };
        let mut keeper = Keeper::new(rights)?;
        let binary = self.binary.display().to_string();
        let configuration = self.configuration.display().to_string();
        // Two daemons cannot share a state directory.
        let state = format!("STATE_DIRECTORY={}", self.state().display());
        let mut words: Vec<&str> = self.inside.iter().map(String::as_str).collect();
        words.extend(["/usr/bin/env", &state]);
        words.extend(self.environment.iter().map(String::as_str));
        words.extend(environment);
        words.push(&binary);
        words.extend(verb);
        words.extend(["--config", &configuration]);
        keeper.start(&format!("entryway {}", verb.join(" ")), &words, ready)?;
        Ok(Serving { keeper, listen })
    }

    /// A program where this one runs.
    fn command_of(&self, program: &str) -> Command {
        match self.inside.split_first() {
            None => Command::new(program),
            Some((enter, words)) => {
                let mut command = programs::command(enter, Rights::Superuser);
                command.args(words).arg(program);
                command
            }
        }
    }

    fn run(&self, arguments: &[&str], name: &str, stdin: &str) -> Result<Finished> {
        let mut command = self.command();
        command.args(arguments).args(["--", name]);
        Finished::of(&mut command, stdin)
    }

    /// The state directory of this configuration.
    fn state(&self) -> PathBuf {
        self.configuration.with_extension("state")
    }

    fn command(&self) -> Command {
        let mut command = self.command_of(&self.binary.display().to_string());
        command
            .env("ENTRYWAY_CONFIG", &self.configuration)
            .env("STATE_DIRECTORY", self.state())
            .env("NO_COLOR", "1");
        command
    }
}

/// A running gateway; stopped when dropped.
#[derive(Debug)]
pub struct Serving {
    keeper: Keeper,
    listen: SocketAddr,
}

impl Serving {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.listen
    }

    /// Its pid.
    pub fn pid(&self) -> Option<u32> {
        self.keeper.pid()
    }

    /// Asks it to end.
    pub fn terminate(&self) -> Result<()> {
        self.keeper.signal(Signal::TERM)
    }

    /// Ends it at once.
    pub fn kill(&self) -> Result<()> {
        self.keeper.signal(Signal::KILL)
    }

    /// It stands still, and nobody is told.
    pub fn pause(&self) -> Result<()> {
        self.keeper.signal(Signal::STOP)?;
        until_still(self.pid().context("it does not run")?)
    }

    /// It goes on.
    pub fn go_on(&self) -> Result<()> {
        self.keeper.signal(Signal::CONT)
    }

    /// Makes it read its configuration again.
    pub fn reload(&self) -> Result<()> {
        self.keeper.signal(Signal::HUP)
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.keeper.output()
    }
}
