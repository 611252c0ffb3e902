//! Who still names a domain.

use crate::place::Texts;
use crate::tree::{Node, Table, Value};

/// Each place that names the domain, outside its own tables, with what stands there; and each variable
/// that sets a part of it.
pub(super) fn of(root: &Table, name: &str, texts: &Texts) -> Vec<String> {
    let mut found = Vec::new();
    for entry in &root.entries {
        match &entry.node.value {
            Value::Table(domains) if entry.key == "domain" => {
                for domain in &domains.entries {
                    if domain.key == name {
                        variables(&format!("domain.{name}"), &domain.node, texts, &mut found);
                    } else {
                        let path = format!("domain.{}", domain.key);
                        walk(&path, &domain.key, &domain.node, name, texts, &mut found);
                    }
                }
            }
            _ => walk(&entry.key, &entry.key, &entry.node, name, texts, &mut found),
        }
    }
    found
}

/// Looks below a node; `path` says where it is, `key` what it is called.
fn walk(path: &str, key: &str, node: &Node, name: &str, texts: &Texts, found: &mut Vec<String>) {
    match &node.value {
        Value::Table(table) => {
            for entry in &table.entries {
                let path = format!("{path}.{}", entry.key);
                walk(&path, &entry.key, &entry.node, name, texts, found);
            }
        }
        Value::Array(nodes) => {
            for one in nodes {
                walk(path, key, one, name, texts, found);
            }
        }
        Value::String(text) | Value::Bare(text) if names(key, text, name) => {
            found.push(format!(
                "{}: `{path}` has `{}`",
                texts.line_of(node.place),
                printable(text)
            ));
        }
        _ => {}
    }
}

/// Whether a value means the domain: as a domain, as the domain of a group, or as a text that an
/// expression compares a domain with. An expression with a name that is gone would never fit again.
fn names(key: &str, text: &str, name: &str) -> bool {
    match key {
        "domain" | "domains" | "default_domains" => text.eq_ignore_ascii_case(name),
        "group" | "groups" => text
            .split_once('/')
            .is_some_and(|(domain, _)| domain.eq_ignore_ascii_case(name)),
        "when" => ['"', '\''].iter().any(|quote| {
            let mut quoted = text.split(*quote).skip(1).step_by(2);
            quoted.any(|part| match part.split_once('/') {
                Some((domain, _)) => domain.eq_ignore_ascii_case(name),
                None => part.eq_ignore_ascii_case(name) && text.contains("domain"),
            })
        }),
        _ => false,
    }
}

/// Quotes as they are; nothing that moves a cursor.
fn printable(text: &str) -> String {
    let one = |char: char| match char {
        '"' | '\'' | '\\' => char.to_string(),
        _ => char.escape_debug().to_string(),
    };
    text.chars().map(one).collect()
}

/// What would come back with the environment.
fn variables(path: &str, node: &Node, texts: &Texts, found: &mut Vec<String>) {
    match &node.value {
        _ if texts.is_variable(node.place)
            && !matches!(&node.value, Value::Table(table) if !table.entries.is_empty()) =>
        {
            found.push(format!("{}: sets `{path}`", texts.line_of(node.place)));
        }
        Value::Table(table) => {
            for entry in &table.entries {
                variables(&format!("{path}.{}", entry.key), &entry.node, texts, found);
            }
        }
        _ => {}
    }
}
