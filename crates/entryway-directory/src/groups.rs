//! Groups: the settings of a domain, the walk from an entry upward, for logins and look-ups alike, and from a group
//! downward.
//!
//! - `person` reads what the entry tells of its groups;
//! - `filters` writes the questions;
//! - `found` keeps each group once, with the path that gave it;
//! - `walk` asks level by level, so that levels and not people or groups decide how often is waited;
//! - `members` asks the other way, from a group to whom it names;
//! - `dynamic` reads the searches of groups that are one;
//! - `seen` keeps groups that look-ups do not see out of what they are told;
//! - `lookup` answers look-ups with both.
//!
//! Groups outside the base are none of the domain's, and nothing is reached through them, except where the
//! server itself walks the chain.

mod cause;
mod dynamic;
mod filters;
mod found;
mod lookup;
mod members;
mod person;
mod seen;
mod values;
mod walk;

pub(crate) use walk::groups_of;

use entryway_ldap_types::{AttributeName, Dn, FilterTemplate, Placeholder};
use std::sync::Arc;

static MEMBER_OF: AttributeName = AttributeName::from_static("memberOf");
static OBJECT_SID: AttributeName = AttributeName::from_static("objectSid");
static PRIMARY_GROUP_ID: AttributeName = AttributeName::from_static("primaryGroupID");
static OBJECT_CLASS: AttributeName = AttributeName::from_static("objectClass");
static TOKEN_GROUPS: AttributeName = AttributeName::from_static("tokenGroups");
static UID: AttributeName = AttributeName::from_static("uid");
static GID_NUMBER: AttributeName = AttributeName::from_static("gidNumber");

/// How a domain's groups are found.
#[derive(Debug, Clone)]
pub struct GroupsSettings {
    /// Where groups are, at any depth.
    pub base: Dn,
    /// The same as written; this is what is sent.
    pub base_text: Arc<str>,
    /// What groups are; `None` for whatever has members. Groups that are found by `memberUid` are then `posixGroup`s.
    pub object_class: Option<Box<str>>,
    /// What gives a group its name. A group without a value has none: rules cannot name it, and it is not
    /// listed, but groups are found through it.
    pub name_attribute: AttributeName,
    /// What a group writes its members' DNs to.
    pub member_attribute: AttributeName,
    /// How it is found out who belongs to which group.
    pub membership: Membership,
    /// A person's direct groups, in place of the question that `membership` has for them; `{dn}`, `{name}` and
    /// `{entry.ATTRIBUTE}` stand in it. Used by [`Membership::Auto`] and [`Membership::Member`]. Where `{dn}` is all that it
    /// needs, the groups of groups are asked for with it too.
    pub membership_filter: Option<FilterTemplate>,
    /// How many groups may stand between a group and the person; `None` for direct groups only. Groups that
    /// lie deeper make the answer partial.
    pub depth: Option<u32>,
    /// Groups that are a search; `None` where they are not evaluated.
    pub dynamic: Option<DynamicGroups>,
    /// More groups than this make the answer partial.
    pub max_groups: u32,
    /// More members of a group than this make the answer partial.
    pub max_members: u32,
    /// More searches than this make the answer partial.
    pub max_searches: u32,
}

/// Groups that are a search.
#[derive(Debug, Clone)]
pub struct DynamicGroups {
    /// Their object class.
    pub object_class: Box<str>,
    /// What has their searches, as LDAP URLs.
    pub url_attribute: AttributeName,
    /// Where their members are, and nowhere else: the bases of the domain's people and groups.
    pub bases: Vec<Dn>,
}

/// How it is found out who belongs to which group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Membership {
    /// By what the entry has: `memberOf`, where the server keeps it and shows it ([`Membership::InChain`] where it shows only a
    /// part of it); else [`Membership::Member`]. With a `gidNumber`, and not in Active Directory, `memberUid` and the primary
    /// group too, in the same search.
    #[default]
    Auto,
    /// Groups that name the person, then groups that name those, one search a level.
    Member,
    /// The entry's `memberOf`, then that of the groups.
    MemberOf,
    /// The server walks the chain (1.2.840.113556.1.4.1941): Active Directory and Samba. Two round trips however
    /// deep groups nest, and much work for the server: a tenth of a second on Samba.
    InChain,
    /// Active Directory's `tokenGroups`: the SIDs of every group in the account's token, read from its entry, and the groups
    /// with those SIDs, fifty a search. Three round trips however deep groups nest, and little work for the server. Groups
    /// that are for mail alone are in no token.
    TokenGroups,
    /// `memberUid` has one of the entry's `uid` values, or `gidNumber` is the entry's. Such groups do not nest.
    MemberUid,
}

impl GroupsSettings {
    /// `cn` and `member` of anything under this base, by what the entry has, ten groups deep.
    pub fn new(base: Dn) -> Self {
        Self {
            base_text: base.to_string().into(),
            base,
            object_class: None,
            name_attribute: AttributeName::from_static("cn"),
            member_attribute: AttributeName::from_static("member"),
            membership: Membership::default(),
            membership_filter: None,
            depth: Some(10),
            dynamic: None,
            max_groups: 2000,
            max_members: 25_000,
            max_searches: 200,
        }
    }

    /// Attributes of the person's entry that must be fetched: each once.
    pub fn needs(&self) -> Vec<AttributeName> {
        // Active Directory's primary group is in no list of members, whichever way the others are found.
        let mut names = vec![&OBJECT_SID, &PRIMARY_GROUP_ID];
        match self.membership {
            Membership::Auto => names.extend([&MEMBER_OF, &UID, &GID_NUMBER]),
            Membership::MemberOf | Membership::InChain | Membership::TokenGroups => {
                names.push(&MEMBER_OF);
            }
            Membership::MemberUid => names.extend([&UID, &GID_NUMBER]),
            Membership::Member => {}
        }
        let template = self.membership_filter.iter();
        for placeholder in template.flat_map(FilterTemplate::placeholders) {
            if let Placeholder::EntryAttribute(name) = placeholder
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names.into_iter().cloned().collect()
    }

    /// What is asked of a group, beside these.
    fn of_group(&self, more: &[AttributeName]) -> Arc<[AttributeName]> {
        let mut names = vec![&self.name_attribute];
        let dynamic = self.dynamic.iter();
        let dynamic = dynamic.flat_map(|dynamic| [&dynamic.url_attribute, &OBJECT_CLASS]);
        for name in [&GID_NUMBER, &MEMBER_OF]
            .into_iter()
            .chain(dynamic)
            .chain(more)
        {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.into_iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_support;
