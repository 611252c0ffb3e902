//! Who logs in, and what is due to them.

use super::stage::{Node, SITE, Stage};
use crate::integrations::documents;
use anyhow::{Context, Result, anyhow, bail, ensure};
use entryway_conformance::{Deadline, Finished, until};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::thread;

/// Everybody's.
pub(super) const PASSWORD: &str = "bench password";
const WRONG: &str = "not-this-password";
/// Logins at the same time.
const TOGETHER: usize = 2;
/// One of so many has a wrong password.
const EVERY: usize = 3;

/// How the directory knows somebody.
pub(super) fn name_of(number: u32) -> String {
    format!("u{number:07}")
}

/// Everybody who has logged in, or was turned away.
pub(super) struct Met {
    next: AtomicU32,
    /// Who, and the result code that the directory's one bind has.
    binds: Mutex<Vec<(u32, u32)>>,
}

impl Met {
    pub(super) fn new() -> Self {
        Self {
            next: AtomicU32::new(1),
            binds: Mutex::default(),
        }
    }

    /// Somebody new: a directory that locks counts each one's failures.
    pub(super) fn next(&self) -> u32 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    fn bound(&self, number: u32, code: u32) -> Result<()> {
        let mut binds = self.binds.lock().map_err(|_| anyhow!("a panic"))?;
        binds.push((number, code));
        Ok(())
    }

    /// By person: the result codes of all binds that there should be.
    pub(super) fn binds(&self) -> Result<Vec<(u32, Vec<u32>)>> {
        let binds = self.binds.lock().map_err(|_| anyhow!("a panic"))?;
        let of = |number| binds.iter().filter(move |(other, _)| *other == number);
        let everybody = 1..self.next.load(Ordering::Relaxed);
        let codes = |number| (number, of(number).map(|(_, code)| *code).collect());
        Ok(everybody.map(codes).collect())
    }
}

/// The documents' program at a node.
pub(super) struct Asker {
    url: String,
    token: PathBuf,
}

impl Asker {
    pub(super) fn at(stage: &Stage, node: &Node) -> Self {
        Self {
            url: node.url(),
            token: stage.token.clone(),
        }
    }

    /// What it says, and how it ends.
    pub(super) fn says(&self, name: &str, password: &str) -> Result<Finished> {
        let mut node = Command::new("node");
        node.arg(documents("clients/log-in.mjs"))
            .arg(format!("{SITE}/{name}"))
            .env("ENTRYWAY_URL", &self.url)
            .env("ENTRYWAY_TOKEN_FILE", &self.token);
        Finished::of(&mut node, &format!("{password}\n"))
    }

    pub(super) fn logs_somebody_in(&self, met: &Met) -> Result<()> {
        self.logs_in_as(met, met.next()).map(drop)
    }

    /// Who that is, as the hub tells it.
    pub(super) fn logs_in_as(&self, met: &Met, number: u32) -> Result<String> {
        let name = name_of(number);
        met.bound(number, 0)?;
        let session = self.is_let_in(&name, PASSWORD)?;
        let subject = session.get("subject").and_then(Value::as_str);
        subject
            .map(str::to_owned)
            .with_context(|| session.to_string())
    }

    /// The session.
    pub(super) fn is_let_in(&self, name: &str, password: &str) -> Result<Value> {
        let said = self.says(name, password)?;
        ensure!(said.exit == 0, "{name} at {}: {said:?}", self.url);
        let answer = said.json()?;
        let session = answer.get("session").context("no session")?;
        ensure!(
            session.get("name") == Some(&json!(format!("{SITE}/{name}"))),
            "{name} is somebody else: {answer}"
        );
        Ok(session.clone())
    }

    pub(super) fn turns_somebody_away(&self, met: &Met) -> Result<()> {
        let number = met.next();
        met.bound(number, 49)?;
        self.is_refused(&name_of(number), WRONG, "wrong_password")
    }

    pub(super) fn is_refused(&self, name: &str, password: &str, reason: &str) -> Result<()> {
        let said = self.says(name, password)?;
        ensure!(said.exit == 1, "{name} at {}: {said:?}", self.url);
        let answer = said.json()?;
        ensure!(
            answer.get("reason") == Some(&json!(reason)),
            "expected {reason}: {answer}"
        );
        Ok(())
    }

    /// With a wrong password.
    pub(super) fn mistypes(&self, name: &str, reason: &str) -> Result<()> {
        self.is_refused(name, WRONG, reason)
    }

    /// People log in while something happens; each comes to the verdict that is due.
    pub(super) fn goes_on(
        &self,
        met: &Met,
        happens: impl FnOnce(&Load) -> Result<()>,
    ) -> Result<()> {
        let load = Load::default();
        thread::scope(|scope| {
            let asking: Vec<_> = (0..TOGETHER)
                .map(|_| scope.spawn(|| load.asks(self, met)))
                .collect();
            let happened = happens(&load);
            load.stop.store(true, Ordering::Release);
            for asking in asking {
                asking.join().map_err(|_| anyhow!("a panic"))??;
            }
            happened
        })
    }
}

/// Logins, one after the other.
#[derive(Default)]
pub(super) struct Load {
    begun: AtomicUsize,
    ended: AtomicUsize,
    failed: AtomicBool,
    stop: AtomicBool,
}

impl Load {
    fn asks(&self, asker: &Asker, met: &Met) -> Result<()> {
        while !self.stop.load(Ordering::Acquire) {
            let turn = self.begun.fetch_add(1, Ordering::AcqRel);
            let done = match turn % EVERY {
                0 => asker.turns_somebody_away(met),
                _ => asker.logs_somebody_in(met),
            };
            if done.is_err() {
                self.failed.store(true, Ordering::Release);
            }
            done?;
            self.ended.fetch_add(1, Ordering::AcqRel);
        }
        Ok(())
    }

    /// Waits until so many that began from now on have ended.
    pub(super) fn more(&self, count: usize) -> Result<()> {
        let wanted = self.begun.load(Ordering::Acquire) + count;
        let deadline = Deadline::seconds(60);
        until(&format!("{count} more have logged in"), deadline, || {
            if self.failed.load(Ordering::Acquire) {
                bail!("somebody did not come to a verdict");
            }
            Ok((self.ended.load(Ordering::Acquire) >= wanted).then_some(()))
        })
    }
}
