//! The table for 389 Directory Server.

use crate::Test;
use crate::faces::says;
use crate::lab::Lab;
use crate::row::{Expected, Row, accept};
use crate::setups::Setup;
use anyhow::{Context, Result, ensure};
use entryway_conformance::{ODD_NAMES, password_of};

pub(crate) fn rows() -> Vec<Row> {
    use Expected::{Challenge, Reject};
    let wrong = "not-this-password";
    let ldaps = |title: &str, login: &str, password: &str, expected| {
        Row::new(title, Setup::DsLdaps, login, password, expected)
    };
    let mut rows = vec![
        ldaps("right password", "alice", "pw-alice", accept("alice")).unasked(accept("alice")),
        ldaps("wrong password", "bob", wrong, Reject("wrong_password")).unasked(accept("bob")),
        ldaps("unknown name", "nobody", wrong, Reject("unknown_login"))
            .unasked(Reject("unknown_login")),
        ldaps("empty password", "alice", "", Reject("malformed_login")),
        ldaps("ambiguous", "twin", "pw-twin", Reject("ambiguous_login"))
            .unasked(Reject("ambiguous_login")),
        ldaps(
            "disabled",
            "disabled",
            "pw-disabled",
            Reject("account_disabled"),
        )
        .unasked(Reject("account_disabled")),
        ldaps(
            "disabled, wrong password",
            "disabled",
            wrong,
            Reject("account_disabled"),
        ),
        ldaps("locked", "locked", "pw-locked", Reject("account_locked"))
            .unasked(Reject("account_locked")),
        ldaps(
            "password expired",
            "expired",
            "pw-expired",
            Reject("password_expired"),
        ),
        ldaps(
            "password expired, wrong password",
            "expired",
            wrong,
            Reject("wrong_password"),
        ),
        ldaps(
            "must change",
            "mustchange",
            "pw-mustchange",
            Challenge("change_password"),
        ),
        ldaps(
            "must change, wrong password",
            "mustchange",
            wrong,
            Reject("wrong_password"),
        ),
        Row::new(
            "StartTLS, right password",
            Setup::DsStartTls,
            "dave",
            "pw-dave",
            accept("dave"),
        )
        .unasked(accept("dave")),
        Row::new(
            "StartTLS, wrong password",
            Setup::DsStartTls,
            "erin",
            wrong,
            Reject("wrong_password"),
        ),
    ];
    for name in ODD_NAMES {
        let title: String = format!("odd name {name:?}").chars().take(40).collect();
        rows.push(
            Row::new(
                &title,
                Setup::DsLdaps,
                name,
                &password_of(name),
                accept(name),
            )
            .unasked(accept(name)),
        );
    }
    rows
}

pub(crate) fn tests() -> Vec<Test> {
    vec![
        ("one failed login counts once", one_failed_login_counts_once),
        (
            "wrong passwords lock, and the lock is told from a wrong password",
            wrong_passwords_lock,
        ),
        ("its kind is found", its_kind_is_found),
    ]
}

fn one_failed_login_counts_once(lab: &Lab) -> Result<()> {
    let before = lab.ds389()?.wrong_passwords_of("countme")?;
    lab.gateway(Setup::DsLdaps)?
        .login("countme", "not-this-password")?;
    let after = lab.ds389()?.wrong_passwords_of("countme")?;
    ensure!(
        after == before + 1,
        "expected one more than {before}, found {after}"
    );
    // It counts what is empty too, if it is asked.
    lab.gateway(Setup::DsLdaps)?.login("countme", "")?;
    let empty = lab.ds389()?.wrong_passwords_of("countme")?;
    ensure!(empty == after, "expected {after}, found {empty}");
    Ok(())
}

fn wrong_passwords_lock(lab: &Lab) -> Result<()> {
    let gateway = lab.gateway(Setup::DsLdaps)?;
    for attempt in 1..=5 {
        let answer = gateway.login("lockme", "not-this-password")?.json()?;
        says(&answer, "reason", "wrong_password").with_context(|| format!("attempt {attempt}"))?;
    }
    for password in ["not-this-password", "pw-lockme"] {
        let answer = gateway.login("lockme", password)?.json()?;
        says(&answer, "reason", "account_locked")?;
    }
    Ok(())
}

fn its_kind_is_found(lab: &Lab) -> Result<()> {
    let checked = lab.gateway(Setup::DsStartTls)?.check()?;
    ensure!(checked.exit == 0, "{}", checked.stdout);
    ensure!(
        checked.stdout.contains("389ds"),
        "expected `389ds`, found {}",
        checked.stdout
    );
    Ok(())
}
