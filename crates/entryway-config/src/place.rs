//! Where a value was written: file, line and column, kept from the first byte to the last message.

use crate::mask;
use entryway_login::RuleId;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A range of bytes in one of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) text: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// One file, or one variable of the environment, without the secrets that stood in it.
#[derive(Debug)]
pub(crate) struct Text {
    /// As it appears before `:line:column`: a path as it was given, or `$VARIABLE`.
    pub(crate) name: String,
    /// Secrets are overwritten byte for byte, so that places hold and no report can leak one.
    pub(crate) shown: String,
    /// The overwritten ranges, in order.
    pub(crate) masks: Vec<Range<usize>>,
    /// Where each line begins.
    lines: Vec<usize>,
    /// What relative paths in it are relative to.
    pub(crate) folder: PathBuf,
    /// A variable has no lines worth counting.
    pub(crate) variable: bool,
}

impl Text {
    fn new(name: String, shown: String, masks: Vec<Range<usize>>, folder: PathBuf) -> Self {
        let begins = shown.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0)
            .chain(begins.map(|(at, _)| at + 1))
            .collect();
        Self {
            name,
            shown,
            masks,
            lines,
            folder,
            variable: false,
        }
    }
    /// The number of the line that holds a byte, counted from 1.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at)
    }
    /// The column of a byte in its line, in characters, counted from 1. Of one in a secret it is the
    /// secret's, or it would tell how long that is.
    pub(crate) fn column(&self, at: usize) -> usize {
        let secret = self
            .masks
            .iter()
            .find(|mask| mask.start <= at && at <= mask.end);
        let at = secret.map_or(at, |mask| mask.start);
        let begins = self
            .line(at)
            .checked_sub(1)
            .and_then(|line| self.lines.get(line).copied())
            .unwrap_or(0);
        self.shown
            .get(begins..at)
            .map_or(1, |before| before.chars().count() + 1)
    }
}

/// Every text that the configuration was read from.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    list: Vec<Text>,
}

impl Texts {
    /// Adds a file. Only its masked form is kept.
    pub(crate) fn add_file(&mut self, path: &Path, content: &str) -> usize {
        let (shown, masks) = mask::file(content);
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        self.add(Text::new(path.display().to_string(), shown, masks, folder))
    }
    /// Adds an override of the setting at `keys`. Only its masked form is kept.
    pub(crate) fn add_variable(
        &mut self,
        name: &str,
        value: &str,
        keys: &[&str],
        folder: PathBuf,
    ) -> usize {
        let (shown, masks) = mask::variable(value, keys);
        let text = Text::new(format!("${name}"), shown, masks, folder);
        self.add(Text {
            variable: true,
            ..text
        })
    }
    fn add(&mut self, text: Text) -> usize {
        self.list.push(text);
        self.list.len() - 1
    }
    pub(crate) fn get(&self, index: usize) -> Option<&Text> {
        self.list.get(index)
    }
    /// The folder that relative paths at `place` start from.
    pub(crate) fn folder(&self, place: Place) -> &Path {
        self.get(place.text)
            .map_or(Path::new(""), |text| &text.folder)
    }
    /// Whether something at the place is not to be shown.
    pub(crate) fn is_masked(&self, place: Place) -> bool {
        self.get(place.text).is_some_and(|text| {
            text.masks
                .iter()
                .any(|mask| mask.start < place.end && place.start < mask.end)
        })
    }
    /// Whether the place is a variable of the environment.
    pub(crate) fn is_variable(&self, place: Place) -> bool {
        self.get(place.text).is_some_and(|text| text.variable)
    }
    /// `entryway.toml:31`, or `$ENTRYWAY__login__ldap`.
    pub(crate) fn line_of(&self, place: Place) -> String {
        match self.get(place.text) {
            None => String::new(),
            Some(text) if text.variable => text.name.clone(),
            Some(text) => format!("{}:{}", text.name, text.line(place.start)),
        }
    }
    /// The place of one byte of a string's value, inside the string as it was written.
    ///
    /// Falls back to the whole value for strings over several lines.
    pub(crate) fn inside(&self, place: Place, at: usize) -> Place {
        let found = self.get(place.text).and_then(|text| {
            let written = text.shown.get(place.start..place.end)?;
            if text.variable && !written.starts_with(['"', '\'']) {
                offset_in_bare(written, at)
            } else {
                offset_in_string(written, at)
            }
        });
        match found {
            Some(range) => Place {
                start: place.start + range.start,
                end: place.start + range.end,
                ..place
            },
            None => place,
        }
    }
}

fn offset_in_bare(written: &str, at: usize) -> Option<Range<usize>> {
    match written.get(at..)?.chars().next() {
        Some(char) => Some(at..at + char.len_utf8()),
        // The value ends too early: point at its last character.
        None => written
            .char_indices()
            .next_back()
            .map(|(start, char)| start..start + char.len_utf8()),
    }
}

/// Walks a one-line TOML string as written, counting the bytes of the value that it stands for.
fn offset_in_string(written: &str, at: usize) -> Option<Range<usize>> {
    if written.starts_with("\"\"\"") || written.starts_with("'''") {
        return None;
    }
    let escapes = match written.chars().next()? {
        '"' => true,
        '\'' => false,
        _ => return None,
    };
    let body = written.get(1..written.len().checked_sub(1)?)?;
    let mut value = 0;
    let mut rest = body;
    while let Some(char) = rest.chars().next() {
        let (raw, meant) = if escapes && char == '\\' {
            escape(rest)?
        } else {
            (char.len_utf8(), char.len_utf8())
        };
        let start = 1 + body.len() - rest.len();
        if at < value + meant {
            return Some(start..start + raw);
        }
        value += meant;
        rest = rest.get(raw..)?;
    }
    // The value ends too early: point at the closing quote.
    Some(written.len() - 1..written.len())
}

/// How many bytes an escape takes as written, and how many it stands for.
fn escape(rest: &str) -> Option<(usize, usize)> {
    let digits = match rest.as_bytes().get(1)? {
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        _ => return Some((2, 1)),
    };
    let code = u32::from_str_radix(rest.get(2..2 + digits)?, 16).ok()?;
    Some((2 + digits, char::from_u32(code)?.len_utf8()))
}

/// Where each rule of the login was written.
#[derive(Debug, Clone, Default)]
pub struct RuleBook {
    places: Vec<String>,
}

impl RuleBook {
    /// `entryway.toml:31`, or `$ENTRYWAY__login__default_domains` for an override; `None` for what is built in.
    pub fn place(&self, rule: RuleId) -> Option<&str> {
        self.places
            .get(usize::try_from(rule.0).ok()?)
            .map(String::as_str)
            .filter(|written| !written.is_empty())
    }
    pub(crate) fn enter(&mut self, written: String) -> RuleId {
        self.places.push(written);
        RuleId(u32::try_from(self.places.len() - 1).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests;
