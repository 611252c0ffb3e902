//! The order of events: build, start the servers, measure both sides in turns, write the page.

use super::load::Measured;
use super::report::{Memory, Report, Side, Sides};
use super::settings::Settings;
use super::{HTTP, RAW, Size, usage};
use anyhow::{Context, Result, bail, ensure};
use entryway_conformance::{
    Authority, Configuration, Directory, Domain, Encrypt, Gateway, HttpClient, Scratch, Serving,
    Slapd, SlapdOptions, free_port,
};
use serde_json::{Value, json};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const PASSWORD: &str = "bench password";
/// The same as slapd stores it, salted SHA-1: the scheme that costs the directory least, so that
/// what stands in front of it shows most.
const STORED: &str = "{SSHA}0Tqi+rBL+64dWn7C2V+pIwcdzcTAvHZq";
const TOKEN: &str = "token-of-the-bench-0123456789abcdef";

/// How much of everything.
struct Plan {
    people: u32,
    in_flight: &'static [usize],
    rounds: usize,
    measured: Duration,
    /// Whether to measure at half load and with 1,000 in flight, and to write the page.
    page: bool,
}

impl Plan {
    fn of(size: Size) -> Self {
        match size {
            Size::Full => Self {
                people: 10_000,
                in_flight: &[1, 16, 64],
                rounds: 3,
                measured: Duration::from_secs(3),
                page: true,
            },
            Size::Quick => Self {
                people: 200,
                in_flight: &[4],
                rounds: 1,
                measured: Duration::from_millis(300),
                page: false,
            },
        }
    }
}

/// Runs the bench, and in full writes `bench/README.md`.
pub(crate) fn run(root: &Path, size: Size) -> Result<()> {
    let plan = Plan::of(size);
    let load = usage::load_average()?;
    let programs = build(root, size)?;
    let scratch = Scratch::new()?;
    let authority = Authority::new()?;
    let directory = Directory::Crowd {
        people: plan.people,
        stored: STORED,
    };
    let slapd = Slapd::start(
        &authority,
        SlapdOptions {
            directory,
            ..SlapdOptions::default()
        },
    )?;
    let trust = scratch.write("ca.pem", authority.pem())?;
    let bench = Bench {
        plan,
        programs,
        scratch,
        authority,
        slapd,
        trust,
    };
    let mut report = Report::default();
    for encrypt in [Encrypt::Nothing, Encrypt::Ldaps] {
        let gateway = bench.start_gateway(encrypt)?;
        bench.measure(encrypt, &gateway, &mut report)?;
    }
    print!("{}", report.tables());
    if bench.plan.page {
        let path = root.join("bench/README.md");
        fs::create_dir_all(root.join("bench")).context("cannot make `bench`")?;
        fs::write(&path, report.page(bench.plan.people, &load))
            .context("cannot write `bench/README.md`")?;
        println!("wrote bench/README.md");
    }
    Ok(())
}

/// The programs under measurement.
struct Programs {
    entryway: PathBuf,
    driver: PathBuf,
}

fn build(root: &Path, size: Size) -> Result<Programs> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(root)
        .args(["build", "--quiet", "-p", "entryway", "-p", "xtask"]);
    if size == Size::Full {
        // As it is released.
        cargo.args(["--profile", "dist"]);
    }
    ensure!(
        cargo.status().context("cannot run cargo")?.success(),
        "the build fails"
    );
    let metadata = Command::new(env!("CARGO"))
        .current_dir(root)
        .args([
            "metadata",
            "--offline",
            "--no-deps",
            "--format-version",
            "1",
        ])
        .output()?;
    let metadata: Value =
        serde_json::from_slice(&metadata.stdout).context("cargo's metadata is not JSON")?;
    let target = metadata
        .get("target_directory")
        .and_then(Value::as_str)
        .context("cargo names no target folder")?;
    let folder = Path::new(target).join(if size == Size::Full { "dist" } else { "debug" });
    Ok(Programs {
        entryway: folder.join("entryway"),
        driver: folder.join("xtask"),
    })
}

struct Bench {
    plan: Plan,
    programs: Programs,
    scratch: Scratch,
    authority: Authority,
    slapd: Slapd,
    trust: PathBuf,
}

struct Started {
    serving: Serving,
    pid: u32,
    first_answer: Duration,
    idle_kib: u64,
}

