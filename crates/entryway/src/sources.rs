//! Where the configuration is, and what is shown when it does not load.

use crate::cli::Common;
use crate::exit::Exit;
use crate::out;
use entryway_config::{Loaded, Report, Sources};
use std::path::{Path, PathBuf};

/// Looked at in this order when `--config` and `$ENTRYWAY_CONFIG` say nothing.
const PLACES: [&str; 2] = ["entryway.toml", "/etc/entryway/entryway.toml"];

/// The file to read.
pub(crate) fn find(common: &Common) -> Option<PathBuf> {
    match &common.config {
        Some(path) => Some(path.clone()),
        None => PLACES.iter().map(PathBuf::from).find(|path| path.exists()),
    }
}

/// The file to read, or a word that there is none.
pub(crate) fn find_or_show(common: &Common) -> Result<PathBuf, Exit> {
    find(common).ok_or_else(|| {
        out::aside(&format!("error: {}\n", nowhere()));
        Exit::Configuration
    })
}

/// What is said where there is no configuration.
fn nowhere() -> String {
    let places = PLACES.map(|place| format!("`{place}`")).join(" or ");
    format!("no configuration: expected {places}, or --config FILE")
}

/// Reads the configuration with this process's environment.
pub(crate) fn load(path: &Path) -> Result<Loaded, Report> {
    entryway_config::load(&Sources::file(path).environment(std::env::vars_os()))
}

/// Finds and reads the configuration, and shows what is odd about it; on failure shows every problem.
pub(crate) fn load_and_show(common: &Common) -> Result<(PathBuf, Loaded), Exit> {
    let (path, loaded) = load_or_show(common)?;
    show_warnings(&loaded);
    Ok((path, loaded))
}

/// Shows what is odd about a configuration that loads.
pub(crate) fn show_warnings(loaded: &Loaded) {
    if !loaded.warnings.is_empty() {
        out::aside(&loaded.warnings.render(out::aside_in_colour()));
    }
}

/// Finds and reads the configuration; on failure shows every problem.
pub(crate) fn load_or_show(common: &Common) -> Result<(PathBuf, Loaded), Exit> {
    find_and_load(common).map_err(|not| {
        match not {
            NotLoaded::Nowhere { expected } => {
                out::aside(&format!("error: {expected}\n"));
            }
            NotLoaded::Bad { report, .. } => {
                out::aside(&report.render(out::aside_in_colour()));
            }
        }
        Exit::Configuration
    })
}

/// Why there is no configuration to use.
pub(crate) enum NotLoaded {
    /// There is no file.
    Nowhere {
        /// Where one is looked for.
        expected: String,
    },
    /// There is one, with problems.
    Bad { path: PathBuf, report: Report },
}

/// Finds and reads the configuration, and shows nothing.
pub(crate) fn find_and_load(common: &Common) -> Result<(PathBuf, Loaded), NotLoaded> {
    let Some(path) = find(common) else {
        return Err(NotLoaded::Nowhere {
            expected: nowhere(),
        });
    };
    match load(&path) {
        Ok(loaded) => Ok((path, loaded)),
        Err(report) => Err(NotLoaded::Bad { path, report }),
    }
}
