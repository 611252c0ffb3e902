//! The questions of the walk, as filters. Names and values of entries stand in them as values.

use super::person::{Person, Way};
use super::{GID_NUMBER, GroupsSettings, OBJECT_SID};
use entryway_ldap_types::{AttributeName, Dn, Filter, FilterTemplate, Placeholder};

const OBJECT_CLASS: AttributeName = AttributeName::from_static("objectClass");
const MEMBER_UID: AttributeName = AttributeName::from_static("memberUid");
const ENTRY_DN: AttributeName = AttributeName::from_static("entryDN");
const DISTINGUISHED_NAME: AttributeName = AttributeName::from_static("distinguishedName");
/// Most DNs in one search.
pub(super) const BATCH: usize = 50;
const POSIX_GROUP: &str = "posixGroup";
const IN_CHAIN: &str = "1.2.840.113556.1.4.1941";
/// Most combinations of values that one template is filled with.
const COMBINATIONS: usize = 64;

impl GroupsSettings {
    /// Groups that have one of these DNs as a member.
    pub(super) fn with_members<'a>(&self, members: impl Iterator<Item = &'a str>) -> Filter {
        match self.of_any_dn() {
            Some(template) => one_of(
                members
                    .filter_map(|member| template.fill(&|_| Some(member.as_bytes())))
                    .collect(),
            ),
            None => self.groups(members.map(|member| self.plain(member))),
        }
    }

    /// Groups that the server finds from this DN at any depth.
    pub(super) fn in_chain(&self, member: &str) -> Filter {
        self.groups([Filter::Extensible {
            attribute: Some(self.member_attribute.clone()),
            rule: Some(IN_CHAIN.into()),
            value: member.as_bytes().to_vec(),
            dn_attributes: false,
        }])
    }

    /// These groups. Active Directory has no `entryDN` (RFC 5020); elsewhere `distinguishedName` is the type that
    /// `member` and its like come from, and finds anything that names one of them.
    pub(super) fn named<'a>(
        &self,
        groups: impl Iterator<Item = &'a Dn>,
        active_directory: bool,
    ) -> Filter {
        both(
            self.object_class.as_deref(),
            by_names(groups, active_directory),
        )
    }

    /// The group with this SID.
    pub(super) fn with_sid(&self, sid: &[u8]) -> Filter {
        self.groups([Filter::Equal(OBJECT_SID.clone(), sid.to_vec())])
    }

    /// The groups with these SIDs.
    pub(super) fn with_sids(&self, sids: &[&[u8]]) -> Filter {
        self.groups(
            sids.iter()
                .map(|sid| Filter::Equal(OBJECT_SID.clone(), sid.to_vec())),
        )
    }

    /// Groups that name the person: by DN, by the domain's own filter, by `memberUid` or by number. `None` when there is
    /// nothing to ask by.
    pub(super) fn direct(&self, person: &Person<'_>, name: &str) -> Option<Filter> {
        let mut any = Vec::new();
        if person.way == Way::Member {
            match &self.membership_filter {
                Some(template) => any.extend(filled(template, person, name)),
                None => any.push(self.groups([self.plain(&person.entry.dn_text)])),
            }
        }
        if person.posix {
            let named = person
                .names
                .iter()
                .map(|name| Filter::Equal(MEMBER_UID, name.to_vec()));
            let number = person
                .gid
                .map(|gid| Filter::Equal(GID_NUMBER.clone(), gid.to_string().into_bytes()));
            let posix: Vec<_> = named.chain(number).collect();
            if !posix.is_empty() {
                // Beside groups of DNs, those of numbers have a class of their own.
                let class = match &self.object_class {
                    Some(class) if person.way == Way::Nowhere => class,
                    _ => POSIX_GROUP,
                };
                any.push(both(Some(class), one_of(posix)));
            }
        }
        (!any.is_empty()).then(|| one_of(any))
    }

    /// Any of these, of the class that groups have.
    fn groups(&self, any: impl IntoIterator<Item = Filter>) -> Filter {
        let any = one_of(any.into_iter().collect());
        both(self.object_class.as_deref(), any)
    }

    /// The domain's own filter, where a DN is all that it needs: then it says of groups too what has them as members.
    fn of_any_dn(&self) -> Option<&FilterTemplate> {
        self.membership_filter.as_ref().filter(|template| {
            let placeholders = template.placeholders();
            !placeholders.is_empty() && placeholders.iter().all(|it| **it == Placeholder::EntryDn)
        })
    }

    fn plain(&self, dn: &str) -> Filter {
        Filter::Equal(self.member_attribute.clone(), dn.as_bytes().to_vec())
    }
}

/// The template with every combination of the entry's values; empty when one is missing.
fn filled(template: &FilterTemplate, person: &Person<'_>, name: &str) -> Vec<Filter> {
    let mut wanted: Vec<&Placeholder> = Vec::new();
    for placeholder in template.placeholders() {
        if !wanted.contains(&placeholder) {
            wanted.push(placeholder);
        }
    }
    let mut rows: Vec<Vec<&[u8]>> = vec![Vec::new()];
    for placeholder in &wanted {
        let values: Vec<&[u8]> = match placeholder {
            Placeholder::EntryDn => vec![person.entry.dn_text.as_bytes()],
            Placeholder::Name => vec![name.as_bytes()],
            Placeholder::EntryAttribute(attribute) => person
                .entry
                .values(attribute)
                .map(|value| &**value)
                .collect(),
            _ => Vec::new(),
        };
        rows = rows
            .iter()
            .flat_map(|row| {
                values
                    .iter()
                    .map(|value| row.iter().copied().chain([*value]).collect())
            })
            .take(COMBINATIONS)
            .collect();
    }
    rows.iter()
        .filter_map(|row| {
            template.fill(&|placeholder| {
                let at = wanted.iter().position(|wanted| *wanted == placeholder)?;
                // An empty value would widen a substring assertion.
                row.get(at).copied().filter(|value| !value.is_empty())
            })
        })
        .collect()
}

/// These entries.
pub(super) fn by_names<'a>(
    entries: impl Iterator<Item = &'a Dn>,
    active_directory: bool,
) -> Filter {
    let name = if active_directory {
        DISTINGUISHED_NAME
    } else {
        ENTRY_DN
    };
    let each = entries.map(|dn| Filter::Equal(name.clone(), dn.to_string().into_bytes()));
    one_of(each.collect())
}

/// `objectClass`.
pub(super) fn class_is() -> AttributeName {
    OBJECT_CLASS
}

pub(super) fn one_of(mut any: Vec<Filter>) -> Filter {
    match any.pop() {
        Some(only) if any.is_empty() => only,
        Some(last) => {
            any.push(last);
            Filter::Or(any)
        }
        None => Filter::Or(any),
    }
}

pub(super) fn both(class: Option<&str>, filter: Filter) -> Filter {
    match class {
        Some(class) => Filter::And(vec![
            Filter::Equal(OBJECT_CLASS, class.as_bytes().to_vec()),
            filter,
        ]),
        None => filter,
    }
}

#[cfg(test)]
mod tests;
