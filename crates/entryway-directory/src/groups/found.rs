//! The groups that were found: each once, in levels, with the path that gave it.

use super::person::{member_of, number};
use super::{GID_NUMBER, GroupsSettings};
use entryway_ldap_types::{Dn, Entry};
use entryway_login::Group;
use std::collections::HashMap;
use std::sync::Arc;

/// Stands in a path for groups that nobody shows.
const UNSHOWN: &str = "…";

/// Groups in the order in which they were found.
pub(super) struct Found {
    nodes: Vec<Node>,
    by_name: HashMap<Dn, usize>,
    most: usize,
}

/// A group, with what is needed to go on from it.
pub(super) struct Node {
    pub(super) dn: Dn,
    /// As the server spelt it: groups name their members so.
    pub(super) dn_text: Box<str>,
    /// Groups that it names itself.
    pub(super) member_of: Vec<Dn>,
    /// By the domain's attribute.
    name: Option<Arc<str>>,
    gid: Option<u32>,
    path: Vec<Arc<str>>,
}

/// How a group was come to.
pub(super) enum From {
    /// The person is in it.
    Person,
    /// This group is.
    Group(usize),
    /// Some group is.
    Somewhere,
}

impl Found {
    pub(super) fn new(most: u32) -> Self {
        Self {
            nodes: Vec::new(),
            by_name: HashMap::new(),
            most: usize::try_from(most).unwrap_or(usize::MAX),
        }
    }

    pub(super) fn has(&self, dn: &Dn) -> bool {
        self.by_name.contains_key(dn)
    }

    pub(super) fn node(&self, at: usize) -> Option<&Node> {
        self.nodes.get(at)
    }

    /// Takes a level, whatever order it came in, and gives the numbers of what is new in it. False when there is
    /// no room for all.
    pub(super) fn take(
        &mut self,
        level: Vec<(From, Entry)>,
        settings: &GroupsSettings,
    ) -> (Vec<usize>, bool) {
        let mut level: Vec<_> = level
            .into_iter()
            .map(|(from, entry)| (entry.dn.normalized(), from, entry))
            .collect();
        level.sort_by(|(one, _, _), (other, _, _)| one.cmp(other));
        let mut new = Vec::new();
        for (_, from, entry) in level {
            if self.has(&entry.dn) {
                continue;
            }
            if self.nodes.len() >= self.most {
                return (new, false);
            }
            let at = self.nodes.len();
            let path = self.path(&from);
            self.by_name.insert(entry.dn.clone(), at);
            self.nodes.push(Node::new(entry, path, settings));
            new.push(at);
        }
        (new, true)
    }

    /// The groups that have a name.
    pub(super) fn into_groups(self, domain: &Arc<str>) -> Vec<Group> {
        let named = self.nodes.into_iter().filter_map(|node| {
            Some(Group {
                domain: Arc::clone(domain),
                name: node.name?,
                dn: Some(node.dn),
                gid: node.gid,
                path: node.path,
            })
        });
        named.collect()
    }

    fn path(&self, from: &From) -> Vec<Arc<str>> {
        match from {
            From::Person => Vec::new(),
            From::Group(at) => self.node(*at).map_or_else(Vec::new, |below| {
                let label = below
                    .name
                    .clone()
                    .unwrap_or_else(|| below.dn_text.as_ref().into());
                below.path.iter().cloned().chain([label]).collect()
            }),
            From::Somewhere => vec![UNSHOWN.into()],
        }
    }
}

impl Node {
    fn new(entry: Entry, path: Vec<Arc<str>>, settings: &GroupsSettings) -> Self {
        let name = entry
            .first_text(&settings.name_attribute)
            .filter(|name| !name.is_empty())
            .map(Arc::from);
        Self {
            name,
            gid: number(&entry, &GID_NUMBER),
            member_of: member_of(&entry).0,
            path,
            dn: entry.dn,
            dn_text: entry.dn_text,
        }
    }
}
