//! `[domain.X.groups]`: where groups are, and how it is found out who belongs to them.

use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::resolve::people::Base;
use crate::resolve::{filter, text};
use crate::section::{Section, Text};
use crate::settings::{DynamicGroups, GroupsSettings, Membership};
use entryway_ldap_types::AttributeName;

const MEMBERSHIPS: [(&str, Membership); 6] = [
    ("auto", Membership::Auto),
    ("member", Membership::Member),
    ("member-of", Membership::MemberOf),
    ("in-chain", Membership::InChain),
    ("token-groups", Membership::TokenGroups),
    ("member-uid", Membership::MemberUid),
];

/// `None` when a part of it is wrong, or the domain has no base.
pub(super) fn groups(
    domain: &Section<'_>,
    base: Option<&Base<'_>>,
    cx: &Context<'_>,
) -> Option<GroupsSettings> {
    let groups = domain.section("groups");
    let found = match groups.text("base") {
        None => base.map(|base| (base.dn.clone(), base.written.text)),
        Some(written) => text::dn(written, "base", cx).map(|dn| (dn, written.text)),
    };
    let name_attribute = text::attribute_or_default(&groups, "name_attribute", cx);
    let member_attribute = text::attribute_or_default(&groups, "member_attribute", cx);
    let object_class = match groups.text("object_class") {
        None => Some(None),
        Some(written) => class(written, "object_class", cx).map(Some),
    };
    let dynamic_class = class(groups.text_or_default("dynamic_class"), "dynamic_class", cx);
    let url_attribute = text::attribute_or_default(&groups, "url_attribute", cx);
    let dynamic = DynamicGroups {
        object_class: dynamic_class?,
        url_attribute: url_attribute?,
    };
    let budget = |key: &str| u32::try_from(groups.integer(key)).unwrap_or(u32::MAX);
    let membership_filter = match groups.text("membership_filter") {
        None => Some(None),
        Some(written) => filter::of_member(written, "membership_filter", cx).map(Some),
    };
    let (base, base_text) = found?;
    Some(GroupsSettings {
        base,
        base_text: base_text.into(),
        object_class: object_class?,
        name_attribute: name_attribute?,
        member_attribute: member_attribute?,
        membership: groups.word("membership", &MEMBERSHIPS, Membership::Auto),
        membership_filter: membership_filter?,
        // -1 is what people know from elsewhere for "direct groups only".
        depth: u32::try_from(groups.integer("depth")).ok(),
        dynamic: groups.boolean("dynamic").then_some(dynamic),
        max_groups: budget("max_groups"),
        max_members: budget("max_members"),
        max_searches: budget("max_searches"),
    })
}

/// The name of a class is an LDAP `descr` or OID, as attribute names are.
fn class(written: Text<'_>, key: &str, cx: &Context<'_>) -> Option<Box<str>> {
    match AttributeName::parse(written.text) {
        Ok(name) if name.base() == written.text => Some(written.text.into()),
        _ => {
            cx.push(
                Diagnostic::new(
                    Code::NotAttribute,
                    format!("`{key}` is not the name of an object class"),
                )
                .at(written.place, ""),
            );
            None
        }
    }
}
