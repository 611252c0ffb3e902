//! What a person's entry tells of its groups, and which way to the others that makes.

use super::{GID_NUMBER, GroupsSettings, MEMBER_OF, Membership, OBJECT_SID, PRIMARY_GROUP_ID, UID};
use entryway_ldap_types::{AttributeName, Dn, Entry, Sid, ValueRange};

/// Most values of `uid` that are looked for.
const NAMES: usize = 8;

/// How the groups of an entry are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Groups that name it.
    Member,
    /// Groups that it names.
    MemberOf,
    /// Groups that the server reaches from it.
    InChain,
    /// Groups that it names, of which those that it names know which stand above which.
    Told,
    /// None by DN.
    Nowhere,
}

/// A person's entry, as far as groups go.
pub(super) struct Person<'a> {
    pub(super) entry: &'a Entry,
    pub(super) way: Way,
    /// `objectSid` of the primary group: Active Directory's.
    pub(super) primary_sid: Option<Vec<u8>>,
    /// Whether groups are looked for by `memberUid` and `gidNumber`.
    pub(super) posix: bool,
    /// Values of `uid`: a person has the same groups by whichever of them.
    pub(super) names: Vec<&'a [u8]>,
    /// `gidNumber`.
    pub(super) gid: Option<u32>,
}

impl<'a> Person<'a> {
    pub(super) fn new(entry: &'a Entry, settings: &GroupsSettings) -> Self {
        // Nothing but Active Directory and Samba's domain controller writes it.
        let active_directory = entry.first(&OBJECT_SID).is_some();
        let gid = number(entry, &GID_NUMBER);
        let way = match settings.membership {
            Membership::Member => Way::Member,
            Membership::MemberOf => Way::MemberOf,
            Membership::InChain | Membership::TokenGroups => Way::InChain,
            Membership::MemberUid => Way::Nowhere,
            Membership::Auto if settings.membership_filter.is_some() => Way::Member,
            // Where it is absent, the person may be in no group, or the service account may not see it.
            Membership::Auto => match member_of(entry) {
                (groups, false) if groups.is_empty() => Way::Member,
                (_, false) => Way::MemberOf,
                (_, true) => Way::InChain,
            },
        };
        let posix = match settings.membership {
            Membership::MemberUid => true,
            Membership::Auto => {
                settings.membership_filter.is_none() && !active_directory && gid.is_some()
            }
            _ => false,
        };
        Self {
            entry,
            // Direct groups need no chain.
            way: match way {
                Way::InChain if settings.depth.is_none() => Way::Member,
                way => way,
            },
            primary_sid: primary_sid(entry),
            posix,
            names: entry
                .values(&UID)
                .map(|value| &**value)
                .take(NAMES)
                .collect(),
            gid,
        }
    }

    /// Whether DNs are asked for in Active Directory's way.
    pub(super) fn is_active_directory(&self) -> bool {
        self.entry.first(&OBJECT_SID).is_some()
    }
}

/// The direct groups that an entry names itself, and whether it names more than it tells.
pub(super) fn member_of(entry: &Entry) -> (Vec<Dn>, bool) {
    let mut groups = Vec::new();
    let mut more = false;
    for attribute in &entry.attributes {
        if attribute.name == MEMBER_OF {
            more |= ValueRange::of(&attribute.name).is_some_and(|range| range.last.is_some());
            for value in &attribute.values {
                match std::str::from_utf8(value)
                    .ok()
                    .and_then(|text| Dn::parse(text).ok())
                {
                    Some(dn) => groups.push(dn),
                    None => more = true,
                }
            }
        }
    }
    (groups, more)
}

/// The number of an attribute's first value.
pub(super) fn number(entry: &Entry, name: &AttributeName) -> Option<u32> {
    entry.first_text(name)?.trim().parse().ok()
}

/// MS-ADTS §3.1.1.4.5.11: the group's SID is the account's with `primaryGroupID` in place of its last part.
fn primary_sid(entry: &Entry) -> Option<Vec<u8>> {
    let sid = Sid::from_bytes(entry.first(&OBJECT_SID)?)?;
    let group = number(entry, &PRIMARY_GROUP_ID)?;
    // Revision, count and authority are 8 bytes: a SID without parts has none to replace.
    let domain = sid.as_bytes().len().checked_sub(4).filter(|&at| at >= 8)?;
    let mut bytes = sid.as_bytes().get(..domain)?.to_vec();
    bytes.extend_from_slice(&group.to_le_bytes());
    Some(bytes)
}

#[cfg(test)]
mod tests;