impl Bench {
    fn start_gateway(&self, encrypt: Encrypt) -> Result<Started> {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let mut configuration = Configuration::new(
            self.authority.pem(),
            vec![Domain::at_slapd("staff", &self.slapd, encrypt)],
        );
        configuration.listen = Some(listen);
        configuration.token = TOKEN.to_owned();
        let path = configuration.write(&self.scratch, &format!("{encrypt:?}"))?;
        let begin = Instant::now();
        let serving = Gateway::new(&self.programs.entryway, &path).serve(listen)?;
        let pid = serving.pid().context("the gateway has no pid")?;
        let idle_kib = usage::memory_kib(pid, "VmRSS")?;
        let body = json!({ "login_name": "u0000001", "password": PASSWORD });
        let answer = HttpClient::new(listen, Some(TOKEN)).post("/api/v1/login", &body)?;
        ensure!(
            answer.body.contains("\"decision\":\"accept\""),
            "expected the first login to be let in, found {}",
            answer.body
        );
        Ok(Started {
            first_answer: begin.elapsed(),
            serving,
            pid,
            idle_kib,
        })
    }

    fn measure(&self, encrypt: Encrypt, gateway: &Started, report: &mut Report) -> Result<()> {
        for in_flight in self.plan.in_flight {
            let mut sides = Sides::default();
            for round in 0..self.plan.rounds {
                // Turn about, so that a slow minute of the machine meets both.
                for raw_now in [round % 2 == 0, round % 2 != 0] {
                    if raw_now {
                        sides.raw.add(self.raw(encrypt, *in_flight, None)?);
                    } else {
                        sides.gateway.add(self.gateway(gateway, *in_flight, None)?);
                    }
                }
            }
            report.saturated.push((encrypt, *in_flight, sides));
        }
        if self.plan.page {
            report
                .half_load
                .push(self.half_load(encrypt, gateway, report)?);
        }
        let peak_kib = usage::memory_kib(gateway.pid, "VmHWM")?;
        let crowd = if self.plan.page {
            Some(self.crowd(gateway)?)
        } else {
            None
        };
        report.memory.push((
            encrypt,
            Memory {
                idle_kib: gateway.idle_kib,
                peak_kib,
                crowd,
                first_answer: gateway.first_answer,
            },
        ));
        Ok(())
    }

    /// Both sides at half of what the gateway reached.
    fn half_load(
        &self,
        encrypt: Encrypt,
        gateway: &Started,
        report: &Report,
    ) -> Result<(Encrypt, f64, Sides)> {
        let rate = report
            .best_of_gateway(encrypt)
            .context("nothing was measured")?
            / 2.0;
        let in_flight = self.plan.in_flight.iter().max().copied().unwrap_or(1);
        let mut sides = Sides::default();
        for _ in 0..self.plan.rounds {
            sides.raw.add(self.raw(encrypt, in_flight, Some(rate))?);
            sides
                .gateway
                .add(self.gateway(gateway, in_flight, Some(rate))?);
        }
        Ok((encrypt, rate, sides))
    }

    /// A thousand people at once, and what the gateway's memory makes of it.
    fn crowd(&self, gateway: &Started) -> Result<(Side, u64)> {
        let mut side = Side::default();
        side.add(self.gateway(gateway, 1000, None)?);
        Ok((side, usage::memory_kib(gateway.pid, "VmHWM")?))
    }

    fn raw(&self, encrypt: Encrypt, in_flight: usize, rate: Option<f64>) -> Result<Measured> {
        let (address, trust) = match encrypt {
            Encrypt::Ldaps => (self.slapd.ldaps(), Some(self.trust.clone())),
            _ => (self.slapd.ldap(), None),
        };
        self.drive(
            RAW,
            address,
            trust,
            in_flight,
            rate,
            vec![self.slapd_pid()?],
        )
    }

    fn gateway(&self, gateway: &Started, in_flight: usize, rate: Option<f64>) -> Result<Measured> {
        self.drive(
            HTTP,
            gateway.serving.address(),
            None,
            in_flight,
            rate,
            vec![self.slapd_pid()?, gateway.pid],
        )
    }

    fn slapd_pid(&self) -> Result<u32> {
        self.slapd.pid().context("slapd has ended")
    }

    fn drive(
        &self,
        driver: &str,
        address: SocketAddr,
        trust: Option<PathBuf>,
        in_flight: usize,
        rate: Option<f64>,
        watched: Vec<u32>,
    ) -> Result<Measured> {
        let settings = Settings {
            address,
            trust,
            in_flight,
            measured: self.plan.measured,
            rate,
            people: self.plan.people,
            password: PASSWORD.to_owned(),
            token: TOKEN.to_owned(),
            watched,
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
        let rate = measured.logins as f64 / measured.took.as_secs_f64();
        println!("{driver} {in_flight} in flight: {rate:.0} logins/s");
        Ok(measured)
    }
}
