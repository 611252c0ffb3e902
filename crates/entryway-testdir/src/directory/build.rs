//! From records in any order to a tree with numbers, groups and indexes.

use super::password::Stored;
use super::{Directory, DirectoryError, StoredEntry};
use crate::ldif::Record;
use crate::schema;
use bytes::Bytes;
use entryway_ldap_types::{AttributeName, Dn};
use std::collections::{HashMap, HashSet};

const TOKEN_GROUPS: AttributeName = AttributeName::from_static("tokenGroups");
const MEMBER_OF: AttributeName = AttributeName::from_static("memberOf");

/// A record with its name read.
struct Draft {
    record: Record,
    dn: Dn,
    normalized: Box<str>,
}

pub(super) fn build(records: Vec<Record>) -> Result<Directory, DirectoryError> {
    let drafts = records
        .into_iter()
        .map(read_name)
        .collect::<Result<Vec<_>, _>>()?;
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        if seen.insert(&draft.normalized, at).is_some() {
            return Err(DirectoryError::Duplicate {
                line: draft.record.line,
                dn: draft.record.dn.clone(),
            });
        }
    }
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); drafts.len()];
    let mut roots = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        match place(&draft.dn, &seen) {
            Place::Below(parent) => below
                .get_mut(parent)
                .into_iter()
                .for_each(|children| children.push(at)),
            Place::Root => roots.push(at),
            Place::Orphan => {
                return Err(DirectoryError::Orphan {
                    line: draft.record.line,
                    dn: draft.record.dn.clone(),
                });
            }
        }
    }
    drop(seen);
    let mut directory = number(drafts, &below, &roots);
    directory.link_groups();
    directory.write_tokens();
    directory.fill_index();
    Ok(directory)
}

fn read_name(record: Record) -> Result<Draft, DirectoryError> {
    match Dn::parse(&record.dn) {
        Ok(dn) => {
            let normalized = dn.normalized().into();
            Ok(Draft {
                record,
                dn,
                normalized,
            })
        }
        Err(source) => Err(DirectoryError::Dn {
            line: record.line,
            dn: record.dn,
            source,
        }),
    }
}

enum Place {
    Below(usize),
    Root,
    Orphan,
}

fn place(dn: &Dn, seen: &HashMap<&str, usize>) -> Place {
    let find = |name: &Dn| seen.get(name.normalized().as_str()).copied();
    let Some(parent) = dn.parent() else {
        return Place::Root;
    };
    if let Some(at) = find(&parent) {
        return Place::Below(at);
    }
    let mut above = parent.parent();
    while let Some(name) = above {
        if find(&name).is_some() {
            return Place::Orphan;
        }
        above = name.parent();
    }
    Place::Root
}

/// Numbers the entries in the order of a walk; without recursion, so that no depth of names matters.
fn number(drafts: Vec<Draft>, below: &[Vec<usize>], roots: &[usize]) -> Directory {
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let mut directory = Directory {
        entries: Vec::with_capacity(drafts.len()),
        by_name: HashMap::with_capacity(drafts.len()),
        index: HashMap::new(),
        known: HashSet::new(),
        contexts: Vec::new(),
    };
    let mut walk: Vec<(usize, Option<usize>)> = roots.iter().rev().map(|&at| (at, None)).collect();
    while let Some((at, parent)) = walk.pop() {
        let Some(draft) = drafts.get_mut(at).and_then(Option::take) else {
            continue;
        };
        let number = directory.entries.len();
        if parent.is_none() {
            directory.contexts.push(number);
        }
        directory.by_name.insert(draft.normalized.clone(), number);
        directory.entries.push(stored(draft, parent, number));
        walk.extend(
            below
                .get(at)
                .into_iter()
                .flatten()
                .rev()
                .map(|&child| (child, Some(number))),
        );
    }
    // From the last to the first, so that every child's end is known before its parent's.
    for at in (0..directory.entries.len()).rev() {
        let Some((end, parent)) = directory
            .entries
            .get(at)
            .map(|entry| (entry.subtree_end, entry.parent))
        else {
            continue;
        };
        if let Some(above) = parent.and_then(|parent| directory.entries.get_mut(parent)) {
            above.subtree_end = above.subtree_end.max(end);
        }
    }
    directory
}

