//! Where a key that is written twice was written first. The parser tells only the second place.

use super::{Node, Reader, Table, Value};
use crate::place::Place;
use std::ops::Range;
use toml::de::DeTable;

/// The key's first place. `again` is the second one, as the parser tells it.
///
/// Read again with another key in its place, the text has both in one table, however tables are
/// nested and written.
pub(super) fn first(content: &str, again: &Range<usize>, text: usize) -> Option<Place> {
    let key = key(content.get(again.clone())?)?;
    let mut other = "z".repeat(8);
    while content.contains(&other) {
        other.push('z');
    }
    let changed = [
        content.get(..again.start)?,
        &other,
        content.get(again.end..)?,
    ]
    .concat();
    let (table, _) = DeTable::parse_recoverable(&changed);
    let table = Reader { text }.table(table.into_inner());
    let first = beside(&table, &other)?.get(&key)?.key_place;
    (first.end <= again.start).then_some(first)
}

/// A key as it is meant.
fn key(written: &str) -> Option<String> {
    let line = format!("{written} = 0");
    let table = DeTable::parse(&line).ok()?;
    let (key, _) = table.get_ref().iter().next()?;
    Some(key.get_ref().clone().into_owned())
}

/// The table that holds a key, wherever it is.
fn beside<'a>(table: &'a Table, key: &str) -> Option<&'a Table> {
    if table.get(key).is_some() {
        return Some(table);
    }
    table
        .entries
        .iter()
        .find_map(|entry| inside(&entry.node, key))
}

fn inside<'a>(node: &'a Node, key: &str) -> Option<&'a Table> {
    match &node.value {
        Value::Table(table) => beside(table, key),
        Value::Array(nodes) => nodes.iter().find_map(|node| inside(node, key)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::first;

    /// `again` is where the key is written for the second time.
    fn check(content: &str, key: &str, expected: Option<usize>) {
        let again = content.rfind(key).expect("the second key");
        let found = first(content, &(again..again + key.len()), 0);
        assert_eq!(found.map(|place| place.start), expected, "{content}");
    }

    #[test]
    fn the_first_place_is_in_the_same_table() {
        check("a = 1\nb = 2\na = 3", "a", Some(0));
        check("[x]\na = 1\n[y]\na = 1\na = 2", "a", Some(14));
        check("[x]\na = 1\ny.a = 2\na = 3", "a", Some(4));
        check("[[x]]\na = 1\n[[x]]\na = 1\na = 2", "a", Some(18));
        check("x = { a = 1, a = 2 }", "a", Some(6));
        check("x = [{ a = 1 }, { a = 1, a = 2 }]", "a", Some(18));
    }

    #[test]
    fn tables_are_keys_too_and_keys_have_two_forms() {
        check("[x.y]\na = 1\n[x.y]\nb = 1", "y", Some(3));
        check("[x]\n[[x]]\na = 1", "x", Some(1));
        check("a = 1\n\"a\" = 2", "\"a\"", Some(0));
        check("\"\\u0061\" = 1\na = 2", "a", Some(0));
    }

    #[test]
    fn what_is_written_once_has_no_first_place() {
        check("a = 1", "a", None);
        check("a = = 1\nb = ]\nc = 1", "c", None);
    }
}
