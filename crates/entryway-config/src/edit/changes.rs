//! What an edit changes in the configuration as it is read.

use super::leaves::{self, Leaf};
use super::{Draft, value};
use crate::gather::gather;
use crate::place::Texts;
use crate::report::Problems;
use crate::sources::Sources;
use crate::tree::{Table, Value};
use std::collections::BTreeMap;

/// One setting that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `domain.staff.people.base`; rows count from 0: `domain.staff.dn_filter[0].under`.
    pub key: String,
    /// What it was, as TOML on one line, a secret blanked; `None` when it was not written.
    pub was: Option<String>,
    /// What it is.
    pub now: Option<String>,
    /// Where it stands, or stood: `entryway.toml:18`.
    pub place: String,
}

/// What differs, in the order in which it is written; and what was written and does not count, because
/// a variable overrides it.
pub(super) fn between(draft: &Draft<'_>, after: &Sources) -> (Vec<Change>, Vec<String>) {
    let mut texts = Texts::default();
    let Some(gathered) = gather(after, &mut texts, &Problems::default()) else {
        return (Vec::new(), Vec::new());
    };
    let root = gathered.root;
    let (old, new) = (touched(&draft.root), touched(&root));
    let show = |leaf: &Leaf<'_>| value::shown(&leaf.path(), leaf.node).toml;
    let index = |leaves: &[Leaf<'_>]| -> BTreeMap<Vec<String>, String> {
        leaves
            .iter()
            .map(|leaf| (leaf.keys.clone(), show(leaf)))
            .collect()
    };
    let (was, now) = (index(&old), index(&new));
    let gone = old
        .iter()
        .filter(|leaf| !now.contains_key(&leaf.keys))
        .map(|leaf| Change {
            key: leaf.keys.join("."),
            was: was.get(&leaf.keys).cloned(),
            now: None,
            place: draft.texts.line_of(leaf.node.place),
        });
    let other = new
        .iter()
        .filter(|leaf| was.get(&leaf.keys) != now.get(&leaf.keys))
        .map(|leaf| Change {
            key: leaf.keys.join("."),
            was: was.get(&leaf.keys).cloned(),
            now: now.get(&leaf.keys).cloned(),
            place: texts.line_of(leaf.node.place),
        });
    let changes = gone.chain(other).collect();
    let overridden = draft.written.iter().filter_map(|keys| {
        let place = place_of(&root, keys)?;
        let line = texts.is_variable(place).then(|| texts.line_of(place))?;
        Some(format!("`{}` is overridden by `{line}`", keys.join(".")))
    });
    (changes, overridden.collect())
}

/// The values that an edit may touch.
fn touched(root: &Table) -> Vec<Leaf<'_>> {
    root.entries
        .iter()
        .filter(|entry| matches!(entry.key.as_str(), "login" | "domain" | "token" | "client"))
        .flat_map(|entry| leaves::below(&[&entry.key], &entry.node))
        .collect()
}

fn place_of(table: &Table, keys: &[String]) -> Option<crate::place::Place> {
    let (key, rest) = keys.split_first()?;
    let entry = table.get(key)?;
    match &entry.node.value {
        Value::Table(inner) if !rest.is_empty() => place_of(inner, rest),
        _ => Some(entry.node.place),
    }
}
