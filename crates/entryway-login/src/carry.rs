//! What a session carries under its own name, beside the custom maps.

use crate::draft::Draft;
use crate::flow::Log;
use crate::{Carried, DomainPolicy, Record, is_secret_attribute};
use entryway_ldap_types::{Attribute, AttributeName, Entry};

/// Most values of all carried attributes together, and of one.
const VALUES_MAX: usize = 1000;
/// Most bytes that they may have together: a session travels in tokens and headers, and is kept.
const BYTES_MAX: usize = 64 * 1024;

/// Takes the attributes over; what is secret, no text or too much is left out, and told.
pub(crate) fn apply(domain: &DomainPolicy, entry: &Entry, draft: &mut Draft, log: &mut Log) {
    let wanted: Vec<&AttributeName> = match &domain.carry.attributes {
        Carried::Named(names) if names.is_empty() => return,
        Carried::Named(names) => names.iter().collect(),
        Carried::All => each_once(&entry.attributes),
    };
    let mut room = Room {
        values: VALUES_MAX,
        bytes: BYTES_MAX,
    };
    let (mut carried, mut left_out) = (Vec::new(), Vec::new());
    for name in wanted {
        let key = name.base();
        match values(entry, name, &mut room) {
            Ok(values) if values.is_empty() => {}
            // A map of that name has said what the key holds.
            Ok(_) if draft.attributes.iter().any(|(taken, _)| **taken == *key) => {
                left_out.push((key.to_owned(), "a map has this name".to_owned()));
            }
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
    if is_secret_attribute(name) {
        return Err("it is secret");
    }
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

/// Options apart, an attribute is one.
fn each_once(attributes: &[Attribute]) -> Vec<&AttributeName> {
    let mut names: Vec<&AttributeName> = Vec::new();
    for Attribute { name, .. } in attributes {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
