//! Values that remember where they were written, from TOML text, from several files put together.

mod twice;

use crate::code::Code;
use crate::place::Place;
use crate::report::{Diagnostic, Problems};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeInteger, DeTable, DeValue};

/// A value and its place.
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) place: Place,
}

/// What a value is.
pub(crate) enum Value {
    String(String),
    Integer(i64),
    /// Over 64 bits.
    Huge,
    Float,
    Boolean(bool),
    Datetime,
    Array(Vec<Node>),
    Table(Table),
    /// An override that was not written as TOML: whatever its setting wants.
    Bare(String),
}

impl Value {
    /// What it is, for `expected …, found …`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::String(_) | Self::Bare(_) => "a string",
            Self::Integer(_) | Self::Huge => "an integer",
            Self::Float => "a float",
            Self::Boolean(_) => "a boolean",
            Self::Datetime => "a date",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

/// Keys in the order in which they were written.
#[derive(Default)]
pub(crate) struct Table {
    pub(crate) entries: Vec<Entry>,
}

/// A key with its value.
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_place: Place,
    pub(crate) node: Node,
}

impl Table {
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key == key)
    }
    /// Takes in what another file says. The same setting in both is a problem; rows of both count.
    pub(crate) fn merge(&mut self, other: Self, problems: &Problems) {
        for entry in other.entries {
            match self.get_mut(&entry.key) {
                None => self.entries.push(entry),
                Some(own) => own.merge(entry, problems),
            }
        }
    }
}

impl Entry {
    fn merge(&mut self, other: Self, problems: &Problems) {
        match (&mut self.node.value, other.node.value) {
            (Value::Table(own), Value::Table(table)) => own.merge(table, problems),
            (Value::Array(own), Value::Array(rows)) if is_rows(own) && is_rows(&rows) => {
                own.extend(rows)
            }
            _ => problems.push(
                Diagnostic::new(
                    Code::Conflict,
                    format!("`{}` is set in two files", self.key),
                )
                .at(other.key_place, "set again here")
                .also(self.key_place, "first set here"),
            ),
        }
    }
}

fn is_rows(nodes: &[Node]) -> bool {
    !nodes.is_empty()
        && nodes
            .iter()
            .all(|node| matches!(node.value, Value::Table(_)))
}

/// The parser's words for a key that is written twice.
const DUPLICATE: &str = "duplicate key";
/// Each search reads the text again; after so many the pattern is clear.
const MOST_SEARCHES: usize = 20;

/// Reads a whole text. Every syntax error is reported, and what could be read is given back.
pub(crate) fn parse(content: &str, text: usize, problems: &Problems) -> Table {
    let (table, mut errors) = DeTable::parse_recoverable(content);
    errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
    let mut line_end = 0;
    let mut searches = 0;
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        // A second one on a line is the echo of the first.
        if span.start < line_end {
            continue;
        }
        let rest = content
            .get(floor(content, span.start)..)
            .unwrap_or_default();
        line_end = span.start + rest.find('\n').unwrap_or(rest.len()) + 1;
        let place = Place {
            text,
            start: floor(content, span.start),
            end: floor(content, span.end),
        };
        let diagnostic = Diagnostic::new(Code::Syntax, one_line(error.message()));
        let first = match error.message() {
            DUPLICATE if searches < MOST_SEARCHES => {
                searches += 1;
                twice::first(content, &span, text)
            }
            _ => None,
        };
        problems.push(match first {
            Some(first) => diagnostic.at(place, "again").also(first, "first here"),
            None => diagnostic.at(place, ""),
        });
    }
    Reader { text }.table(table.into_inner())
}

/// Reads the value of an override: TOML if it is TOML, else the text itself.
pub(crate) fn parse_variable(content: &str, text: usize) -> Node {
    let place = Place {
        text,
        start: 0,
        end: content.len(),
    };
    match DeValue::parse(content) {
        // Left as it is written: `12345` may be a password, `1.2` a version.
        Ok(value)
            if matches!(
                value.get_ref(),
                DeValue::Array(_) | DeValue::Table(_) | DeValue::String(_)
            ) =>
        {
            Reader { text }.node(value)
        }
        _ => Node {
            value: Value::Bare(content.to_owned()),
            place,
        },
    }
}

fn one_line(message: &str) -> String {
    message.replace('\n', ", ")
}

/// The parser's spans are trusted only as far as they lie between characters.
fn floor(content: &str, at: usize) -> usize {
    content.floor_char_boundary(at)
}

/// Gives every value its place in one text.
struct Reader {
    text: usize,
}

impl Reader {
    fn place(&self, span: &Range<usize>) -> Place {
        Place {
            text: self.text,
            start: span.start,
            end: span.end,
        }
    }
    fn table(&self, table: DeTable<'_>) -> Table {
        let mut entries: Vec<_> = table
            .into_iter()
            .map(|(key, value)| Entry {
                key_place: self.place(&key.span()),
                key: key.into_inner().into_owned(),
                node: self.node(value),
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_place.start);
        Table { entries }
    }
    fn array(&self, array: DeArray<'_>) -> Vec<Node> {
        array.into_iter().map(|value| self.node(value)).collect()
    }
    fn node(&self, value: Spanned<DeValue<'_>>) -> Node {
        let place = self.place(&value.span());
        let value = match value.into_inner() {
            DeValue::String(text) => Value::String(text.into_owned()),
            DeValue::Integer(integer) => integer_of(&integer),
            DeValue::Float(_) => Value::Float,
            DeValue::Boolean(boolean) => Value::Boolean(boolean),
            DeValue::Datetime(_) => Value::Datetime,
            DeValue::Array(array) => Value::Array(self.array(array)),
            DeValue::Table(table) => Value::Table(self.table(table)),
        };
        Node { value, place }
    }
}

fn integer_of(integer: &DeInteger<'_>) -> Value {
    i64::from_str_radix(integer.as_str(), integer.radix()).map_or(Value::Huge, Value::Integer)
}
