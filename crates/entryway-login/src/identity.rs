//! Who an entry is: its stable subject, and the name its session bears.

use crate::{DomainPolicy, Route, Subject};
use entryway_ldap_types::{AttributeName, Entry, Guid};

static OBJECT_GUID: AttributeName = AttributeName::from_static("objectGUID");

/// The subject from the first identity attribute that the entry has in a readable form, else from its DN.
pub(crate) fn subject(domain: &DomainPolicy, entry: &Entry) -> Subject {
    let identity = domain
        .people
        .id_attributes
        .iter()
        .find_map(|name| identity(entry, name));
    match identity {
        Some(identity) => Subject::from_identity(&domain.name, &identity),
        None => Subject::from_dn(&domain.name, &entry.dn),
    }
}

fn identity(entry: &Entry, name: &AttributeName) -> Option<String> {
    let value = entry.first(name)?;
    if *name == OBJECT_GUID {
        return Guid::from_bytes(value).map(|guid| guid.to_string());
    }
    let text = std::str::from_utf8(value).ok()?;
    let readable = !text.is_empty() && !text.chars().any(char::is_control);
    readable.then(|| text.to_owned())
}

/// The session's name and the attribute it was taken from.
pub(crate) struct Name {
    /// `None` when the entry has no value to take it from.
    pub(crate) name: Option<String>,
    /// `None` when nothing says which attribute holds names: then the name is as typed.
    pub(crate) from: Option<AttributeName>,
}

/// The entry's own spelling, so that `JDoe`, ` jdoe ` and a mail address share one home. Of several values, the one
/// that was typed; else the first.
pub(crate) fn name(domain: &DomainPolicy, route: &Route, entry: &Entry) -> Name {
    let candidates = domain.fetch.name_from();
    let case = domain.login_name_case;
    let Some(first) = candidates.first() else {
        let typed = route.user_part().trim();
        return Name {
            name: Some(case.apply(typed).into_owned()),
            from: None,
        };
    };
    for attribute in candidates {
        if let Some(value) = own_value(entry, attribute, route) {
            return Name {
                name: Some(case.apply(value).into_owned()),
                from: Some(attribute.clone()),
            };
        }
    }
    Name {
        name: None,
        from: Some(first.clone()),
    }
}

fn own_value<'e>(entry: &'e Entry, attribute: &'e AttributeName, route: &Route) -> Option<&'e str> {
    let texts = || {
        entry
            .values(attribute)
            .filter_map(|value| std::str::from_utf8(value).ok())
            .filter(|text| !text.is_empty())
    };
    let first = texts().next()?;
    if texts().nth(1).is_none() {
        return Some(first);
    }
    let typed = route.user_part().trim().to_lowercase();
    Some(
        texts()
            .find(|text| text.trim().to_lowercase() == typed)
            .unwrap_or(first),
    )
}

impl Route {
    /// What the person is called in what was typed: a suffix that chose the domain is not part of it.
    fn user_part(&self) -> &str {
        if self.by_suffix() {
            &self.user
        } else {
            &self.login
        }
    }
}

#[cfg(test)]
mod tests;
