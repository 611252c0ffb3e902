//! Counted at the directory: what slapd's own log says it was asked. Each test has a slapd of its
//! own, so that nothing else stands in the log.

use crate::Test;
use crate::faces::says;
use crate::lab::Lab;
use anyhow::{Context, Result, ensure};
use entryway_conformance::{
    Configuration, Deadline, Domain, Encrypt, Gateway, HttpClient, ODD_NAMES, PEOPLE, SERVICE_DN,
    Slapd, SlapdOptions, StatsLog, free_port, password_of, until,
};
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

pub(crate) fn tests() -> Vec<Test> {
    vec![
        ("one failed login is one bind", one_failed_login_is_one_bind),
        (
            "one good login is one search and one bind",
            one_good_login_is_one_search_and_one_bind,
        ),
        ("an unknown name is no bind", unknown_name_is_no_bind),
        ("an ambiguous name is no bind", ambiguous_name_is_no_bind),
        (
            "an empty password never arrives",
            empty_password_never_arrives,
        ),
        ("odd names arrive as values", odd_names_arrive_as_values),
        (
            "wrong passwords lock, and the lock is told from a wrong password",
            wrong_passwords_lock,
        ),
        (
            "explain without a password is no bind",
            explain_without_a_password_is_no_bind,
        ),
    ]
}

/// A gateway in front of a slapd that logs what it is asked.
struct Counted {
    slapd: Slapd,
    gateway: Gateway,
    listen: SocketAddr,
    token: String,
    /// What the log may hold beside Entryway's own bind.
    _configuration: PathBuf,
}

impl Counted {
    fn start(lab: &Lab, name: &str) -> Result<Self> {
        let slapd = Slapd::start(
            lab.authority()?,
            SlapdOptions {
                log_operations: true,
                ..SlapdOptions::default()
            },
        )?;
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let mut configuration = Configuration::new(
            lab.authority()?.pem(),
            vec![Domain::at_slapd("staff", &slapd, Encrypt::Ldaps)],
        );
        configuration.listen = Some(listen);
        let path = configuration.write(lab.scratch()?, name)?;
        Ok(Self {
            slapd,
            gateway: Gateway::new(lab.binary(), &path),
            listen,
            token: configuration.token,
            _configuration: path,
        })
    }

    /// The log, once every connection is closed: what was asked has been logged by then.
    fn log(&self) -> Result<StatsLog> {
        until(
            "slapd has logged the end of every connection",
            Deadline::seconds(10),
            || {
                let log = self.slapd.stats();
                Ok(log.is_quiet().then_some(log))
            },
        )
    }
}

fn dn(name: &str) -> String {
    format!("uid={name},{PEOPLE}")
}

fn one_failed_login_is_one_bind(lab: &Lab) -> Result<()> {
    let counted = Counted::start(lab, "counted-failed")?;
    counted.gateway.login("alice", "not-this-password")?;
    let log = counted.log()?;
    ensure!(
        log.binds_as(&dn("alice")) == [Some(49)],
        "expected one refused bind, found {:?}",
        log.binds_but(SERVICE_DN)
    );
    ensure!(
        log.binds_but(SERVICE_DN).len() == 1,
        "expected no other bind, found {:?}",
        log.binds_but(SERVICE_DN)
    );
    Ok(())
}

fn one_good_login_is_one_search_and_one_bind(lab: &Lab) -> Result<()> {
    let counted = Counted::start(lab, "counted-good")?;
    counted.gateway.login("alice", "pw-alice")?;
    let log = counted.log()?;
    ensure!(
        log.binds_as(&dn("alice")) == [Some(0)],
        "expected one bind, found {:?}",
        log.binds_but(SERVICE_DN)
    );
    ensure!(
        log.filters() == ["(&(objectClass=person)(uid=alice))"],
        "expected one search, found {:?}",
        log.filters()
    );
    Ok(())
}

fn no_bind(counted: &Counted, login: &str, password: &str) -> Result<StatsLog> {
    counted.gateway.login(login, password)?;
    let log = counted.log()?;
    ensure!(
        log.binds_but(SERVICE_DN).is_empty(),
        "expected no bind, found {:?}",
        log.binds_but(SERVICE_DN)
    );
    Ok(log)
}

fn unknown_name_is_no_bind(lab: &Lab) -> Result<()> {
    let log = no_bind(
        &Counted::start(lab, "counted-unknown")?,
        "nobody",
        "not-this-password",
    )?;
    ensure!(
        log.filters().len() == 1,
        "expected one search, found {:?}",
        log.filters()
    );
    Ok(())
}

