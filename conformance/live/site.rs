//! A site whose directory nobody outside may reach, from the browser to the bind: a hub here, two connectors in a network
//! of their own that go out through a proxy, and Chromium (`conformance/browser/site.mjs`). Nowhere at the hub, and
//! nowhere on the way, does anybody's password stand.

mod company;
mod memory;

use crate::Test;
use crate::chromium;
use crate::lab::Lab;
use anyhow::{Context, Result, anyhow, ensure};
use company::{Company, SITE};
use entryway_conformance::{Capture, Conversation, Deadline, Finished, PEOPLE, password_of, until};
use memory::{Form, forms, in_bytes, in_memory};
use serde_json::{Value, json};
use std::fs;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

const NAME: &str = "plant-a/alice";
/// As different as can be in each of the forms that are looked for.
const WRONG: &str = "it is \"not\" this pässword";
const PATIENCE: u64 = 120;

pub(crate) fn tests() -> Vec<Test> {
    vec![(
        "Chromium: people of a site sign in at the hub, which never has their password",
        people_of_a_site_sign_in,
    )]
}

fn people_of_a_site_sign_in(lab: &Lab) -> Result<()> {
    let mut company = Company::start(lab)?;
    let ldaps = company.slapd.ldaps();
    ensure!(
        TcpStream::connect_timeout(&ldaps, Duration::from_secs(2)).is_err(),
        "the site's directory can be reached from the hub's network"
    );
    let mut secret = forms(&password_of("alice"));
    secret.extend(forms(WRONG));
    let capture =
        Capture::everywhere(&[company.hub.address().port(), company.proxy.address().port()])?;
    let told = company
        .goes_out(lab)
        .and_then(|()| people_at_the_pages(&mut company, &secret));
    let said = capture.end()?;
    let told = told.with_context(|| company.logs())?;
    ensure!(told.contains("3 of them with a sealed password"), "{told}");
    the_hub_has_no_password(&company, &secret)?;
    nothing_on_the_way_has_one(&company, &said, &secret)?;
    // Each was answered, so each is logged, or is in a moment.
    let alice = format!("uid=alice,{PEOPLE}");
    let binds = until(
        "the directory has logged",
        Deadline::seconds(PATIENCE),
        || {
            let log = company.slapd.stats();
            let binds = log.binds_as(&alice).len();
            Ok((binds >= 3).then_some(binds))
        },
    )?;
    ensure!(
        binds == 3,
        "a password is tried once: expected three binds, found {binds}"
    );
    both_sides_have_the_same_reply(&company)?;
    the_hub_finds_them(&company)
}

/// In a directory that it cannot reach, by the connector that is left.
fn the_hub_finds_them(company: &Company) -> Result<()> {
    let found = company.finds("people?q=plant-a%2Falice")?;
    let alice = found
        .pointer("/matches/0")
        .with_context(|| found.to_string())?;
    let text = |key: &str| alice.get(key).and_then(Value::as_str);
    ensure!(text("login_name") == Some(NAME), "{found}");
    let id = text("id").context("no id")?;
    ensure!(id.starts_with("plant-a:staff:"), "{found}");
    let card = company.finds(&format!("people/{id}/card"))?;
    ensure!(card.get("id").and_then(Value::as_str) == Some(id), "{card}");
    // Who was let in and who is found are one person.
    let let_in = last_let_in(company)?;
    let subject = text_called("subject", &let_in);
    ensure!(
        subject.as_deref() == Some(id),
        "`{id}` is found, and {subject:?} was let in"
    );
    Ok(())
}

/// What Chromium does, and the connector that goes while it does; what it told.
fn people_at_the_pages(company: &mut Company, secret: &[Form]) -> Result<String> {
    let folder = company.folder.join("chromium");
    let mut node = chromium::script(&folder, "site.mjs")?;
    fs::copy(company.folder.join("ca.pem"), folder.join("ca.pem"))?;
    let never: Vec<&str> = secret.iter().filter_map(Form::text).collect();
    let asked = json!({
        "login": company.at_login,
        "app": company.at_app,
        "folder": folder,
        "person": { "name": NAME, "password": password_of("alice"), "wrong": WRONG },
        "never": never,
    });
    let has_ended = AtomicBool::new(false);
    let finished = thread::scope(|scope| {
        let browser = scope.spawn(|| {
            let finished = Finished::of(&mut node, &asked.to_string());
            has_ended.store(true, Ordering::Release);
            finished
        });
        let lost = until(
            "the browser has sealed",
            Deadline::seconds(PATIENCE),
            || match fs::read_to_string(folder.join("asked")) {
                Ok(id) => Ok(Some(Some(id))),
                Err(_) if has_ended.load(Ordering::Acquire) => Ok(Some(None)),
                Err(_) => Ok(None),
            },
        );
        let lost = lost.and_then(|id| match id {
            Some(id) => company.loses(&id),
            None => Ok(()),
        });
        // The browser waits for it in either case.
        let told = fs::write(folder.join("done"), "");
        let finished = browser.join();
        lost?;
        told?;
        finished.map_err(|_| anyhow!("the browser's thread panicked"))?
    })?;
    ensure!(finished.exit == 0, "{finished:?}");
    Ok(finished.stdout)
}

