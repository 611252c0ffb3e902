//! How a domain's groups are found.

use entryway_ldap_types::{AttributeName, Dn, FilterTemplate, Placeholder};
use std::sync::Arc;

/// `[domain.X.groups]`.
#[derive(Debug, Clone)]
pub struct GroupsSettings {
    /// Where groups are, at any depth.
    pub base: Dn,
    /// The same as written.
    pub base_text: Arc<str>,
    /// What groups are; `None` for whatever has members.
    pub object_class: Option<Box<str>>,
    /// What gives a group its name.
    pub name_attribute: AttributeName,
    /// What a group writes its members' DNs to.
    pub member_attribute: AttributeName,
    /// How it is found out who belongs to which group.
    pub membership: Membership,
    /// A person's direct groups, in place of the question that `membership` has for them.
    pub membership_filter: Option<FilterTemplate>,
    /// How many groups may stand between a group and the person; `None` for direct groups only.
    pub depth: Option<u32>,
    /// Groups that are a search; `None` where they are not evaluated.
    pub dynamic: Option<DynamicGroups>,
    /// Groups of one person at most.
    pub max_groups: u32,
    /// Members of one group at most.
    pub max_members: u32,
    /// Searches of one question at most.
    pub max_searches: u32,
}

/// Groups that are a search.
#[derive(Debug, Clone)]
pub struct DynamicGroups {
    /// Their object class.
    pub object_class: Box<str>,
    /// What has their searches.
    pub url_attribute: AttributeName,
}

impl GroupsSettings {
    /// Attributes of the person's entry by which groups are found.
    pub fn needs(&self) -> Vec<AttributeName> {
        let by_way: &[&'static str] = match self.membership {
            Membership::Auto => &["memberOf", "uid", "gidNumber"],
            Membership::MemberOf | Membership::InChain | Membership::TokenGroups => &["memberOf"],
            Membership::MemberUid => &["uid", "gidNumber"],
            Membership::Member => &[],
        };
        // Active Directory's primary group is in no list of members, whichever way the others are found.
        let names = ["objectSid", "primaryGroupID"].iter().chain(by_way);
        let mut names: Vec<AttributeName> =
            names.map(|name| AttributeName::from_static(name)).collect();
        let placeholders = self.membership_filter.iter();
        names.extend(
            placeholders
                .flat_map(FilterTemplate::placeholders)
                .filter_map(|placeholder| match placeholder {
                    Placeholder::EntryAttribute(name) => Some(name.clone()),
                    _ => None,
                }),
        );
        names
    }
}

/// `domain.X.groups.membership`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Membership {
    /// By what the entry has.
    Auto,
    /// By the groups' member attribute, level by level.
    Member,
    /// By the entry's `memberOf`.
    MemberOf,
    /// By Active Directory's matching rule in chain.
    InChain,
    /// By Active Directory's `tokenGroups`.
    TokenGroups,
    /// By `memberUid` and `gidNumber`.
    MemberUid,
}