fn ambiguous_name_is_no_bind(lab: &Lab) -> Result<()> {
    no_bind(
        &Counted::start(lab, "counted-ambiguous")?,
        "twin",
        "pw-twin",
    )
    .map(drop)
}

fn empty_password_never_arrives(lab: &Lab) -> Result<()> {
    let counted = Counted::start(lab, "counted-empty")?;
    no_bind(&counted, "alice", "")?;
    counted.gateway.explain("alice", Some(""))?;
    let serving = counted.gateway.serve(counted.listen)?;
    let body = json!({ "login_name": "alice", "password": "" });
    HttpClient::new(counted.listen, Some(&counted.token)).post("/api/v1/login", &body)?;
    drop(serving);
    let log = counted.log()?;
    ensure!(
        log.binds_but(SERVICE_DN).is_empty(),
        "expected no bind, found {:?}",
        log.binds_but(SERVICE_DN)
    );
    ensure!(
        log.filters().is_empty(),
        "expected no search, found {:?}",
        log.filters()
    );
    Ok(())
}

fn explain_without_a_password_is_no_bind(lab: &Lab) -> Result<()> {
    let counted = Counted::start(lab, "counted-explain")?;
    counted.gateway.explain("alice", None)?;
    let log = counted.log()?;
    ensure!(
        log.binds_but(SERVICE_DN).is_empty(),
        "expected no bind, found {:?}",
        log.binds_but(SERVICE_DN)
    );
    ensure!(
        log.filters().len() == 1,
        "expected one search, found {:?}",
        log.filters()
    );
    Ok(())
}

fn odd_names_arrive_as_values(lab: &Lab) -> Result<()> {
    let counted = Counted::start(lab, "counted-odd")?;
    let serving = counted.gateway.serve(counted.listen)?;
    let client = HttpClient::new(counted.listen, Some(&counted.token));
    for name in ODD_NAMES {
        let answer = client.post(
            "/api/v1/login",
            &json!({ "login_name": name, "password": password_of(name) }),
        )?;
        says(&answer.json()?, "decision", "accept")
            .with_context(|| format!("logging {name:?} in"))?;
    }
    drop(serving);
    let log = counted.log()?;
    let received: Vec<String> = log
        .filters()
        .iter()
        .map(|filter| unescaped_value(filter))
        .collect::<Result<_>>()?;
    ensure!(
        received.len() == ODD_NAMES.len(),
        "expected one search for each name, found {received:?}"
    );
    // slapd logs a value as it compares it. For ASCII that is lower case and single blanks; what it
    // makes of other letters is Unicode's affair, and that they arrived is shown by the login itself.
    for name in ODD_NAMES.iter().filter(|name| name.is_ascii()) {
        let compared = name
            .to_lowercase()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        ensure!(
            received.contains(&compared),
            "expected {compared:?} among the values, found {received:?}"
        );
    }
    Ok(())
}

/// The value of the one filter we ask with. Parentheses, stars and backslashes of a value are
/// escaped in slapd's log (RFC 4515 §3), so a bare one would be a piece of filter.
fn unescaped_value(filter: &str) -> Result<String> {
    let value = filter
        .strip_prefix("(&(objectClass=person)(uid=")
        .and_then(|rest| rest.strip_suffix("))"))
        .with_context(|| format!("expected a search by uid, found `{filter}`"))?;
    ensure!(
        !value.contains(['(', ')', '*', '\0']),
        "expected one value, found `{value}`"
    );
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'\\' {
            let digits: Vec<u8> = rest.by_ref().take(2).collect();
            bytes.push(
                u8::from_str_radix(str::from_utf8(&digits)?, 16)
                    .with_context(|| format!("expected two hex digits in `{value}`"))?,
            );
        } else {
            bytes.push(byte);
        }
    }
    Ok(String::from_utf8(bytes)?)
}

fn wrong_passwords_lock(lab: &Lab) -> Result<()> {
    let counted = Counted::start(lab, "counted-lock")?;
    for attempt in 1..=5 {
        let answer = counted
            .gateway
            .login("lockme", "not-this-password")?
            .json()?;
        says(&answer, "reason", "wrong_password").with_context(|| format!("attempt {attempt}"))?;
    }
    let answer = counted.gateway.login("lockme", "pw-lockme")?.json()?;
    says(&answer, "reason", "account_locked")?;
    let log = counted.log()?;
    ensure!(
        log.binds_as(&dn("lockme")).len() == 6,
        "expected six binds, found {:?}",
        log.binds_but(SERVICE_DN)
    );
    Ok(())
}
