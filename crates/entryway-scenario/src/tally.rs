//! How many scenarios of each topic ran one way: what a run says in the end.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// What became of the scenarios of a topic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// As expected.
    pub passed: usize,
    /// Not as expected.
    pub failed: usize,
    /// They play somewhere else.
    pub elsewhere: usize,
}

/// One way of running scenarios, counted by topic; `Display` is a table.
#[derive(Debug)]
pub struct Tally {
    way: &'static str,
    topics: Mutex<BTreeMap<String, Counted>>,
}

impl Tally {
    /// Of this way, with nothing counted.
    pub fn new(way: &'static str) -> Self {
        Self {
            way,
            topics: Mutex::default(),
        }
    }
    /// Counts scenarios of a topic.
    pub fn add(&self, topic: &str, counted: Counted) {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        topics.entry(topic.to_owned()).or_default().add(counted);
    }
}

impl Counted {
    /// One that ran.
    pub fn one(passed: bool) -> Self {
        Self {
            passed: usize::from(passed),
            failed: usize::from(!passed),
            elsewhere: 0,
        }
    }
    /// From the last line of `entryway test`: `3 passed, 0 failed, 1 not here`.
    pub fn told(text: &str) -> Option<Self> {
        let line = text.lines().next_back()?;
        let mut counted = Self::default();
        for part in line.split(", ") {
            let (number, word) = part.split_once(' ')?;
            let place = match word {
                "passed" => &mut counted.passed,
                "failed" => &mut counted.failed,
                "not here" => &mut counted.elsewhere,
                _ => return None,
            };
            *place = number.parse().ok()?;
        }
        Some(counted)
    }
    fn add(&mut self, more: Self) {
        self.passed += more.passed;
        self.failed += more.failed;
        self.elsewhere += more.elsewhere;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line = |name: &str, cells: [&str; 3]| {
            let [passed, failed, elsewhere] = cells;
            writeln!(f, "{name:40} {passed:>7} {failed:>7} {elsewhere:>10}")
        };
        line(
            &format!("scenarios {}", self.way),
            ["passed", "failed", "elsewhere"],
        )?;
        let mut all = Counted::default();
        for (topic, counted) in &*topics {
            all.add(*counted);
            let cells = counted.cells();
            line(&format!("  {topic}"), cells.each_ref().map(String::as_str))?;
        }
        let cells = all.cells();
        let name = format!("  all {} topics", topics.len());
        line(&name, cells.each_ref().map(String::as_str))
    }
}

impl Counted {
    fn cells(self) -> [String; 3] {
        [self.passed, self.failed, self.elsewhere].map(|count| count.to_string())
    }
}

#[cfg(test)]
mod tests;
