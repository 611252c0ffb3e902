//! Long demonstrations: what takes statistics, load or hours and so cannot be a test.

mod connectors;
mod domains;
mod faults;
mod gateway;
mod meter;
mod page;
mod people;
mod soak;
mod timing;
mod tunnel;

use anyhow::Result;
use std::path::Path;

/// Runs the demonstration that `words` name; `None` when they name none.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<Option<()>> {
    match words {
        ["timing", options @ ..] => match timing::Options::read(options) {
            Some(options) => timing::run(root, &options).map(Some),
            None => Ok(None),
        },
        [verb, options @ ..] => {
            let run = match *verb {
                "connectors" => connectors::run,
                "domains" => domains::run,
                "faults" => faults::run,
                "people" => people::run,
                "soak" => soak::run,
                "tunnel" => tunnel::run,
                _ => return Ok(None),
            };
            match page::Options::read(options) {
                Some(options) => run(root, &options).map(Some),
                None => Ok(None),
            }
        }
        [] => Ok(None),
    }
}
