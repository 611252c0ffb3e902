//! Chores of the workspace, run as `cargo xtask VERB`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore's answer goes to the terminal"
)]

mod bench;
mod docs;
mod lab;
mod prove;
mod tidy;

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask VERB

  tidy             check the rules of the workspace; exit 1 when one is broken
  docs [--check]   write docs/configuration.md, docs/entryway.schema.json and docs/shown.md from the code and the scenarios
  bench [--quick]  measure logins through the gateway against a raw LDAP client, and many rules against few
  bench rules      only the latter
  bench logins     only plain logins, as many as go
  bench lookups    only looking people up
  bench sign-in    only signing in to applications
  prove timing [--samba] [--samples N] [--write FILE] [--quick]
                   compare the times of refusals, and count the binds of each
  prove faults [--only WORDS] [--write FILE] [--debug] [--quick]
                   let a domain's first server fail under load in every way, and count what people feel of it
  prove domains [--write FILE] [--debug] [--quick]
                   log people in at one living domain among 99 dead ones, and compare with it alone
  prove soak [--minutes N] [--write FILE] [--debug] [--quick]
                   log people in for an hour, at servers that hang up and restart, and see whether anything grows
  prove tunnel [--write FILE] [--only TITLE] [--debug] [--quick]
                   log people in at a site while connectors, lines, proxies, hub nodes and directories fail
  prove connectors [--write FILE] [--only one|many] [--debug] [--quick]
                   log people in through a connector beside without one, and through thousands of connectors
  prove people [--write FILE] [--debug] [--quick]
                   find and page through 100,000 people, beside ldapsearch, and see what memory it takes
  lab SERVER       keep a directory of the tests running, to try things by hand: openldap or samba
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["tidy"] => root().and_then(|root| tidy::run(&root)),
        ["docs"] => root().and_then(|root| docs::write(&root)).map(|()| true),
        ["docs", "--check"] => root().and_then(|root| docs::check(&root)),
        ["bench"] => root()
            .and_then(|root| bench::run(&root, bench::Size::Full))
            .map(|()| true),
        ["bench", "rules"] => root()
            .and_then(|root| bench::run(&root, bench::Size::Rules))
            .map(|()| true),
        ["bench", "logins"] => root()
            .and_then(|root| bench::run(&root, bench::Size::Logins))
            .map(|()| true),
        ["bench", "lookups"] => root()
            .and_then(|root| bench::run(&root, bench::Size::Lookups))
            .map(|()| true),
        ["bench", "sign-in"] => root()
            .and_then(|root| bench::run(&root, bench::Size::SignIn))
            .map(|()| true),
        ["bench", "--quick"] => root()
            .and_then(|root| bench::run(&root, bench::Size::Quick))
            .map(|()| true),
        ["prove", words @ ..] => match root().and_then(|root| prove::run(&root, words)) {
            Ok(None) => return usage(),
            done => done.map(|_| true),
        },
        ["lab", server] => lab::run(server).map(|()| true),
        [driver, settings] if bench::is_driver(driver) => {
            bench::drive(driver, settings).map(|()| true)
        }
        _ => return usage(),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(1)
        }
    }
}

fn usage() -> ExitCode {
    eprint!("{USAGE}");
    ExitCode::from(2)
}

/// The workspace's folder: this crate's parent.
fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(here
        .parent()
        .context("xtask has no parent folder")?
        .to_owned())
}
