//! PAM, with `pam_exec` and the program of `docs/integrations/pam/`.

use super::directory::{ODD_NAMES, password};
use super::station::{Station, typed};
use crate::Test;
use crate::lab::Lab;
use anyhow::{Result, bail, ensure};
use entryway_conformance::{Certificate, Finished, SilentServer, TlsRelay};
use std::time::{Duration, Instant};

/// What the program writes when there is no verdict, and never when there is one.
const LATER: &str = "Nobody can log in at the moment";
/// What Entryway's sentence for every refusal has.
const REFUSED: &str = "You could not be logged in";

pub(super) fn tests() -> Vec<Test> {
    vec![
        (
            "PAM: only the right person gets in",
            only_the_right_person_gets_in,
        ),
        ("PAM: odd names arrive intact", odd_names_arrive),
        (
            "PAM: accounts of the system keep their passwords",
            accounts_of_the_system_keep_their_passwords,
        ),
        ("PAM: an outage keeps out", an_outage_keeps_out),
        (
            "PAM: only a verified gateway is asked",
            only_a_verified_gateway_is_asked,
        ),
    ]
}

fn start(lab: &Lab, test: &str) -> Result<Station> {
    let mut station = Station::start(lab, "pam", test)?;
    station.set_up("pam", |_, command| bail!("`{command}` has no service here"))?;
    Ok(station)
}

/// `pamtester` at a service, with the password typed.
fn log_in(station: &Station, service: &str, name: &str, typed: &str) -> Result<Finished> {
    let name = name.replace('\'', "'\\''");
    station.run(
        &format!("pamtester -I rhost=192.0.2.7 {service} '{name}' authenticate acct_mgmt"),
        typed,
    )
}

fn gets_in(station: &Station, service: &str, name: &str, typed: &str) -> Result<()> {
    let finished = log_in(station, service, name, typed)?;
    ensure!(
        finished.exit == 0,
        "expected `{name}` to be let in, found {finished:?}\n{}",
        station.log()
    );
    Ok(())
}

/// Refused, with a sentence to the person that has `says`.
fn stays_out(station: &Station, service: &str, name: &str, typed: &str, says: &str) -> Result<()> {
    let finished = log_in(station, service, name, typed)?;
    let read = format!("{}{}", finished.stdout, finished.stderr);
    ensure!(
        finished.exit == 1 && read.contains(says) && !read.contains("exit code"),
        "expected `{name}` to be refused with `{says}`, found {finished:?}"
    );
    ensure!(
        says == LATER || !read.contains(LATER),
        "expected a verdict, found {finished:?}"
    );
    Ok(())
}

fn only_the_right_person_gets_in(lab: &Lab) -> Result<()> {
    let station = start(lab, "right")?;
    gets_in(&station, "example", "aokafor", &typed("aokafor"))?;
    station.logs(&["client_address=192.0.2.7"])?;
    for (name, typed, says) in [
        ("aokafor", "not-her-password\n", REFUSED),
        ("nobody-at-all", &typed("aokafor"), REFUSED),
        ("supplier", &typed("supplier"), REFUSED),
        ("aokafor", "\n", ""),
        ("aokafor", "", ""),
        ("aokafor", &format!("{}\n", "p".repeat(511)), ""),
        // The right password of somebody who is not quite the one that PAM goes on with.
        ("AOKAFOR", &typed("aokafor"), ""),
        ("staff/aokafor", &typed("aokafor"), ""),
        ("daemon", &typed("daemon"), ""),
        ("root", &typed("root"), ""),
    ] {
        stays_out(&station, "example", name, typed, says)?;
    }
    // The last of those lets the log tell that all came: what was empty or cut was not asked about.
    station.logs(&["unknown_login", "dn_not_permitted", "login_name=root"])?;
    ensure!(
        station.log().matches("wrong_password").count() == 1,
        "expected one wrong password, found:\n{}",
        station.log()
    );
    Ok(())
}

fn odd_names_arrive(lab: &Lab) -> Result<()> {
    let station = start(lab, "odd")?;
    for name in ODD_NAMES {
        if name.contains('\\') {
            // What stands before it would be a domain.
            stays_out(&station, "example", name, &typed(name), REFUSED)?;
        } else {
            gets_in(&station, "example", name, &typed(name))?;
        }
    }
    Ok(())
}

