//! As much of JSON Schema 2020-12 as `docs/api.schema.json` is written in. A keyword that is not known here fails, so that
//! nothing in the document goes unchecked; an object is closed unless it says `additionalProperties`, so that
//! no key goes undocumented.

use serde_json::{Map, Value};

/// Keywords that ask nothing of a value; `format` is a note for readers.
const NOTES: [&str; 6] = [
    "$schema",
    "title",
    "description",
    "$defs",
    "format",
    "pattern",
];

/// What is wrong with the value, each with its place; nothing when it fits `#/$defs/NAME`.
pub(crate) fn problems(document: &Value, name: &str, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let schema = &document["$defs"][name];
    assert!(schema.is_object(), "there is no `{name}`");
    Check { document }.fits(schema, value, name, &mut found);
    found
}

struct Check<'a> {
    document: &'a Value,
}

impl Check<'_> {
    fn fits(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
        let schema = schema.as_object().expect("a schema is an object");
        for (keyword, says) in schema {
            match keyword.as_str() {
                "$ref" => self.fits(self.named(says), value, at, found),
                "anyOf" | "oneOf" => self.one_of(says, value, at, found, keyword == "oneOf"),
                "type" => check(is(says.as_str().unwrap(), value), at, "type", found),
                "const" => check(says == value, at, "const", found),
                "enum" => {
                    let known = says.as_array().unwrap().contains(value);
                    check(known, at, &format!("enum: {value}"), found);
                }
                "minimum" => check(number(value) >= number(says), at, "minimum", found),
                "maximum" => check(number(value) <= number(says), at, "maximum", found),
                "required" => {
                    for key in says.as_array().unwrap() {
                        let there = value.get(key.as_str().unwrap()).is_some();
                        check(there, at, &format!("lacks {key}"), found);
                    }
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.fits(says, item, &format!("{at}[{index}]"), found);
                    }
                }
                "properties" | "additionalProperties" => {}
                note => assert!(NOTES.contains(&note), "the validator knows no `{note}`"),
            }
        }
        if schema.contains_key("properties") || schema.contains_key("additionalProperties") {
            self.keys(schema, value, at, found);
        }
    }

    fn keys(&self, schema: &Map<String, Value>, value: &Value, at: &str, found: &mut Vec<String>) {
        for (key, value) in value.as_object().into_iter().flatten() {
            let at = format!("{at}.{key}");
            let known = schema.get("properties").and_then(|keys| keys.get(key));
            match known.or_else(|| schema.get("additionalProperties")) {
                Some(Value::Bool(true)) => {}
                Some(schema) => self.fits(schema, value, &at, found),
                None => found.push(format!("{at} is not in the schema")),
            }
        }
    }

    fn one_of(&self, says: &Value, value: &Value, at: &str, found: &mut Vec<String>, once: bool) {
        let tried = says.as_array().unwrap().iter().map(|schema| {
            let mut problems = Vec::new();
            self.fits(schema, value, at, &mut problems);
            problems
        });
        let tried: Vec<Vec<String>> = tried.collect();
        match tried.iter().filter(|problems| problems.is_empty()).count() {
            0 => found.push(format!("{at} is none of them: {tried:?}")),
            1 => {}
            _ => check(!once, at, "more than one fits", found),
        }
    }

    fn named(&self, reference: &Value) -> &Value {
        let pointer = reference.as_str().and_then(|text| text.strip_prefix('#'));
        let named = pointer.and_then(|pointer| self.document.pointer(pointer));
        named.expect("a reference leads somewhere in the document")
    }
}

fn check(fits: bool, at: &str, what: &str, found: &mut Vec<String>) {
    if !fits {
        found.push(format!("{at}: {what}"));
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("the validator knows no type `{other}`"),
    }
}
