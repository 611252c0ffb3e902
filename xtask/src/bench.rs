//! Logins per second: through the gateway, against a raw LDAP client, in one run.
//!
//! Both load drivers are children of this program, one at a time, so that the CPU time of each is
//! the kernel's own count. Everything stays on loopback and ends by itself.

mod driver;
mod forward;
mod http;
mod load;
mod lookups;
mod modes;
mod programs;
mod raw;
mod report;
mod rules;
mod run;
mod settings;
mod sign_in;
mod stage;
mod usage;

pub(crate) use http::answer as answer_in;
pub(crate) use load::shuffle;
pub(crate) use programs::{Profile, Programs};
pub(crate) use report::{machine, today};
pub(crate) use run::run;
pub(crate) use usage::{cpu, load_average, memory_kib};

use anyhow::Result;
use settings::Settings;
use std::path::Path;

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// For `bench/README.md`: about nine minutes after the build.
    Full,
    /// The part with thousands of rules alone, and nothing written.
    Rules,
    /// As many plain logins as go, and nothing written: a minute, for whoever works on their speed.
    Logins,
    /// The part with look-ups alone, and nothing written.
    Lookups,
    /// The part with single sign-on alone, and nothing written.
    SignIn,
    /// That everything runs: seconds, with what is built already, and nothing written.
    Quick,
}

const RAW: &str = "bench-raw";
const HTTP: &str = "bench-http";
const SIGN_IN: &str = "bench-sign-in";

/// Whether `word` is one of the verbs that the bench starts itself with.
pub(crate) fn is_driver(word: &str) -> bool {
    [RAW, HTTP, SIGN_IN].contains(&word)
}

/// Runs one load driver as the file `settings` says, and prints what it measured as one line of JSON.
pub(crate) fn drive(word: &str, settings: &str) -> Result<()> {
    let settings = Settings::read(Path::new(settings))?;
    let measured = match word {
        RAW => driver::run(&settings, raw::connect),
        SIGN_IN => driver::run(&settings, sign_in::connect),
        _ => driver::run(&settings, http::connect),
    }?;
    println!("{}", measured.to_json());
    Ok(())
}
