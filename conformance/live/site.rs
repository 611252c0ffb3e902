//! A site whose directory nobody outside may reach, from the browser to the bind: a hub here, two connectors in a network
//! of their own that go out through a proxy, and Chromium (`conformance/browser/site.mjs`). Nowhere at the hub, and
//! nowhere on the way, does anybody's password stand.

mod active_directory;
mod certificates;
mod changes;
mod company;
mod inspected;
mod memory;

use crate::Test;
use crate::chromium::{pictures, script};
use crate::lab::Lab;
use anyhow::{Context, Result, anyhow, ensure};
use company::{Company, SITE};
use entryway_conformance::{Capture, Conversation, Deadline, Finished, PEOPLE, password_of, until};
use memory::{Form, forms, in_bytes, in_memory};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

const NAME: &str = "plant-a/alice";
/// Of the names of hosts inside.
const DOMAIN: &str = "plant-a.example";
/// Of somebody of the other directory, who is found by that suffix of the site.
const UPN: &str = "svcuser@lab.example.org";
/// Somebody there who is never let in.
const MISTYPES: &str = "countme@lab.example.org";
/// As different as can be in each of the forms that are looked for.
const WRONG: &str = "it is \"not\" this pässword";
/// Seconds: longer than the browser waits for anything, because what it says then tells more than that nothing came.
const PATIENCE: u64 = 240;

pub(crate) fn tests() -> Vec<Test> {
    vec![
        (
            "Chromium: people of a site sign in at the hub, which never has their password",
            people_of_a_site_sign_in,
        ),
        (
            "Chromium: people of a site change their passwords at the hub, which has neither the old ones nor the new",
            changes::people_change_their_passwords,
        ),
        (
            "Chromium: people of a site show certificates at its connectors, and the hub hears who they are",
            certificates::people_show_certificates,
        ),
        (
            "a program logs people of Active Directory in, who are told what is true of them",
            active_directory::are_told_what_is_true,
        ),
        (
            "mitmproxy on the way, trusted by the site, reads nothing and alters nothing",
            inspected::mitmproxy_reads_and_alters_nothing,
        ),
    ]
}

