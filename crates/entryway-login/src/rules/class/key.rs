//! What a row asks for, as numbers: two rows that ask for the same have one key.

use super::{GroupCriterion, UserClass};
use crate::UserType;
use crate::facts::{Facts, Group};
use crate::rules::address::AddressRange;
use crate::rules::name_pattern::Landmark;
use std::collections::{BTreeSet, HashMap};

/// Stands for one thing that some row asks for.
pub(super) type Number = u32;

/// The criterion is absent.
const ANY: Number = 0;

/// How many criteria can be looked up: domain, user type, name, group, address.
pub(super) const CRITERIA: usize = 5;

/// A number for each criterion, [`ANY`] where the row has none.
pub(super) type Key = [Number; CRITERIA];

/// Which criteria a key has.
pub(super) type Shape = [bool; CRITERIA];

pub(super) fn shape(key: &Key) -> Shape {
    key.map(|number| number != ANY)
}

/// Whether a row must be evaluated even if its key is the person's.
pub(super) fn is_evaluated(row: &UserClass) -> bool {
    let pattern = row.users.as_ref();
    row.when.is_some() || pattern.is_some_and(|users| !users.landmark().1)
}

/// A text without case, character by character, so that the same letter is the same at a word's end (`Σ`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Folded(Box<str>);

impl Folded {
    pub(super) fn new(text: &str) -> Self {
        let mut folded = String::with_capacity(text.len());
        fold(text, &mut folded);
        Self(folded.into())
    }
}

fn fold(text: &str, out: &mut String) {
    if text.is_ascii() {
        let start = out.len();
        out.push_str(text);
        if let Some(added) = out.get_mut(start..) {
            added.make_ascii_lowercase();
        }
    } else {
        out.extend(text.chars().flat_map(char::to_lowercase));
    }
}

/// Everything that some row asks for, by what it is called.
#[derive(Debug, Clone, Default)]
pub(super) struct Mentioned {
    last: Number,
    domains: HashMap<Box<str>, Number>,
    names: HashMap<Box<str>, Number>,
    beginnings: Pieces,
    endings: Pieces,
    /// The domain's folded name, NUL, the number.
    gids: HashMap<Box<str>, Number>,
    /// The domain's folded name, NUL, the group's.
    group_names: HashMap<Box<str>, Number>,
    /// The domain's folded name, NUL, the group's normalised DN.
    group_dns: HashMap<Box<str>, Number>,
    blocks: HashMap<AddressRange, Number>,
    /// The prefix lengths in use.
    prefixes: BTreeSet<u8>,
}

/// Beginnings or endings of names.
#[derive(Debug, Clone, Default)]
struct Pieces {
    texts: HashMap<Box<str>, Number>,
    /// The lengths in use.
    lengths: BTreeSet<usize>,
}

impl Mentioned {
    /// Gives numbers to what a row asks for.
    pub(super) fn add(&mut self, row: &UserClass) -> Key {
        let last = &mut self.last;
        let domain = row.domain.as_deref().map_or(ANY, |domain| {
            number(&mut self.domains, last, Folded::new(domain).0)
        });
        let name = match row.users.as_ref().map(|users| users.landmark().0) {
            None | Some(Landmark::None) => ANY,
            Some(Landmark::Whole(name)) => number(&mut self.names, last, name.into()),
            Some(Landmark::Begins(text)) => self.beginnings.add(text, last),
            Some(Landmark::Ends(text)) => self.endings.add(text, last),
        };
        let group = match &row.group {
            None => ANY,
            Some(GroupCriterion::Gid { domain, gid }) => {
                let mut key = in_domain(domain);
                append_gid(*gid, &mut key);
                number(&mut self.gids, last, key.into())
            }
            Some(GroupCriterion::Named { domain, name }) => {
                let mut key = in_domain(domain);
                fold(name, &mut key);
                number(&mut self.group_names, last, key.into())
            }
            Some(GroupCriterion::Dn { domain, dn }) => {
                let key = in_domain(domain) + &dn.normalized();
                number(&mut self.group_dns, last, key.into())
            }
        };
        let address = row.address.map_or(ANY, |block| {
            self.prefixes.insert(block.prefix());
            number(&mut self.blocks, last, block)
        });
        [domain, user_type(row.user_type), name, group, address]
    }

