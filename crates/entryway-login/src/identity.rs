//! Who an entry is: its stable subject, and the name its session bears.
//!
//! Both come from the entry alone. What was typed must not choose between them, or a person with two
//! values would be two people; and what cannot be read is refused, because the next best value would be
//! somebody else's on the day on which it can.

use crate::trace::quoted;
use crate::{Anchor, DomainPolicy, IdentityPart, Subject, is_secret_attribute};
use entryway_ldap_types::{AttributeName, Entry, Guid, PasswordStamp};

static OBJECT_GUID: AttributeName = AttributeName::from_static("objectGUID");

/// A value that is there and cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unusable {
    pub(crate) part: IdentityPart,
    pub(crate) from: AttributeName,
    /// In words.
    pub(crate) problem: String,
}

/// The subject from the first identity attribute that the entry has; from its DN when it has none.
pub(crate) fn subject(domain: &DomainPolicy, entry: &Entry) -> Result<Subject, Unusable> {
    subject_by(&domain.name, &domain.people.id_attributes, entry)
}

/// The same, by these attributes.
pub(crate) fn subject_by(
    domain: &str,
    id_attributes: &[AttributeName],
    entry: &Entry,
) -> Result<Subject, Unusable> {
    for name in id_attributes {
        let Some(values) = values(entry, name) else {
            continue;
        };
        let subject = identity(name, &values).and_then(|identity| {
            Subject::from_identity(domain, &identity).ok_or_else(|| {
                format!(
                    "is {}, which reads as the subject of an entry without an identity",
                    quoted(&identity)
                )
            })
        });
        return subject.map_err(|problem| Unusable {
            part: IdentityPart::Subject,
            from: name.clone(),
            problem,
        });
    }
    Ok(Subject::from_dn(domain, &entry.dn))
}

/// The attribute and value by which the entry is found again, wherever it moves.
pub(crate) fn anchor(domain: &DomainPolicy, entry: &Entry) -> Anchor {
    let identity = domain.people.id_attributes.iter().find_map(|name| {
        let values = values(entry, name)?;
        let value = values.first()?;
        Some((name.clone(), Box::from(*value)))
    });
    Anchor {
        identity,
        password_stamp: password_stamp(entry),
        ..Anchor::default()
    }
}

/// What changes when the entry's password changes, as far as the directory tells.
pub(crate) fn password_stamp(entry: &Entry) -> Option<Box<[u8]>> {
    PasswordStamp::read(entry).map(|stamp| stamp.as_bytes().into())
}

fn identity(name: &AttributeName, values: &[&[u8]]) -> Result<String, String> {
    let [value] = values else {
        return Err(format!("has {} values, expected one", values.len()));
    };
    if *name == OBJECT_GUID {
        return Guid::from_bytes(value)
            .map(|guid| guid.to_string())
            .ok_or_else(|| format!("has {} bytes, expected 16", value.len()));
    }
    line(value).map(str::to_owned)
}

/// The session's name and the attribute it was taken from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// `None` when the entry has no value to take it from.
    pub(crate) name: Option<String>,
    /// `None` when nothing says which attribute holds names: then there is none. What was typed is no name, or
    /// whoever types would choose whose home they get.
    pub(crate) from: Option<AttributeName>,
}

/// The entry's own spelling, so that `JDoe`, ` jdoe ` and a mail address share one home. The first attribute that
/// has a value decides; of several values, the one in the entry's RDN.
pub(crate) fn name(domain: &DomainPolicy, entry: &Entry) -> Result<Name, Unusable> {
    let candidates = domain.fetch.name_from();
    let case = domain.login_name_case;
    for attribute in candidates {
        let Some(values) = values(entry, attribute) else {
            continue;
        };
        return match own_value(entry, attribute, &values) {
            Ok(value) => Ok(Name {
                name: Some(case.apply(value).into_owned()),
                from: Some(attribute.clone()),
            }),
            Err(problem) => Err(Unusable {
                part: IdentityPart::Name,
                from: attribute.clone(),
                problem,
            }),
        };
    }
    Ok(Name {
        name: None,
        from: candidates.first().cloned(),
    })
}

fn own_value<'e>(
    entry: &Entry,
    attribute: &AttributeName,
    values: &[&'e [u8]],
) -> Result<&'e str, String> {
    if let [value] = values {
        return line(value);
    }
    let rdn = entry.dn.rdns().first();
    let in_rdn = |value: &&&[u8]| rdn.is_some_and(|rdn| rdn.names(attribute, value));
    let mut named = values.iter().filter(in_rdn);
    match (named.next(), named.next()) {
        (Some(value), None) => line(value),
        (None, _) => Err(format!(
            "has {} values, none of them in the entry's own RDN, expected one",
            values.len()
        )),
        (Some(_), Some(_)) => Err(format!(
            "has {} values, several of them in the entry's own RDN, expected one",
            values.len()
        )),
    }
}

/// All values of an attribute; `None` when it has none, or is a secret: never fetched, and if a server
/// volunteers it, never looked at.
fn values<'e>(entry: &'e Entry, name: &'e AttributeName) -> Option<Vec<&'e [u8]>> {
    if is_secret_attribute(name) {
        return None;
    }
    let values: Vec<&[u8]> = entry.values(name).map(|value| &**value).collect();
    (!values.is_empty()).then_some(values)
}

/// One line of text. A subject or a name ends up in headers, tokens, paths and lines of a log.
fn line(value: &[u8]) -> Result<&str, String> {
    match std::str::from_utf8(value) {
        Err(_) => Err("is not UTF-8 text".to_owned()),
        Ok(text) if text.trim().is_empty() => Err("is empty".to_owned()),
        Ok(text) if text.contains(char::is_control) => Err(format!(
            "is {}, which holds a control character",
            quoted(text)
        )),
        Ok(text) => Ok(text),
    }
}

#[cfg(test)]
mod tests;
