//! Entries and settings for the tests of this module's parts.

use super::{GroupsSettings, Membership};
use bytes::Bytes;
use entryway_ldap_types::{Attribute, AttributeName, Dn, Entry};

pub(super) const ADA: &str = "uid=ada,dc=x";

pub(super) fn entry(attributes: &[(&'static str, &[u8])]) -> Entry {
    Entry {
        dn: Dn::parse(ADA).unwrap(),
        dn_text: ADA.into(),
        attributes: attributes
            .iter()
            .map(|(name, value)| Attribute {
                name: AttributeName::parse(name).unwrap(),
                values: vec![Bytes::copy_from_slice(value)],
            })
            .collect(),
    }
}

pub(super) fn settings(membership: Membership) -> GroupsSettings {
    GroupsSettings {
        membership,
        ..GroupsSettings::new(Dn::parse("ou=groups,dc=x").unwrap())
    }
}