fn accounts_of_the_system_keep_their_passwords(lab: &Lab) -> Result<()> {
    let station = start(lab, "accounts")?;
    for line in [
        "install -m 0644 docs/integrations/pam/service-accounts /etc/pam.d/accounts",
        "useradd --uid 29001 local",
        "echo local:its-password | chpasswd",
        "useradd --uid 20001 aokafor",
        "useradd --uid 29002 bob",
    ] {
        let finished = station.run(line, "")?;
        ensure!(finished.exit == 0, "`{line}`: {finished:?}");
    }
    gets_in(&station, "accounts", "local", "its-password\n")?;
    gets_in(&station, "accounts", "aokafor", &typed("aokafor"))?;
    stays_out(&station, "accounts", "local", "another\n", REFUSED)?;
    stays_out(&station, "accounts", "aokafor", "another\n", REFUSED)?;
    // A namesake: the account here has another uid.
    stays_out(&station, "accounts", "bob", &typed("bob"), "")?;
    // In the directory, and not here.
    stays_out(&station, "accounts", "carol", &typed("carol"), "")
}

fn an_outage_keeps_out(lab: &Lab) -> Result<()> {
    let mut station = start(lab, "outage")?;
    station.slapd.stop()?;
    stays_out(&station, "example", "aokafor", &typed("aokafor"), LATER)?;
    station.logs(&["directory_unreachable"])?;
    station.serving = None;
    stays_out(&station, "example", "aokafor", &typed("aokafor"), LATER)
}

/// By hand, as an administrator tries the program: what it logs is on standard error.
fn only_a_verified_gateway_is_asked(lab: &Lab) -> Result<()> {
    let station = start(lab, "verified")?;
    let secrets = [password("aokafor"), "token-of-the-integrations".to_owned()];
    let ask = |settings: &str| -> Result<Finished> {
        let finished = station.run(
            &format!(
                "PAM_USER=aokafor SSL_CERT_FILE=corp-ca.pem /usr/local/lib/entryway/entryway-pam token=pam.token {settings}"
            ),
            &password("aokafor"),
        )?;
        let said = format!("{}{}", finished.stdout, finished.stderr);
        ensure!(
            !secrets.iter().any(|secret| said.contains(secret.as_str())),
            "a secret is in {said}"
        );
        Ok(finished)
    };
    let no_verdict = |settings: &str, says: &str| -> Result<()> {
        let finished = ask(settings)?;
        ensure!(
            finished.exit == 9 && finished.stdout.contains(LATER) && finished.stderr.contains(says),
            "expected no verdict with `{settings}` and `{says}`, found {finished:?}"
        );
        Ok(())
    };
    for (certificate, says) in [
        (Certificate::Good, ""),
        (Certificate::WrongHost, "CERTIFICATE_VERIFY_FAILED"),
        (Certificate::Untrusted, "CERTIFICATE_VERIFY_FAILED"),
        (Certificate::Expired, "CERTIFICATE_VERIFY_FAILED"),
    ] {
        let relay = TlsRelay::start(lab.authority()?, certificate, station.listen)?;
        let url = format!("url=https://{}", relay.address());
        let trusted = format!("{url} ca={}", relay.authority().display());
        if certificate == Certificate::Good {
            let finished = ask(&trusted)?;
            ensure!(finished.exit == 0, "expected a yes, found {finished:?}");
            // Neither the system nor a variable that the person may have set vouches for it.
            no_verdict(&url, "CERTIFICATE_VERIFY_FAILED")?;
        } else {
            no_verdict(&trusted, says)?;
        }
    }
    no_verdict("url=http://192.0.2.1:8389", "expected https")?;
    no_verdict(
        &format!("url=http://{}/", station.slapd.ldap()),
        "has no verdict",
    )?;
    let begun = Instant::now();
    let silent = SilentServer::start()?;
    no_verdict(
        &format!("url=http://{} timeout=0.5", silent.address()?),
        "no answer within 0.5 s",
    )?;
    ensure!(
        begun.elapsed() < Duration::from_secs(5),
        "expected the limit to hold, found {:?}",
        begun.elapsed()
    );
    let wrong_token = station.run(
        "PAM_USER=aokafor /usr/local/lib/entryway/entryway-pam token=staff.pass url=http://127.0.0.1:1",
        "x",
    )?;
    ensure!(
        wrong_token.exit == 9 && !wrong_token.stderr.contains("service password"),
        "expected the file's content nowhere, found {wrong_token:?}"
    );
    let misspelt = ask("url=http://127.0.0.1:1 cafile=x")?;
    ensure!(misspelt.exit == 4, "expected 4, found {misspelt:?}");
    Ok(())
}
