//! A site whose proxy ends TLS, and whose connector trusts it: mitmproxy, which is told to meddle. What is inside the tunnel
//! it neither reads nor alters; where it tries, the tunnel ends, that is told, and nobody has a wrong verdict.

use super::active_directory::runs;
use super::company::{Company, Connector};
use super::memory::{forms, in_bytes};
use crate::integrations::environment;
use crate::lab::Lab;
use anyhow::{Context, Result, anyhow, ensure};
use entryway_conformance::{Deadline, Finished, InspectingProxy, password_of, until};
use serde_json::{Value, json};
use std::path::Path;
use std::thread;

const WRONG: &str = "not-this-password";
const NAME: &str = "plant-a/svcuser";
/// How an end says that TLS has found it.
const ALTERED: &str = "altered on the way";
/// What is done to a message, to whom it goes, and whose wrong password is tried beside.
const ACTS: [(&str, &str, &str); 5] = [
    ("alter", "connector", "erin"),
    ("alter", "hub", "mover"),
    ("replay", "hub", "wrongtls"),
    ("drop", "connector", "wrongauto"),
    ("truncate", "connector", "bob"),
];

pub(super) fn mitmproxy_reads_and_alters_nothing(lab: &Lab) -> Result<()> {
    let mut company = Company::start(lab, "site-inspected", "")?;
    let programs = environment("mitmproxy")?;
    let authority = company.folder.join("ca.pem");
    let inspector = InspectingProxy::start(company.outside(), &programs, &authority)?;
    company
        .goes_out_inspected(lab, &inspector)
        .and_then(|()| is_inspected(&company, &inspector))
        .with_context(|| format!("{}\n--\n{}", company.logs(), inspector.log()))
}

fn is_inspected(company: &Company, inspector: &InspectingProxy) -> Result<()> {
    let connector = company.connectors.first().context("no connector")?;
    is_let_in(company)?;
    says_who_ends_tls(connector)?;
    for (act, receiver, other) in ACTS {
        meddled_with(company, inspector, connector, act, receiver, other)
            .with_context(|| format!("{act}, on its way to the {receiver}"))?;
    }
    let pid = connector.pid().context("the connector has ended")?;
    ensure!(
        Path::new("/proc").join(pid.to_string()).exists(),
        "the connector has ended"
    );
    let read = inspector.has_read()?;
    let upgrade = forms("GET /connector/v1/plant-a");
    ensure!(
        in_bytes(&read, &upgrade).contains(&"plain"),
        "mitmproxy has not read the outside, so it says nothing that it has not read the inside"
    );
    let mut inside = forms(&password_of("svcuser"));
    for text in [WRONG, "svcuser", "login_name", "outcome"] {
        inside.extend(forms(text));
    }
    let found = in_bytes(&read, &inside);
    ensure!(found.is_empty(), "mitmproxy has read {found:?}");
    Ok(())
}

fn is_let_in(company: &Company) -> Result<()> {
    let finished = runs(company, NAME, &password_of("svcuser"))?;
    ensure!(finished.exit == 0, "not let in: {finished:?}");
    Ok(())
}

/// In the status of the daemon, and in a look from beside it.
fn says_who_ends_tls(connector: &Connector) -> Result<()> {
    let status = connector.asked(&["connector", "status"])?;
    let issuer = status.pointer("/nodes/0/issuer").and_then(Value::as_str);
    ensure!(
        issuer.is_some_and(|issuer| issuer.contains("mitmproxy")),
        "{status}"
    );
    let checked = connector.asked(&["connector", "check"])?;
    let findings = checked.get("findings").and_then(Value::as_array);
    let mut findings = findings.into_iter().flatten();
    let tls = findings.find(|finding| finding.get("check") == Some(&json!("tls")));
    ensure!(
        tls.is_some_and(|tls| tls.to_string().contains("mitmproxy")),
        "{checked}"
    );
    Ok(())
}

/// One message is, while two people log in: the right password is never told to be wrong, the wrong one never to be right,
/// and neither is tried twice. Then the tunnel stands anew, and all is well.
fn meddled_with(
    company: &Company,
    inspector: &InspectingProxy,
    connector: &Connector,
    act: &str,
    receiver: &str,
    other: &str,
) -> Result<()> {
    let told = || lines(&connector.log(), "hub.down");
    let (before, counted) = (told(), company.samba.wrong_passwords_of(other)?);
    inspector.tells(act, receiver)?;
    let (right, wrong) = thread::scope(|scope| {
        let right = scope.spawn(|| runs(company, NAME, &password_of("svcuser")));
        let wrong = scope.spawn(|| runs(company, &format!("plant-a/LAB\\{other}"), WRONG));
        let ended = |one: thread::ScopedJoinHandle<'_, Result<Finished>>| {
            one.join().map_err(|_| anyhow!("a login panicked"))?
        };
        Ok::<_, anyhow::Error>((ended(right)?, ended(wrong)?))
    })?;
    inspector.has_acted()?;
    ensure!(matches!(right.exit, 0 | 2), "the right password: {right:?}");
    ensure!(matches!(wrong.exit, 1 | 2), "the wrong password: {wrong:?}");
    let now = company.samba.wrong_passwords_of(other)?;
    ensure!(
        now <= counted + 1,
        "a wrong password is tried once: expected {counted} or one more, found {now}"
    );
    until("the connector has told", Deadline::seconds(60), || {
        Ok((told().len() > before.len()).then_some(()))
    })?;
    // Whoever gets what was altered knows that; the other end knows who was between.
    let of_connector = told().pop().context("nothing was told")?;
    let of_hub = lines(&company.hub.log(), "tunnel.down").pop();
    let of_hub = of_hub.context("the hub has told nothing")?;
    let whole: [(&str, &[&str]); 2] = match receiver {
        "hub" => [(&of_hub, &[ALTERED]), (&of_connector, &["mitmproxy"])],
        _ => [
            (&of_hub, &[]),
            (&of_connector, &[ALTERED, "outer certificate", "mitmproxy"]),
        ],
    };
    for (line, words) in whole {
        for word in words {
            ensure!(line.contains(word), "expected {word}: {line}");
        }
    }
    company.has_tunnels(1)?;
    is_let_in(company)
}

/// What was logged under that name.
fn lines(log: &str, event: &str) -> Vec<String> {
    let found = log.lines().filter(|line| line.contains(event));
    found.map(str::to_owned).collect()
}