    /// What of it is true of a person: for each criterion, the numbers that rows for them can have.
    pub(super) fn of(&self, facts: &Facts<'_>) -> [Vec<Number>; CRITERIA] {
        let domain = (!self.domains.is_empty())
            .then(|| Folded::new(facts.authority.as_str()))
            .and_then(|domain| self.domains.get(&domain.0));
        let user_type = Some(user_type(facts.user_type)).filter(|number| *number != ANY);
        [
            domain.copied().into_iter().collect(),
            user_type.into_iter().collect(),
            self.names_of(facts.name),
            self.groups_of(facts),
            self.blocks_of(facts),
        ]
    }

    fn names_of(&self, name: &str) -> Vec<Number> {
        let mut found: Vec<Number> = self.names.get(name).copied().into_iter().collect();
        let begins = |length: usize| name.get(..length);
        let ends = |length: usize| name.get(name.len().checked_sub(length)?..);
        found.extend(self.beginnings.of(name.len(), begins));
        found.extend(self.endings.of(name.len(), ends));
        found
    }

    fn groups_of(&self, facts: &Facts<'_>) -> Vec<Number> {
        let mut found = Vec::new();
        if !self.gids.is_empty() {
            if let Some(gid) = facts.own_gid {
                let mut key = in_domain(facts.authority.as_str());
                append_gid(gid, &mut key);
                found.extend(self.gids.get(key.as_str()));
            }
            let gid = |group: &Group, key: &mut String| {
                group.gid.inspect(|gid| append_gid(*gid, key)).is_some()
            };
            lookup_groups(&self.gids, facts.groups, gid, &mut found);
        }
        if !self.group_names.is_empty() {
            let name = |group: &Group, key: &mut String| {
                fold(&group.name, key);
                true
            };
            lookup_groups(&self.group_names, facts.groups, name, &mut found);
        }
        if !self.group_dns.is_empty() {
            let dn = |group: &Group, key: &mut String| {
                let dn = group.dn.as_ref();
                dn.inspect(|dn| key.push_str(&dn.normalized())).is_some()
            };
            lookup_groups(&self.group_dns, facts.groups, dn, &mut found);
        }
        // A gid may be the person's own and a group's.
        found.sort_unstable();
        found.dedup();
        found
    }

    fn blocks_of(&self, facts: &Facts<'_>) -> Vec<Number> {
        let Some(address) = facts.client_address else {
            return Vec::new();
        };
        self.prefixes
            .iter()
            .filter_map(|prefix| AddressRange::around(address, *prefix))
            .filter_map(|block| self.blocks.get(&block).copied())
            .collect()
    }
}

impl Pieces {
    fn add(&mut self, text: &str, last: &mut Number) -> Number {
        self.lengths.insert(text.len());
        number(&mut self.texts, last, text.into())
    }

    /// Those that `piece`, given a length in bytes, cuts from a name that is `longest` bytes long.
    fn of<'n>(
        &self,
        longest: usize,
        piece: impl Fn(usize) -> Option<&'n str>,
    ) -> impl Iterator<Item = Number> {
        self.lengths
            .range(..=longest)
            .filter_map(move |length| self.texts.get(piece(*length)?).copied())
    }
}

/// Looks groups up by a key that begins with their domain, in one buffer for all.
fn lookup_groups(
    table: &HashMap<Box<str>, Number>,
    groups: &[Group],
    append: impl Fn(&Group, &mut String) -> bool,
    found: &mut Vec<Number>,
) {
    let mut key = String::new();
    let mut domain: Option<(&str, usize)> = None;
    for group in groups {
        match domain {
            // All groups of a person are of one domain, as a rule.
            Some((last, end)) if last == &*group.domain => key.truncate(end),
            _ => {
                key = in_domain(&group.domain);
                domain = Some((&group.domain, key.len()));
            }
        }
        if append(group, &mut key) {
            found.extend(table.get(key.as_str()));
        }
    }
}

/// A number's key is its four bytes as characters: no text is made of it at a login.
fn append_gid(gid: u32, key: &mut String) {
    key.extend(gid.to_be_bytes().map(char::from));
}

fn in_domain(domain: &str) -> String {
    let mut key = String::new();
    fold(domain, &mut key);
    key.push('\0');
    key
}

fn number<K: std::hash::Hash + Eq>(
    table: &mut HashMap<K, Number>,
    last: &mut Number,
    key: K,
) -> Number {
    *table.entry(key).or_insert_with(|| {
        *last += 1;
        *last
    })
}

fn user_type(user_type: Option<UserType>) -> Number {
    match user_type {
        None => ANY,
        Some(UserType::Real) => 1,
        Some(UserType::Virtual) => 2,
    }
}
