//! Where tables with headers stand in a text, and which comments belong to whom: what is directly
//! above a header is about it, what a blank line separates from it is not.
//!
//! Positions are spread out first, so that a new table finds room between two others.

use toml_edit::{DocumentMut, Item, Table};

/// The room between two tables of a text as it was read.
const ROOM: isize = 1 << 16;

/// Makes room between all tables.
pub(super) fn spread(toml: &mut DocumentMut) {
    each(toml.as_table_mut(), &mut Vec::new(), &mut |_, table| {
        table.set_position(table.position().map(|at| at.saturating_mul(ROOM)));
    });
}

/// The last place among the tables under a key of the root.
pub(super) fn last(toml: &DocumentMut, key: &str) -> Option<isize> {
    let mut last = None;
    if let Some(Item::Table(table)) = toml.get(key) {
        each(&mut table.clone(), &mut Vec::new(), &mut |_, inner| {
            last = last.max(inner.position());
        });
        last = last.max(table.position());
    }
    last
}

/// The last place of all tables, or of those under a key of the root.
pub(super) fn end(toml: &mut DocumentMut, key: Option<&str>) -> Option<isize> {
    let mut end = None;
    each(toml.as_table_mut(), &mut Vec::new(), &mut |at, table| {
        if key.is_none_or(|key| at.first().is_some_and(|first| first == key)) {
            end = end.max(table.position());
        }
    });
    end
}

/// Moves the new table at the keys behind a place, or to the end. A comment that ends the text ends
/// what was there before.
pub(super) fn behind(toml: &mut DocumentMut, keys: &[&str], end: Option<isize>) {
    let mut overall = None;
    each(toml.as_table_mut(), &mut Vec::new(), &mut |_, table| {
        overall = overall.max(table.position());
    });
    let mut trailing = String::new();
    if end.or(overall) == overall {
        trailing = toml.trailing().as_str().unwrap_or_default().to_owned();
        toml.set_trailing("");
    }
    let path = keys.get(..2).unwrap_or(keys);
    let mut placed = false;
    each(toml.as_table_mut(), &mut Vec::new(), &mut |at, table| {
        if at == path && !placed {
            table.set_position(end.or(overall).map(|end| end.saturating_add(1)));
            if !trailing.trim().is_empty() {
                table.decor_mut().set_prefix(format!("{trailing}\n"));
            }
            placed = true;
        }
    });
    if !placed && !trailing.is_empty() {
        toml.set_trailing(trailing);
    }
}

/// Moves a new table of the root before the domains, below what heads the file.
pub(super) fn before_domains(toml: &mut DocumentMut, key: &str) {
    let (mut first, mut others) = (None, Vec::new());
    each(toml.as_table_mut(), &mut Vec::new(), &mut |at, table| {
        if let Some(position) = table.position() {
            others.push(position);
            if at.first().is_some_and(|root| root == "domain") && is_shown(table) {
                first = Some(first.map_or(position, |first: isize| first.min(position)));
            }
        }
    });
    let Some(first) = first else {
        let end = others.into_iter().max();
        place(toml, key, end.map(|end| end.saturating_add(1)), None);
        return;
    };
    if let Some(before) = others.into_iter().filter(|one| *one < first).max() {
        place(toml, key, Some(before.saturating_add(1)), None);
        return;
    }
    let mut head = String::new();
    at_position(toml, first, |prefix| {
        let (apart, own) = split(&prefix);
        head = apart.to_owned();
        format!("\n{}", own.trim_start_matches('\n'))
    });
    let head = Some(head).filter(|head| !head.trim().is_empty());
    place(
        toml,
        key,
        Some(first - 1),
        head.map(|head| format!("{head}\n")),
    );
}

fn place(toml: &mut DocumentMut, key: &str, position: Option<isize>, prefix: Option<String>) {
    if let Some(Item::Table(table)) = toml.get_mut(key).filter(|item| item.is_table()) {
        table.set_position(position);
        if let Some(prefix) = prefix {
            table.decor_mut().set_prefix(prefix);
        }
    }
}

/// Hands the comments that only stand above the tables at the keys, and are about something else, to
/// what follows.
pub(super) fn keep_comments(toml: &mut DocumentMut, keys: &[&str]) {
    let mut headers = Vec::new();
    each(toml.as_table_mut(), &mut Vec::new(), &mut |at, table| {
        if let Some(position) = table.position().filter(|_| is_shown(table)) {
            let goes = at.get(..keys.len()).is_some_and(|begin| begin == keys);
            headers.push((position, goes, prefix(table)));
        }
    });
    headers.sort();
    let (mut kept, mut follows_one_that_goes) = (String::new(), false);
    for (position, goes, prefix) in headers {
        if goes && !follows_one_that_goes {
            kept.push_str(split(&prefix).0);
        }
        if !goes && !kept.is_empty() {
            let kept = std::mem::take(&mut kept);
            at_position(toml, position, |own| {
                let gap = if own.starts_with('\n') { "" } else { "\n" };
                format!("{kept}{gap}{own}")
            });
        }
        follows_one_that_goes = goes;
    }
    if !kept.is_empty() {
        let trailing = toml.trailing().as_str().unwrap_or_default().to_owned();
        toml.set_trailing(kept + &trailing);
    }
}

/// What stands apart from the header below it, and what belongs to that.
fn split(prefix: &str) -> (&str, &str) {
    let apart = prefix.rfind("\n\n").map_or(0, |at| at + 1);
    let (apart, own) = prefix.split_at_checked(apart).unwrap_or(("", prefix));
    if apart.trim().is_empty() {
        ("", prefix)
    } else {
        (apart, own)
    }
}

fn at_position(toml: &mut DocumentMut, position: isize, mut change: impl FnMut(String) -> String) {
    each(toml.as_table_mut(), &mut Vec::new(), &mut |_, table| {
        if table.position() == Some(position) && is_shown(table) {
            let changed = change(prefix(table));
            table.decor_mut().set_prefix(changed);
        }
    });
}

fn prefix(table: &Table) -> String {
    let prefix = table.decor().prefix().and_then(|prefix| prefix.as_str());
    prefix.unwrap_or_default().to_owned()
}

/// Whether the table has a header of its own in the text.
fn is_shown(table: &Table) -> bool {
    !(table.is_implicit() && table.get_values().is_empty())
}

/// Every table that may have a header, rows included, with its keys.
fn each(table: &mut Table, at: &mut Vec<String>, visit: &mut dyn FnMut(&[String], &mut Table)) {
    for (key, item) in table.iter_mut() {
        at.push(key.get().to_owned());
        match item {
            Item::Table(inner) => {
                if !inner.is_dotted() {
                    visit(at, inner);
                }
                each(inner, at, visit);
            }
            Item::ArrayOfTables(rows) => {
                for row in rows.iter_mut() {
                    visit(at, row);
                    each(row, at, visit);
                }
            }
            Item::None | Item::Value(_) => {}
        }
        at.pop();
    }
}
