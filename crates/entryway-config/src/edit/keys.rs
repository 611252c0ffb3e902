//! Keys and values as somebody types them on a command line, by what the catalogue says of them.

use super::EditError;
use crate::catalogue::{self, Setting, Shape};
use crate::closest::closest;
use std::sync::LazyLock;
use toml_edit::{InlineTable, Value};

/// What stands at a path of written keys.
pub(super) enum Found {
    /// A setting.
    Setting(&'static Setting),
    /// A table of settings, with the keys that may stand there.
    Table(Vec<&'static str>),
    /// Rows, `[[…]]`.
    Rows,
    /// Nothing.
    Unknown,
}

/// Each setting with the parts of its path.
static PARTS: LazyLock<Vec<(&'static Setting, Vec<&'static str>)>> = LazyLock::new(|| {
    let parts = |setting: &'static Setting| catalogue::parts(setting.path).collect();
    catalogue::all()
        .map(|setting| (setting, parts(setting)))
        .collect()
});

/// Looks a path up, from the root of the configuration. What stands in a row is below `token[]`.
pub(super) fn find(keys: &[&str]) -> Found {
    let mut settings: Vec<&(&'static Setting, Vec<&'static str>)> = PARTS.iter().collect();
    for (at, key) in keys.iter().enumerate() {
        let part_is = |is: &dyn Fn(&str) -> bool| {
            settings
                .iter()
                .any(|(_, parts)| parts.get(at).is_some_and(|part| is(part)))
        };
        let exact = part_is(&|part| part == *key);
        if !exact && part_is(&|part| part.strip_suffix("[]") == Some(key)) {
            return Found::Rows;
        }
        settings.retain(|(_, parts)| {
            parts.get(at).is_some_and(|part| {
                if exact {
                    part == key
                } else {
                    part.starts_with('<')
                }
            })
        });
    }
    let is_whole = |(_, parts): &&&(&Setting, Vec<&str>)| parts.len() == keys.len();
    if let Some((setting, _)) = settings.iter().find(is_whole) {
        return Found::Setting(setting);
    }
    let mut below: Vec<&'static str> = Vec::new();
    for (_, parts) in settings {
        if let Some(part) = parts.get(keys.len()).filter(|part| !below.contains(part)) {
            below.push(part);
        }
    }
    if below.is_empty() {
        Found::Unknown
    } else {
        Found::Table(below)
    }
}

/// The same for a path in which the rows are counted: `token[0]`.
pub(super) fn find_written(keys: &[&str]) -> Found {
    let rows = |key: &&str| match key.split_once('[') {
        Some((rows, _)) if key.ends_with(']') => format!("{rows}[]"),
        _ => (*key).to_owned(),
    };
    let keys: Vec<String> = keys.iter().map(rows).collect();
    find(&keys.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The parts of a dotted key below a domain that leads to a setting.
pub(super) fn setting(key: &str) -> Result<Vec<&str>, EditError> {
    located(key).map(|(keys, _)| keys)
}

/// A dotted key below a domain, and the value that its setting takes.
///
/// A value is TOML where that is an array, a table or a quoted string, a number or a boolean where the
/// setting is one, and else the text of a string as it stands.
pub(super) fn assignment<'a>(
    key: &'a str,
    value: &str,
) -> Result<(Vec<&'a str>, Value), EditError> {
    let (keys, setting) = located(key)?;
    let toml = value.parse::<Value>().ok().map(undecorated);
    let value = match (&setting.shape, toml) {
        (Shape::Stores | Shape::Identity, Some(toml)) if shows_password(&toml) => {
            return Err(no_secret(key));
        }
        (_, Some(toml)) if toml.is_array() => toml,
        // What it may hold, the loader knows; but a password is seen by everybody in a list of commands.
        (Shape::Secret, Some(Value::InlineTable(table))) => safe(key, table)?.into(),
        (Shape::Secret, _) => return Err(no_secret(key)),
        (_, Some(toml)) if toml.is_inline_table() || toml.is_str() => toml,
        (Shape::Integer(..), Some(toml)) if toml.is_integer() => toml,
        (Shape::Boolean, Some(toml)) if toml.is_bool() => toml,
        _ => value.into(),
    };
    Ok((keys, value))
}

/// The sources of a secret, and nothing else.
fn safe(key: &str, table: InlineTable) -> Result<InlineTable, EditError> {
    if table
        .iter()
        .all(|(source, _)| catalogue::SECRET_KEYS.contains(&source))
    {
        Ok(table)
    } else {
        Err(no_secret(key))
    }
}

/// Whether a store's password is written out.
fn shows_password(toml: &Value) -> bool {
    match toml {
        Value::Array(all) => all.iter().any(shows_password),
        Value::InlineTable(table) => match table.get("password") {
            Some(Value::InlineTable(source)) => source
                .iter()
                .any(|(source, _)| !catalogue::SECRET_KEYS.contains(&source)),
            Some(_) => true,
            None => false,
        },
        _ => false,
    }
}

fn no_secret(key: &str) -> EditError {
    refused(
        key,
        "a secret is not given on a command line, expected where it is, as in `{ file = \"…\" }`",
    )
}

fn located(key: &str) -> Result<(Vec<&str>, &'static Setting), EditError> {
    let keys: Vec<&str> = key.split('.').map(str::trim).collect();
    if keys.iter().any(|part| part.is_empty()) {
        return Err(refused(key, "a part of the key is empty"));
    }
    let mut path = vec!["domain", "<name>"];
    path.extend(&keys);
    match find(&path) {
        Found::Setting(setting) => Ok((keys, setting)),
        Found::Table(known) => {
            let first = known.first().copied().unwrap_or_default();
            Err(refused(
                key,
                &format!("it is a table, expected one of its keys, as in `{key}.{first}`"),
            ))
        }
        Found::Rows => Err(refused(
            key,
            "rows are edited in the file, expected the key of a single setting",
        )),
        Found::Unknown => Err(refused(key, &unknown(&path))),
    }
}

/// `there is no such setting`, with what was probably meant.
fn unknown(path: &[&str]) -> String {
    let known = (2..path.len()).find_map(|length| {
        let (known, wrong) = (path.get(..length)?, path.get(length)?);
        let next = path.get(..=length)?;
        match (find(known), find(next)) {
            (Found::Table(known), Found::Unknown) => Some((known, *wrong)),
            _ => None,
        }
    });
    let near = known.and_then(|(known, wrong)| {
        let names = known.iter().map(|name| name.trim_end_matches("[]"));
        closest(wrong, names).map(str::to_owned)
    });
    match near {
        Some(near) => format!("a domain has no such setting, did you mean `{near}`?"),
        None => "a domain has no such setting".to_owned(),
    }
}

fn refused(key: &str, why: &str) -> EditError {
    EditError::Key {
        key: key.to_owned(),
        why: why.to_owned(),
    }
}

/// Blanks around a typed value are nobody's layout.
fn undecorated(mut value: Value) -> Value {
    value.decor_mut().clear();
    match &mut value {
        Value::Array(array) => array.fmt(),
        Value::InlineTable(table) => table.fmt(),
        _ => {}
    }
    value
}
