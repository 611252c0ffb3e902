//! The JSON schema of the file, for editors: generated from the catalogue.

use crate::catalogue::{
    self, Default, IDENTITY_KEYS, MAP_KEYS, SECRET_KEYS, STORE_KEYS, Setting, Shape,
};
use serde_json::{Map, Value, json};

/// A JSON schema (draft 2020-12) of `entryway.toml`, as indented text with a final newline.
pub fn json_schema() -> String {
    let mut root = object();
    for setting in catalogue::all() {
        let parts: Vec<&str> = catalogue::parts(setting.path).collect();
        insert(&mut root, &parts, setting);
    }
    root.insert(
        "$schema".into(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    root.insert("title".into(), json!("entryway.toml"));
    format!("{:#}\n", Value::Object(root))
}

fn object() -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("type".into(), json!("object"));
    object.insert("additionalProperties".into(), json!(false));
    object
}

fn insert(table: &mut Map<String, Value>, parts: &[&str], setting: &Setting) {
    let Some((part, rest)) = parts.split_first() else {
        return;
    };
    let place = slot(table, part);
    if rest.is_empty() {
        *place = leaf(setting);
        if matches!(setting.default, Default::Required) {
            require(table, part);
        }
        return;
    }
    let inner = if part.ends_with("[]") {
        if place.is_null() {
            *place = json!({ "type": "array", "items": object() });
        }
        place.get_mut("items")
    } else {
        if place.is_null() {
            *place = Value::Object(object());
        }
        Some(place)
    };
    if let Some(Value::Object(inner)) = inner {
        insert(inner, rest, setting);
    }
}

/// Where the schema of one key stands: for a key of any name, in place of the ban on further ones.
fn slot<'a>(table: &'a mut Map<String, Value>, part: &str) -> &'a mut Value {
    if part.starts_with('<') {
        let any = table.entry("additionalProperties").or_insert(Value::Null);
        if any.is_boolean() {
            *any = Value::Null;
        }
        return any;
    }
    let name = part.strip_suffix("[]").unwrap_or(part);
    let properties = table.entry("properties").or_insert_with(|| json!({}));
    match properties {
        Value::Object(properties) => properties.entry(name).or_insert(Value::Null),
        other => other,
    }
}

fn require(table: &mut Map<String, Value>, name: &str) {
    if let Value::Array(required) = table.entry("required").or_insert_with(|| json!([])) {
        required.push(json!(name));
    }
}

fn leaf(setting: &Setting) -> Value {
    let mut schema = match setting.shape {
        Shape::Text => json!({ "type": "string" }),
        Shape::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Shape::Boolean => json!({ "type": "boolean" }),
        Shape::Integer(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Shape::Duration(..) => json!({ "type": "string", "pattern": "^[0-9]+ *(ms|s|m|h|d)$" }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Words(words) => {
            json!({ "type": "array", "items": { "enum": words }, "uniqueItems": true })
        }
        Shape::Secret => secret(),
        Shape::Map => map(),
        Shape::Servers => servers(),
        Shape::Stores => {
            json!({ "type": "array", "items": file(&STORE_KEYS, json!(["store"])), "minItems": 1 })
        }
        Shape::Identity => file(&IDENTITY_KEYS, json!([])),
        Shape::Referrals => referrals(),
        Shape::Field => field(),
        Shape::Claim => claim(),
    };
    if let Value::Object(schema) = &mut schema {
        schema.insert("description".into(), json!(setting.doc));
        if let Default::Value(default) = setting.default {
            // Every default in the catalogue is written so that TOML and JSON agree on it.
            schema.insert(
                "default".into(),
                serde_json::from_str(default).unwrap_or(Value::Null),
            );
        }
    }
    schema
}

fn referrals() -> Value {
    let hosts = json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 });
    json!({ "anyOf": [
        { "const": "ignore" },
        {
            "type": "object",
            "properties": { "follow": hosts },
            "required": ["follow"],
            "additionalProperties": false,
        },
    ] })
}

fn field() -> Value {
    let text = json!({ "type": "string" });
    let names = json!({ "anyOf": [text, { "type": "array", "items": text, "minItems": 1 }] });
    let copied = json!({ "from": names, "separator": text });
    json!({ "anyOf": [
        { "type": "string" },
        { "type": "object", "properties": copied, "required": ["from"], "additionalProperties": false },
        { "type": "object", "properties": { "template": text }, "required": ["template"], "additionalProperties": false },
    ] })
}

fn claim() -> Value {
    let text = json!({ "type": "string" });
    let keys = json!({ "value": text, "scope": text });
    json!({ "anyOf": [
        text,
        { "type": "object", "properties": keys, "required": ["value"], "additionalProperties": false },
    ] })
}

fn secret() -> Value {
    let sources: Map<String, Value> = SECRET_KEYS
        .iter()
        .map(|key| ((*key).to_owned(), json!({ "type": "string" })))
        .collect();
    let table = json!({ "type": "object", "properties": sources, "additionalProperties": false, "minProperties": 1, "maxProperties": 1 });
    json!({ "anyOf": [table, { "type": "string" }] })
}

fn servers() -> Value {
    let port = json!({ "type": "integer", "minimum": 1, "maximum": 65535 });
    let keys = json!({ "host": { "type": "string" }, "port": port, "tls_port": port });
    let table = json!({ "type": "object", "properties": keys, "required": ["host"], "additionalProperties": false });
    json!({ "type": "array", "items": { "anyOf": [{ "type": "string" }, table] } })
}

/// A file by its name, or with its password.
fn file(keys: &[&str], required: Value) -> Value {
    let schema = |key: &str| match key {
        "password" => secret(),
        _ => json!({ "type": "string" }),
    };
    let keys: Map<String, Value> = keys
        .iter()
        .map(|key| ((*key).to_owned(), schema(key)))
        .collect();
    json!({ "anyOf": [
        { "type": "string" },
        { "type": "object", "properties": keys, "required": required, "additionalProperties": false },
    ] })
}

fn map() -> Value {
    let schema = |key: &str| match key {
        "values" => json!({ "enum": ["one", "first", "list", "join"] }),
        "on_invalid" => json!({ "enum": ["refuse", "default"], "default": "refuse" }),
        "enabled" => json!({ "type": "boolean", "default": true }),
        _ => json!({ "type": "string" }),
    };
    let keys: Map<String, Value> = MAP_KEYS
        .iter()
        .map(|key| ((*key).to_owned(), schema(key)))
        .collect();
    json!({ "anyOf": [
        { "type": "string" },
        { "type": "object", "properties": keys, "required": ["from"], "additionalProperties": false },
    ] })
}
