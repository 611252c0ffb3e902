//! The one table of settings. It says which keys exist, what they hold and what they default to;
//! reading, the JSON schema and the reference page all follow it.

mod certificate_login;
mod connector;
mod forward;
mod hub;
mod named;
mod settings;
mod sso;

use crate::closest::closest;
use crate::code::Code;
use crate::mask::is_secret_key;
use crate::report::{Diagnostic, Problems};
use crate::tree::{Table, Value};
pub use named::{setting_paths, settings_named};

/// One setting.
pub(crate) struct Setting {
    /// `domain.<name>.people.base`: `<…>` stands for any key, `[]` for the rows of `[[token]]`.
    pub(crate) path: &'static str,
    pub(crate) shape: Shape,
    pub(crate) default: Default,
    /// What it decides: sentences for the reference page.
    pub(crate) doc: &'static str,
    /// A value other than the default, as TOML.
    pub(crate) example: &'static str,
}

/// What a setting holds.
pub(crate) enum Shape {
    /// A string.
    Text,
    /// An array of strings.
    Texts,
    /// `true` or `false`.
    Boolean,
    /// An integer within bounds, both included.
    Integer(i64, i64),
    /// A text such as `"400ms"`, within bounds in milliseconds, both included.
    Duration(u64, u64),
    /// One of these words.
    Word(&'static [&'static str]),
    /// An array of these words.
    Words(&'static [&'static str]),
    /// A string, or a table with one of `file`, `env`, `credential`.
    Secret,
    /// A string, or a table with `from`, `values`, `on_invalid`, `enabled`.
    Map,
    /// An array of strings and tables with `host`, `port`, `tls_port`.
    Servers,
    /// An array of strings, and of tables with `store` and `password`.
    Stores,
    /// A string, or a table with `store`, `password`, `alias`, or with `certificate`, `key`, `password`.
    Identity,
    /// `"ignore"`, or a table with `follow`.
    Referrals,
    /// A string, or a table with `from` and `separator`, or with `template`.
    Field,
    /// A string, or a table with `value` and `scope`.
    Claim,
}

/// What holds where a setting is not written.
pub(crate) enum Default {
    /// It must be written.
    Required,
    /// Nothing.
    None,
    /// This, as TOML.
    Value(&'static str),
    /// Something that other settings decide, in words.
    Derived(&'static str),
}

/// Keys of a secret's table.
pub(crate) const SECRET_KEYS: [&str; 3] = ["file", "env", "credential"];
/// Keys of a map's table.
pub(crate) const MAP_KEYS: [&str; 4] = ["from", "values", "on_invalid", "enabled"];

/// Keys of a server's table.
pub(crate) const SERVER_KEYS: [&str; 3] = ["host", "port", "tls_port"];
/// Keys of a trust store's table.
pub(crate) const STORE_KEYS: [&str; 2] = ["store", "password"];
/// Keys of the table of a certificate with its key.
pub(crate) const IDENTITY_KEYS: [&str; 5] = ["store", "password", "alias", "certificate", "key"];

/// Keys of the table of a card's field.
pub(crate) const FIELD_KEYS: [&str; 3] = ["from", "separator", "template"];

/// Keys of a claim's table.
pub(crate) const CLAIM_KEYS: [&str; 2] = ["value", "scope"];

/// Keys of the table of `referrals`.
pub(crate) const REFERRAL_KEYS: [&str; 1] = ["follow"];

/// Every setting, in the order of the reference page.
pub(crate) fn all() -> impl Iterator<Item = &'static Setting> {
    let all = settings::SETTINGS.iter().chain(sso::SETTINGS);
    all.chain(certificate_login::SETTINGS)
        .chain(forward::SETTINGS)
        .chain(hub::SETTINGS)
        .chain(connector::SETTINGS)
}

/// The setting at a path of this table's own spelling.
pub(crate) fn setting(path: &str) -> Option<&'static Setting> {
    all().find(|setting| setting.path == path)
}

/// The parts of a path: `token[]` is one.
pub(crate) fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('.')
}

