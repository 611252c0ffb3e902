//! The groups that were found: each once, in levels, with the path that gave it.

use super::person::{member_of, number};
use super::{GID_NUMBER, GroupsSettings};
use entryway_ldap_types::{Dn, Entry};
use entryway_login::Group;
use std::collections::HashMap;
use std::sync::Arc;

/// Stands in a path for groups that nobody shows.
pub(super) const UNSHOWN: &str = "…";

/// Groups in the order in which they were found.
pub(crate) struct Found {
    nodes: Vec<Node>,
    by_name: HashMap<Dn, usize>,
    most: usize,
}

/// A group, with what is needed to go on from it.
pub(crate) struct Node {
    /// As the server gave it: groups name their members as it spelt them.
    pub(crate) entry: Entry,
    /// Groups that it names itself.
    pub(super) member_of: Vec<Dn>,
    /// By the domain's attribute.
    pub(crate) name: Option<Arc<str>>,
    pub(crate) gid: Option<u32>,
    from: From,
}

/// How a group was come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// The person is in it.
    Person,
    /// This group is.
    Group(usize),
    /// Some group is.
    Somewhere,
}

/// A group on the way to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Via {
    /// This one.
    Group(usize),
    /// One or several that nobody shows.
    Unshown,
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

    pub(crate) fn node(&self, at: usize) -> Option<&Node> {
        self.nodes.get(at)
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
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
            self.by_name.insert(entry.dn.clone(), at);
            self.nodes.push(Node::new(entry, from, settings));
            new.push(at);
        }
        (new, true)
    }

    /// The groups between a group and the person, the person's own first.
    pub(crate) fn path(&self, node: &Node) -> Vec<Via> {
        let mut path = Vec::new();
        let mut from = node.from;
        // A group comes from one that was found before it, so this ends.
        loop {
            match from {
                From::Person => break,
                From::Somewhere => {
                    path.push(Via::Unshown);
                    break;
                }
                From::Group(at) => {
                    path.push(Via::Group(at));
                    match self.node(at) {
                        Some(below) => from = below.from,
                        None => break,
                    }
                }
            }
        }
        path.reverse();
        path
    }

    /// What a group is called in a path.
    pub(crate) fn label(&self, via: Via) -> Arc<str> {
        let Via::Group(at) = via else {
            return UNSHOWN.into();
        };
        self.node(at).map_or_else(
            || UNSHOWN.into(),
            |node| {
                let name = node.name.clone();
                name.unwrap_or_else(|| node.entry.dn_text.as_ref().into())
            },
        )
    }

    /// The groups that have a name.
    pub(super) fn into_groups(self, domain: &Arc<str>) -> Vec<Group> {
        let named = self.nodes.iter().filter_map(|node| {
            let path = self.path(node);
            Some(Group {
                domain: Arc::clone(domain),
                name: node.name.clone()?,
                dn: Some(node.entry.dn.clone()),
                gid: node.gid,
                path: path.into_iter().map(|via| self.label(via)).collect(),
            })
        });
        named.collect()
    }
}

impl Node {
    fn new(entry: Entry, from: From, settings: &GroupsSettings) -> Self {
        let name = entry
            .first_text(&settings.name_attribute)
            .filter(|name| !name.is_empty())
            .map(Arc::from);
        Self {
            name,
            gid: number(&entry, &GID_NUMBER),
            member_of: member_of(&entry).0,
            from,
            entry,
        }
    }
}
