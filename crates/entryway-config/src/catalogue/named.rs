//! Which settings a text sets: so that a list of cases can be held against the catalogue.

use super::{Below, all, below, part_for};
use crate::report::Problems;
use crate::tree::{Table, Value, parse};
use std::collections::BTreeSet;

/// The paths of all settings, in the order of the reference page: `domain.<name>.people.base`, `token[].name`.
pub fn setting_paths() -> impl Iterator<Item = &'static str> {
    all().map(|setting| setting.path)
}

/// The paths of the settings that a text sets. What is no setting, or no TOML, is passed over: whoever
/// loads the text says so.
pub fn settings_named(text: &str) -> BTreeSet<&'static str> {
    let root = parse(text, 0, &Problems::default());
    let mut named = BTreeSet::new();
    walk(&root, &mut Vec::new(), &mut named);
    named
}

fn walk(table: &Table, prefix: &mut Vec<&'static str>, named: &mut BTreeSet<&'static str>) {
    let Below::Table(known) = below(prefix) else {
        return;
    };
    for entry in &table.entries {
        let Some(part) = part_for(&entry.key, &known) else {
            continue;
        };
        prefix.push(part);
        let path = prefix.join(".");
        named.extend(
            all()
                .map(|setting| setting.path)
                .find(|known| *known == path),
        );
        match &entry.node.value {
            Value::Table(inner) => walk(inner, prefix, named),
            Value::Array(rows) => {
                for row in rows {
                    if let Value::Table(inner) = &row.value {
                        walk(inner, prefix, named);
                    }
                }
            }
            _ => {}
        }
        prefix.pop();
    }
}

#[cfg(test)]
mod tests;