fn the_hub_has_no_password(company: &Company, secret: &[Form]) -> Result<()> {
    let pid = company.hub.pid().context("the hub does not run")?;
    let control = forms(NAME);
    // It stands still, so that nothing moves from where it is not looked yet to where it was.
    company.hub.pause()?;
    let looked = in_memory(pid, secret).and_then(|found| Ok((found, in_memory(pid, &control)?)));
    company.hub.go_on()?;
    let ((found, total), (control, _)) = looked?;
    ensure!(
        control.contains(&"plain"),
        "the login name is not in the {total} bytes of the hub's memory, so a password would not be found either"
    );
    ensure!(
        found.is_empty(),
        "a password is in the hub's memory: {found:?}"
    );
    Ok(())
}

fn nothing_on_the_way_has_one(
    company: &Company,
    said: &[Conversation],
    secret: &[Form],
) -> Result<()> {
    let (proxy, hub) = (company.proxy.address().port(), company.hub.address().port());
    // The proxy is asked in clear, so its conversations are known to have been read.
    let connects = format!("CONNECT localhost:{hub} HTTP/1.1");
    let to_proxy = said.iter().filter(|one| one.server == proxy);
    ensure!(
        to_proxy.clone().any(|one| one.holds(connects.as_bytes())),
        "no connector was seen to go out through the proxy"
    );
    ensure!(
        said.iter()
            .any(|one| one.server == hub && one.sent.starts_with(&[0x16, 3])),
        "nobody was seen to speak TLS with the hub"
    );
    for one in said {
        for bytes in [&one.sent, &one.received] {
            let found = in_bytes(bytes, secret);
            ensure!(
                found.is_empty(),
                "a password is in a conversation with port {}: {found:?}",
                one.server
            );
        }
    }
    Ok(())
}

/// What the hub has on record of whom it let in last.
fn last_let_in(company: &Company) -> Result<Value> {
    let tail = company.asked_text(None, &["audit", "tail"])?;
    let mut records = tail
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let is_let_in = |line: &Value| {
        line.pointer("/record/decision")
            .is_some_and(|it| it == "accept")
    };
    records
        .rfind(is_let_in)
        .with_context(|| format!("nobody was let in: {tail}"))
}

/// The record of the last login at the hub, and the one of the connector that answered.
fn both_sides_have_the_same_reply(company: &Company) -> Result<()> {
    let let_in = last_let_in(company)?;
    let id = let_in.pointer("/record/id").and_then(Value::as_str);
    let id = id.with_context(|| format!("no id: {let_in}"))?.to_owned();
    let left = company.connectors.first().context("no connector is left")?;
    let digest = |side| {
        let shown = company.asked_text(side, &["audit", "show", &id])?;
        let digest = text_called("reply", &serde_json::from_str(&shown)?);
        digest.with_context(|| format!("no digest of a reply of `{SITE}` in {shown}"))
    };
    let (at_hub, at_connector) = (digest(None)?, digest(Some(left))?);
    ensure!(
        at_hub == at_connector && at_hub.len() == 64,
        "the hub has the reply `{at_hub}`, the connector `{at_connector}`"
    );
    Ok(())
}

/// The text with that key, wherever it is.
fn text_called(key: &str, value: &Value) -> Option<String> {
    match value {
        Value::Object(members) => members.iter().find_map(|(name, value)| match value {
            Value::String(text) if name == key => Some(text.clone()),
            _ => text_called(key, value),
        }),
        Value::Array(values) => values.iter().find_map(|value| text_called(key, value)),
        _ => None,
    }
}
