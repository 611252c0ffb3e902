//! Pure-FTPd, with `pure-authd` and the program of `docs/integrations/pure-ftpd/`.

use super::directory::{FIRST_ODD_UID, ODD_NAMES, password};
use super::station::Station;
use crate::Test;
use crate::lab::Lab;
use anyhow::{Context, Result, bail, ensure};
use entryway_conformance::{Certificate, Finished, free_port};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

const UNIT: &str = "/etc/systemd/system/entryway-pure-authd.service";

/// curl's exit status for a login that is refused.
const LOGIN_DENIED: i32 = 67;

pub(super) fn tests() -> Vec<Test> {
    vec![
        (
            "Pure-FTPd: people land in the home, uid and gid of the rules",
            people_land_where_the_rules_say,
        ),
        ("Pure-FTPd: odd names arrive intact", odd_names_arrive),
        (
            "Pure-FTPd: who must stay out stays out",
            who_must_stay_out_stays_out,
        ),
        ("Pure-FTPd: an outage keeps out", an_outage_keeps_out),
    ]
}

/// A station with Pure-FTPd.
struct Ftp {
    station: Station,
    port: u16,
    authority: PathBuf,
}

impl Ftp {
    fn start(lab: &Lab, test: &str) -> Result<Self> {
        let mut station = Station::start(lab, "pure-ftpd", test)?;
        let identity =
            lab.authority()?
                .issue(Certificate::Good, Ipv4Addr::LOCALHOST, &station.folder)?;
        let pem = fs::read_to_string(&identity.key)? + &fs::read_to_string(&identity.certificate)?;
        fs::write(station.folder.join("ftp.pem"), pem)?;
        let port = free_port()?;
        station.set_up("pure-ftpd", |station, command| match command {
            "systemctl enable --now entryway-pure-authd" => start_unit(station),
            "systemctl restart pure-ftpd" => start_pure_ftpd(station, port),
            other => bail!("`{other}` is not a service that the test can start"),
        })?;
        ensure!(station.daemons.len() == 2, "the page starts two daemons");
        Ok(Self {
            station,
            port,
            authority: identity.authority,
        })
    }

    /// Puts a file there as this person.
    fn put(&self, name: &str, password: &str) -> Result<Finished> {
        let file = self.station.folder.join("staff.pass").display().to_string();
        let configuration = format!(
            "url = {}\nupload-file = {}\nuser = {}\ncacert = {}\nssl-reqd\nsilent\nshow-error\nmax-time = 60\n",
            quoted(&format!("ftp://127.0.0.1:{}/put", self.port)),
            quoted(&file),
            quoted(&format!("{name}:{password}")),
            quoted(&self.authority.display().to_string()),
        );
        // The password is in no argument here either.
        Finished::of(
            Command::new("curl").args(["--disable", "--config", "-"]),
            &configuration,
        )
    }

    /// What Pure-FTPd says to a name that arrives without TLS, before any password.
    fn answer_in_clear(&self) -> Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(b"USER bob\r\n")?;
        for line in BufReader::new(stream).lines() {
            let line = line?;
            if !line.starts_with("220") {
                return Ok(line);
            }
        }
        bail!("Pure-FTPd hung up")
    }

    fn lands(&self, login: &str, name: &str, home: &str, owner: &str) -> Result<()> {
        let put = self.put(login, &password(name))?;
        ensure!(
            put.exit == 0,
            "expected `{login}` to be let in, found exit {}: {}\n{}",
            put.exit,
            put.stderr,
            self.station.log()
        );
        let found = self
            .station
            .machine
            .done(&format!("stat -c '%u:%g' '{home}' '{home}/put'"))?;
        ensure!(
            found.lines().all(|line| line == owner) && found.lines().count() == 2,
            "expected `{home}` and what `{login}` put there to be of {owner}, found {found}"
        );
        Ok(())
    }

    /// Each of these is refused. At the same time, because Pure-FTPd waits before it says so.
    fn stay_out(&self, logins: &[(&str, &str)]) -> Result<()> {
        thread::scope(|scope| {
            let tries: Vec<_> = logins
                .iter()
                .map(|(name, password)| scope.spawn(move || (name, self.put(name, password))))
                .collect();
            for tried in tries {
                let Ok((name, put)) = tried.join() else {
                    bail!("a login panicked")
                };
                let put = put?;
                ensure!(
                    put.exit == LOGIN_DENIED,
                    "expected `{name}` to be refused, found exit {}: {}",
                    put.exit,
                    put.stderr
                );
            }
            Ok(())
        })?;
        let homes = self.station.machine.done("find /srv -mindepth 1")?;
        ensure!(homes.is_empty(), "somebody got a home:\n{homes}");
        Ok(())
    }
}

