//! A person's groups by the groups' own lists of members, level by level, as `[domain.X.groups]` has it.
//! The other ways to ask are for servers, and lead to the same groups.

use super::{Domain, Server};
use entryway_config::GroupsSettings;
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
    let mut level = vec![(direct(settings, operation), Vec::new())];
    let deepest = settings.depth.unwrap_or(0);
    for between in 0.. {
        let mut next = Vec::new();
        for (filter, path) in level {
            for entry in server.groups(settings, filter) {
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
                next.push((Some(members(settings, &entry.dn_text)), below));
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
    fn groups(&self, settings: &GroupsSettings, filter: Option<Filter>) -> Vec<Entry> {
        let Some(filter) = filter else {
            return Vec::new();
        };
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
            .answer_search(&settings.base_text, Scope::Subtree, &filter, &attributes, 0)
            .entries
    }
}
