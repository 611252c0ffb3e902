//! Connectors of a site that have one PostgreSQL: "It is the better way wherever there is more than one" (docs/connector.md).

use super::people::{Asker, PASSWORD, name_of};
use super::stage::{Kept, Machine, Stage};
use super::{a_ticket_of_one_node_is_every_node_s, chains_are_whole};
use crate::lab::Lab;
use anyhow::{Context, Result, ensure};
use entryway_conformance::{Deadline, PEOPLE, until};
use serde_json::{Value, json};

/// Of the account that both know.
const ROBOT: &str = "robot";

pub(super) fn two_connectors_share_a_store(lab: &Lab) -> Result<()> {
    let stage = Stage::start(lab, "one-store", Kept::Together)?;
    a_ticket_of_one_node_is_every_node_s(&stage)?;
    stage
        .is_up()
        .and_then(|()| they_count_as_one(&stage))
        .and_then(|()| whoever_guesses_at_both_has_one_share(&stage))
        .and_then(|()| an_account_is_known_to_both(&stage))
        .and_then(|()| each_has_a_chain_of_its_own(&stage))
        .with_context(|| stage.logs())
}

/// Has a node ask this connector alone for what is new.
fn only<T>(
    stage: &Stage,
    connector: &Machine,
    asks: impl FnOnce(&Asker) -> Result<T>,
) -> Result<T> {
    let [node, _] = &stage.nodes;
    let mut others = stage.connectors.iter();
    let other = others.find(|other| other.name != connector.name);
    let other = other.context("no other")?.id()?;
    node.changes(&other, "drain")?;
    ensure!(node.issuers()? == [connector.id()?]);
    let done = asks(&Asker::at(stage, node))?;
    node.changes(&other, "resume")?;
    Ok(done)
}

/// They say so by themselves, and nothing is divided: the directory locks at five.
fn they_count_as_one(stage: &Stage) -> Result<()> {
    let whole = (Some(json!(1)), Some(json!(4)));
    for connector in &stage.connectors {
        until("nothing is divided", Deadline::seconds(30), || {
            let status = connector.status()?;
            let found = ["/stores", "/shares/0/lets_through"].map(|key| status.pointer(key));
            let [stores, through] = found.map(Option::<&Value>::cloned);
            Ok(((stores, through) == whole).then_some(()))
        })?;
    }
    Ok(())
}

/// Three attempts of strangers together, for the last of four is kept for known devices: not three at each.
fn whoever_guesses_at_both_has_one_share(stage: &Stage) -> Result<()> {
    let (guessed, another) = (name_of(1), name_of(2));
    let [one, other] = &stage.connectors;
    ensure!((remembered(one)?, remembered(other)?) == (0, 0));
    only(stage, one, |asker| {
        for _ in 0..3 {
            asker.mistypes(&guessed, "wrong_password")?;
        }
        // Whoever has heard of this one has heard of those before.
        asker.mistypes(&another, "wrong_password")
    })?;
    until("the other has heard of it", Deadline::seconds(30), || {
        Ok((remembered(other)? == 2).then_some(()))
    })?;
    for connector in [other, one] {
        only(stage, connector, |asker| {
            asker.is_refused(&guessed, PASSWORD, "throttled")
        })?;
    }
    let dn = format!("uid={guessed},{PEOPLE}");
    let tried = || stage.slapd.stats().binds_as(&dn).len();
    until("the directory has logged", Deadline::seconds(30), || {
        Ok((tried() >= 3).then_some(()))
    })?;
    ensure!(tried() == 3, "the directory was asked {} times", tried());
    Ok(())
}

/// Of how many people a connector remembers failures.
fn remembered(machine: &Machine) -> Result<u64> {
    let page = machine.http.get("/metrics")?.body;
    let name = "entryway_throttle_buckets{bucket=\"identity\"} ";
    let found = page.lines().find_map(|line| line.strip_prefix(name));
    Ok(found.context("no such metric")?.parse()?)
}

/// Who it is does not depend on who is asked.
fn an_account_is_known_to_both(stage: &Stage) -> Result<()> {
    let [one, other] = &stage.connectors;
    let numbers = ["--uid", "2001", "--gid", "200"];
    let added = one.gateway.add_account(ROBOT, PASSWORD, &numbers)?;
    ensure!(added.exit == 0, "not added: {added:?}");
    let subject_at = |connector: &Machine| {
        only(stage, connector, |asker| {
            // A daemon learns of a change within a second.
            until("the account is known", Deadline::seconds(20), || {
                let said = asker.says(ROBOT, PASSWORD)?;
                Ok((said.exit == 0).then_some(()))
            })?;
            let session = asker.is_let_in(ROBOT, PASSWORD)?;
            let subject = session.get("subject").cloned();
            subject.with_context(|| session.to_string())
        })
    };
    let (here, there) = (subject_at(one)?, subject_at(other)?);
    ensure!(here == there, "one account is two: {here} and {there}");
    Ok(())
}

/// Each record is of who decided, and both can show it: they have one store.
fn each_has_a_chain_of_its_own(stage: &Stage) -> Result<()> {
    for connector in &stage.connectors {
        let answer = only(stage, connector, |asker| {
            let said = asker.says(ROBOT, PASSWORD)?;
            ensure!(said.exit == 0, "{said:?}");
            said.json()
        })?;
        let login = answer.get("id").and_then(Value::as_str);
        let login = login.with_context(|| answer.to_string())?;
        for machine in &stage.connectors {
            let shown = machine.gateway.asked(&["audit", "show", login])?;
            ensure!(
                shown.get("node") == Some(&json!(connector.name)),
                "not of {}: {shown}",
                connector.name
            );
        }
    }
    let writers = stage.connectors.each_ref().map(|one| one.name);
    let mut machines = stage.connectors.iter();
    machines.try_for_each(|machine| chains_are_whole(&machine.gateway, writers))
}
