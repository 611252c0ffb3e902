//! From an entry to a match.

use crate::groups::GroupsSettings;
use entryway_ldap_types::{AttributeName, Dn, Entry, Scope};
use entryway_login::is_secret_attribute;
use entryway_lookup::{DomainLookups, EntryId, Kind, Match};
use std::sync::Arc;

/// What is fetched of everything that becomes a match.
pub(crate) fn attributes(
    lookups: &DomainLookups,
    groups: Option<&GroupsSettings>,
) -> Arc<[AttributeName]> {
    let people = &lookups.people;
    let of_people = [
        &people.name_attribute,
        &people.mail_attribute,
        &people.description_attribute,
        &lookups.groups.name_attribute,
        &lookups.groups.description_attribute,
    ];
    let needs = groups.map(GroupsSettings::needs).unwrap_or_default();
    let all = lookups
        .id_attributes
        .iter()
        .chain(of_people)
        .chain(&people.login_attribute)
        .chain(&people.shown)
        .chain(&needs);
    let mut names: Vec<AttributeName> = Vec::new();
    for name in all {
        if !is_secret_attribute(name) && !names.contains(name) {
            names.push(name.clone());
        }
    }
    names.into()
}

/// Somebody; `None` where the entry has an identity that cannot be used.
pub(crate) fn person(lookups: &DomainLookups, entry: &Entry) -> Option<Match> {
    let people = &lookups.people;
    Some(Match {
        kind: Kind::Person,
        name: name(entry, &people.name_attribute),
        description: text(entry, &people.description_attribute),
        mail: text(entry, &people.mail_attribute),
        login_name: people
            .login_attribute
            .as_ref()
            .and_then(|attribute| own_value(entry, attribute)),
        ..bare(lookups, entry)?
    })
}

/// A group; likewise.
pub(crate) fn group(lookups: &DomainLookups, entry: &Entry) -> Option<Match> {
    let groups = &lookups.groups;
    Some(Match {
        kind: Kind::Group,
        name: name(entry, &groups.name_attribute),
        description: text(entry, &groups.description_attribute),
        mail: text(entry, &lookups.people.mail_attribute),
        ..bare(lookups, entry)?
    })
}

/// What holds others together, called as in the directory; likewise.
pub(crate) fn container(lookups: &DomainLookups, entry: &Entry) -> Option<Match> {
    let (people, groups) = (&lookups.people, &lookups.groups);
    let inside = entry.dn.is_under(&people.base) || entry.dn.is_under(&groups.base);
    inside.then_some(())?;
    Some(Match {
        name: named_by_itself(entry),
        description: text(entry, &groups.description_attribute),
        ..bare(lookups, entry)?
    })
}

/// Whether an entry lies where a search looks.
pub(crate) fn within(dn: &Dn, base: &Dn, scope: Scope) -> bool {
    let below = dn.rdns().len().saturating_sub(base.rdns().len());
    dn.is_under(base)
        && match scope {
            Scope::Base => below == 0,
            Scope::OneLevel => below == 1,
            Scope::Subtree => true,
        }
}

fn bare(lookups: &DomainLookups, entry: &Entry) -> Option<Match> {
    Some(Match {
        id: EntryId::of_entry(&lookups.name, &lookups.id_attributes, entry).ok()?,
        kind: Kind::Person,
        name: String::new(),
        description: None,
        mail: None,
        login_name: None,
        domain: Arc::clone(&lookups.name),
        dn: entry.dn_text.clone(),
    })
}

/// The first value that is a line of text.
fn text(entry: &Entry, attribute: &AttributeName) -> Option<String> {
    entry
        .values(attribute)
        .filter_map(|value| std::str::from_utf8(value).ok())
        .find(|text| is_line(text))
        .map(str::to_owned)
}

fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(char::is_control)
}

/// Of several values the one in the entry's own name.
fn own_value(entry: &Entry, attribute: &AttributeName) -> Option<String> {
    let rdn = entry.dn.rdns().first();
    entry
        .values(attribute)
        .find(|value| rdn.is_some_and(|rdn| rdn.names(attribute, value)))
        .and_then(|value| std::str::from_utf8(value).ok())
        .filter(|text| is_line(text))
        .map(str::to_owned)
        .or_else(|| text(entry, attribute))
}

/// An entry without a name is called as in the directory.
fn name(entry: &Entry, attribute: &AttributeName) -> String {
    own_value(entry, attribute).unwrap_or_else(|| named_by_itself(entry))
}

fn named_by_itself(entry: &Entry) -> String {
    let rdn = entry.dn.rdns().first().and_then(|rdn| rdn.avas().next());
    rdn.and_then(|ava| ava.text()).map_or_else(
        || entry.dn_text.clone().into(),
        |text| text.replace(char::is_control, " "),
    )
}
