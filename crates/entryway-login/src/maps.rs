//! Step 1: every enabled map copies an attribute's value into the session. Values are parsed, not copied.

mod value;

use crate::draft::Draft;
use crate::{
    AttributeMap, DomainPolicy, MapOutcome, MapResult, MapTarget, MapValues, OnInvalid, Platform,
};
use entryway_ldap_types::Entry;
use value::Parsed;

/// Runs the maps in the file's order.
pub(crate) fn apply(
    maps: &[AttributeMap],
    platform: Platform,
    entry: &Entry,
    draft: &mut Draft,
) -> Vec<MapResult> {
    maps.iter()
        .map(|map| MapResult {
            target: map.target.clone(),
            from: map.from.as_str().to_owned(),
            value: run(map, platform, entry, draft),
            rule: map.rule,
        })
        .collect()
}

fn run(map: &AttributeMap, platform: Platform, entry: &Entry, draft: &mut Draft) -> MapOutcome {
    let texts = match texts(map, entry) {
        Ok(texts) if texts.is_empty() => return MapOutcome::Absent,
        Ok(texts) => texts,
        Err(problem) => return invalid(map, problem, draft),
    };
    // Only custom attributes keep a list; every other target has one text by now.
    let parsed = match (&map.target, texts.as_slice()) {
        (MapTarget::Custom(name), _) => match texts.iter().try_for_each(|text| value::line(text)) {
            Ok(()) => Parsed::Custom(name.clone(), texts.clone()),
            Err(problem) => return invalid(map, problem, draft),
        },
        (target, [text]) => match value::parse(target, text, platform) {
            Ok(parsed) => parsed,
            Err(problem) => return invalid(map, problem, draft),
        },
        (_, several) => return invalid(map, too_many(several.len()), draft),
    };
    parsed.put(draft);
    MapOutcome::Set(texts)
}

/// Whether a target can take a text, or why not.
pub(crate) fn check(target: &MapTarget, text: &str, platform: Platform) -> Result<(), String> {
    value::parse(target, text, platform).map(|_| ())
}

/// Sets a target from a text that [`check`] takes.
pub(crate) fn set(target: &MapTarget, text: &str, platform: Platform, draft: &mut Draft) {
    if let Ok(parsed) = value::parse(target, text, platform) {
        parsed.put(draft);
    }
}

fn invalid(map: &AttributeMap, problem: String, draft: &mut Draft) -> MapOutcome {
    let defaulted = map.on_invalid == OnInvalid::Default;
    if !defaulted {
        draft.invalid.push((map.target.clone(), problem.clone()));
    }
    MapOutcome::Invalid { problem, defaulted }
}

/// Most values that one map takes. A session travels in tokens and headers, and is kept: a directory
/// that sends a million values must not fill them.
const VALUES_MAX: usize = 1000;
/// Most bytes that they may have together.
const BYTES_MAX: usize = 64 * 1024;

/// The attribute's values as texts, as many as the map wants; none when the entry has none.
fn texts(map: &AttributeMap, entry: &Entry) -> Result<Vec<String>, String> {
    // Never fetched; and if a server volunteers it, never looked at.
    if crate::is_secret_attribute(&map.from) {
        return Ok(Vec::new());
    }
    let mut values: Vec<&[u8]> = entry.values(&map.from).map(|value| &**value).collect();
    match map.values {
        MapValues::One if values.len() > 1 => return Err(too_many(values.len())),
        MapValues::One | MapValues::First => values.truncate(1),
        MapValues::List | MapValues::Join => {}
    }
    if values.len() > VALUES_MAX {
        return Err(format!(
            "has {} values, expected at most {VALUES_MAX}",
            values.len()
        ));
    }
    let bytes: usize = values.iter().map(|value| value.len()).sum();
    if bytes > BYTES_MAX {
        return Err(format!("has {bytes} bytes, expected at most {BYTES_MAX}"));
    }
    let texts: Vec<String> = values.into_iter().map(text).collect::<Result<_, _>>()?;
    Ok(match map.values {
        MapValues::Join if !texts.is_empty() => vec![texts.join(", ")],
        _ => texts,
    })
}

fn text(value: &[u8]) -> Result<String, String> {
    match std::str::from_utf8(value) {
        Ok("") => Err("is empty".to_owned()),
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err("is not UTF-8 text".to_owned()),
    }
}

fn too_many(found: usize) -> String {
    format!("has {found} values, expected one")
}

/// Whether the entry allows a login by mail: its map, then the domain's default. Asked before the bind.
/// An unusable value allows nothing.
pub(crate) fn allows_mail_login(domain: &DomainPolicy, entry: &Entry) -> bool {
    let Some(map) = domain
        .maps
        .iter()
        .find(|map| map.target == MapTarget::AuthByEmail)
    else {
        return domain.defaults.auth_by_email;
    };
    let or_default = map.on_invalid == OnInvalid::Default && domain.defaults.auth_by_email;
    match texts(map, entry).as_deref() {
        Ok([]) => domain.defaults.auth_by_email,
        Ok([text]) => value::yes_or_no(text).unwrap_or(or_default),
        Ok(_) | Err(_) => or_default,
    }
}

#[cfg(test)]
mod tests;
