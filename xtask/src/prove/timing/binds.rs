//! How often the directory is asked for each kind of refusal, by its own log.

use super::refusal::Refusal;
use super::stage::Stage;
use crate::bench::Programs;
use anyhow::{Context, Result, ensure};
use entryway_conformance::SERVICE_DN;

/// Logins of each kind.
const LOGINS: u32 = 20;

/// What one kind came to.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) refusal: Refusal,
    pub(super) logins: u32,
    /// As anybody but Entryway itself.
    pub(super) binds: usize,
    pub(super) searches: usize,
}

/// Counts each kind; fails when it is not what its reason says.
pub(super) fn count(programs: &Programs) -> Result<Vec<Counted>> {
    let stage = Stage::counted(programs, LOGINS)?;
    let gateway = stage.start("0ms")?;
    let seen = || {
        let stats = stage.stats()?;
        anyhow::Ok((stats.binds_but(SERVICE_DN).len(), stats.filters().len()))
    };
    let mut counted = Vec::new();
    for refusal in Refusal::ALL {
        let before = seen()?;
        for at in 0..LOGINS {
            let (name, password) = refusal.login(at, gateway.run);
            let answer = gateway.ask(&name, password)?;
            let reason = answer.get("reason").and_then(|reason| reason.as_str());
            ensure!(
                reason == Some(refusal.code()),
                "expected `{}` for `{name}`, found {answer}",
                refusal.code()
            );
        }
        let after = seen()?;
        let (binds, searches) = (after.0 - before.0, after.1 - before.1);
        let logins = usize::try_from(LOGINS).context("too many logins")?;
        ensure!(
            binds == logins * refusal.binds(),
            "expected {} binds for each `{}`, found {binds} for {LOGINS}",
            refusal.binds(),
            refusal.as_str()
        );
        counted.push(Counted {
            refusal,
            logins: LOGINS,
            binds,
            searches,
        });
    }
    Ok(counted)
}