fn stored(draft: Draft, parent: Option<usize>, number: usize) -> StoredEntry {
    let Draft {
        record,
        dn,
        normalized,
    } = draft;
    let mut entry = StoredEntry {
        dn,
        dn_text: record.dn.into(),
        parent,
        subtree_end: number + 1,
        attributes: Vec::new(),
        groups: Vec::new(),
        members: Vec::new(),
        passwords: Vec::new(),
    };
    for (name, value) in record.values {
        let key = schema::key(&name);
        if !schema::is_secret(&key) {
            entry.add(&name, &value);
        } else if &*key == "userpassword" {
            entry.passwords.push(Stored::parse(&value));
        }
    }
    entry.complete(&normalized);
    entry
}

impl Directory {
    /// Finds who is directly in which group, and writes it to `memberOf`.
    fn link_groups(&mut self) {
        let mut links = Vec::new();
        for (group, entry) in self.entries.iter().enumerate() {
            for value in entry.values("member").chain(entry.values("uniquemember")) {
                let name = std::str::from_utf8(&value.normal).ok();
                if let Some(&member) = name.and_then(|name| self.by_name.get(name)) {
                    links.push((group, entry.dn_text.clone(), member));
                }
            }
        }
        for (group, group_name, member) in links {
            if let Some(entry) = self.entries.get_mut(member)
                && entry.groups.last() != Some(&group)
            {
                entry.groups.push(group);
                entry.add(&MEMBER_OF, group_name.as_bytes());
            }
            if let Some(entry) = self.entries.get_mut(group) {
                entry.members.push(member);
            }
        }
        for entry in &mut self.entries {
            entry.members.sort_unstable();
            entry.members.dedup();
            entry.drop_repeated();
        }
    }

    /// Writes to the `tokenGroups` of every account the SIDs of its groups at any depth, those of its primary group among
    /// them (MS-ADTS §3.1.1.4.5.19), as far as Active Directory's accounts have SIDs.
    fn write_tokens(&mut self) {
        let mut by_sid: HashMap<Vec<u8>, usize> = HashMap::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let sids = entry.values("objectsid");
            by_sid.extend(sids.map(|sid| (sid.raw.to_vec(), at)));
        }
        let mut tokens = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let Some(own) = entry.values("objectsid").next() else {
                continue;
            };
            let primary = entry.text("primarygroupid").and_then(|id| {
                let (domain, _) = own.raw.split_last_chunk::<4>()?;
                let id: u32 = id.parse().ok()?;
                by_sid.get(&[domain, &id.to_le_bytes()].concat()).copied()
            });
            let mut walk: Vec<usize> = entry.groups.iter().copied().chain(primary).collect();
            let mut seen: HashSet<usize> = HashSet::new();
            while let Some(group) = walk.pop() {
                if let (true, Some(entry)) = (seen.insert(group), self.entries.get(group)) {
                    walk.extend(&entry.groups);
                }
            }
            let mut sids: Vec<Bytes> = seen
                .into_iter()
                .filter_map(|group| self.entries.get(group)?.values("objectsid").next())
                .map(|sid| sid.raw.clone())
                .collect();
            sids.sort();
            tokens.push((at, sids));
        }
        for (at, sids) in tokens {
            if let Some(entry) = self.entries.get_mut(at) {
                sids.iter().for_each(|sid| entry.add(&TOKEN_GROUPS, sid));
            }
        }
    }

    fn fill_index(&mut self) {
        for (at, entry) in self.entries.iter().enumerate() {
            for attribute in &entry.attributes {
                if !self.known.contains(&attribute.key) {
                    self.known.insert(attribute.key.clone());
                }
                if !schema::is_indexed(&attribute.key) {
                    continue;
                }
                let values = self.index.entry(attribute.key.clone()).or_default();
                for value in &attribute.values {
                    let numbers = values.entry(value.normal.clone()).or_default();
                    // The same value may stand under two options of the attribute.
                    if numbers.last() != Some(&at) {
                        numbers.push(at);
                    }
                }
            }
        }
    }
}
