//! What the demonstrations have in common: their options, and the page that holds the figures.

use crate::bench::{Profile, load_average, machine, today};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    pub(super) profile: Profile,
    /// That everything runs and holds, with as little load as shows it.
    pub(super) quick: bool,
    /// How long, where that is asked.
    pub(super) minutes: Option<u32>,
    /// Only cases whose title holds this.
    pub(super) only: Option<String>,
    /// Where the tables go besides standard output.
    write: Option<String>,
    words: String,
}

impl Options {
    /// `None` when they cannot be understood.
    pub(crate) fn read(words: &[&str]) -> Option<Self> {
        let mut options = Self {
            profile: Profile::Dist,
            quick: false,
            minutes: None,
            only: None,
            write: None,
            words: words.join(" "),
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--quick" => (options.profile, options.quick) = (Profile::Debug, true),
                "--debug" => options.profile = Profile::Debug,
                "--minutes" => options.minutes = Some(words.next()?.parse().ok()?),
                "--only" => options.only = Some((*words.next()?).to_owned()),
                "--write" => options.write = Some((*words.next()?).to_owned()),
                _ => return None,
            }
        }
        (options.minutes != Some(0)).then_some(options)
    }
}

/// A page that begins with where its figures come from.
pub(super) struct Page(String);

impl Page {
    /// Before anything is measured: the load average is that of before.
    pub(super) fn new(title: &str, verb: &str, options: &Options) -> Result<Self> {
        let command = format!("prove {verb} {}", options.words);
        let head = include_str!("page.md")
            .replace("{title}", title)
            .replace("{command}", command.trim_end())
            .replace("{date}", &today())
            .replace("{machine}", &machine())
            .replace("{load}", &load_average()?);
        Ok(Self(head))
    }

    pub(super) fn add(&mut self, text: &str) {
        self.0.push_str(text);
    }

    /// Prints it, and writes it where it is wanted.
    pub(super) fn end(&self, root: &Path, options: &Options) -> Result<()> {
        print!("{}", self.0);
        if let Some(path) = &options.write {
            fs::write(root.join(path), &self.0)
                .with_context(|| format!("cannot write `{path}`"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Options, Profile};

    #[test]
    fn options_are_read_whole_or_not_at_all() {
        let options = Options::read(&["--minutes", "50", "--write", "bench/soak.md"]).unwrap();
        assert_eq!(options.minutes, Some(50));
        assert_eq!(options.profile, Profile::Dist);
        assert_eq!(options.words, "--minutes 50 --write bench/soak.md");
        let quick = Options::read(&["--quick"]).unwrap();
        assert_eq!((quick.quick, quick.profile), (true, Profile::Debug));
        for wrong in [
            &["--minutes"][..],
            &["--minutes", "many"],
            &["--minutes", "0"],
            &["50"],
        ] {
            assert_eq!(Options::read(wrong), None, "{wrong:?}");
        }
    }
}
