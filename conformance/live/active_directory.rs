//! The table for Active Directory (Samba).

use crate::Test;
use crate::faces::says;
use crate::lab::Lab;
use crate::row::{Expected, Row, accept};
use crate::setups::Setup;
use anyhow::{Context, Result, ensure};
use entryway_conformance::{odd_common_names, password_of};

pub(crate) fn rows() -> Vec<Row> {
    use Expected::{Challenge, Reject};
    let wrong = "not-this-password";
    let ldaps = |title: &str, login: &str, password: &str, expected| {
        Row::new(title, Setup::AdLdaps, login, password, expected)
    };
    let mut rows = vec![
        ldaps("right password", "alice", "pw-alice", accept("alice")).unasked(accept("alice")),
        ldaps("wrong password", "bob", wrong, Reject("wrong_password")).unasked(accept("bob")),
        ldaps("unknown name", "nobody", wrong, Reject("unknown_login"))
            .unasked(Reject("unknown_login")),
        ldaps("empty password", "alice", "", Reject("malformed_login")),
        ldaps("UPN", "alice@lab.example.org", "pw-alice", accept("alice")),
        ldaps(
            "UPN, suffix in another case",
            "alice@LAB.Example.Org",
            "pw-alice",
            accept("alice"),
        ),
        ldaps("NetBIOS name", "LAB\\alice", "pw-alice", accept("alice")),
        ldaps(
            "NetBIOS name in another case",
            "lab\\ALICE",
            "pw-alice",
            accept("alice"),
        ),
        ldaps(
            "unknown NetBIOS name",
            "OTHER\\alice",
            "pw-alice",
            Reject("unknown_domain"),
        ),
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
        ldaps(
            "password expired",
            "expired",
            "pw-expired",
            Reject("password_expired"),
        ),
        ldaps(
            "account expired",
            "acctexpired",
            "pw-acctexpired",
            Reject("account_expired"),
        )
        .unasked(Reject("account_expired")),
        ldaps(
            "logon hours",
            "badhours",
            "pw-badhours",
            Reject("logon_hours"),
        ),
        ldaps(
            "workstation",
            "workstation",
            "pw-workstation",
            Reject("workstation"),
        ),
        Row::new(
            "StartTLS, right password",
            Setup::AdStartTls,
            "alice",
            "pw-alice",
            accept("alice"),
        ),
        Row::new(
            "StartTLS, wrong password",
            Setup::AdStartTls,
            "wrongtls",
            wrong,
            Reject("wrong_password"),
        ),
        Row::new(
            "ambiguous",
            Setup::AdByCommonName,
            "twin",
            "pw-twin",
            Reject("ambiguous_login"),
        )
        .unasked(Reject("ambiguous_login")),
    ];
    // Nobody wrote what kind of directory it is: the server says so.
    for (title, login, password, expected) in [
        ("right password", "alice", "pw-alice", accept("alice")),
        (
            "wrong password",
            "wrongauto",
            wrong,
            Reject("wrong_password"),
        ),
        ("unknown name", "nobody", wrong, Reject("unknown_login")),
        ("UPN", "alice@lab.example.org", "pw-alice", accept("alice")),
        (
            "disabled",
            "disabled",
            "pw-disabled",
            Reject("account_disabled"),
        ),
        (
            "must change",
            "mustchange",
            "pw-mustchange",
            Challenge("change_password"),
        ),
        (
            "account expired",
            "acctexpired",
            "pw-acctexpired",
            Reject("account_expired"),
        ),
    ] {
        let title = format!("{title}, `dialect = \"auto\"`");
        rows.push(Row::new(&title, Setup::AdAuto, login, password, expected));
    }
    for name in odd_common_names() {
        let title: String = format!("odd name {name:?}").chars().take(40).collect();
        rows.push(
            Row::new(
                &title,
                Setup::AdByCommonName,
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
        (
            "an empty password is not counted",
            empty_passwords_are_not_counted,
        ),
    ]
}

fn one_failed_login_counts_once(lab: &Lab) -> Result<()> {
    let before = lab.samba()?.wrong_passwords_of("countme")?;
    lab.gateway(Setup::AdLdaps)?
        .login("countme", "not-this-password")?;
    let after = lab.samba()?.wrong_passwords_of("countme")?;
    ensure!(
        after == before + 1,
        "expected one more than {before}, found {after}"
    );
    Ok(())
}

fn empty_passwords_are_not_counted(lab: &Lab) -> Result<()> {
    let before = lab.samba()?.wrong_passwords_of("alice")?;
    lab.gateway(Setup::AdLdaps)?.login("alice", "")?;
    let after = lab.samba()?.wrong_passwords_of("alice")?;
    ensure!(after == before, "expected {before}, found {after}");
    Ok(())
}

fn wrong_passwords_lock(lab: &Lab) -> Result<()> {
    let gateway = lab.gateway(Setup::AdLdaps)?;
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
