//! The servers under measurement, and one round of load on them.

use super::load::Measured;
use super::programs::Programs;
use super::settings::{Lookup, Settings};
use super::{HTTP, RAW, SIGN_IN, usage};
use anyhow::{Context, Result, bail, ensure};
use entryway_conformance::{
    Authority, Configuration, Directory, Domain, Encrypt, Gateway, HttpClient, Scratch, Serving,
    Slapd, SlapdOptions, free_port,
};
use serde_json::{Value, json};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// Everybody's.
pub(super) const PASSWORD: &str = "bench password";
/// The same as slapd stores it, salted SHA-1: the scheme that costs the directory least, so that
/// what stands in front of it shows most.
const STORED: &str = "{SSHA}0Tqi+rBL+64dWn7C2V+pIwcdzcTAvHZq";
pub(super) const TOKEN: &str = "token-of-the-bench-0123456789abcdef";
/// Of who looks people up.
pub(super) const LOOKUP_TOKEN: &str = "token-of-the-look-ups-0123456789abcdef";

/// slapd, and what is needed to put gateways and drivers beside it.
pub(super) struct Stage {
    pub(super) slapd: Slapd,
    programs: Programs,
    scratch: Scratch,
    authority: Authority,
    trust: PathBuf,
    people: u32,
}

/// A gateway that serves.
pub(super) struct Started {
    serving: Serving,
    pub(super) pid: u32,
    /// From its start to its first login's answer.
    pub(super) first_answer: Duration,
    /// That answer.
    pub(super) answer: Value,
    pub(super) idle_kib: u64,
}

/// One round.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    pub(super) in_flight: usize,
    /// Logins started per second; none: as many as go.
    pub(super) rate: Option<f64>,
    pub(super) measured: Duration,
    pub(super) with_address: bool,
}

/// What a load driver does.
struct Round<'a> {
    address: SocketAddr,
    trust: Option<PathBuf>,
    load: Load,
    watched: Vec<u32>,
    /// None: logins.
    lookups: &'a [Lookup],
    headers: &'a [(String, String)],
    signed_in: bool,
}

impl Load {
    /// As many as go, each from this machine's own address.
    pub(super) fn unpaced(in_flight: usize, measured: Duration) -> Self {
        Self {
            in_flight,
            rate: None,
            measured,
            with_address: false,
        }
    }
}

impl Started {
    pub(super) fn address(&self) -> SocketAddr {
        self.serving.address()
    }
}

impl Stage {
    /// Starts slapd with so many people, and in all else as asked.
    pub(super) fn new(programs: Programs, people: u32, options: SlapdOptions) -> Result<Self> {
        let scratch = Scratch::new()?;
        let authority = Authority::new()?;
        let directory = Directory::Crowd {
            people,
            stored: STORED,
        };
        let options = SlapdOptions {
            directory,
            ..options
        };
        let slapd = Slapd::start(&authority, options)?;
        let trust = scratch.write("ca.pem", authority.pem())?;
        Ok(Self {
            slapd,
            programs,
            scratch,
            authority,
            trust,
            people,
        })
    }

    /// Starts a gateway whose configuration is called `name` and includes `rows`, and logs the first
    /// person in.
    pub(super) fn start(&self, name: &str, domain: Domain, rows: &str) -> Result<Started> {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let mut configuration = Configuration::new(self.authority.pem(), vec![domain]);
        configuration.listen = Some(listen);
        configuration.token = TOKEN.to_owned();
        let path = configuration.write(&self.scratch, name)?;
        let main = fs::read_to_string(&path)?;
        fs::write(&path, format!("include = [\"rows-*.toml\"]\n{main}"))?;
        for (at, rows) in files(rows).iter().enumerate() {
            self.scratch
                .write(&format!("{name}/rows-{at:04}.toml"), rows)?;
        }
        let begin = Instant::now();
        let serving = Gateway::new(&self.programs.entryway, &path).serve(listen)?;
        let pid = serving.pid().context("the gateway has no pid")?;
        let idle_kib = usage::memory_kib(pid, "VmRSS")?;
        let body = json!({
            "login_name": "u0000001",
            "password": PASSWORD,
            "client_address": "192.0.2.1",
        });
        let answer = HttpClient::new(listen, Some(TOKEN)).post("/api/v1/login", &body)?;
        let first_answer = begin.elapsed();
        ensure!(
            answer.body.contains("\"decision\":\"accept\""),
            "expected the first login to be let in, found {}",
            answer.body
        );
        Ok(Started {
            first_answer,
            answer: answer.json()?,
            serving,
            pid,
            idle_kib,
        })
    }

