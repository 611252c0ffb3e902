//! What a session carries under its own name, beside the custom maps.

use crate::draft::Draft;
use crate::flow::Log;
use crate::{Carried, DomainPolicy, MapTarget, Record, is_secret_attribute};
use entryway_ldap_types::{AttributeName, Entry};
use std::collections::HashSet;

/// Most values of all carried attributes together, and of one.
const VALUES_MAX: usize = 1000;
/// Most bytes that they may have together: a session travels in tokens and headers, and is kept.
const BYTES_MAX: usize = 64 * 1024;

/// Takes the attributes over; what is secret, no text or too much is left out, and told.
pub(crate) fn apply(domain: &DomainPolicy, entry: &Entry, draft: &mut Draft, log: &mut Log) {
    let wanted = match &domain.carry.attributes {
        Carried::Named(names) if names.is_empty() => return,
        Carried::Named(names) => each_once(names.iter()),
        Carried::All => each_once(entry.attributes.iter().map(|attribute| &attribute.name)),
    };
    // A map of that name says what the key holds, also where it holds nothing: the value of another attribute would
    // pass for it. Headers, where sessions travel too, know no case.
    let mapped = |key: &str| {
        domain.maps.iter().any(|map| match &map.target {
            MapTarget::Custom(name) => name.eq_ignore_ascii_case(key),
            _ => false,
        })
    };
    let mut room = Room {
        values: VALUES_MAX,
        bytes: BYTES_MAX,
    };
    let (mut carried, mut left_out) = (Vec::new(), Vec::new());
    for name in wanted {
        let key = name.base();
        let values = if is_secret_attribute(name) {
            Err("it is secret")
        } else if entry.first(name).is_none() {
            continue;
        } else if mapped(key) {
            Err("a map has this name")
        } else {
            values(entry, name, &mut room)
        };
        match values {
            Ok(values) => {
                carried.push(key.to_owned());
                draft.attributes.push((key.into(), values));
            }
            Err(why) => left_out.push((key.to_owned(), why.to_owned())),
        }
    }
    log.note(Record::Carried {
        carried,
        left_out,
        rule: domain.carry.rule,
    });
}

struct Room {
    values: usize,
    bytes: usize,
}

fn values(
    entry: &Entry,
    name: &AttributeName,
    room: &mut Room,
) -> Result<Vec<String>, &'static str> {
    let mut texts = Vec::new();
    let mut bytes = 0;
    for value in entry.values(name) {
        match std::str::from_utf8(value) {
            Ok(text) if !text.contains(char::is_control) => texts.push(text.to_owned()),
            _ => return Err("a value is not a line of text"),
        }
        bytes += value.len();
    }
    match (
        room.values.checked_sub(texts.len()),
        room.bytes.checked_sub(bytes),
    ) {
        (Some(values), Some(bytes)) => {
            *room = Room { values, bytes };
            Ok(texts)
        }
        _ => Err("the session is full"),
    }
}

/// Case and options apart, an attribute is one.
fn each_once<'n>(names: impl Iterator<Item = &'n AttributeName>) -> Vec<&'n AttributeName> {
    let mut once = Vec::new();
    let mut seen = HashSet::new();
    for name in names {
        if seen.insert(name.base().to_ascii_lowercase()) {
            once.push(name);
        }
    }
    once
}
