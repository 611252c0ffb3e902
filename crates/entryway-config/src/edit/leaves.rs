//! The single values of a tree, each with the keys that lead to it.

use super::keys::{self, Found};
use crate::tree::{Node, Value};

/// A value that is a setting, or is where no setting is.
pub(super) struct Leaf<'a> {
    /// From the root; a row counts as `token[0]`.
    pub(super) keys: Vec<String>,
    pub(super) node: &'a Node,
}

impl Leaf<'_> {
    /// The keys, for looking up.
    pub(super) fn path(&self) -> Vec<&str> {
        self.keys.iter().map(String::as_str).collect()
    }
}

/// Every value below a node, in the order in which they are written.
pub(super) fn below<'a>(keys: &[&str], node: &'a Node) -> Vec<Leaf<'a>> {
    let mut leaves = Vec::new();
    walk(
        keys.iter().map(|key| (*key).to_owned()).collect(),
        node,
        &mut leaves,
    );
    leaves
}

fn walk<'a>(keys: Vec<String>, node: &'a Node, leaves: &mut Vec<Leaf<'a>>) {
    let path: Vec<&str> = keys.iter().map(String::as_str).collect();
    match (&node.value, keys::find_written(&path)) {
        (Value::Table(table), Found::Table(_)) => {
            for entry in &table.entries {
                let mut keys = keys.clone();
                keys.push(entry.key.clone());
                walk(keys, &entry.node, leaves);
            }
        }
        (Value::Array(rows), Found::Rows) => {
            for (index, row) in rows.iter().enumerate() {
                let mut keys = keys.clone();
                if let Some(last) = keys.last_mut() {
                    last.push_str(&format!("[{index}]"));
                }
                walk(keys, row, leaves);
            }
        }
        _ => leaves.push(Leaf { keys, node }),
    }
}
