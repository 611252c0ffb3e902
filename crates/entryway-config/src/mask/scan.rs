//! A walk over configuration text, right or wrong, that finds what must not be shown.
//!
//! Not a parser: it only has to know under which keys a value stands. Where it loses its way it
//! blanks the rest of the line.

use super::{address, is_secret_key};
use crate::catalogue;
use std::ops::Range;
use toml::de::DeValue;

/// Keys whose value is an address.
const ADDRESSES: [&str; 3] = ["servers", "server_name", "listen"];

/// Deeper than any setting; what is nested deeper is blanked.
const DEEPEST: usize = 16;

/// What must not be shown of a file, in order.
pub(super) fn file(text: &str) -> Vec<Range<usize>> {
    let mut scanner = Scanner::new(text, Vec::new());
    scanner.lines();
    scanner.masks
}

/// What must not be shown of an override.
pub(super) fn variable(text: &str, keys: &[&str]) -> Vec<Range<usize>> {
    let open = is_open(keys);
    let mut scanner = Scanner::new(text, keys.to_vec());
    match text.trim_start().chars().next() {
        Some('{') => {}
        Some('"' | '\'' | '[') if open => {}
        _ if open => {
            scanner.shown_text(0..text.len(), keys);
            return scanner.masks;
        }
        _ => {
            scanner.hide(0..text.len());
            return scanner.masks;
        }
    }
    scanner.blanks();
    if scanner.value(keys, 0) {
        scanner.rest_of_line();
    } else {
        scanner.hide_line();
    }
    scanner.lines();
    scanner.masks
}

