//! Values as they are shown: as TOML for people, as JSON for programs, a secret as where it comes from.

use super::keys::{self, Found};
use crate::catalogue::{SECRET_KEYS, Shape};
use crate::tree::{Node, Value};
use serde_json::Value as Json;

/// What stands for a secret.
const BLANK: &str = "***";

/// A value of the configuration that may be shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shown {
    pub(super) toml: String,
    pub(super) json: Json,
}

/// The value at a path of written keys. What the catalogue does not know may be a misspelt secret.
pub(super) fn shown(keys: &[&str], node: &Node) -> Shown {
    let json = match keys::find_written(keys) {
        Found::Setting(found) => setting(node, &found.shape),
        _ => BLANK.into(),
    };
    Shown {
        toml: toml(&json),
        json,
    }
}

/// What stands in a setting of this shape, but for secrets.
fn setting(node: &Node, shape: &Shape) -> Json {
    match (shape, &node.value) {
        (Shape::Secret, Value::Table(table)) => {
            let known = table
                .entries
                .iter()
                .filter(|entry| SECRET_KEYS.contains(&entry.key.as_str()));
            Json::Object(
                known
                    .map(|entry| (entry.key.clone(), json(&entry.node, &Shape::Text)))
                    .collect(),
            )
        }
        (Shape::Secret, _) => BLANK.into(),
        (shape, _) => json(node, shape),
    }
}

/// A default, from its TOML.
pub(super) fn from_toml(text: &str) -> Shown {
    let json = text.parse().map_or(Json::Null, |value| json_of(&value));
    Shown {
        toml: toml(&json),
        json,
    }
}

fn json(node: &Node, shape: &Shape) -> Json {
    match &node.value {
        Value::String(text) => text.as_str().into(),
        Value::Bare(text) => match shape {
            Shape::Integer(..) => text
                .parse::<i64>()
                .map_or_else(|_| text.as_str().into(), Json::from),
            Shape::Boolean => text
                .parse::<bool>()
                .map_or_else(|_| text.as_str().into(), Json::from),
            _ => text.as_str().into(),
        },
        Value::Integer(integer) => (*integer).into(),
        Value::Boolean(boolean) => (*boolean).into(),
        Value::Huge | Value::Float | Value::Datetime => node.value.kind().into(),
        Value::Array(nodes) => nodes.iter().map(|node| json(node, shape)).collect(),
        Value::Table(table) => table
            .entries
            .iter()
            .map(|entry| {
                // Whatever it belongs to: a password beside a setting of the wrong shape is one too.
                let shape = match entry.key.as_str() {
                    "password" => &Shape::Secret,
                    _ => shape,
                };
                (entry.key.clone(), setting(&entry.node, shape))
            })
            .collect(),
    }
}

pub(super) fn json_of(value: &toml_edit::Value) -> Json {
    match value {
        toml_edit::Value::String(text) => text.value().as_str().into(),
        toml_edit::Value::Integer(integer) => (*integer.value()).into(),
        toml_edit::Value::Boolean(boolean) => (*boolean.value()).into(),
        toml_edit::Value::Array(array) => array.iter().map(json_of).collect(),
        toml_edit::Value::InlineTable(table) => table
            .iter()
            .map(|(key, value)| (key.to_owned(), json_of(value)))
            .collect(),
        toml_edit::Value::Float(_) | toml_edit::Value::Datetime(_) => Json::Null,
    }
}

/// On one line.
fn toml(json: &Json) -> String {
    match json {
        Json::Null => "none".to_owned(),
        Json::Bool(_) | Json::Number(_) => json.to_string(),
        Json::String(text) => toml_edit::Value::from(text.as_str()).to_string(),
        Json::Array(all) => format!("[{}]", all.iter().map(toml).collect::<Vec<_>>().join(", ")),
        Json::Object(all) => {
            let one = |(key, value): (&String, &Json)| {
                format!("{} = {}", toml_edit::Key::new(key.as_str()), toml(value))
            };
            format!(
                "{{ {} }}",
                all.iter().map(one).collect::<Vec<_>>().join(", ")
            )
        }
    }
}
