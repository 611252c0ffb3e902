//! Long demonstrations: what takes statistics and so cannot be a test.

mod timing;

use anyhow::Result;
use std::path::Path;

/// Runs the demonstration that `words` name; `None` when they name none.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<Option<()>> {
    let ["timing", options @ ..] = words else {
        return Ok(None);
    };
    let Some(options) = timing::Options::read(options) else {
        return Ok(None);
    };
    timing::run(root, &options).map(Some)
}