/// Whether the value below these keys, as they are written, may be shown.
fn is_open(keys: &[&str]) -> bool {
    // An escape may spell anything.
    !keys.iter().any(|key| key.contains('\\')) && catalogue::is_open(keys)
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// The table that lines belong to.
    header: Vec<&'t str>,
    masks: Vec<Range<usize>>,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str, header: Vec<&'t str>) -> Self {
        Self {
            text,
            at: 0,
            header,
            masks: Vec::new(),
        }
    }

    fn lines(&mut self) {
        loop {
            self.gap();
            match self.peek() {
                None => return,
                Some('[') => self.table_header(),
                Some(_) => self.line(),
            }
        }
    }

    /// `[a.b]` or `[[a]]`. The names of tables are shown, and nothing else.
    fn table_header(&mut self) {
        self.skip(|char| char == '[');
        match self.key() {
            Some(keys) => {
                self.header = keys;
                self.blanks();
                self.skip(|char| char == ']');
                self.rest_of_line();
            }
            None => {
                // Nobody knows where what follows belongs.
                self.header = vec!["\\"];
                self.hide_line();
            }
        }
    }

    fn line(&mut self) {
        let start = self.at;
        let Some(keys) = self.key() else {
            return self.hide_line();
        };
        let key_end = self.at;
        self.blanks();
        if self.peek() != Some('=') {
            // A password whose quotes or `=` are missing, or the second line of one.
            let known = keys.iter().all(|key| catalogue::is_word(key));
            self.at = if known { key_end } else { start };
            self.blanks();
            return self.hide_line();
        }
        self.at += 1;
        self.blanks();
        let path = [&self.header[..], &keys[..]].concat();
        if self.at_line_end() && !is_open(&path) {
            // It may stand on the next line.
            self.gap();
            return self.hide_line();
        }
        if self.value(&path, 0) {
            self.rest_of_line();
        } else if !self.at_line_start() {
            self.hide_line();
        }
    }

    /// A value; false when it is not one, with the rest of it ahead.
    fn value(&mut self, path: &[&'t str], depth: usize) -> bool {
        match self.peek() {
            Some('[' | '{') if depth >= DEEPEST => false,
            Some('[') => self.array(path, depth),
            Some('{') => self.inline_table(path, depth),
            Some(quote @ ('"' | '\'')) => self.string(quote, path),
            _ => {
                self.bare(path, depth);
                true
            }
        }
    }

    fn array(&mut self, path: &[&'t str], depth: usize) -> bool {
        self.at += 1;
        loop {
            self.gap();
            match self.peek() {
                None => return true,
                Some(']') => {
                    self.at += 1;
                    return true;
                }
                Some('[' | '{' | '"' | '\'') => {
                    if !self.value(path, depth + 1) {
                        return false;
                    }
                }
                Some(_) => {
                    let start = self.at;
                    self.skip(|char| {
                        char.is_ascii_alphanumeric() || matches!(char, '_' | '+' | '-' | '.' | ':')
                    });
                    if start == self.at {
                        return false;
                    }
                    if !is_open(path) {
                        self.hide(start..self.at);
                    }
                }
            }
            self.gap();
            match self.peek() {
                Some(',') => self.at += 1,
                Some(']') | None => {}
                Some(_) => return false,
            }
        }
    }

    fn inline_table(&mut self, path: &[&'t str], depth: usize) -> bool {
        self.at += 1;
        loop {
            self.gap();
            match self.peek() {
                None => return true,
                Some('}') => {
                    self.at += 1;
                    return true;
                }
                Some(_) => {}
            }
            let start = self.at;
            let Some(keys) = self.key() else {
                return false;
            };
            self.blanks();
            if self.peek() != Some('=') {
                self.at = start;
                return false;
            }
            self.at += 1;
            self.blanks();
            let path = [path, &keys[..]].concat();
            if self.at_line_end() || !self.value(&path, depth + 1) {
                return false;
            }
            self.gap();
            match self.peek() {
                Some(',') => self.at += 1,
                Some('}') | None => {}
                Some(_) => return false,
            }
        }
    }

    fn string(&mut self, quote: char, path: &[&'t str]) -> bool {
        let open = is_open(path);
        let long = self
            .rest()
            .starts_with(if quote == '"' { "\"\"\"" } else { "'''" });
        let width = if long { 3 } else { 1 };
        let start = self.at + width;
        let (end, closed) = self.closing(start, quote, width);
        self.at = if closed { end + width } else { end };
        let inside = start.min(end)..end;
        // What has no end, or many lines, may have swallowed a secret.
        if !open || ((long || !closed) && self.mentions_secret(&inside)) || (long && !closed) {
            self.hide(inside);
        } else {
            self.shown_text(inside, path);
        }
        true
    }

    /// Where a string ends, and whether it does: one without an end ends with its line, or the text.
    fn closing(&self, inside: usize, quote: char, width: usize) -> (usize, bool) {
        let mut skip = false;
        let mut in_row = 0;
        for (offset, char) in self.text.get(inside..).unwrap_or_default().char_indices() {
            if skip {
                skip = false;
                in_row = 0;
            } else if char == quote {
                in_row += 1;
                if in_row == width {
                    return (inside + offset + 1 - width, true);
                }
            } else {
                in_row = 0;
                skip = char == '\\' && quote == '"';
            }
            if char == '\n' && width == 1 {
                return (inside + offset, false);
            }
        }
        (self.text.len(), false)
    }

    /// A number, a boolean, or what should have had quotes.
    fn bare(&mut self, path: &[&'t str], depth: usize) {
        let start = self.at;
        let open = is_open(path);
        if depth > 0 {
            self.skip(|char| !matches!(char, ',' | ']' | '}' | '\n' | '#'));
        } else {
            // An unquoted secret may hold anything.
            self.skip(|char| char != '\n' && !(open && char == '#'));
        }
        let written = self.text.get(start..self.at).unwrap_or_default();
        let inside = start..start + written.trim_end().len();
        if !open || self.mentions_secret(&inside) {
            self.hide(inside);
        } else {
            self.shown_text(inside, path);
        }
    }

    /// A text that is shown, but for what an address holds.
    fn shown_text(&mut self, inside: Range<usize>, path: &[&str]) {
        let written = self.text.get(inside.clone()).unwrap_or_default();
        let is_address = path.last().is_some_and(|key| ADDRESSES.contains(key))
            || (written.contains("://") && written.contains('@'));
        if !is_address {
            return;
        }
        if written.contains('\\') {
            // An escape may be an `@`: what it means decides.
            let quoted = inside.start.saturating_sub(1)..inside.end + 1;
            let meant = DeValue::parse(self.text.get(quoted).unwrap_or_default());
            let harmless = |text: &str| address::secret_part(text).is_none();
            if !meant.is_ok_and(|value| value.get_ref().as_str().is_some_and(harmless)) {
                self.hide(inside);
            }
        } else if let Some(secret) = address::secret_part(written) {
            self.hide(inside.start + secret.start..inside.start + secret.end);
        }
    }

    fn mentions_secret(&self, inside: &Range<usize>) -> bool {
        let text = self.text.get(inside.clone()).unwrap_or_default();
        text.split(|char: char| !(char.is_alphanumeric() || char == '_' || char == '-'))
            .any(is_secret_key)
    }

    /// A dotted key, each part as it is written; `None` when there is none here.
    fn key(&mut self) -> Option<Vec<&'t str>> {
        let mut keys = Vec::new();
        loop {
            self.blanks();
            let start = self.at;
            match self.peek() {
                Some(quote @ ('"' | '\'')) => {
                    let (end, closed) = self.closing(start + 1, quote, 1);
                    if !closed {
                        return None;
                    }
                    keys.push(self.text.get(start + 1..end)?);
                    self.at = end + 1;
                }
                _ => {
                    self.skip(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-'));
                    if start == self.at {
                        return None;
                    }
                    keys.push(self.text.get(start..self.at)?);
                }
            }
            let end = self.at;
            self.blanks();
            if self.peek() != Some('.') {
                self.at = end;
                return Some(keys);
            }
            self.at += 1;
        }
    }

    /// After a value: a comment at most.
    fn rest_of_line(&mut self) {
        self.blanks();
        if self.peek() == Some('#') {
            self.at += 1;
        }
        self.hide_line();
    }
    fn hide_line(&mut self) {
        self.blanks();
        let start = self.at;
        self.skip(|char| char != '\n');
        let written = self.text.get(start..self.at).unwrap_or_default();
        self.hide(start..start + written.trim_end().len());
    }
    fn hide(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.masks.push(range);
        }
    }
    /// Blanks, line ends and comments.
    fn gap(&mut self) {
        loop {
            self.skip(|char| matches!(char, ' ' | '\t' | '\r' | '\n'));
            if self.peek() != Some('#') {
                return;
            }
            self.at += 1;
            self.hide_line();
        }
    }
    fn blanks(&mut self) {
        self.skip(|char| matches!(char, ' ' | '\t'));
    }
    fn skip(&mut self, which: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|char| !which(char)).unwrap_or(rest.len());
    }
    fn at_line_end(&self) -> bool {
        matches!(self.peek(), None | Some('\r' | '\n'))
    }
    fn at_line_start(&self) -> bool {
        let before = self.text.get(..self.at).unwrap_or_default();
        before.trim_end_matches([' ', '\t']).ends_with('\n')
    }
    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }
}
