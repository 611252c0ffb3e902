//! The table for Active Directory (Samba).

use crate::Test;
use crate::faces::says;
use crate::lab::Lab;
use crate::photos::PNG;
use crate::row::{Expected, Row, accept};
use crate::setups::Setup;
use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entryway_conformance::{AD_BASE, odd_common_names, password_of};
use serde_json::{Value, json};

pub(crate) fn rows() -> Vec<Row> {
    use Expected::{Challenge, Reject};
    let wrong = "not-this-password";
    let ldaps = |title: &str, login: &str, password: &str, expected| {
        Row::new(title, Setup::AdLdaps, login, password, expected)
    };
    let mut rows = vec![
        ldaps("right password", "alice", "pw-alice", accept("alice")).unasked(accept("alice")),
        ldaps("wrong password", "svcuser", wrong, Reject("wrong_password"))
            .unasked(accept("svcuser")),
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
            "people are looked up, by objectGUID too, with cards, photos, groups and pages",
            people_are_looked_up,
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

/// The whole of look-ups, of a domain whose kind is written and of one whose kind its directory tells.
fn people_are_looked_up(lab: &Lab) -> Result<()> {
    let parent = format!("OU=external,{AD_BASE}");
    let photo = STANDARD.encode(PNG);
    lab.samba()?.add(
        format!(
            "dn: CN=Pia Petal,{parent}\nobjectClass: user\nsAMAccountName: ppetal\nuserPrincipalName: ppetal@lab.example.org\n\
             givenName: Pia\nsn: Petal\nmail: pia.petal@example.org\ntitle: Head\ntelephoneNumber: +41 31 555 01 23\nthumbnailPhoto:: {photo}\n\n\
             dn: CN=Painters,{parent}\nobjectClass: group\nsAMAccountName: painters\nmember: CN=Pia Petal,{parent}\n"
        )
        .as_bytes(),
    )?;
    for setup in [Setup::AdLdaps, Setup::AdAuto] {
        looked_up(lab, setup, &parent).with_context(|| format!("{setup:?}"))?;
    }
    Ok(())
}

fn looked_up(lab: &Lab, setup: Setup, parent: &str) -> Result<()> {
    let http = lab.http(setup)?;
    let ask = |path: &str| -> Result<Value> {
        let answer = http.get(&format!("/api/v1/{path}"))?;
        ensure!(answer.status == 200, "{path}: {}", answer.body);
        answer.json()
    };
    let names = |answer: &Value, list: &str, name: &str| -> Vec<String> {
        let rows = answer.get(list).and_then(Value::as_array);
        let rows = rows.into_iter().flatten();
        rows.filter_map(|row| row.pointer(name)?.as_str().map(str::to_owned))
            .collect()
    };
    let found = ask("people?q=pia")?;
    let id = found.pointer("/matches/0/id").and_then(Value::as_str);
    let id = id.with_context(|| format!("nobody: {found}"))?;
    // Every answer names her by `objectGUID`, as Windows writes it.
    let guid = id.strip_prefix("lab:").context("another domain's")?;
    ensure!(
        guid.split('-').map(str::len).eq([8, 4, 4, 4, 12]),
        "no GUID: {guid}"
    );
    let dn = format!("CN%3DPia%20Petal,{}", parent.replace('=', "%3D"));
    for typed in [
        guid,
        &guid.to_uppercase(),
        &format!("%7B{guid}%7D"),
        id,
        "ppetal",
        "LAB%5Cppetal",
        "lab/ppetal",
        "pia.petal@example.org",
        "Pet",
        &dn,
    ] {
        let found = ask(&format!("people?q={typed}"))?;
        ensure!(names(&found, "matches", "/id") == [id], "{typed}: {found}");
    }
    let card = ask(&format!("people/{id}/card"))?;
    for (field, value) in [
        ("mail", "pia.petal@example.org"),
        ("title", "Head"),
        ("telephone", "+41 31 555 01 23"),
    ] {
        ensure!(
            card.pointer(&format!("/fields/{field}")) == Some(&json!(value)),
            "{card}"
        );
    }
    let photo = http.get(&format!("/api/v1/people/{id}/photo"))?;
    ensure!(
        photo.header("content-type") == Some("image/png") && photo.bytes == PNG,
        "{}",
        photo.head
    );
    let vcard = http.get_with(&format!("/api/v1/people/{id}/card"), "accept: text/vcard")?;
    ensure!(
        vcard.body.contains("\r\nFN:Pia Petal\r\n"),
        "{}",
        vcard.body
    );
    // The primary group is in no list of members, and is one of hers all the same.
    let groups = ask(&format!("people/{id}/groups"))?;
    let mut all = names(&groups, "groups", "/group/name");
    all.retain(|name| name != "Users");
    ensure!(all == ["Domain Users", "Painters"], "{groups}");
    let group = ask("groups?q=painters")?;
    let group = names(&group, "matches", "/id").pop().context("no group")?;
    let members = ask(&format!("groups/{group}/members"))?;
    ensure!(names(&members, "members", "/entry/id") == [id], "{members}");
    let flat = ask("browse?domain=lab&seek=pia%20p&size=1&kinds=people")?;
    ensure!(names(&flat, "rows", "/name") == ["Pia Petal"], "{flat}");
    let under = parent.replace('=', "%3D");
    let tree = ask(&format!(
        "browse?domain=lab&under={under}&kinds=people,groups"
    ))?;
    let mut rows = names(&tree, "rows", "/name");
    rows.retain(|name| name != "twin");
    ensure!(rows == ["Painters", "Pia Petal"], "{tree}");
    // Computers are accounts too, and nobody.
    let computer = ask("people?q=dc1&all_domains=true")?;
    ensure!(computer.get("matches") == Some(&json!([])), "{computer}");
    Ok(())
}