fn people_of_a_site_sign_in(lab: &Lab) -> Result<()> {
    let mut company = Company::start(lab, "site", "")?;
    let mut secret = forms(&password_of("alice"));
    for other in [WRONG, &password_of("svcuser"), &password_of("bob")] {
        secret.extend(forms(other));
    }
    let told = nobody_has_it(&mut company, lab, &[NAME, UPN], &secret, |company| {
        people_at_the_pages(company, &secret)
    })?;
    ensure!(told.contains("6 of them with a sealed password"), "{told}");
    let counted = company.samba.wrong_passwords_of("countme")?;
    ensure!(
        counted == 1,
        "a wrong password counts once at its domain controller: found {counted}"
    );
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
    // Both directories there have somebody of that name.
    let matches = found.get("matches").and_then(Value::as_array);
    let mut ids = matches.into_iter().flatten().filter_map(|one| {
        let login_name = one.get("login_name")?.as_str()?;
        let id = one.get("id")?.as_str()?;
        (login_name.starts_with("plant-a/") && login_name.ends_with("alice")).then_some(id)
    });
    let id = ids.find(|id| id.starts_with("plant-a:staff:"));
    let id = id.with_context(|| found.to_string())?;
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

/// Connectors go out, people do what they do at the pages, and then none of these texts is in the hub or on the way to it.
/// `names` are of the people: what is looked for finds one of them in the hub.
fn nobody_has_it(
    company: &mut Company,
    lab: &Lab,
    names: &[&str],
    secret: &[Form],
    people: impl FnOnce(&mut Company) -> Result<String>,
) -> Result<String> {
    let capture =
        Capture::everywhere(&[company.hub.address().port(), company.proxy.address().port()])?;
    let told = company.goes_out(lab).and_then(|()| people(company));
    let said = capture.end()?;
    let told = told.with_context(|| company.logs())?;
    the_hub_has_no_password(company, names, secret)?;
    the_hub_keeps_no_password(company, names, secret)?;
    nothing_on_the_way_has_one(company, &said, secret)?;
    Ok(told)
}

/// What Chromium does, and the connector that goes while it does; what it told. The hub is looked at when a password is
/// sealed and not sent yet, and when a directory has been asked about it and has not answered.
fn people_at_the_pages(company: &mut Company, secret: &[Form]) -> Result<String> {
    let never: Vec<&str> = secret.iter().filter_map(Form::text).collect();
    let by_name = |name: &str, typed: &str| json!({ "name": typed, "password": password_of(name) });
    let mut story = Story::of(
        company,
        "site-signs-in.mjs",
        json!({
            "person": { "name": NAME, "password": password_of("alice"), "wrong": WRONG },
            "others": [by_name("svcuser", UPN), by_name("bob", "plant-a/LAB\\bob")],
            "mistypes": MISTYPES,
            "never": never,
        }),
    )?;
    let folder = story.folder.clone();
    let has_ended = AtomicBool::new(false);
    let (finished, is_held) = thread::scope(|scope| {
        let browser = scope.spawn(|| {
            let finished = story.told();
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
            Some(id) => company
                .loses(&id)
                .and_then(|()| the_hub_has_no_password(company, &[NAME], secret))
                .and_then(|()| company.slapd.pause()),
            None => Ok(()),
        });
        // The browser waits for it in either case.
        let told = fs::write(folder.join("done"), "");
        let looked = match (&lost, &told) {
            (Ok(()), Ok(())) => a_login_is_held(company, &has_ended).and_then(|is_held| {
                the_hub_has_no_password(company, &[NAME], secret).map(|()| is_held)
            }),
            _ => Ok(false),
        };
        let goes_on = company.slapd.go_on();
        let finished = browser.join();
        lost?;
        told?;
        let is_held = looked?;
        goes_on?;
        let finished = finished.map_err(|_| anyhow!("the browser's thread panicked"))??;
        Ok::<_, anyhow::Error>((finished, is_held))
    })?;
    ensure!(finished.exit == 0, "{finished:?}");
    ensure!(is_held, "no login was held at the directory");
    Ok(finished.stdout)
}

/// Waits until the connector that is left has a question that it has not answered; a browser that has ended asks none.
fn a_login_is_held(company: &Company, has_ended: &AtomicBool) -> Result<bool> {
    let left = company.connectors.first().context("no connector is left")?;
    until("a login is held", Deadline::seconds(PATIENCE), || {
        let status = left.asked(&["connector", "status"])?;
        let held = status
            .pointer("/nodes/0/outstanding")
            .and_then(Value::as_u64);
        let is_held = held.with_context(|| format!("no number in {status}"))? > 0;
        Ok((is_held || has_ended.load(Ordering::Acquire)).then_some(is_held))
    })
}

/// A program of `conformance/browser` at the pages of the hub, and what it is told.
struct Story {
    node: Command,
    folder: PathBuf,
    asked: Value,
}

impl Story {
    fn of(company: &Company, program: &'static str, asked: Value) -> Result<Self> {
        Self::at(company, "chromium", program, asked)
    }

    /// The same in a folder of that name: a company may have more than one.
    fn at(company: &Company, name: &str, program: &'static str, mut asked: Value) -> Result<Self> {
        let folder = company.folder.join(name);
        let node = script(&folder, program)?;
        fs::copy(company.folder.join("ca.pem"), folder.join("ca.pem"))?;
        let keys = asked.as_object_mut().context("no keys")?;
        keys.insert("login".to_owned(), json!(company.at_login));
        keys.insert("app".to_owned(), json!(company.at_app));
        keys.insert("folder".to_owned(), json!(folder));
        keys.insert("pictures".to_owned(), json!(pictures(&folder)?));
        Ok(Self {
            node,
            folder,
            asked,
        })
    }

    /// In a browser that stands inside, where the site's people are: what is not theirs they reach through the proxy.
    fn inside(mut self, company: &Company) -> Result<Self> {
        self.node = company.within(&self.node);
        let proxy = &company.proxy;
        let keys = self.asked.as_object_mut().context("no keys")?;
        let network = json!({
            "proxy": format!("http://{}", proxy.address()),
            "known": { "username": proxy.user(), "password": proxy.password() },
            "hosts": format!("*.{DOMAIN}"),
            "at": company.inside(),
        });
        keys.insert("inside".to_owned(), network);
        Ok(self)
    }

    fn told(&mut self) -> Result<Finished> {
        Finished::of(&mut self.node, &self.asked.to_string())
    }
}

fn the_hub_has_no_password(company: &Company, names: &[&str], secret: &[Form]) -> Result<()> {
    let pid = company.hub.pid().context("the hub does not run")?;
    let control: Vec<Form> = names.iter().flat_map(|name| forms(name)).collect();
    // It stands still, so that nothing moves from where it is not looked yet to where it was.
    company.hub.pause()?;
    let looked = in_memory(pid, secret).and_then(|found| Ok((found, in_memory(pid, &control)?)));
    company.hub.go_on()?;
    let ((found, total), (control, _)) = looked?;
    ensure!(
        control.contains(&"plain"),
        "no login name is in the {total} bytes of the hub's memory, so a password would not be found either"
    );
    ensure!(
        found.is_empty(),
        "a password is in the hub's memory: {found:?}"
    );
    Ok(())
}

/// Nor does what it writes down: its log and its store.
fn the_hub_keeps_no_password(company: &Company, names: &[&str], secret: &[Form]) -> Result<()> {
    let control: Vec<Form> = names.iter().flat_map(|name| forms(name)).collect();
    // A file of the store cuts what is longer than a page; here the records are whole.
    let records = company.asked_text(None, &["audit", "tail", "-n", "1000"])?;
    let whole = [
        ("log", company.hub.log().into_bytes()),
        ("record of decisions", records.into_bytes()),
        ("store", company.store_of_the_hub()?),
    ];
    for (what, bytes) in whole {
        ensure!(
            in_bytes(&bytes, &control).contains(&"plain"),
            "no login name is in the {} bytes of the hub's {what}, so a password would not be found either",
            bytes.len()
        );
        let found = in_bytes(&bytes, secret);
        ensure!(
            found.is_empty(),
            "a password is in the hub's {what}: {found:?}"
        );
    }
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
    let at_hub = last_let_in(company)?;
    let at_site = both_sides_have_the_same(company, &at_hub, "reply")?;
    // Each says by itself whether it is what was signed; that they say the same is seen where both are.
    let id = text_called("id", &at_hub).with_context(|| format!("no id: {at_hub}"))?;
    let shown = company.asked_text(None, &["audit", "show", &id])?;
    for side in [&serde_json::from_str(&shown)?, &at_site] {
        let verdict = side.pointer("/signed/verdict");
        ensure!(
            verdict.is_some_and(|verdict| verdict == "verified"),
            "what the connector has signed is not verified: {side}"
        );
    }
    let decision = |side: &Value| side.pointer("/record/decision").cloned();
    ensure!(
        decision(&at_hub).is_some() && decision(&at_hub) == decision(&at_site),
        "of one reply the hub says {at_hub}, the site {at_site}"
    );
    Ok(())
}

/// A record of the hub's, whose digest has that name, and the one of the connector that has signed it, which is given.
fn both_sides_have_the_same(company: &Company, at_hub: &Value, name: &str) -> Result<Value> {
    let id = at_hub.pointer("/record/id").and_then(Value::as_str);
    let id = id.with_context(|| format!("no id: {at_hub}"))?;
    let left = company.connectors.first().context("no connector is left")?;
    let at_connector = company.asked_text(Some(left), &["audit", "show", id])?;
    let at_connector = serde_json::from_str(&at_connector)?;
    let digest = |name, record| {
        let digest = text_called(name, record);
        digest.with_context(|| format!("no digest of a `{name}` of `{SITE}` in {record}"))
    };
    let (signed, told) = (digest("reply", &at_connector)?, digest(name, at_hub)?);
    ensure!(
        signed == told && told.len() == 64,
        "the hub has the {name} `{told}`, the connector `{signed}`"
    );
    Ok(at_connector)
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
