//! Putting values into TOML tables, however these are written: under headers, with dotted keys, or in
//! one line between braces.

use super::value::json_of;
use toml_edit::{InlineTable, Item, Table, Value};

/// How many of the keys there are, one below the other.
pub(super) fn depth(item: &Item, keys: &[&str]) -> usize {
    let Some((key, rest)) = keys.split_first() else {
        return 0;
    };
    let inner = item.as_table_like().and_then(|table| table.get(key));
    inner.map_or(0, |inner| 1 + depth(inner, rest))
}

/// Writes a value in place of what is there, with the blanks and the comment beside it; what leads
/// there is written as its neighbours are. False when something that is no table is in the way.
pub(super) fn put(item: &mut Item, keys: &[&str], value: Value) -> bool {
    let Some((key, rest)) = keys.split_first() else {
        return false;
    };
    if rest.is_empty() {
        return put_here(item, key, value);
    }
    let missing = item
        .as_table_like()
        .is_some_and(|table| !table.contains_key(key));
    if missing {
        match item {
            Item::Table(table) => {
                let inner = inner_of(table, rest.len() > 1);
                table.insert(key, Item::Table(inner));
            }
            Item::Value(Value::InlineTable(table)) => {
                if let Some((_, last)) = table.iter_mut().last() {
                    last.decor_mut().set_suffix("");
                }
                table.insert(*key, InlineTable::new().into());
            }
            _ => return false,
        }
    }
    let inner = item
        .as_table_like_mut()
        .and_then(|table| table.get_mut(key));
    inner.is_some_and(|inner| put(inner, rest, value))
}

fn put_here(item: &mut Item, key: &str, mut value: Value) -> bool {
    let before = closing_blank(item);
    let Some(table) = item.as_table_like_mut() else {
        return false;
    };
    match table.get_mut(key) {
        Some(Item::Value(old)) if json_of(old) == json_of(&value) => {}
        Some(Item::Value(old)) if !old.as_inline_table().is_some_and(InlineTable::is_dotted) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        // A value that is written as a table of its own moves to its neighbours.
        Some(_) => {
            table.remove(key);
            table.insert(key, value.into());
        }
        None => {
            value.decor_mut().clear();
            table.insert(key, value.into());
            if let Some(blank) = before {
                close(item, &blank);
            }
        }
    }
    true
}

/// A new table below one that has headers or dotted keys.
fn inner_of(table: &Table, only_leads_on: bool) -> Table {
    let is_dotted = |item: &Item| item.as_table().is_some_and(Table::is_dotted);
    let mut inner = Table::new();
    if table.is_dotted() || table.iter().any(|(_, item)| is_dotted(item)) {
        inner.set_dotted(true);
    } else if only_leads_on {
        inner.set_implicit(true);
    }
    inner
}

/// Takes out what the keys lead to.
pub(super) fn take(item: &mut Item, keys: &[&str]) {
    let before = closing_blank(item);
    let (Some((key, rest)), Some(table)) = (keys.split_first(), item.as_table_like_mut()) else {
        return;
    };
    if rest.is_empty() {
        table.remove(key);
        if let Some(blank) = before {
            close(item, &blank);
        }
    } else if let Some(inner) = table.get_mut(key) {
        take(inner, rest);
        // Without a single map there are none; without the table there are the dialect's.
        if *key != "maps" && says_nothing(inner) {
            table.remove(key);
        }
    }
}

/// Whether a table is empty, and nobody wrote a comment above it.
fn says_nothing(item: &Item) -> bool {
    let uncommented = |table: &Table| {
        let prefix = table.decor().prefix().and_then(|prefix| prefix.as_str());
        prefix.is_none_or(|prefix| prefix.trim().is_empty())
    };
    match item {
        Item::Table(table) => table.is_empty() && uncommented(table),
        Item::Value(Value::InlineTable(table)) => table.is_empty(),
        _ => false,
    }
}

/// What stands between the last value and the closing brace.
fn closing_blank(item: &Item) -> Option<String> {
    let (_, last) = item.as_inline_table()?.iter().last()?;
    Some(last.decor().suffix()?.as_str()?.to_owned())
}

/// Puts it behind the last value, and nowhere else.
fn close(item: &mut Item, blank: &str) {
    let Some(table) = item.as_inline_table_mut() else {
        return;
    };
    let last = table.len().saturating_sub(1);
    for (at, (_, value)) in table.iter_mut().enumerate() {
        if at == last {
            value.decor_mut().set_suffix(blank);
        } else if value.decor().suffix().and_then(|own| own.as_str()) == Some(blank) {
            value.decor_mut().set_suffix("");
        }
    }
}
