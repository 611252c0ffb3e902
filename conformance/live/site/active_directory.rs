//! People of a site's Active Directory, who stand beside those of its OpenLDAP: logged in at the hub by the program that
//! the documents show (`docs/clients/log-in.mjs`), with passwords that it seals itself.

use super::company::Company;
use super::text_called;
use crate::integrations::documents;
use crate::lab::Lab;
use anyhow::{Context, Result, ensure};
use entryway_conformance::{AD_BASE, Finished, password_of};
use serde_json::{Value, json};
use std::process::Command;

const WRONG: &str = "not-this-password";
/// Nobody of this name is in the other directory.
const SOMEBODY: &str = "svcuser";

pub(super) fn are_told_what_is_true(lab: &Lab) -> Result<()> {
    let mut company = Company::start(lab, "site-with-ad", "reasons = true\ngroups = true")?;
    company.samba.add(
        format!(
            "dn: CN=Painters,OU=external,{AD_BASE}\nobjectClass: group\nsAMAccountName: painters\n\
             member: CN={SOMEBODY},OU=people,{AD_BASE}\n"
        )
        .as_bytes(),
    )?;
    company
        .goes_out(lab)
        .and_then(|()| somebody_is_let_in(&company))
        .and_then(|()| others_are_told_why_not(&company))
        .and_then(|()| a_wrong_password_counts_once(&company))
        .and_then(|()| in_clear_it_goes_nowhere(&company))
        .with_context(|| company.logs())
}

/// However the name is typed, it is the same person, of the groups of that company.
fn somebody_is_let_in(company: &Company) -> Result<()> {
    let mut subjects = Vec::new();
    for name in [
        "plant-a/svcuser",
        "plant-a\\svcuser",
        "plant-a/LAB\\svcuser",
        "plant-a/svcuser@lab.example.org",
        // The site has that suffix.
        "svcuser@lab.example.org",
        "SvcUser@LAB.example.org",
    ] {
        let answer = log_in(company, name, &password_of(SOMEBODY), 0)?;
        let session = answer.get("session").context("no session")?;
        let is = |key: &str, value: &str| {
            let found = session.get(key).and_then(Value::as_str);
            ensure!(found == Some(value), "{name}: {answer}");
            Ok(())
        };
        is("source", "site")?;
        is("domain", "plant-a")?;
        is("name", "plant-a/svcuser")?;
        let groups = session.get("groups").and_then(Value::as_array);
        let groups = groups.with_context(|| format!("{name}: no groups in {answer}"))?;
        for group in ["plant-a/Painters", "plant-a/Domain Users"] {
            ensure!(
                groups.contains(&json!({ "domain": "plant-a", "name": group })),
                "{name}: not in {group}: {answer}"
            );
        }
        subjects.push(text_called("subject", session).context("no subject")?);
    }
    subjects.dedup();
    ensure!(subjects.len() == 1, "one person is several: {subjects:?}");
    let one = subjects.concat();
    ensure!(one.starts_with("plant-a:lab:"), "whose is `{one}`");
    Ok(())
}

/// The site lets reasons out, and the caller may know them.
fn others_are_told_why_not(company: &Company) -> Result<()> {
    for (name, reason) in [
        ("disabled", "account_disabled"),
        ("acctexpired", "account_expired"),
        ("lapsed", "password_expired"),
        ("badhours", "logon_hours"),
    ] {
        // By the domain: some of these names are in the other directory too.
        let typed = format!("plant-a/LAB\\{name}");
        let answer = log_in(company, &typed, &password_of(name), 1)?;
        is_refused(&answer, reason)?;
        ensure!(answer.get("session").is_none(), "a profile: {answer}");
        let wrong = log_in(company, &typed, WRONG, 1)?;
        is_refused(&wrong, "wrong_password")?;
    }
    let answer = log_in(company, "plant-a/chooses", &password_of("chooses"), 1)?;
    ensure!(
        answer.get("challenge") == Some(&json!("change_password")),
        "{answer}"
    );
    let nobody = log_in(company, "plant-a/nobody-here", WRONG, 1)?;
    is_refused(&nobody, "unknown_login")
}

fn a_wrong_password_counts_once(company: &Company) -> Result<()> {
    let counted = || company.samba.wrong_passwords_of("countme");
    let before = counted()?;
    for (time, name) in ["plant-a/countme", "countme@lab.example.org"]
        .into_iter()
        .enumerate()
    {
        let answer = log_in(company, name, WRONG, 1)?;
        is_refused(&answer, "wrong_password")?;
        let expected = before + u32::try_from(time)? + 1;
        let found = counted()?;
        ensure!(
            found == expected,
            "{name}: expected {expected}, found {found}"
        );
    }
    log_in(company, "plant-a/countme", &password_of("countme"), 0).map(drop)
}

/// What is not sealed is passed on to nobody: the domain controller counts nothing.
fn in_clear_it_goes_nowhere(company: &Company) -> Result<()> {
    let before = company.samba.wrong_passwords_of("erin")?;
    for name in ["plant-a/LAB\\erin", "erin@lab.example.org"] {
        let answer = company.posts(
            "/api/v1/login",
            &json!({ "login_name": name, "password": WRONG }),
        )?;
        is_refused(&answer, "sealed_only")?;
    }
    let after = company.samba.wrong_passwords_of("erin")?;
    ensure!(after == before, "expected {before}, found {after}");
    Ok(())
}

fn is_refused(answer: &Value, reason: &str) -> Result<()> {
    ensure!(
        answer.get("decision") == Some(&json!("reject"))
            && answer.get("reason") == Some(&json!(reason)),
        "expected {reason}, found {answer}"
    );
    Ok(())
}

/// What the program says, which ends with this status.
fn log_in(company: &Company, name: &str, password: &str, exit: i32) -> Result<Value> {
    let finished = runs(company, name, password)?;
    ensure!(
        finished.exit == exit,
        "{name}: expected {exit}, found {finished:?}"
    );
    finished.json()
}

/// The program.
pub(super) fn runs(company: &Company, name: &str, password: &str) -> Result<Finished> {
    let mut node = Command::new("node");
    node.arg(documents("clients/log-in.mjs")).arg(name);
    node.env("ENTRYWAY_URL", &company.at_login)
        .env("ENTRYWAY_TOKEN_FILE", company.token())
        .env("NODE_EXTRA_CA_CERTS", company.folder.join("ca.pem"));
    Finished::of(&mut node, &format!("{password}\n"))
}
