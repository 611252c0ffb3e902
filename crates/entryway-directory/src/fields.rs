//! Fields of cards and of address books: which attributes they take, and what becomes of an entry.

use entryway_ldap_types::{AttributeName, Entry};
use entryway_login::{Authority, DomainId, Facts, is_secret_attribute};
use entryway_lookup::{DomainLookups, FieldFrom, FieldPolicy, Match, PeopleLookup};
use std::slice;

/// What stands between two mail addresses.
const BETWEEN_ADDRESSES: &str = ", ";

/// What these fields are made of. An attribute that holds a secret is not among it, whatever a field says.
pub(crate) fn needs<'a>(
    fields: impl IntoIterator<Item = &'a FieldPolicy>,
    people: &'a PeopleLookup,
) -> impl Iterator<Item = &'a AttributeName> {
    fields
        .into_iter()
        .flat_map(move |field| sources(field, people))
        .filter(|name| !is_secret_attribute(name))
}

/// Where the values of a field are; nothing for one that is put together by a template.
pub(crate) fn copied<'a>(field: &'a FieldPolicy, people: &'a PeopleLookup) -> &'a [AttributeName] {
    match &field.from {
        FieldFrom::Template(_) => &[],
        _ => sources(field, people),
    }
}

fn sources<'a>(field: &'a FieldPolicy, people: &'a PeopleLookup) -> &'a [AttributeName] {
    match &field.from {
        FieldFrom::Name => slice::from_ref(&people.name_attribute),
        FieldFrom::Mail => slice::from_ref(&people.mail_attribute),
        FieldFrom::Attributes { names, .. } => names,
        FieldFrom::Template(template) => &template.needs().attributes,
    }
}

/// The field's text; `None` where the entry has nothing for it.
pub(crate) fn text(
    field: &FieldPolicy,
    index: usize,
    lookups: &DomainLookups,
    found: &Match,
    entry: &Entry,
) -> Option<String> {
    let people = &lookups.people;
    match &field.from {
        // An entry may be called several things, and has one name.
        FieldFrom::Name => Some(found.name.clone()),
        FieldFrom::Attributes { names, .. } if *names == [people.name_attribute.clone()] => {
            Some(found.name.clone())
        }
        FieldFrom::Mail => joined(
            entry,
            slice::from_ref(&people.mail_attribute),
            BETWEEN_ADDRESSES,
        ),
        FieldFrom::Attributes { names, separator } => joined(entry, names, separator),
        // One that has no value for somebody is a field that they do not have.
        FieldFrom::Template(template) => template.render(&facts(index, lookups, found, entry)).ok(),
    }
    .filter(|text| !text.trim().is_empty())
}

fn joined(entry: &Entry, names: &[AttributeName], separator: &str) -> Option<String> {
    let readable = names.iter().filter(|name| !is_secret_attribute(name));
    let texts: Vec<String> = readable.flat_map(|name| values(entry, name)).collect();
    (!texts.is_empty()).then(|| texts.join(separator))
}

/// The values that are text, each as people write it.
pub(crate) fn values<'a>(
    entry: &'a Entry,
    name: &'a AttributeName,
) -> impl Iterator<Item = String> + 'a {
    let in_lines = is_in_lines(name);
    entry
        .values(name)
        .filter_map(|value| std::str::from_utf8(value).ok())
        .map(move |value| {
            if in_lines {
                tidy(&lines(value))
            } else {
                tidy(value)
            }
        })
        .filter(|text| !text.is_empty())
}

/// Lines stay lines; other control characters are of no use to anybody who reads.
fn tidy(value: &str) -> String {
    let value = value.replace("\r\n", "\n").replace('\r', "\n");
    let plain = |char: char| char.is_control() && char != '\n';
    value.replace(plain, " ").trim().to_owned()
}

/// Attributes of the syntax Postal Address (RFC 4519, RFC 4524).
fn is_in_lines(name: &AttributeName) -> bool {
    let names = ["postalAddress", "homePostalAddress", "registeredAddress"];
    names
        .iter()
        .any(|one| name.base().eq_ignore_ascii_case(one))
}

/// RFC 4517 §3.3.28: lines end at a dollar; a dollar and a backslash of the text are escaped.
fn lines(value: &str) -> String {
    let lines = value.split('$').map(|line| {
        line.trim()
            .replace("\\24", "$")
            .replace("\\5C", "\\")
            .replace("\\5c", "\\")
    });
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// Of an entry alone: nobody logs in.
fn facts<'a>(
    index: usize,
    lookups: &'a DomainLookups,
    found: &'a Match,
    entry: &'a Entry,
) -> Facts<'a> {
    Facts {
        name: &found.name,
        login_name: found.login_name.as_deref().unwrap_or_default(),
        authority: Authority::Domain {
            id: DomainId(index),
            name: &lookups.name,
        },
        entry: Some(entry),
        uid: None,
        gid: None,
        own_gid: None,
        home: None,
        user_type: None,
        shell: None,
        email: None,
        display_name: None,
        attributes: &[],
        groups: &[],
        client_address: None,
    }
}

#[cfg(test)]
mod tests;
