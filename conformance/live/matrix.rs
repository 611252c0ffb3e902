//! The matrix: certificates, settings and servers, with the verdict on each and its text.
//!
//! Every row starts a server of its own and runs `entryway tls check` against it. `docs/tls-matrix.md` holds
//! what came of each, so that a reader sees it: `UPDATE_GOLDEN=1` writes it anew, when every row was run.

mod rows;

use crate::lab::Lab;
use anyhow::{Context, Result, bail, ensure};
use entryway_conformance::{Certificates, Finished, SilentServer, TlsServer};
use libtest_mimic::Trial;
pub(crate) use rows::rows;
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

/// What a row is run against.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// A slapd with this certificate and these further lines.
    Slapd(&'static str, &'static str),
    /// A slapd without TLS.
    Plain,
    /// An `openssl s_server` with this certificate and these options.
    OpenSsl(&'static str, &'static [&'static str]),
    /// Accepts, and says nothing.
    Silent,
}

/// How it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// `ldaps://` at the port of LDAPS.
    Ldaps,
    /// `ldap://` at the plain port, with StartTLS.
    StartTls,
    /// `ldaps://` at the plain port.
    LdapsAtPlain,
    /// `ldap://` at the port of LDAPS.
    StartTlsAtLdaps,
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) title: &'static str,
    pub(crate) kind: Kind,
    pub(crate) how: How,
    /// Lines of `[domain.staff.tls]`; `{dir}` is the folder of certificates, `{pin:NAME}` a fingerprint.
    pub(crate) tls: &'static str,
    /// `chain`, `pin` or `unverified` when it is accepted, or the code of the refusal, or of what is wrong with the
    /// configuration, as a store that does not open is.
    pub(crate) expected: &'static str,
}

/// What the rows share.
pub(crate) struct Matrix {
    certificates: std::sync::OnceLock<Result<Certificates, String>>,
    lines: Mutex<BTreeMap<usize, String>>,
}

const HEAD: &str = "# Certificates, settings and verdicts

