//! Any other program that serves while a test runs.

use crate::keeper::{Keeper, Rights};
use anyhow::Result;
use std::path::Path;

/// A running program; stopped when dropped.
#[derive(Debug)]
pub struct Kept(Keeper);

impl Kept {
    /// Starts it in a folder, with these variables beside those of the tests, and waits until it is ready.
    pub fn start(
        name: &str,
        folder: &Path,
        variables: &[(&str, &str)],
        words: &[&str],
        ready: impl FnMut() -> bool,
    ) -> Result<Self> {
        let mut keeper = Keeper::new(Rights::Ours)?;
        let folder = format!("--chdir={}", folder.display());
        let variables: Vec<String> = variables
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut all = vec!["/usr/bin/env", &folder];
        all.extend(variables.iter().map(String::as_str));
        all.extend(words);
        keeper.start(name, &all, ready)?;
        Ok(Self(keeper))
    }

    /// What it has printed.
    pub fn output(&self) -> String {
        self.0.output()
    }
}
