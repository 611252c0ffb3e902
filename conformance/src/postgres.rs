//! PostgreSQL.

use crate::keeper::{Keeper, Rights};
use crate::{free_port, programs};
use anyhow::{Context, Result, bail};
use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGE: &str = "postgresql";
/// Where Debian puts each version.
const VERSIONS: &str = "/usr/lib/postgresql";
const USER: &str = "postgres";

/// A running PostgreSQL with an empty cluster of its own on a free port of 127.0.0.1, user `postgres` without a
/// password. Stops, and removes its files, when dropped.
#[derive(Debug)]
pub struct Postgres {
    keeper: Keeper,
    programs: PathBuf,
    port: u16,
}

impl Postgres {
    /// Makes a cluster and starts the server: about two seconds.
    pub fn start() -> Result<Self> {
        let programs = newest()?;
        let keeper = Keeper::new(Rights::Ours)?;
        let cluster = keeper.dir().join("cluster");
        fs::create_dir(&cluster).context("cannot make the cluster's folder")?;
        if programs::is_superuser() {
            programs::run(Command::new("chown").arg(USER).arg(&cluster), b"")?;
        }
        let mut postgres = Self {
            keeper,
            programs,
            port: 0,
        };
        let initdb = postgres.words(
            "initdb",
            &["-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C"],
        )?;
        let (program, arguments) = initdb.split_first().context("no program to run")?;
        programs::run(Command::new(program).args(arguments).current_dir("/"), b"")
            .context("the cluster of the tests cannot be made")?;
        postgres.run()?;
        Ok(postgres)
    }

    /// Starts it again after [`Postgres::stop`], on the same port with the same contents.
    pub fn restart(&mut self) -> Result<()> {
        self.start_on(self.port)
    }

    /// Stops it at once: connections end, and its port refuses from then on. What was committed stays.
    pub fn stop(&mut self) -> Result<()> {
        self.interrupt()?;
        self.keeper.stop()
    }

    /// The address of its first database.
    pub fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/postgres", self.port)
    }

    /// Runs statements in a database, as the superuser, and gives what they print: columns apart by `|`.
    pub fn sql(&self, database: &str, statements: &str) -> Result<String> {
        let psql = self.programs.join("psql");
        let port = self.port.to_string();
        let mut command = Command::new(psql);
        command
            .args(["-h", "127.0.0.1", "-p", &port, "-U", USER, "-d", database])
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"])
            .current_dir("/");
        let output = programs::run(&mut command, statements.as_bytes())?;
        Ok(String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned())
    }

    /// Makes an empty database; gives its address.
    pub fn database(&self, name: &str) -> Result<String> {
        self.sql("postgres", &format!("CREATE DATABASE \"{name}\""))?;
        Ok(format!("postgres://{USER}@127.0.0.1:{}/{name}", self.port))
    }

    fn run(&mut self) -> Result<()> {
        let mut attempts = 5;
        loop {
            let started = self.start_on(free_port()?);
            attempts -= 1;
            match started {
                // Somebody was quicker with the port: try another.
                Err(_)
                    if attempts > 0 && self.keeper.output().contains("Address already in use") => {}
                other => return other,
            }
        }
    }

    fn start_on(&mut self, port: u16) -> Result<()> {
        let on = format!("port={port}");
        let words = self.words(
            "postgres",
            &[
                "-c",
                &on,
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "max_connections=200",
            ],
        )?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ready = self.keeper.dir().join("cluster/postmaster.pid");
        self.port = port;
        self.keeper.start("postgres", &words, || {
            // Its last line says when connections are served.
            fs::read_to_string(&ready).is_ok_and(|text| text.trim_end().ends_with("ready"))
                && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        })
    }

    /// A program of PostgreSQL on the cluster. It refuses the superuser, whose tests lend it their way to the
    /// folder.
    fn words(&self, program: &str, arguments: &[&str]) -> Result<Vec<String>> {
        let mut words = Vec::new();
        if programs::is_superuser() {
            words.push(programs::find("setpriv", "util-linux")?);
            for word in [
                "--reuid=postgres",
                "--regid=postgres",
                "--clear-groups",
                "--inh-caps=+dac_read_search",
                "--ambient-caps=+dac_read_search",
                "--",
            ] {
                words.push(word.to_owned());
            }
        }
        words.push(text(&self.programs.join(program))?);
        words.push("-D".to_owned());
        words.push(text(&self.keeper.dir().join("cluster"))?);
        words.extend(arguments.iter().map(|word| (*word).to_owned()));
        Ok(words)
    }

    /// Asked to end politely, it waits for its clients; the tests' are in this process.
    fn interrupt(&self) -> Result<()> {
        let Some(pid) = self.keeper.pid() else {
            return Ok(());
        };
        programs::run(Command::new("kill").arg("-INT").arg(pid.to_string()), b"").map(drop)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // If this fails, the keeper ends it a little later.
        let _ = self.interrupt();
    }
}

/// The programs of the newest version that is installed.
fn newest() -> Result<PathBuf> {
    let version = |path: &Path| -> Option<u32> { path.file_name()?.to_str()?.parse().ok() };
    let mut installed: Vec<PathBuf> = fs::read_dir(VERSIONS)
        .map(|folder| folder.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    installed.retain(|path| path.join("bin/postgres").is_file());
    installed.sort_by_key(|path| version(path));
    match installed.pop() {
        Some(path) => Ok(path.join("bin")),
        None => bail!(
            "`postgres` is not installed; it comes with the package `{PACKAGE}` (`./test` installs the packages of conformance/packages.txt)"
        ),
    }
}

fn text(path: &Path) -> Result<String> {
    path.to_str()
        .map(str::to_owned)
        .with_context(|| format!("`{}` is not UTF-8", path.display()))
}
