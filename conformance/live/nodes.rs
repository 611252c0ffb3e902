//! Two nodes of a hub on one PostgreSQL, and a site of two connectors before one OpenLDAP: what is done at one node counts
//! at the other, and a node that is gone is missed by nobody who asks the other. People log in by the program that the
//! documents show.

mod people;
mod stage;
mod store;

use crate::Test;
use crate::lab::Lab;
use anyhow::{Context, Result, ensure};
use entryway_conformance::{Deadline, Gateway, until};
use people::{Asker, Met};
use serde_json::{Value, json};
use stage::{Kept, Node, SITE, Stage};
use std::time::{Duration, Instant};

pub(crate) fn tests() -> Vec<Test> {
    vec![
        (
            "two nodes of a hub on one PostgreSQL are one hub, and one of them is enough",
            two_nodes_are_one_hub,
        ),
        (
            "two connectors on one PostgreSQL count together, and each is who it is",
            store::two_connectors_share_a_store,
        ),
    ]
}

/// In which other nodes hear of what was done at one (docs/hub.md), and what a busy machine may add to it.
const HEARD: Duration = Duration::from_millis(2000 + 500);
/// So many logins come to their verdict while something is wrong with the other node.
const MEANWHILE: usize = 4;

fn two_nodes_are_one_hub(lab: &Lab) -> Result<()> {
    let mut stage = Stage::start(lab, "nodes", Kept::EachItsOwn)?;
    let met = Met::new();
    a_ticket_of_one_node_is_every_node_s(&stage)?;
    stage
        .is_up()
        .and_then(|()| each_node_lets_people_in(&stage, &met))
        .and_then(|()| who_is_drained_at_one_is_drained_at_the_other(&stage, &met))
        .and_then(|()| one_node_is_enough(&mut stage, &met, End::Asked))
        .and_then(|()| one_node_is_enough(&mut stage, &met, End::Killed))
        .and_then(|()| who_is_revoked_at_one_is_out_at_the_other(&stage, &met))
        .and_then(|()| {
            stage
                .nodes
                .iter()
                .try_for_each(|node| chains_are_whole(&node.gateway, ["hub-0", "hub-1"]))
        })
        .with_context(|| stage.logs())?;
    stage.each_was_tried_once(&met)
}

/// It lets one connector in, at whichever of them it is used.
fn a_ticket_of_one_node_is_every_node_s(stage: &Stage) -> Result<()> {
    let [one, other] = &stage.connectors;
    let [first, second] = &stage.nodes;
    let (_, ticket) = first.gateway.ticket(SITE)?;
    let enrolled = one.gateway.enroll(&first.dialled(), &ticket)?;
    ensure!(enrolled.exit == 0, "not enrolled: {enrolled:?}");
    let refused = other.gateway.enroll(&second.dialled(), &ticket)?;
    ensure!(
        refused.exit == 1 && refused.stderr.contains("the ticket was used already"),
        "a ticket lets two in: {refused:?}"
    );
    let (_, ticket) = first.gateway.ticket(SITE)?;
    let enrolled = other.gateway.enroll(&second.dialled(), &ticket)?;
    ensure!(enrolled.exit == 0, "not enrolled: {enrolled:?}");
    Ok(())
}

/// Each has a tunnel of each connector, and whoever asks there gets a verdict; the same person is the same at both.
fn each_node_lets_people_in(stage: &Stage, met: &Met) -> Result<()> {
    for connector in &stage.connectors {
        let id = connector.id()?;
        for node in &stage.nodes {
            let shown = node.connector(&id)?;
            ensure!(shown.get("tunnel").is_some(), "no tunnel: {shown}");
        }
    }
    for node in &stage.nodes {
        let asker = Asker::at(stage, node);
        asker.logs_somebody_in(met)?;
        asker.turns_somebody_away(met)?;
    }
    let [first, second] = stage.nodes.each_ref().map(|node| Asker::at(stage, node));
    let somebody = met.next();
    let subjects = (
        first.logs_in_as(met, somebody)?,
        second.logs_in_as(met, somebody)?,
    );
    ensure!(subjects.0 == subjects.1, "one person is two: {subjects:?}");
    Ok(())
}

