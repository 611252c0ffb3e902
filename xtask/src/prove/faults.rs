//! A domain's first server fails while people log in, in every way that we know: how many get a wrong verdict, how long
//! they wait, when all is normal again, and how often the directory is shown a wrong password.

mod case;
mod faulty;
mod figures;
mod openldap;
mod report;
mod servers;

use super::page::{Options, Page};
use crate::bench::Programs;
use anyhow::{Context, Result, bail, ensure};
use case::Size;
use std::path::Path;

/// Runs every case, prints the table, and fails where a promise is not kept.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let programs = Programs::gateway(root, options.profile)?;
    let mut page = Page::new("Servers that fail while people log in", "faults", options)?;
    let size = if options.quick {
        Size::QUICK
    } else {
        Size::FULL
    };
    let (mut rows, mut broken) = (Vec::new(), Vec::new());
    for case in case::all() {
        let wanted = match &options.only {
            Some(only) => case.title.contains(only.as_str()),
            None => case.quick || !options.quick,
        };
        if !wanted {
            continue;
        }
        eprintln!("{}", case.title);
        let figures = case
            .run(&programs, size)
            .with_context(|| case.title.to_owned())?;
        for what in figures.broken(case.promise) {
            broken.push(format!("{}: {what}", case.title));
        }
        rows.push((case, figures));
    }
    ensure!(!rows.is_empty(), "no case is called like that");
    page.add(&report::tables(size, &rows));
    if !broken.is_empty() {
        let broken = broken.join("\n- ");
        page.add(&format!("\nNot kept in this run:\n\n- {broken}\n"));
    }
    page.end(root, options)?;
    if !broken.is_empty() {
        bail!("promises are broken:\n{}", broken.join("\n"));
    }
    Ok(())
}
