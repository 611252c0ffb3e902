//! What is fetched of an entry: exactly what the login needs, by name, worked out once per domain.
//!
//! Owns the list of attributes that are never fetched, whoever asks for them.

use crate::{AttributeMap, PeopleSearch};
use entryway_ldap_types::{
    AccountStateAttributes, AttributeName, Filter, FilterTemplate, Placeholder,
};
use std::sync::Arc;

/// The attributes that are fetched of a person's entry, and those that may name the session.
#[derive(Debug, Clone)]
pub struct Fetch {
    attributes: Arc<[AttributeName]>,
    name_from: Box<[AttributeName]>,
}

impl Fetch {
    /// Works the list out: identity, name, mail, the maps' sources and the account's state; no secrets.
    pub fn of(people: &PeopleSearch, maps: &[AttributeMap]) -> Self {
        let name_from: Box<[AttributeName]> = match &people.search_attribute {
            Some(attribute) => [attribute.clone()].into(),
            None => attributes_of_login(&people.filter).into(),
        };
        let state = AccountStateAttributes::names();
        let mut wanted: Vec<AttributeName> = Vec::new();
        let all = name_from
            .iter()
            .chain(&people.id_attributes)
            .chain([&people.email_attribute, &people.name_attribute])
            .chain(maps.iter().map(|map| &map.from))
            .chain(&state);
        for name in all {
            if !is_secret_attribute(name) && !wanted.contains(name) {
                // Names compare without options, so the base is asked for: `cn;lang-de` alone would hide `cn`.
                wanted.push(AttributeName::parse(name.base()).unwrap_or_else(|_| name.clone()));
            }
        }
        Self {
            attributes: wanted.into(),
            name_from,
        }
    }
    /// What a search asks for.
    pub fn attributes(&self) -> &Arc<[AttributeName]> {
        &self.attributes
    }
    /// The attributes whose value may become the session's name, in order: the search attribute, or
    /// those that a whole filter compares with `{login}` or `{user}`. Empty when it compares none.
    pub fn name_from(&self) -> &[AttributeName] {
        &self.name_from
    }
}

/// Stands for the login while a template is looked at; no real name holds a NUL.
const MARK: &[u8] = b"\0login";

/// The attributes that a filter says equal what was typed, in the order in which they are written.
fn attributes_of_login(template: &FilterTemplate) -> Vec<AttributeName> {
    let mut names = Vec::new();
    let marked = template.fill(&|placeholder| match placeholder {
        Placeholder::Login | Placeholder::User => Some(MARK),
        Placeholder::Suffix => Some(b"".as_slice()),
        _ => None,
    });
    if let Some(filter) = marked {
        collect_marked(&filter, &mut names);
    }
    names
}

/// Filters are at most [`Filter::MAX_DEPTH`] deep, so the recursion is bounded.
fn collect_marked(filter: &Filter, names: &mut Vec<AttributeName>) {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => {
            parts.iter().for_each(|part| collect_marked(part, names))
        }
        Filter::Equal(attribute, value) if value == MARK && !names.contains(attribute) => {
            names.push(attribute.clone())
        }
        _ => {}
    }
}

/// Attributes that hold passwords, their hashes or keys, in lower case.
const SECRET: [&str; 34] = [
    "2.5.4.35",
    "authpassword",
    "currentvalue",
    "dbcspwd",
    "initialauthincoming",
    "initialauthoutgoing",
    "ipanthash",
    "krbmkey",
    "krbprincipalkey",
    "krbpwdhistory",
    "lmpwdhistory",
    "ms-mcs-admpwd",
    "msds-managedpassword",
    "msfve-keypackage",
    "msfve-recoverypassword",
    "mssfu30password",
    "nsds5replicacredentials",
    "nsmultiplexorcredentials",
    "ntpwdhistory",
    "oathsecret",
    "oathtotpsecret",
    "olcrootpw",
    "orclpassword",
    "passwordhistory",
    "pwdhistory",
    "radiustunnelpassword",
    "sambalmpassword",
    "sambantpassword",
    "sambapasswordhistory",
    "supplementalcredentials",
    "unicodepwd",
    "unixuserpassword",
    "userpassword",
    "userpkcs12",
];

/// Whole families: Windows LAPS, and what holds trusts between domains together.
const SECRET_PREFIXES: [&str; 2] = ["mslaps-", "trustauth"];

/// Whether an attribute holds a password, its hash or a key: never fetched, never part of a session.
pub fn is_secret_attribute(name: &AttributeName) -> bool {
    let base = name.base();
    SECRET
        .iter()
        .any(|secret| base.eq_ignore_ascii_case(secret))
        || SECRET_PREFIXES.iter().any(|prefix| {
            base.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        })
}

#[cfg(test)]
mod tests;
