//! Whether the time of a refusal tells why: every kind of refusal, in random order and many at once, through
//! `POST /api/v1/login`; and how often the directory is asked for each.
//!
//! The answers themselves must be the same byte for byte, and the binds as many as said: that fails. What is
//! concluded from the times is printed, because chance has a part in it.

mod ask;
mod binds;
mod refusal;
mod report;
mod stage;
mod statistics;

use crate::bench::{Profile, Programs};
use anyhow::{Context, Result, ensure};
use report::{Report, Run};
use stage::{Kind, Stage};
use std::fs;
use std::path::Path;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    kind: Kind,
    /// Of each kind.
    samples: u32,
    profile: Profile,
    /// Where the tables go besides standard output.
    write: Option<String>,
}

impl Options {
    /// `None` when they cannot be understood.
    pub(crate) fn read(words: &[&str]) -> Option<Self> {
        let mut options = Self {
            kind: Kind::OpenLdap,
            samples: 10_000,
            profile: Profile::Dist,
            write: None,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--samples" => options.samples = words.next()?.parse().ok()?,
                // It is asked one by one, and takes ten times as long for each.
                "--samba" => (options.kind, options.samples) = (Kind::Samba, 500),
                "--write" => options.write = Some((*words.next()?).to_owned()),
                "--quick" => (options.profile, options.samples) = (Profile::Debug, 20),
                _ => return None,
            }
        }
        (options.samples >= 2 && options.samples <= 1_000_000).then_some(options)
    }
}

/// Measures, and prints the tables.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let samples = options.samples;
    let load = crate::bench::load_average()?;
    let programs = Programs::gateway(root, options.profile)?;
    let binds = match options.kind {
        Kind::OpenLdap => binds::count(&programs)?,
        Kind::Samba => Vec::new(),
    };
    let stage = Stage::new(options.kind, &programs, samples)?;
    let mut runs = Vec::new();
    // So many at once that the slowest is done before it is told.
    let at_once = match options.kind {
        Kind::OpenLdap => 256,
        Kind::Samba => 16,
    };
    for (held, in_flight) in [("400ms", at_once), ("0ms", 8)] {
        eprintln!("reject_after = {held}: {samples} of each kind, {in_flight} at once");
        let gateway = stage.start(held)?;
        let times = ask::all(&gateway, samples, in_flight)?;
        runs.push(Run {
            held,
            in_flight,
            times,
        });
    }
    let faces: Vec<_> = runs.iter().flat_map(|run| run.times.faces()).collect();
    if let (Some(first), Some(other)) = (
        faces.first(),
        faces.iter().find(|face| faces.first() != Some(face)),
    ) {
        anyhow::bail!("expected one answer for every refusal, found {first:?} and {other:?}");
    }
    ensure!(!faces.is_empty(), "nobody was answered");
    let report = Report {
        directory: options.kind.as_str(),
        binds,
        runs,
        load,
    };
    let page = report.page().context("nothing was measured")?;
    print!("{page}");
    if let Some(path) = &options.write {
        fs::write(root.join(path), &page).with_context(|| format!("cannot write `{path}`"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Kind, Options, Profile};

    #[test]
    fn options_are_read_whole_or_not_at_all() {
        let options = Options::read(&["--samples", "50", "--write", "bench/timing.md"]).unwrap();
        assert_eq!(options.samples, 50);
        assert_eq!(options.profile, Profile::Dist);
        assert_eq!(options.write.as_deref(), Some("bench/timing.md"));
        let quick = Options::read(&["--quick"]).unwrap();
        assert_eq!((quick.samples, quick.profile), (20, Profile::Debug));
        let samba = Options::read(&["--samba", "--samples", "300"]).unwrap();
        assert_eq!((samba.kind, samba.samples), (Kind::Samba, 300));
        for wrong in [
            &["--samples"][..],
            &["--samples", "many"],
            &["--samples", "1"],
            &["50"],
        ] {
            assert_eq!(Options::read(wrong), None, "{wrong:?}");
        }
    }
}
