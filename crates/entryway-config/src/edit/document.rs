//! One file: its text as it is, and as it is being edited.

use super::{EditError, diff, headers, table};
use crate::gather::why;
use crate::sources::Files;
use std::path::{Path, PathBuf};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value};

/// What the loader reads at most.
const LARGEST: usize = 1 << 20;

/// Editors of another system begin a file with it; the parser passes over it.
const BYTE_ORDER_MARK: char = '\u{feff}';

pub(super) struct Document {
    path: PathBuf,
    before: String,
    toml: DocumentMut,
}

impl Document {
    pub(super) fn read(path: &Path, files: &dyn Files) -> Result<Self, EditError> {
        let by_hand = |why: String| EditError::ByHand {
            place: path.display().to_string(),
            why,
        };
        let content = files
            .read(path, LARGEST)
            .map_err(|error| by_hand(why(&error)))?;
        let before =
            String::from_utf8(content.bytes).map_err(|_| by_hand("it is not UTF-8".to_owned()))?;
        // Never with the parser's own words, which may quote a secret.
        let mut toml: DocumentMut = plain(&before)
            .parse()
            .map_err(|_| by_hand("it is not understood".to_owned()))?;
        // What the editor would rewrite without having been asked, it must not touch: keys of one table
        // in two places, such as `a.x = 1`, `b = 2`, `a.y = 3`.
        if !same_lines(&toml.to_string(), &plain(&before)) {
            return Err(by_hand(
                "its keys are in an order that would not be kept, such as those of one table in two places"
                    .to_owned(),
            ));
        }
        headers::spread(&mut toml);
        Ok(Self {
            path: path.to_owned(),
            before,
            toml,
        })
    }

    /// How many of the keys lead into this file: all of them where the setting is written here.
    pub(super) fn depth(&self, keys: &[&str]) -> usize {
        table::depth(self.toml.as_item(), keys)
    }

    /// A value as it is written.
    pub(super) fn value(&self, keys: &[&str]) -> Option<Value> {
        let mut item = self.toml.as_item();
        for key in keys {
            item = item.as_table_like()?.get(key)?;
        }
        let mut value = item.as_value()?.clone();
        value.decor_mut().clear();
        Some(value)
    }

    /// Writes a value, in place of what is there.
    pub(super) fn put(&mut self, keys: &[&str], value: Value) -> Result<(), EditError> {
        let new = keys.first().filter(|first| !self.toml.contains_key(first));
        // Those of a kind stand together, a new one behind the others.
        let kind = keys
            .first()
            .filter(|kind| ["domain", "client"].contains(kind) && self.depth(keys) < 2);
        let end = kind.and_then(|kind| headers::last(&self.toml, kind));
        let is_named = kind.is_some();
        if !table::put(self.toml.as_item_mut(), keys, value) {
            return Err(EditError::ByHand {
                place: self.path.display().to_string(),
                why: format!("`{}` is not a table", keys.join(".")),
            });
        }
        if is_named {
            headers::behind(&mut self.toml, keys, end);
        } else if let Some(new) = new {
            headers::before_domains(&mut self.toml, new);
        }
        Ok(())
    }

    /// Writes a row behind the others of its kind, or at the end.
    pub(super) fn add_row(&mut self, key: &str, mut row: Table) -> Result<(), EditError> {
        let end =
            headers::end(&mut self.toml, Some(key)).or_else(|| headers::end(&mut self.toml, None));
        row.set_position(end.map(|end| end.saturating_add(1)));
        row.decor_mut().set_prefix("\n");
        let none = || Item::ArrayOfTables(ArrayOfTables::new());
        let rows = self.toml.entry(key).or_insert_with(none);
        let Some(rows) = rows.as_array_of_tables_mut() else {
            return Err(EditError::ByHand {
                place: self.path.display().to_string(),
                why: format!("`{key}` is not written as rows `[[{key}]]`"),
            });
        };
        rows.push(row);
        Ok(())
    }

    /// Takes the row of this name out; false where there is none.
    pub(super) fn take_row(&mut self, key: &str, name: &str) -> bool {
        let rows = self.toml.get_mut(key);
        let Some(rows) = rows.and_then(Item::as_array_of_tables_mut) else {
            return false;
        };
        let is_it = |row: &Table| row.get("name").and_then(Item::as_str) == Some(name);
        let Some(at) = rows.iter().position(is_it) else {
            return false;
        };
        rows.remove(at);
        if rows.is_empty() {
            self.toml.remove(key);
        }
        true
    }

    /// Takes a setting out, with what stands beside it.
    pub(super) fn take(&mut self, keys: &[&str]) {
        table::take(self.toml.as_item_mut(), keys);
    }

    /// Takes a whole domain or client out; comments that stand apart from it stay.
    pub(super) fn take_named(&mut self, kind: &str, name: &str) {
        let keys = [kind, name];
        if self.depth(&keys) == 2 {
            headers::keep_comments(&mut self.toml, &keys);
            self.take(&keys);
        }
    }

    /// The path with the text before and afterwards, if that differs.
    pub(super) fn edited(&self) -> Option<(PathBuf, String, String)> {
        let mut text = self.toml.to_string();
        if !plain(&self.before).starts_with('\n') {
            text = text.trim_start_matches('\n').to_owned();
        }
        if same_lines(&text, &plain(&self.before)) {
            return None;
        }
        let mark = self.before.starts_with(BYTE_ORDER_MARK);
        let text = with_ends_of(self.before.trim_start_matches(BYTE_ORDER_MARK), &text);
        let text = if mark {
            format!("{BYTE_ORDER_MARK}{text}")
        } else {
            text
        };
        Some((self.path.clone(), self.before.clone(), text))
    }
}

/// As the editing library writes it.
fn plain(text: &str) -> String {
    text.trim_start_matches(BYTE_ORDER_MARK)
        .replace("\r\n", "\n")
}

/// A last line may lack its end.
fn same_lines(one: &str, other: &str) -> bool {
    one.strip_suffix('\n').unwrap_or(one) == other.strip_suffix('\n').unwrap_or(other)
}

/// The new text with the line ends of the old one: a line that stays keeps its own, a new one gets
/// that of the first line.
fn with_ends_of(old: &str, new: &str) -> String {
    let end = match old.split_once('\n') {
        Some((first, _)) if first.ends_with('\r') => "\r\n",
        _ => "\n",
    };
    let old_lines: Vec<&str> = old.split_inclusive('\n').collect();
    let bare: Vec<&str> = old_lines
        .iter()
        .map(|line| line.trim_end_matches(['\r', '\n']))
        .collect();
    let new_lines: Vec<&str> = new.lines().collect();
    let mut out = String::with_capacity(new.len());
    for step in diff::steps(&bare, &new_lines) {
        let (line, own) = match step {
            diff::Step::Keep { old, new } => (new_lines.get(new), old_lines.get(old)),
            diff::Step::Add { new } => (new_lines.get(new), None),
            diff::Step::Drop { .. } => continue,
        };
        match own.filter(|own| own.ends_with('\n')) {
            Some(own) => out.push_str(own),
            None => {
                out.push_str(line.copied().unwrap_or_default());
                out.push_str(end);
            }
        }
    }
    out
}
