//! The tables.

use super::{Pages, ms};
use crate::prove::meter::Reading;
use anyhow::{Context, Result};
use std::fmt::Write;
use std::time::Duration;

/// How long the same thing took, several times.
#[derive(Debug, Default)]
pub(super) struct Times(Vec<Duration>);

impl Times {
    pub(super) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// Median and longest.
    fn figures(&self) -> Result<String> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let median = sorted
            .get(sorted.len() / 2)
            .context("nothing was measured")?;
        let longest = sorted.last().context("nothing was measured")?;
        Ok(format!("{:.1} | {:.1}", ms(*median), ms(*longest)))
    }
}

/// A question, asked here and of the directory itself.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) what: &'static str,
    /// In one answer.
    pub(super) matches: usize,
    pub(super) entryway: Times,
    pub(super) ldapsearch: Times,
}

/// What the daemon held.
pub(super) struct Memory<'a> {
    pub(super) before: &'a Reading,
    pub(super) after_finding: &'a Reading,
    /// The most ever, while the list was read.
    pub(super) peak_kib: u64,
    pub(super) after: &'a Reading,
}

/// Everything.
pub(super) struct Measured<'a> {
    pub(super) people: u32,
    pub(super) far: u32,
    pub(super) found: &'a [Found],
    /// Until the first page could be shown.
    pub(super) first_read: Duration,
    /// What ldapsearch needs to list everybody.
    pub(super) all: Duration,
    pub(super) pages: &'a Pages,
    pub(super) memory: Memory<'a>,
}

pub(super) fn tables(measured: &Measured<'_>) -> Result<String> {
    let mut out = String::new();
    write!(
        out,
        "OpenLDAP with {} people, plain LDAP on loopback; the daemon is asked over HTTP, a connection for each question. `ldapsearch` is the whole \
         program, from its start to its end: it connects and binds as the same service account, and asks with the same filter for as many entries. \
         Milliseconds.\n\n### Finding\n\n\
         | typed | matches | Entryway: median | longest | ldapsearch: median | longest |\n|---|--:|--:|--:|--:|--:|\n",
        measured.people
    )?;
    for found in measured.found {
        writeln!(
            out,
            "| {} | {} | {} | {} |",
            found.what,
            found.matches,
            found.entryway.figures()?,
            found.ldapsearch.figures()?
        )?;
    }
    write!(
        out,
        "\n### Paging through everybody by name, 100 on a page\n\n| what | median | longest |\n|---|--:|--:|\n"
    )?;
    let far = measured.far;
    for (what, times) in [
        ("the first page".to_owned(), &measured.pages.first),
        (
            format!("each next page, from 2 to {far}"),
            &measured.pages.walk,
        ),
        (format!("page {far}"), &measured.pages.far),
        (
            format!("the page before page {far}"),
            &measured.pages.previous,
        ),
        ("the page at a name".to_owned(), &measured.pages.seek),
    ] {
        writeln!(out, "| {what} | {} |", times.figures()?)?;
    }
    write!(
        out,
        "\nThe first page after the daemon's start, for which the whole list is read: {:.0} ms. `ldapsearch` lists everybody in {:.0} ms, in the order of \
         the directory.\n",
        ms(measured.first_read),
        ms(measured.all)
    )?;
    let memory = &measured.memory;
    let list = memory
        .after
        .memory_kib
        .saturating_sub(memory.after_finding.memory_kib);
    write!(
        out,
        "\n### The daemon's memory\n\n| when | MiB |\n|---|--:|\n| before anybody asks | {:.1} |\n| after finding | {:.1} |\n| the most, while the list is read | {:.1} |\n\
         | after paging, the list kept | {:.1} |\n\nThe list keeps {:.0} bytes for each person.\n",
        memory.before.mib(),
        memory.after_finding.mib(),
        memory.peak_kib as f64 / 1024.0,
        memory.after.mib(),
        list as f64 * 1024.0 / f64::from(measured.people)
    )?;
    Ok(out)
}