/// What may stand below a prefix of parts.
enum Below {
    /// A setting itself.
    Leaf,
    /// A table, or rows, with these keys; `<…>` among them means any.
    Table(Vec<&'static str>),
    /// Nothing of that name.
    Unknown,
}

fn below(prefix: &[&str]) -> Below {
    let mut keys = Vec::new();
    for setting in all() {
        let own: Vec<&str> = parts(setting.path).collect();
        if !own.starts_with(prefix) {
            continue;
        }
        match own.get(prefix.len()) {
            None => return Below::Leaf,
            Some(key) if !keys.contains(key) => keys.push(*key),
            Some(_) => {}
        }
    }
    if keys.is_empty() {
        Below::Unknown
    } else {
        Below::Table(keys)
    }
}

/// The part of the catalogue's path that a written key is, among the keys that may stand there.
fn part_for(key: &str, keys: &[&'static str]) -> Option<&'static str> {
    let exact = keys
        .iter()
        .find(|known| known.strip_suffix("[]").unwrap_or(known) == key);
    exact
        .or_else(|| keys.iter().find(|known| known.starts_with('<')))
        .copied()
}

/// Whether an override's keys lead to a setting; otherwise why not, in words.
pub(crate) fn addressable(keys: &[&str]) -> Result<(), String> {
    let mut prefix: Vec<&str> = Vec::new();
    for key in keys {
        let Below::Table(known) = below(&prefix) else {
            // Inside a secret's or a map's own table.
            return Ok(());
        };
        let Some(part) = part_for(key, &known) else {
            let hint = closest(key, known.iter().copied())
                .map(|near| format!(", did you mean `{near}`?"))
                .unwrap_or_default();
            return Err(format!("there is no setting `{key}`{hint}"));
        };
        if part.ends_with("[]") {
            return Err(format!("rows such as `[[{key}]]` are not addressable"));
        }
        prefix.push(part);
    }
    if keys == ["include"] {
        Err("`include` stands in the file".to_owned())
    } else {
        Ok(())
    }
}

/// Whether what is written under these keys may be shown: it is the value of a setting, and no secret.
pub(crate) fn is_open(keys: &[&str]) -> bool {
    let mut prefix: Vec<&str> = Vec::new();
    let mut rest = keys;
    while let Below::Table(known) = below(&prefix) {
        let Some((key, others)) = rest.split_first() else {
            return false;
        };
        let Some(part) = part_for(key, &known) else {
            return false;
        };
        prefix.push(part);
        rest = others;
    }
    let Some(setting) = setting(&prefix.join(".")) else {
        return false;
    };
    match (&setting.shape, rest) {
        (Shape::Secret, [source]) => SECRET_KEYS.contains(source),
        (Shape::Secret, _) => false,
        // The name of a map is anybody's choice.
        (Shape::Map, []) => !keys.last().is_some_and(|key| is_secret_key(key)),
        (Shape::Map, [option]) => MAP_KEYS.contains(option),
        (Shape::Servers, [part]) => SERVER_KEYS.contains(part),
        (Shape::Stores | Shape::Identity, ["password", source]) => SECRET_KEYS.contains(source),
        (Shape::Stores | Shape::Identity, ["password"]) => false,
        (Shape::Stores, [key]) => STORE_KEYS.contains(key),
        (Shape::Identity, [key]) => IDENTITY_KEYS.contains(key),
        (Shape::Referrals, [part]) => REFERRAL_KEYS.contains(part),
        // The name of a field or a claim is anybody's choice too.
        (Shape::Field | Shape::Claim, []) => !keys.last().is_some_and(|key| is_secret_key(key)),
        (Shape::Field, [part]) => FIELD_KEYS.contains(part),
        (Shape::Claim, [part]) => CLAIM_KEYS.contains(part),
        (_, rest) => rest.is_empty(),
    }
}

/// Whether a key may stand right below a prefix of parts.
pub(crate) fn is_key_of(prefix: &[&str], key: &str) -> bool {
    matches!(below(prefix), Below::Table(known) if part_for(key, &known).is_some())
}

/// Whether a key stands anywhere in the catalogue.
pub(crate) fn is_word(key: &str) -> bool {
    let known = |part: &str| part.strip_suffix("[]").unwrap_or(part) == key;
    SECRET_KEYS.contains(&key)
        || MAP_KEYS.contains(&key)
        || SERVER_KEYS.contains(&key)
        || IDENTITY_KEYS.contains(&key)
        || REFERRAL_KEYS.contains(&key)
        || FIELD_KEYS.contains(&key)
        || CLAIM_KEYS.contains(&key)
        || all().any(|setting| parts(setting.path).any(known))
}

/// Reports every key that is no setting.
pub(crate) fn check_keys(root: &Table, problems: &Problems) {
    walk(root, &mut Vec::new(), problems);
}

fn walk(table: &Table, prefix: &mut Vec<&'static str>, problems: &Problems) {
    // A setting that is a table, a secret or a map, is its reader's affair.
    let Below::Table(known) = below(prefix) else {
        return;
    };
    for entry in &table.entries {
        let Some(part) = part_for(&entry.key, &known) else {
            problems.push(unknown_key(entry.key_place, &entry.key, &known));
            continue;
        };
        prefix.push(part);
        match &entry.node.value {
            Value::Table(inner) if !part.ends_with("[]") => walk(inner, prefix, problems),
            Value::Array(rows) if part.ends_with("[]") => {
                for row in rows {
                    if let Value::Table(inner) = &row.value {
                        walk(inner, prefix, problems);
                    }
                }
            }
            // Types are the reader's affair.
            _ => {}
        }
        prefix.pop();
    }
}

/// `no such setting`, with what was probably meant or what there is.
pub(crate) fn unknown_key(place: crate::place::Place, key: &str, known: &[&str]) -> Diagnostic {
    let names: Vec<&str> = known
        .iter()
        .map(|name| name.strip_suffix("[]").unwrap_or(name))
        .collect();
    let hint = match closest(key, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.len() == 1 => format!("there is only {}", listed(&names)),
        None => format!("there are {}", listed(&names)),
    };
    Diagnostic::new(
        Code::UnknownKey,
        format!("there is no setting `{}` here", key.escape_debug()),
    )
    .at(place, "")
    .hint(hint)
}

/// `` `a`, `b` and `c` ``.
pub(crate) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests;
