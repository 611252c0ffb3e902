//! A person's groups by the groups' own lists of members, or by what `memberOf` says, level by level, as
//! `[domain.X.groups]` has it. The other ways to ask are for servers, and lead to the same groups.

use super::{Domain, Server};
use entryway_config::{GroupsSettings, Membership};
use entryway_ldap_types::{AttributeName, Dn, Entry, Filter, Placeholder, Scope};
use entryway_login::{Group, GroupsOperation};
use std::sync::Arc;

/// Direct ones first, and why there may be more.
pub(super) fn of(
    domain: &Domain,
    server: &Server,
    operation: &GroupsOperation,
) -> (Vec<Group>, Option<String>) {
    let settings = &domain.groups;
    let mut found: Vec<(Dn, Group)> = Vec::new();
    let first = match settings.membership {
        Membership::MemberOf => server.named_by(&operation.entry.dn_text),
        _ => Asked::Whoever(direct(settings, operation)),
    };
    let mut level = vec![(first, Vec::new())];
    let deepest = settings.depth.unwrap_or(0);
    for between in 0.. {
        let mut next = Vec::new();
        for (asked, path) in level {
            for entry in server.groups(settings, asked) {
                if found.iter().any(|(dn, _)| *dn == entry.dn) {
                    continue;
                }
                if between > deepest {
                    let partial = settings
                        .depth
                        .map(|depth| format!("groups nest deeper than {depth} levels"));
                    return (groups(found), partial);
                }
                let group = group(domain, &entry, &path);
                let mut below: Vec<Arc<str>> = path.clone();
                below.push(Arc::clone(&group.name));
                let above = match settings.membership {
                    Membership::MemberOf => server.named_by(&entry.dn_text),
                    _ => Asked::Whoever(Some(members(settings, &entry.dn_text))),
                };
                next.push((above, below));
                found.push((entry.dn, group));
            }
        }
        if next.is_empty() {
            break;
        }
        level = next;
    }
    (groups(found), None)
}

fn groups(found: Vec<(Dn, Group)>) -> Vec<Group> {
    found.into_iter().map(|(_, group)| group).collect()
}

/// The question for the person's own groups; none where the filter wants what the entry lacks.
fn direct(settings: &GroupsSettings, operation: &GroupsOperation) -> Option<Filter> {
    let Some(filter) = &settings.membership_filter else {
        return Some(members(settings, &operation.entry.dn_text));
    };
    filter.fill(&|placeholder| match placeholder {
        Placeholder::EntryDn => Some(operation.entry.dn_text.as_bytes()),
        Placeholder::Name => Some(operation.name.as_bytes()),
        Placeholder::EntryAttribute(name) => operation.entry.first(name).map(|value| &value[..]),
        _ => None,
    })
}

/// Which groups are looked for.
enum Asked {
    /// Those that this is true of; nobody where there is no such question.
    Whoever(Option<Filter>),
    /// These.
    Named(Vec<String>),
}

/// Groups that list this name.
fn members(settings: &GroupsSettings, dn: &str) -> Filter {
    Filter::Equal(settings.member_attribute.clone(), dn.as_bytes().to_vec())
}

fn group(domain: &Domain, entry: &Entry, path: &[Arc<str>]) -> Group {
    let text = |name: &AttributeName| entry.first_text(name);
    Group {
        domain: Arc::clone(&domain.name),
        name: text(&domain.groups.name_attribute)
            .unwrap_or_default()
            .into(),
        dn: Some(entry.dn.clone()),
        gid: text(&AttributeName::from_static("gidNumber")).and_then(|text| text.parse().ok()),
        path: path.to_vec(),
    }
}

impl Server {
    /// What an entry's `memberOf` names.
    fn named_by(&self, dn: &str) -> Asked {
        let member_of = AttributeName::from_static("memberOf");
        let present = Filter::Present(AttributeName::from_static("objectClass"));
        let attributes = [member_of.clone()];
        let found = self
            .directory
            .answer_search(dn, Scope::Base, &present, &attributes, 0);
        let values = found
            .entries
            .iter()
            .flat_map(|entry| entry.values(&member_of));
        let texts = values.filter_map(|value| std::str::from_utf8(value).ok());
        Asked::Named(texts.map(str::to_owned).collect())
    }

    fn groups(&self, settings: &GroupsSettings, asked: Asked) -> Vec<Entry> {
        let present = || Filter::Present(AttributeName::from_static("objectClass"));
        match asked {
            Asked::Whoever(None) => Vec::new(),
            Asked::Whoever(Some(filter)) => {
                self.groups_at(settings, &settings.base_text, Scope::Subtree, filter)
            }
            Asked::Named(names) => names
                .iter()
                .flat_map(|dn| self.groups_at(settings, dn, Scope::Base, present()))
                .collect(),
        }
    }

    fn groups_at(
        &self,
        settings: &GroupsSettings,
        base: &str,
        scope: Scope,
        filter: Filter,
    ) -> Vec<Entry> {
        let class = settings.object_class.as_ref().map(|class| {
            let class = class.as_bytes().to_vec();
            Filter::Equal(AttributeName::from_static("objectClass"), class)
        });
        let filter = match class {
            Some(class) => Filter::And(vec![class, filter]),
            None => filter,
        };
        let attributes = [
            settings.name_attribute.clone(),
            AttributeName::from_static("gidNumber"),
        ];
        self.directory
            .answer_search(base, scope, &filter, &attributes, 0)
            .entries
    }
}
