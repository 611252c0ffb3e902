//! The table for OpenLDAP.

use crate::Test;
use crate::lab::Lab;
use crate::row::{Expected, Row, accept};
use crate::setups::Setup;
use anyhow::{Result, ensure};
use entryway_conformance::{ODD_NAMES, password_of};

pub(crate) fn rows() -> Vec<Row> {
    use Expected::{Challenge, Reject};
    let wrong = "not-this-password";
    let long = "n".repeat(257);
    let ldaps = |title: &str, login: &str, password: &str, expected| {
        Row::new(title, Setup::Ldaps, login, password, expected)
    };
    let mut rows = vec![
        ldaps("right password", "alice", "pw-alice", accept("alice")).unasked(accept("alice")),
        ldaps("wrong password", "bob", wrong, Reject("wrong_password")).unasked(accept("bob")),
        ldaps("unknown name", "nobody", wrong, Reject("unknown_login"))
            .unasked(Reject("unknown_login")),
        ldaps("empty password", "alice", "", Reject("malformed_login")),
        ldaps("empty name", "", "pw-alice", Reject("malformed_login")),
        ldaps(
            "name of blanks",
            "   ",
            "pw-alice",
            Reject("malformed_login"),
        ),
        ldaps(
            "name too long",
            &long,
            "pw-alice",
            Reject("malformed_login"),
        ),
        ldaps(
            "password too long",
            "alice",
            &"p".repeat(1025),
            Reject("malformed_login"),
        ),
        ldaps(
            "NUL in the name",
            "alice\0",
            "pw-alice",
            Reject("malformed_login"),
        ),
        ldaps(
            "control character in the name",
            "ali\u{7}ce",
            "pw-alice",
            Reject("malformed_login"),
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
        ldaps("ambiguous", "twin", "pw-twin", Reject("ambiguous_login"))
            .unasked(Reject("ambiguous_login")),
        ldaps(
            "a value that cannot be used",
            "badnumber",
            "pw-badnumber",
            Reject("invalid_attribute"),
        ),
        ldaps(
            "domain before the name",
            "staff/carol",
            "pw-carol",
            accept("carol"),
        ),
        ldaps(
            "domain in another case",
            "STAFF\\carol",
            "pw-carol",
            accept("carol"),
        ),
        ldaps(
            "unknown domain",
            "nowhere/carol",
            "pw-carol",
            Reject("unknown_domain"),
        )
        .unasked(Reject("unknown_domain")),
        ldaps(
            "nothing after the domain",
            "staff/",
            "pw-carol",
            Reject("malformed_login"),
        ),
        ldaps(
            "nothing before the name",
            "/carol",
            "pw-carol",
            Reject("malformed_login"),
        ),
        ldaps(
            "case and blanks around the name",
            " CAROL ",
            "pw-carol",
            accept("carol"),
        ),
        ldaps(
            "backslash in the name",
            "staff/back\\slash",
            "pw-back\\slash",
            accept("back\\slash"),
        ),
        ldaps(
            "slash in the name",
            "staff/sl/ash",
            "pw-sl/ash",
            accept("sl/ash"),
        ),
        ldaps(
            "a name that would be a filter",
            "alice)(uid=*",
            "pw-alice",
            Reject("unknown_login"),
        ),
        ldaps(
            "a star is no wildcard",
            "ali*",
            "pw-alice",
            Reject("unknown_login"),
        ),
        Row::new(
            "StartTLS, right password",
            Setup::StartTls,
            "dave",
            "pw-dave",
            accept("dave"),
        )
        .unasked(accept("dave")),
        Row::new(
            "StartTLS, wrong password",
            Setup::StartTls,
            "erin",
            wrong,
            Reject("wrong_password"),
        ),
        Row::new(
            "mail address",
            Setup::ByEmail,
            "20000@example.org",
            "pw-alice",
            accept("alice"),
        ),
        Row::new(
            "mail address of nobody",
            Setup::ByEmail,
            "nobody@example.org",
            wrong,
            Reject("unknown_login"),
        ),
        Row::new(
            "mail address where names alone log in",
            Setup::Ldaps,
            "20000@example.org",
            "pw-alice",
            Reject("unknown_login"),
        ),
        Row::new(
            "no home",
            Setup::NoHome,
            "carol",
            "pw-carol",
            Reject("missing_attribute"),
        ),
        Row::new(
            "home from the name",
            Setup::HomeFromName,
            "carol",
            "pw-carol",
            accept("carol"),
        ),
        Row::new(
            "a name that no home can be made from",
            Setup::HomeFromName,
            "<angle>",
            "pw-<angle>",
            Reject("invalid_attribute"),
        ),
    ];
    for name in ODD_NAMES {
        let title: String = format!("odd name {name:?}").chars().take(40).collect();
        rows.push(
            Row::new(&title, Setup::Ldaps, name, &password_of(name), accept(name))
                .unasked(accept(name)),
        );
    }
    rows
}

pub(crate) fn tests() -> Vec<Test> {
    vec![
        (
            "the explanation shows every step",
            explanation_shows_every_step,
        ),
        (
            "check finds every domain in order",
            check_finds_every_domain_in_order,
        ),
        ("check says what is wrong", check_says_what_is_wrong),
    ]
}

/// As an administrator reads it: the left column names the stages in their order.
fn explanation_shows_every_step(lab: &Lab) -> Result<()> {
    let finished = lab
        .gateway(Setup::Ldaps)?
        .explain_text("alice", "pw-alice")?;
    let stages: Vec<&str> = finished
        .stdout
        .lines()
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split("  ").next())
        .collect();
    let expected = [
        "login name",
        "staff",
        "password",
        "maps",
        "defaults",
        "home",
        "required",
        "decision",
    ];
    let mut rest = stages.iter();
    ensure!(
        expected
            .iter()
            .all(|stage| rest.any(|found| found == stage)),
        "expected the stages {expected:?} in this order, found:\n{}",
        finished.stdout
    );
    let filter = "(&(objectClass=person)(uid=alice)) under dc=example,dc=org";
    ensure!(
        finished.stdout.contains(filter),
        "expected `{filter}`, found:\n{}",
        finished.stdout
    );
    Ok(())
}

fn check_finds_every_domain_in_order(lab: &Lab) -> Result<()> {
    for setup in [
        Setup::Ldaps,
        Setup::StartTls,
        Setup::AdLdaps,
        Setup::AdStartTls,
        Setup::AdAuto,
        Setup::DsLdaps,
        Setup::DsStartTls,
    ] {
        let finished = lab.gateway(setup)?.check()?;
        ensure!(
            finished.exit == 0,
            "expected exit code 0 with {setup:?}, found {}: {}",
            finished.exit,
            finished.stdout
        );
    }
    Ok(())
}

fn check_says_what_is_wrong(lab: &Lab) -> Result<()> {
    for setup in [
        Setup::Down,
        Setup::TrustsAnother,
        Setup::WrongServicePassword,
        Setup::FirstDown,
    ] {
        let finished = lab.gateway(setup)?.check()?;
        ensure!(
            finished.exit == 1,
            "expected exit code 1 with {setup:?}, found {}: {}",
            finished.exit,
            finished.stdout
        );
    }
    Ok(())
}
