//! Attributes with more values than a server tells at once (MS-ADTS §3.1.1.3.1.3.3): `member;range=0-1499`, and then
//! `member;range=1500-*` to the end.

use crate::{AttributeName, Entry};
use bytes::Bytes;

/// Which values of an attribute these are, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueRange {
    /// The first.
    pub first: usize,
    /// The last; `None` up to the end.
    pub last: Option<usize>,
}

impl ValueRange {
    /// What the option of this name says, if it has one.
    pub fn of(name: &AttributeName) -> Option<Self> {
        name.options().find_map(|option| {
            let (word, bounds) = option.split_once('=')?;
            let (first, last) = bounds.split_once('-')?;
            if !word.eq_ignore_ascii_case("range") {
                return None;
            }
            let last = match last {
                "*" => None,
                last => Some(last.parse().ok()?),
            };
            let first = first.parse().ok()?;
            Some(Self { first, last })
        })
    }
}

/// The values of one attribute, gathered part by part: what to ask for next, and what came of it. Asks nobody itself.
#[derive(Debug, Clone)]
pub struct RangedValues {
    attribute: AttributeName,
    values: Vec<Bytes>,
    most: usize,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// There are more.
    Open,
    /// These are all.
    Whole,
    /// There are more than may be held.
    Full,
    /// The server goes on with something else than was asked for.
    Odd,
}

impl RangedValues {
    /// Begins with what an entry tells of the attribute. At most `most` values are gathered.
    pub fn begin(attribute: &AttributeName, entry: &Entry, most: usize) -> Self {
        let mut gathered = Self {
            attribute: attribute.clone(),
            values: Vec::new(),
            most,
            state: State::Open,
        };
        gathered.take(entry);
        gathered
    }

    /// What to ask for next, of the same entry; `None` when there is nothing more to ask.
    pub fn next(&self) -> Option<AttributeName> {
        if self.state != State::Open {
            return None;
        }
        let first = self.values.len();
        AttributeName::parse(&format!("{};range={first}-*", self.attribute.base())).ok()
    }

    /// Takes the next part, or all of it where the server knows no parts.
    pub fn take(&mut self, entry: &Entry) {
        let mut of_this = entry
            .attributes
            .iter()
            .filter(|attribute| attribute.name == self.attribute);
        // Active Directory adds the plain name, without a value, beside the one with the range.
        let ranged = of_this
            .clone()
            .find_map(|attribute| Some((ValueRange::of(&attribute.name)?, attribute)));
        self.state = match ranged {
            Some((range, attribute)) => {
                let held = self.values.len();
                self.values.extend(attribute.values.iter().cloned());
                if range.first != held {
                    self.values.truncate(held);
                    State::Odd
                } else if range.last.is_none() {
                    State::Whole
                } else if attribute.values.is_empty() {
                    // It would be asked for without end.
                    State::Odd
                } else {
                    State::Open
                }
            }
            None if self.values.is_empty() => {
                let all = of_this.flat_map(|attribute| &attribute.values);
                self.values.extend(all.cloned());
                State::Whole
            }
            // Past the end it has nothing more; anything else answers another question.
            None if of_this.all(|attribute| attribute.values.is_empty()) => State::Whole,
            None => State::Odd,
        };
        if self.values.len() > self.most {
            self.values.truncate(self.most);
            self.state = State::Full;
        }
    }

    /// What was gathered, and whether that is all.
    pub fn end(self) -> (Vec<Bytes>, bool) {
        (self.values, self.state == State::Whole)
    }
}

#[cfg(test)]
mod tests;
