//! Which events are written: `info,login=debug,http.panicked=off`.

use tracing::Level;
use tracing::level_filters::LevelFilter;

/// A level for everything, and others for events whose name starts in some way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filter {
    default: LevelFilter,
    /// Longest prefix first: the closest one decides.
    prefixes: Vec<(String, LevelFilter)>,
}

/// A filter that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a level (error, warn, info, debug, trace, off) or `event=level`, found `{found}`"
)]
pub(crate) struct FilterError {
    found: String,
}

impl Filter {
    /// Only a default level.
    pub(crate) fn level(default: LevelFilter) -> Self {
        Self {
            default,
            prefixes: Vec::new(),
        }
    }

    /// Reads the text form; what is not said stays as in `self`.
    pub(crate) fn refined(mut self, text: &str) -> Result<Self, FilterError> {
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let wrong = || FilterError {
                found: part.to_owned(),
            };
            match part.split_once('=') {
                None => self.default = level(part).ok_or_else(wrong)?,
                Some((prefix, text)) => {
                    let level = level(text.trim()).ok_or_else(wrong)?;
                    self.prefixes.push((prefix.trim().to_owned(), level));
                }
            }
        }
        self.prefixes
            .sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Ok(self)
    }

    /// Whether an event is written.
    pub(crate) fn allows(&self, target: &str, at: Level) -> bool {
        let closest = self
            .prefixes
            .iter()
            .find(|(prefix, _)| target.starts_with(prefix.as_str()));
        at <= closest.map_or(self.default, |(_, level)| *level)
    }

    /// The most that is written of anything.
    pub(crate) fn most(&self) -> LevelFilter {
        self.prefixes
            .iter()
            .map(|(_, level)| *level)
            .fold(self.default, LevelFilter::max)
    }
}

fn level(text: &str) -> Option<LevelFilter> {
    // Numbers would be understood too; words are the interface.
    if !text.is_empty() && text.chars().all(|char| char.is_ascii_alphabetic()) {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
