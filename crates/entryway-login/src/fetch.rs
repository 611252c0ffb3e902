//! What is fetched of an entry: exactly what the login needs, by name, worked out once per domain.

use crate::{AttributeMap, Carried, Carry, PeopleSearch, is_secret_attribute};
use entryway_ldap_types::{
    AccountStateAttributes, AttributeName, Filter, FilterTemplate, PasswordStamp, Placeholder,
};
use std::sync::Arc;

/// The attributes that are fetched of a person's entry, and those that may name the session.
#[derive(Debug, Clone)]
pub struct Fetch {
    attributes: Arc<[AttributeName]>,
    with_groups: Arc<[AttributeName]>,
    name_from: Box<[AttributeName]>,
}

impl Fetch {
    /// Works the lists out: identity, name, mail, the maps' sources, what the session carries, the account's
    /// state, and what the rules look at (`needed`); no secrets. `for_groups` is fetched where groups are asked for.
    pub fn of(
        people: &PeopleSearch,
        maps: &[AttributeMap],
        carry: &Carry,
        needed: &[AttributeName],
        for_groups: &[AttributeName],
    ) -> Self {
        let name_from: Box<[AttributeName]> = match &people.search_attribute {
            Some(attribute) => [attribute.clone()].into(),
            None => attributes_of_login(&people.filter).into(),
        };
        let state = AccountStateAttributes::names();
        let stamp = PasswordStamp::names();
        let (carried, everything): (&[AttributeName], bool) = match &carry.attributes {
            Carried::Named(names) => (names, false),
            Carried::All => (&[], true),
        };
        let mut wanted: Vec<AttributeName> = Vec::new();
        let all = name_from
            .iter()
            .chain(&people.id_attributes)
            .chain([&people.email_attribute, &people.name_attribute])
            .chain(maps.iter().map(|map| &map.from))
            .chain(&state)
            .chain(&stamp)
            .chain(needed)
            .chain(carried);
        for name in all {
            add(name, &mut wanted);
        }
        if everything {
            // RFC 4511 §4.5.1.8: all user attributes. The operational ones above are asked for by name beside it.
            wanted.push(AttributeName::all_user());
        }
        let mut with_groups = wanted.clone();
        for name in for_groups {
            add(name, &mut with_groups);
        }
        Self {
            attributes: wanted.into(),
            with_groups: with_groups.into(),
            name_from,
        }
    }
    /// What a search asks for.
    pub fn attributes(&self) -> &Arc<[AttributeName]> {
        &self.attributes
    }
    /// What it asks for where the person's groups are asked for afterwards.
    pub fn attributes_with_groups(&self) -> &Arc<[AttributeName]> {
        &self.with_groups
    }
    /// The attributes whose value may become the session's name, in order: the search attribute; or those that a
    /// whole filter says equal `{login}` or `{user}`; or, where it says so of none, those that it compares with them in
    /// any other way. Empty when it compares none: then nobody has a name here.
    pub fn name_from(&self) -> &[AttributeName] {
        &self.name_from
    }
}

/// Each once, and never a secret. Names compare without options, so the base is asked for: `cn;lang-de` alone would
/// hide `cn`.
fn add(name: &AttributeName, wanted: &mut Vec<AttributeName>) {
    if !is_secret_attribute(name) && !wanted.contains(name) {
        wanted.push(AttributeName::parse(name.base()).unwrap_or_else(|_| name.clone()));
    }
}

/// Stands for the login while a template is looked at; no real name holds a NUL.
const MARK: &[u8] = b"\0login";

/// The attributes that a filter says equal what was typed, in the order in which they are written. Where there is
/// none, those that are like it, hold it, or equal a text with it inside.
fn attributes_of_login(template: &FilterTemplate) -> Vec<AttributeName> {
    let (mut equal, mut alike) = (Vec::new(), Vec::new());
    let marked = template.fill(&|placeholder| match placeholder {
        Placeholder::Login | Placeholder::User => Some(MARK),
        Placeholder::Suffix => Some(b"".as_slice()),
        _ => None,
    });
    if let Some(filter) = marked {
        collect_marked(&filter, &mut equal, &mut alike);
    }
    if equal.is_empty() { alike } else { equal }
}

/// Filters are at most [`Filter::MAX_DEPTH`] deep, so the recursion is bounded.
fn collect_marked(filter: &Filter, equal: &mut Vec<AttributeName>, alike: &mut Vec<AttributeName>) {
    let add = |names: &mut Vec<AttributeName>, attribute: &AttributeName| {
        if !names.contains(attribute) {
            names.push(attribute.clone());
        }
    };
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts
            .iter()
            .for_each(|part| collect_marked(part, equal, alike)),
        Filter::Equal(attribute, value) if value == MARK => add(equal, attribute),
        Filter::Equal(attribute, value)
        | Filter::Approx(attribute, value)
        | Filter::GreaterOrEqual(attribute, value)
        | Filter::LessOrEqual(attribute, value)
        | Filter::Extensible {
            attribute: Some(attribute),
            value,
            ..
        } if is_marked(value) => add(alike, attribute),
        Filter::Substrings {
            attribute,
            initial,
            any,
            last,
        } if initial
            .iter()
            .chain(any)
            .chain(last)
            .any(|part| is_marked(part)) =>
        {
            add(alike, attribute);
        }
        _ => {}
    }
}

fn is_marked(value: &[u8]) -> bool {
    value.windows(MARK.len()).any(|part| part == MARK)
}

#[cfg(test)]
mod tests;
