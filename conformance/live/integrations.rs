//! The integrations of `docs/integrations/`, set up by the commands of their pages.
//!
//! Each test has an OpenLDAP server, a gateway with the configuration of the page, and a machine
//! beside this one on which the page's commands run as root. Where the tests may not become root,
//! or root may not mount, they fail and say so.

mod apache;
mod balancer;
mod browser;
mod certificates;
mod chromium;
mod directory;
mod fastcgi;
mod forward;
mod mapped;
mod pam;
mod parties;
mod pure_ftpd;
mod station;

use crate::Test;
use crate::lab::Lab;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) fn tests() -> Vec<Test> {
    let mut tests = pure_ftpd::tests();
    tests.extend(pam::tests());
    tests.extend(apache::tests());
    tests.extend(parties::tests());
    tests.extend(chromium::tests());
    tests.extend(certificates::tests());
    tests.extend(mapped::tests());
    tests.extend(forward::tests());
    tests.extend(balancer::tests());
    tests.push((
        "both programs ask with the same lines",
        both_programs_ask_with_the_same_lines,
    ));
    tests
}

/// A file of `docs/`.
pub(crate) fn documents(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name)
}

/// A file of `docs/integrations/`.
fn page(name: &str) -> Result<String> {
    let path = documents("integrations").join(name);
    fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// A file of `conformance/`.
pub(crate) fn tests_own(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../conformance")
        .join(name)
}

/// The folder with the programs of `conformance/NAME`, fetched where it is not there yet.
pub(crate) fn environment(name: &str) -> Result<PathBuf> {
    let script = tests_own(&format!("{name}/environment.sh"));
    let made = Command::new("bash").arg(script).output();
    let made = made.context("cannot run bash")?;
    ensure!(
        made.status.success(),
        "no programs of conformance/{name}: {}",
        String::from_utf8_lossy(&made.stderr)
    );
    Ok(PathBuf::from(String::from_utf8(made.stdout)?.trim()))
}

/// Each is one file, so that it can be copied; what is twice there must not drift apart.
fn both_programs_ask_with_the_same_lines(_: &Lab) -> Result<()> {
    let shared = |program: &str| -> Result<String> {
        let text = page(program)?;
        let (_, rest) = text
            .split_once("\n# --- asking Entryway")
            .with_context(|| format!("no beginning in `{program}`"))?;
        let (shared, _) = rest
            .split_once("\n# --- up to here")
            .with_context(|| format!("no end in `{program}`"))?;
        Ok(shared.to_owned())
    };
    ensure!(
        shared("pure-ftpd/entryway-pure-ftpd")? == shared("pam/entryway-pam")?,
        "the shared lines of the two programs differ"
    );
    Ok(())
}