fn who_is_drained_at_one_is_drained_at_the_other(stage: &Stage, met: &Met) -> Result<()> {
    let [first, second] = &stage.nodes;
    let id = is_out_at_both(stage, met, "drain", ("draining", true))?;
    let resumed = Instant::now();
    second.changes(&id, "resume")?;
    ensure!(second.issuers()?.contains(&id), "it is not asked again");
    until_heard(first, resumed, |issuers| issuers.contains(&id))
}

fn who_is_revoked_at_one_is_out_at_the_other(stage: &Stage, met: &Met) -> Result<()> {
    is_out_at_both(stage, met, "revoke", ("revoked", false))?;
    stage
        .nodes
        .iter()
        .try_for_each(|node| Asker::at(stage, node).turns_somebody_away(met))
}

/// The first connector is taken out at the first node, and gets nothing to do at either; each shows how it stands then, and
/// whether it has a tunnel. Which one it was.
fn is_out_at_both(
    stage: &Stage,
    met: &Met,
    how: &str,
    (standing, has_tunnel): (&str, bool),
) -> Result<String> {
    let [first, second] = &stage.nodes;
    let [one, _] = &stage.connectors;
    let id = one.id()?;
    let changed = Instant::now();
    first.changes(&id, how)?;
    // Before the answer where it was asked.
    ensure!(!first.issuers()?.contains(&id), "it is asked all the same");
    until_heard(second, changed, |issuers| !issuers.contains(&id))?;
    for node in &stage.nodes {
        let shown = node.connector(&id)?;
        ensure!(
            shown.get("tunnel").is_some() == has_tunnel
                && shown.get("standing") == Some(&json!(standing)),
            "{shown}"
        );
        Asker::at(stage, node).logs_somebody_in(met)?;
    }
    Ok(id)
}

/// Waits until those whose challenges a node gives are as said, which they are in time.
fn until_heard(node: &Node, since: Instant, is_so: impl Fn(&[String]) -> bool) -> Result<()> {
    until("the other node has heard", Deadline::seconds(20), || {
        Ok(is_so(&node.issuers()?).then_some(()))
    })?;
    let took = since.elapsed();
    ensure!(took <= HEARD, "the other node hears of it after {took:?}");
    Ok(())
}

/// How a node ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Asked,
    Killed,
}

/// The first node ends and comes back, and everybody who asks the second has their verdict.
fn one_node_is_enough(stage: &mut Stage, met: &Met, end: End) -> Result<()> {
    let [_, second] = &stage.nodes;
    let asker = Asker::at(stage, second);
    let ([first, _], connectors) = (&mut stage.nodes, &stage.connectors);
    asker.goes_on(met, |load| {
        load.more(1)?;
        match end {
            End::Asked => first.ends()?,
            End::Killed => first.is_killed()?,
        }
        load.more(MEANWHILE)?;
        for connector in connectors {
            let ready = connector.http.get("/readyz")?;
            ensure!(ready.status == 200, "one tunnel is enough: {ready:?}");
        }
        first.starts()?;
        until("its connectors are back", Deadline::seconds(60), || {
            Ok((first.gateway.tunnels()? == 2).then_some(()))
        })?;
        load.more(1)
    })?;
    let [first, _] = &stage.nodes;
    Asker::at(stage, first).logs_somebody_in(met)
}

/// The record of a store that these write to, each by its own chain.
fn chains_are_whole(gateway: &Gateway, writers: [&str; 2]) -> Result<()> {
    let verified = gateway.asked(&["audit", "verify"])?;
    let chains = verified.get("nodes").and_then(Value::as_array);
    let chains = chains.with_context(|| format!("no chains: {verified}"))?;
    let has = |writer: &str| {
        let mut chains = chains.iter();
        chains.any(|one| {
            one.get("node") == Some(&json!(writer)) && one.get("records") != Some(&json!(0))
        })
    };
    ensure!(
        verified.get("whole") == Some(&json!(true))
            && chains.len() == 2
            && writers.into_iter().all(has),
        "{verified}"
    );
    Ok(())
}