    /// A round of the raw client.
    pub(super) fn raw(&self, encrypt: Encrypt, load: Load) -> Result<Measured> {
        let (address, trust) = match encrypt {
            Encrypt::Ldaps => (self.slapd.ldaps(), Some(self.trust.clone())),
            _ => (self.slapd.ldap(), None),
        };
        let round = Round {
            address,
            trust,
            load,
            watched: vec![self.slapd_pid()?],
            lookups: &[],
            headers: &[],
            signed_in: false,
        };
        self.drive(RAW, round)
    }

    /// A round through the gateway.
    pub(super) fn gateway(&self, gateway: &Started, load: Load) -> Result<Measured> {
        self.ask(gateway, load, &[])
    }

    /// A round of look-ups through the gateway.
    pub(super) fn ask(
        &self,
        gateway: &Started,
        load: Load,
        lookups: &[Lookup],
    ) -> Result<Measured> {
        self.ask_with(gateway, load, lookups, &[])
    }

    /// The same, with these headers in the place of a token.
    pub(super) fn ask_with(
        &self,
        gateway: &Started,
        load: Load,
        lookups: &[Lookup],
        headers: &[(String, String)],
    ) -> Result<Measured> {
        let round = Round {
            address: gateway.serving.address(),
            trust: None,
            load,
            watched: vec![self.slapd_pid()?, gateway.pid],
            lookups,
            headers,
            signed_in: false,
        };
        self.drive(HTTP, round)
    }

    /// A round of people who sign in to an application.
    pub(super) fn sign_in(
        &self,
        gateway: &Started,
        load: Load,
        signed_in: bool,
    ) -> Result<Measured> {
        let round = Round {
            address: gateway.serving.address(),
            trust: None,
            load,
            watched: vec![self.slapd_pid()?, gateway.pid],
            lookups: &[],
            headers: &[],
            signed_in,
        };
        self.drive(SIGN_IN, round)
    }

    fn slapd_pid(&self) -> Result<u32> {
        self.slapd.pid().context("slapd has ended")
    }

    fn drive(&self, driver: &str, round: Round<'_>) -> Result<Measured> {
        let Round { load, lookups, .. } = round;
        let in_flight = load.in_flight;
        let settings = Settings {
            address: round.address,
            trust: round.trust,
            in_flight,
            measured: load.measured,
            rate: load.rate,
            people: match lookups.len() {
                0 => self.people,
                count => count.try_into()?,
            },
            password: PASSWORD.to_owned(),
            token: match lookups.len() {
                0 => TOKEN,
                _ => LOOKUP_TOKEN,
            }
            .to_owned(),
            headers: round.headers.to_vec(),
            signed_in: round.signed_in,
            with_address: load.with_address,
            watched: round.watched,
            lookups: lookups.to_vec(),
        };
        let path = self.scratch.path().join("round.json");
        settings.write(&path)?;
        let output = Command::new(&self.programs.driver)
            .arg(driver)
            .arg(&path)
            .output()
            .context("cannot start the load driver")?;
        if !output.status.success() {
            bail!(
                "`{driver}` with {in_flight} in flight fails: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let value: Value = serde_json::from_slice(&output.stdout)
            .context("the load driver's answer is not JSON")?;
        let measured =
            Measured::from_json(&value).context("the load driver's answer lacks something")?;
        let rate = measured.rate();
        let what = match (driver, lookups.len()) {
            (SIGN_IN, _) => "flows",
            (_, 0) => "logins",
            _ => "look-ups",
        };
        println!("{driver} {in_flight} in flight: {rate:.0} {what}/s");
        Ok(measured)
    }
}

/// Rows, an empty line before each, as files that are small enough to be read.
fn files(rows: &str) -> Vec<String> {
    const MOST: usize = 1 << 19;
    let mut files = vec![String::new()];
    for row in rows.split("\n\n") {
        if files.last().is_some_and(|file| file.len() > MOST) {
            files.push(String::new());
        }
        if let Some(file) = files.last_mut() {
            file.push_str(row);
            file.push_str("\n\n");
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::files;

    #[test]
    fn rows_stay_whole_and_in_order() {
        let rows: String = (0..30_000)
            .map(|at| format!("\n[[row]]\nname = \"{at:040}\"\n"))
            .collect();
        let files = files(&rows);
        assert!(files.len() > 2, "{}", files.len());
        assert!(files.iter().all(|file| file.len() < 1 << 20));
        let of_all = files.concat();
        let names = |text: &str| {
            text.lines()
                .filter(|line| line.starts_with("name"))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&of_all), names(&rows));
        assert!(
            files
                .iter()
                .all(|file| file.matches("[[row]]").count() == names(file).len())
        );
    }
}