/// What systemd does with the unit, its limits included.
fn start_unit(station: &mut Station) -> Result<()> {
    let unit = station.machine.done(&format!("cat {UNIT}"))?;
    let values = |key: &str| -> Vec<String> {
        unit.lines()
            .filter_map(|line| line.strip_prefix(key)?.strip_prefix('='))
            .map(str::to_owned)
            .collect()
    };
    let one = |key: &str| {
        values(key)
            .pop()
            .with_context(|| format!("no {key}= in the unit"))
    };
    let capabilities = one("CapabilityBoundingSet")?
        .split(' ')
        .map(|name| format!(",+{}", name.trim_start_matches("CAP_").to_lowercase()))
        .collect::<String>();
    let limits = format!(
        "env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin {} setpriv --bounding-set=-all{capabilities} --no-new-privs",
        values("Environment").join(" ")
    );
    ensure!(one("NoNewPrivileges")? == "yes", "the unit has no limits");
    station.machine.done(&format!(
        "mkdir -m {} /run/{}",
        one("RuntimeDirectoryMode")?,
        one("RuntimeDirectory")?
    ))?;
    let daemon = station.machine.daemon(
        "pure-authd",
        &format!("exec {limits} {}", one("ExecStart")?),
        || true,
    )?;
    station.daemons.push(daemon);
    station.machine.done(&one("ExecStartPost")?)?;
    Ok(())
}

/// As Debian's init script does, but in the foreground and at a port of the test's own.
fn start_pure_ftpd(station: &mut Station, port: u16) -> Result<()> {
    station
        .machine
        .done(&format!("echo 127.0.0.1,{port} > /etc/pure-ftpd/conf/Bind"))?;
    let daemon = station
        .machine
        .daemon("pure-ftpd", "exec /usr/sbin/pure-ftpd-wrapper", || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        })?;
    station.daemons.push(daemon);
    Ok(())
}

fn people_land_where_the_rules_say(lab: &Lab) -> Result<()> {
    let ftp = Ftp::start(lab, "lands")?;
    // The home of a class, of everybody, of the entry, and of a template that replaces all three.
    for (name, home, owner) in [
        ("aokafor", "/srv/ftp/designers/aokafor", "20001:20100"),
        ("bob", "/srv/ftp/people/bob", "20002:20100"),
        ("carol", "/srv/ftp/elsewhere/c", "20003:20100"),
        ("gustav", "/srv/ftp/guests/gustav", "30000:30000"),
    ] {
        ftp.lands(name, name, home, owner)?;
    }
    ftp.lands("staff/BOB", "bob", "/srv/ftp/people/bob", "20002:20100")?;
    ftp.station.logs(&["client_address=127.0.0.1"])?;
    Ok(())
}

fn odd_names_arrive(lab: &Lab) -> Result<()> {
    let ftp = Ftp::start(lab, "odd")?;
    for (uid, name) in (FIRST_ODD_UID..).zip(ODD_NAMES) {
        // What stands before a backslash would be a domain.
        let login = if name.contains('\\') {
            format!("staff/{name}")
        } else {
            name.to_owned()
        };
        let home = format!("/srv/ftp/odd/{uid}");
        ftp.lands(&login, name, &home, &format!("{uid}:20100"))?;
    }
    Ok(())
}

fn who_must_stay_out_stays_out(lab: &Lab) -> Result<()> {
    let ftp = Ftp::start(lab, "out")?;
    ftp.stay_out(&[
        ("aokafor", "not-her-password"),
        ("aokafor", ""),
        ("nobody-at-all", &password("aokafor")),
        ("supplier", &password("supplier")),
        ("root", &password("root")),
        ("bob\tor", &password("bob")),
    ])?;
    for name in ["aokafor", "nobody-at-all", "''"] {
        let said = says_no_for_good(&ftp, name)?.stderr;
        ensure!(!said.contains("no verdict"), "expected a verdict: {said}");
    }
    // Entryway lets this person in, and Pure-FTPd does not.
    let low = ftp.put("low", &password("low"))?;
    ensure!(low.exit == LOGIN_DENIED, "expected no low uid: {low:?}");
    ensure!(
        ftp.answer_in_clear()?.starts_with("421"),
        "expected no login without TLS"
    );
    ftp.station
        .logs(&["wrong_password", "unknown_login", "dn_not_permitted"])?;
    Ok(())
}

/// `auth_ok:0` would hand the password to the next method, if somebody configures one.
fn says_no_for_good(ftp: &Ftp, name: &str) -> Result<Finished> {
    let line = format!(
        "AUTHD_ACCOUNT={name} AUTHD_PASSWORD=a-secret-of-this-test /usr/local/lib/entryway/entryway-pure-ftpd"
    );
    let finished = ftp.station.run(&line, "")?;
    ensure!(
        finished.stdout == "auth_ok:-1\nend\n" && !finished.stderr.contains("a-secret"),
        "expected a no and no password, found {finished:?}"
    );
    Ok(finished)
}

fn an_outage_keeps_out(lab: &Lab) -> Result<()> {
    let mut ftp = Ftp::start(lab, "outage")?;
    let right = password("aokafor");
    ftp.station.slapd.stop()?;
    ftp.stay_out(&[("aokafor", &right)])?;
    ftp.station.logs(&["directory_unreachable"])?;
    let said = says_no_for_good(&ftp, "aokafor")?.stderr;
    ensure!(
        said.contains("has no verdict"),
        "expected an outage: {said}"
    );
    ftp.station.serving = None;
    ftp.stay_out(&[("aokafor", &right)])?;
    // pure-authd was the first to start.
    ftp.station.daemons.remove(0);
    ftp.stay_out(&[("aokafor", &right)])
}

/// A value of curl's configuration.
pub(super) fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\t', "\\t");
    format!("\"{escaped}\"")
}