What `entryway tls check` says of real servers: OpenLDAP with GnuTLS, `openssl s_server`, and listeners that are no servers. Made by the
tests (`conformance/live/matrix.rs`), which run every row; dates, ports and fingerprints are left out. [TLS](tls.md) explains the settings,
[the list of codes](reasons.md#tls) what to do. The stores are made by openssl and keytool; one that cannot be read is an error of the
configuration, found before any server is asked, and `entryway help C067` says more. Where a row has a password, write `{ file = \"…\" }` instead.

| # | server | settings | verdict | what is said |
|---|---|---|---|---|
";

impl Matrix {
    pub(crate) fn new() -> Self {
        Self {
            certificates: std::sync::OnceLock::new(),
            lines: Mutex::default(),
        }
    }

    /// Every row as a test.
    pub(crate) fn trials(self: &Arc<Self>, lab: &Arc<Lab>) -> Vec<Trial> {
        let one = |(number, row): (usize, Row)| {
            let (matrix, lab) = (Arc::clone(self), Arc::clone(lab));
            Trial::test(format!("tls matrix: {}", row.title), move || {
                matrix
                    .run(&lab, number, &row)
                    .map_err(|error| crate::told(&error).into())
            })
        };
        let numbered = rows().into_iter().enumerate();
        let mut trials: Vec<Trial> = numbered.map(|(at, row)| one((at + 1, row))).collect();
        trials.push(Trial::test("tls matrix: the page has these rows", || {
            let page = std::fs::read_to_string(page())?;
            let found = page.lines().filter(|line| line.starts_with("| ")).count();
            // The head of the table is a line too.
            if is_updating() || found == rows().len() + 1 {
                return Ok(());
            }
            Err(format!("{found} lines for {} rows", rows().len()).into())
        }));
        trials
    }

    /// Writes the page, if that was asked for and every row was run.
    pub(crate) fn finish(&self) -> Result<()> {
        let lines = self.lines.lock().ok().context("a row panicked")?;
        if !is_updating() || lines.len() != rows().len() {
            return Ok(());
        }
        let lines: Vec<&str> = lines.values().map(String::as_str).collect();
        std::fs::write(page(), format!("{HEAD}{}\n", lines.join("\n")))?;
        Ok(())
    }

    fn certificates(&self) -> Result<&Certificates> {
        self.certificates
            .get_or_init(|| Certificates::new().map_err(|error| format!("{error:#}")))
            .as_ref()
            .map_err(|error| anyhow::anyhow!("{error}"))
    }

    fn run(&self, lab: &Lab, number: usize, row: &Row) -> Result<()> {
        let certificates = self.certificates()?;
        // Kept until the verdict is in.
        let (_server, plain, tls): (Box<dyn std::any::Any>, SocketAddr, SocketAddr) = match row.kind
        {
            Kind::Slapd(name, more) => {
                let server = TlsServer::slapd(certificates, Some(name), more)?;
                let (plain, tls) = (server.plain(), server.tls());
                (Box::new(server), plain, tls)
            }
            Kind::Plain => {
                let server = TlsServer::slapd(certificates, None, "")?;
                let (plain, tls) = (server.plain(), server.tls());
                (Box::new(server), plain, tls)
            }
            Kind::OpenSsl(name, more) => {
                let server = TlsServer::openssl(certificates, name, more)?;
                let (plain, tls) = (server.plain(), server.tls());
                (Box::new(server), plain, tls)
            }
            Kind::Silent => {
                let server = SilentServer::start()?;
                let address = server.address()?;
                (Box::new(server), address, address)
            }
        };
        let url = match row.how {
            How::Ldaps => format!("ldaps://{tls}"),
            How::StartTls => format!("ldap://{plain}"),
            How::LdapsAtPlain => format!("ldaps://{plain}"),
            How::StartTlsAtLdaps => format!("ldap://{tls}"),
        };
        let found = check(lab, certificates, number, row, &url)?;
        ensure!(
            found.verdict == row.expected,
            "expected `{}`, found `{}`: {}",
            row.expected,
            found.verdict,
            found.text
        );
        let line = format!(
            "| {number} | {} | {} | {found} |",
            row.title,
            row.settings()
        );
        if is_updating() {
            let mut lines = self.lines.lock().ok().context("a row panicked")?;
            lines.insert(number, line);
            return Ok(());
        }
        let page = std::fs::read_to_string(page())?;
        let start = format!("| {number} | ");
        let known = page.lines().find(|line| line.starts_with(&start));
        let known = known.with_context(|| format!("the page has no row {number}"))?;
        ensure!(known == line, "the page says\n{known}\nfound\n{line}");
        Ok(())
    }
}

impl Row {
    fn settings(&self) -> String {
        let how = match self.how {
            How::Ldaps => "",
            How::StartTls => "StartTLS; ",
            How::LdapsAtPlain => "`ldaps://` at the plain port; ",
            How::StartTlsAtLdaps => "`ldap://` at the port of LDAPS; ",
        };
        let lines = self.tls.lines().map(|line| {
            let line = line.replace("{dir}/", "");
            let (before, pin) = line.split_once("{pin:").unwrap_or((&line, ""));
            match pin.split_once('}') {
                Some((name, after)) => format!("`{before}sha256 of {name}{after}`"),
                None => format!("`{line}`"),
            }
        });
        let lines: Vec<String> = lines.collect();
        format!("{how}{}", lines.join(" "))
    }
}

/// What came of a row.
struct Found {
    verdict: String,
    text: String,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` | {}", self.verdict, self.text.replace('|', "\\|"))
    }
}

fn check(
    lab: &Lab,
    certificates: &Certificates,
    number: usize,
    row: &Row,
    url: &str,
) -> Result<Found> {
    let dir = certificates.dir().display().to_string();
    let mut tls = row.tls.replace("{dir}", &dir);
    while let Some((before, rest)) = tls.clone().split_once("{pin:") {
        let (name, after) = rest.split_once('}').context("`{pin:` is not closed")?;
        tls = format!("{before}{}{after}", certificates.pin(name)?);
    }
    // Only the silent one is waited for.
    let connect = if matches!(row.kind, Kind::Silent) {
        "500ms"
    } else {
        "20s"
    };
    let permission = if tls.contains("verify") {
        "allow_clear_text_passwords = true\n"
    } else {
        ""
    };
    let text = format!(
        "[store]\nurl = \"memory:\"\n[login]\ndeadline = \"30s\"\n[domain.staff]\nservers = [\"{url}\"]\nbase = \"dc=example\"\n{permission}\
         [domain.staff.timeouts]\nconnect = \"{connect}\"\noperation = \"10s\"\n[domain.staff.tls]\n{tls}\n"
    );
    let path = lab
        .scratch()?
        .write(&format!("matrix-{number}.toml"), &text)?;
    let mut command = Command::new(lab.binary());
    command
        .args(["tls", "check", "--output", "json", "--config"])
        .arg(path);
    let finished = Finished::of(&mut command, "")?;
    if finished.exit == CONFIGURATION {
        return misconfigured(&finished, &dir);
    }
    let answer = finished.json()?;
    let nothing = serde_json::Value::Null;
    let way = answer.pointer("/domains/0/servers/0").unwrap_or(&nothing);
    let words = |key: &str| way[key].as_str().unwrap_or_default().to_owned();
    let is_accepted = way["accepted"].is_string();
    if let Some(code) = way["code"].as_str().filter(|_| !is_accepted) {
        ensure!(finished.exit == 1, "refused, and exit {}", finished.exit);
        let offers = way["offers"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let offers: Vec<&str> = offers.iter().filter_map(|offer| offer.as_str()).collect();
        let mut text = words("error");
        if !offers.is_empty() {
            text.push_str(&format!(
                "; the server would agree to {}",
                offers.join(", ")
            ));
        }
        return Ok(Found {
            verdict: code.to_owned(),
            text: mask(&text, &dir),
        });
    }
    // What speaks TLS and no LDAP answers no search.
    let speaks_ldap = !matches!(row.kind, Kind::OpenSsl(..));
    if speaks_ldap && finished.exit != 0 {
        bail!("accepted, and exit {}: {}", finished.exit, words("error"));
    }
    let by = match words("anchor") {
        anchor if anchor.is_empty() => String::new(),
        anchor => format!(", by {anchor} of {}", words("store")),
    };
    let text = format!("{}, {}{by}", words("version"), words("cipher_suite"));
    Ok(Found {
        verdict: words("accepted"),
        text: mask(&text, &dir),
    })
}

/// The exit status where nobody was asked, because the configuration is wrong.
const CONFIGURATION: i32 = 3;

/// The one error of a configuration.
fn misconfigured(finished: &Finished, dir: &str) -> Result<Found> {
    ensure!(finished.stdout.is_empty(), "an error, and an answer");
    let lines = finished.stderr.lines();
    let errors: Vec<&str> = lines
        .filter_map(|line| line.strip_prefix("error["))
        .collect();
    let [error] = errors.as_slice() else {
        bail!("expected one error, found `{}`", finished.stderr);
    };
    let (code, text) = error.split_once("]: ").context("an error has a code")?;
    Ok(Found {
        verdict: code.to_owned(),
        text: mask(text, dir),
    })
}

/// Without what differs from run to run.
fn mask(text: &str, dir: &str) -> String {
    let text = text.replace(&format!("{dir}/"), "");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(char) = rest.chars().next() {
        let digits = |count: usize| {
            rest.get(..count)
                .is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
        };
        let is_date = rest
            .get(..23)
            .is_some_and(|part| part.ends_with(" UTC") && part.as_bytes().get(4) == Some(&b'-'));
        let (masked, length) = if is_date {
            ("DATE", 23)
        } else if out.ends_with("sha256:") && digits(64) {
            ("…", 64)
        } else if out.ends_with("127.0.0.1:") {
            ("PORT", rest.bytes().take_while(u8::is_ascii_digit).count())
        } else {
            ("", 0)
        };
        out.push_str(masked);
        if length == 0 {
            out.push(char);
        }
        rest = rest.get(length.max(char.len_utf8())..).unwrap_or_default();
    }
    out
}

fn is_updating() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tls-matrix.md")
}
