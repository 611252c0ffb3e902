//! A table as its reader sees it: typed values with their places. Whatever does not fit is reported
//! and takes the default's place, so that reading goes on.

use crate::catalogue::{self, Default, Setting, Shape};
use crate::closest::closest;
use crate::code::Code;
use crate::context::Context;
use crate::duration;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::tree::{Entry, Node, Table, Value};
use std::time::Duration;

/// A string and its place.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(crate) text: &'a str,
    pub(crate) place: Place,
}

/// An array of strings and its place.
pub(crate) struct List<'a> {
    pub(crate) items: Vec<Text<'a>>,
    pub(crate) place: Place,
}

/// One table of the configuration, written or not.
#[derive(Clone)]
pub(crate) struct Section<'a> {
    table: Option<&'a Table>,
    /// Its header, or that of the table in which it could stand.
    pub(crate) place: Place,
    /// Its path in the catalogue's spelling.
    path: String,
    cx: &'a Context<'a>,
}

impl<'a> Section<'a> {
    pub(crate) fn root(root: &'a Table, place: Place, cx: &'a Context<'a>) -> Self {
        Self {
            table: Some(root),
            place,
            path: String::new(),
            cx,
        }
    }
    /// Whether the table is written at all.
    pub(crate) fn exists(&self) -> bool {
        self.table.is_some()
    }
    pub(crate) fn entry(&self, key: &str) -> Option<&'a Entry> {
        self.table?.get(key)
    }
    /// Every key that is written.
    pub(crate) fn entries(&self) -> &'a [Entry] {
        self.table.map_or(&[], |table| &table.entries)
    }
    /// The place of the value, when it is written.
    pub(crate) fn written(&self, key: &str) -> Option<Place> {
        self.entry(key).map(|entry| entry.node.place)
    }
    /// The place of the key, or the table's when it is not written.
    pub(crate) fn place_of(&self, key: &str) -> Place {
        self.entry(key).map_or(self.place, |entry| entry.key_place)
    }
    /// The table below a key.
    pub(crate) fn section(&self, key: &str) -> Self {
        self.below(key, key)
    }
    /// The table below a key that stands for `<…>` in the catalogue.
    pub(crate) fn below(&self, key: &str, part: &str) -> Self {
        let path = self.path_of(part);
        let absent = Self {
            table: None,
            place: self.place,
            path: path.clone(),
            cx: self.cx,
        };
        match self.entry(key) {
            None => absent,
            Some(Entry {
                node:
                    Node {
                        value: Value::Table(table),
                        place,
                    },
                ..
            }) => Self {
                table: Some(table),
                place: *place,
                path,
                cx: self.cx,
            },
            Some(entry) => {
                self.wrong_type(entry, "a table");
                absent
            }
        }
    }
    /// The rows of `[[key]]`, for a look before they are read: nothing is reported.
    pub(crate) fn rows_quietly(&self, key: &str) -> Vec<Self> {
        let Some(Entry {
            node: Node {
                value: Value::Array(rows),
                ..
            },
            ..
        }) = self.entry(key)
        else {
            return Vec::new();
        };
        let path = self.path_of(&format!("{key}[]"));
        let tables = rows.iter().filter_map(|row| match &row.value {
            Value::Table(table) => Some((table, row.place)),
            _ => None,
        });
        tables
            .map(|(table, place)| Self {
                table: Some(table),
                place,
                path: path.clone(),
                cx: self.cx,
            })
            .collect()
    }
    /// A string, if it is one: nothing is reported.
    pub(crate) fn text_quietly(&self, key: &str) -> Option<Text<'a>> {
        as_text(&self.entry(key)?.node)
    }
    /// Likewise a boolean.
    pub(crate) fn boolean_quietly(&self, key: &str) -> Option<bool> {
        match self.entry(key)?.node.value {
            Value::Boolean(value) => Some(value),
            _ => None,
        }
    }
    /// The rows of `[[key]]`.
    pub(crate) fn rows(&self, key: &str) -> Vec<Self> {
        let path = self.path_of(&format!("{key}[]"));
        let Some(entry) = self.entry(key) else {
            return Vec::new();
        };
        let Value::Array(rows) = &entry.node.value else {
            self.wrong_type(entry, &format!("rows `[[{key}]]`"));
            return Vec::new();
        };
        rows.iter()
            .filter_map(|row| match &row.value {
                Value::Table(table) => Some(Self {
                    table: Some(table),
                    place: row.place,
                    path: path.clone(),
                    cx: self.cx,
                }),
                other => {
                    self.cx.push(wrong_type(
                        row.place,
                        key,
                        other.kind(),
                        &format!("rows `[[{key}]]`"),
                    ));
                    None
                }
            })
            .collect()
    }
    pub(crate) fn text(&self, key: &str) -> Option<Text<'a>> {
        let entry = self.entry(key)?;
        let text = as_text(&entry.node);
        if text.is_none() {
            self.wrong_type(entry, "a string");
        }
        text
    }
    /// A string that must be there and not be empty.
    pub(crate) fn required_text(&self, key: &str, whose: &str) -> Option<Text<'a>> {
        if self.entry(key).is_none() {
            self.missing(key, whose);
        }
        self.text(key).filter(|text| !self.is_empty(key, *text))
    }
    /// A string, or the catalogue's default.
    pub(crate) fn text_or_default(&self, key: &str) -> Text<'a> {
        let default = Text {
            text: default_text(self.setting(key)),
            place: self.place_of(key),
        };
        self.text(key)
            .filter(|text| !self.is_empty(key, *text))
            .unwrap_or(default)
    }
    pub(crate) fn texts(&self, key: &str) -> Option<List<'a>> {
        let entry = self.entry(key)?;
        let Value::Array(nodes) = &entry.node.value else {
            self.wrong_type(entry, "an array of strings");
            return None;
        };
        let items = nodes.iter().filter_map(|node| {
            let text = as_text(node);
            if text.is_none() {
                self.cx.push(wrong_type(
                    node.place,
                    key,
                    node.value.kind(),
                    "an array of strings",
                ));
            }
            text
        });
        Some(List {
            items: items.collect(),
            place: entry.node.place,
        })
    }
    pub(crate) fn boolean(&self, key: &str) -> bool {
        let default = default_text(self.setting(key)) == "true";
        let Some(entry) = self.entry(key) else {
            return default;
        };
        match &entry.node.value {
            Value::Boolean(boolean) => *boolean,
            Value::Bare(text) if text == "true" || text == "false" => text == "true",
            _ => {
                self.wrong_type(entry, "`true` or `false`");
                default
            }
        }
    }
    pub(crate) fn integer(&self, key: &str) -> i64 {
        let setting = self.setting(key);
        let default = default_text(setting).parse().unwrap_or_default();
        let Some(entry) = self.entry(key) else {
            return default;
        };
        // Beyond any bound, as far as the comparison goes.
        let (found, shown) = match &entry.node.value {
            Value::Integer(integer) => (Some(*integer), integer.to_string()),
            Value::Huge => (Some(i64::MAX), "over 64 bits".to_owned()),
            Value::Bare(text) => (text.parse().ok(), text.clone()),
            _ => (None, String::new()),
        };
        let Some(found) = found else {
            self.wrong_type(entry, "an integer");
            return default;
        };
        if let Some(Setting {
            shape: Shape::Integer(least, most),
            ..
        }) = setting
            && !(*least..=*most).contains(&found)
        {
            let message = format!("`{key}` is {shown}, expected {least} to {most}");
            self.cx
                .push(Diagnostic::new(Code::OutOfRange, message).at(entry.node.place, ""));
            return default;
        }
        found
    }
    pub(crate) fn duration(&self, key: &str) -> Duration {
        let setting = self.setting(key);
        let default = duration::parse(default_text(setting)).unwrap_or_default();
        let Some(found) = self.text(key) else {
            return default;
        };
        let duration = match duration::parse(found.text) {
            Ok(duration) => duration,
            Err(error) => {
                let message = format!("`{key}` is not a duration: {error}");
                self.cx.push(
                    Diagnostic::new(Code::NotDuration, message)
                        .at(found.place, "")
                        .hint("a duration looks like `400ms`, `3s` or `5m`"),
                );
                return default;
            }
        };
        if let Some(Setting {
            shape: Shape::Duration(least, most),
            ..
        }) = setting
            && !(u128::from(*least)..=u128::from(*most)).contains(&duration.as_millis())
        {
            let message = format!(
                "`{key}` is {}, expected {} to {}",
                found.text,
                duration::text(*least),
                duration::text(*most)
            );
            self.cx
                .push(Diagnostic::new(Code::OutOfRange, message).at(found.place, ""));
            return default;
        }
        duration
    }
    /// One of the words; without one that fits, `None`.
    pub(crate) fn written_word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let found = self.text(key)?;
        self.one_of(found, key, words)
    }
    /// One of the words, or the catalogue's default.
    pub(crate) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)], fallback: T) -> T {
        let named = |name: &str| {
            words
                .iter()
                .find(|(word, _)| *word == name)
                .map(|(_, meaning)| *meaning)
        };
        let default = named(default_text(self.setting(key))).unwrap_or(fallback);
        self.written_word(key, words).unwrap_or(default)
    }
    /// The meaning of a word, or a report of the words that there are.
    pub(crate) fn one_of<T: Copy>(
        &self,
        found: Text<'_>,
        key: &str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let meaning = words
            .iter()
            .find(|(word, _)| *word == found.text)
            .map(|(_, meaning)| *meaning);
        if meaning.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = format!(
                "`{key}` does not know `{}`, expected one of {}",
                found.text.escape_debug(),
                catalogue::listed(&known)
            );
            let hint = closest(found.text, known.iter().copied())
                .map(|near| format!("did you mean `{near}`?"));
            self.cx.push(
                Diagnostic::new(Code::UnknownWord, message)
                    .at(found.place, "")
                    .maybe_hint(hint),
            );
        }
        meaning
    }
    /// Reports that a setting is missing from this table.
    pub(crate) fn missing(&self, key: &str, whose: &str) {
        let example = self
            .setting(key)
            .map(|setting| format!("`{key} = {}`", setting.example));
        self.cx.push(
            Diagnostic::new(Code::Missing, format!("{whose} has no `{key}`"))
                .at(self.place, format!("`{key}` is missing here"))
                .maybe_hint(example.map(|example| format!("for example {example}"))),
        );
    }
    fn is_empty(&self, key: &str, text: Text<'_>) -> bool {
        let empty = text.text.trim().is_empty();
        if empty {
            self.cx
                .push(Diagnostic::new(Code::Empty, format!("`{key}` is empty")).at(text.place, ""));
        }
        empty
    }
    fn wrong_type(&self, entry: &Entry, expected: &str) {
        self.cx.push(wrong_type(
            entry.node.place,
            &entry.key,
            entry.node.value.kind(),
            expected,
        ));
    }
    fn setting(&self, key: &str) -> Option<&'static Setting> {
        catalogue::setting(&self.path_of(key))
    }
    fn path_of(&self, part: &str) -> String {
        if self.path.is_empty() {
            part.to_owned()
        } else {
            format!("{}.{part}", self.path)
        }
    }
}

/// The default as the value of a string, or as it is written.
fn default_text(setting: Option<&'static Setting>) -> &'static str {
    match setting {
        Some(Setting {
            default: Default::Value(toml),
            ..
        }) => toml.trim_matches('"'),
        _ => "",
    }
}

/// The string that stands there, if it is one.
pub(crate) fn as_text(node: &Node) -> Option<Text<'_>> {
    match &node.value {
        Value::String(text) | Value::Bare(text) => Some(Text {
            text,
            place: node.place,
        }),
        _ => None,
    }
}

pub(crate) fn wrong_type(place: Place, key: &str, found: &str, expected: &str) -> Diagnostic {
    Diagnostic::new(
        Code::WrongType,
        format!("`{}` is {found}, expected {expected}", key.escape_debug()),
    )
    .at(place, "")
}
