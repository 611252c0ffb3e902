//! Servers whose `memberOf` tells of groups within groups too, as that of 389 Directory Server does, and that of OpenLDAP's
//! `dynlist`: what an entry names is then no word that it is in there itself.

use super::Walk;
use crate::groups::Membership;
use crate::groups::found::From;
use crate::groups::person::{Way, member_of};
use entryway_ldap_types::{Dn, Entry};
use std::collections::{HashMap, HashSet};

impl Walk<'_> {
    /// The groups that the person itself is in, of those that it names. Where one of them is above another, the groups
    /// are asked; and where they know better, the rest of the way is asked of them as well. What the person names is
    /// in any case among its groups.
    ///
    /// With [`Membership::MemberOf`] groups are not asked for their members: there are servers to which nothing costs more.
    /// Which of the groups stand above which is then read from what they name themselves, as far as that tells it.
    pub(super) async fn without_implied(&mut self, named: Vec<Entry>) -> Vec<(From, Entry)> {
        let above: HashSet<Dn> = named
            .iter()
            .flat_map(|group| {
                let above = member_of(group).0.into_iter();
                above.filter(|dn| *dn != group.dn)
            })
            .collect();
        let mut implied = Vec::new();
        if named.iter().any(|group| above.contains(&group.dn)) {
            let told = match self.settings.membership {
                Membership::MemberOf => {
                    let by_person = member_of(self.person.entry).0;
                    let told = told(&named, &by_person, |dn| self.is_inside(dn));
                    told.within(self.settings.depth)
                }
                _ => Told::Unclear,
            };
            match told {
                Told::Direct => {}
                Told::Above(below) => {
                    self.person.way = Way::Told;
                    let (later, direct): (Vec<_>, Vec<_>) = named
                        .into_iter()
                        .partition(|group| below.contains_key(&group.dn));
                    let later = later.into_iter().map(|group| (group.dn.clone(), group));
                    self.chain.extend(later);
                    self.below = below;
                    let direct = direct.into_iter();
                    return direct.map(|group| (From::Person, group)).collect();
                }
                Told::Unclear => {
                    let person = &*self.person.entry.dn_text;
                    let filter = self.settings.with_members([person].into_iter());
                    let answers = self.try_to_ask(&[self.request(filter)]).await;
                    // Without an answer the groups are known all the same. So they are where members are not shown.
                    let direct = answers.unwrap_or_default().concat();
                    let direct: HashSet<Dn> = direct.into_iter().map(|group| group.dn).collect();
                    if !direct.is_empty() {
                        implied.extend(above.into_iter().filter(|dn| !direct.contains(dn)));
                    }
                }
            }
        }
        let (later, direct): (Vec<_>, Vec<_>) = named
            .into_iter()
            .partition(|group| implied.contains(&group.dn));
        if !later.is_empty() {
            self.person.way = Way::Member;
            let later = later.into_iter().map(|group| (group.dn.clone(), group));
            self.chain.extend(later);
        }
        let direct = direct.into_iter();
        direct.map(|group| (From::Person, group)).collect()
    }

    /// The groups right above these, as was told.
    pub(super) fn parents_told(&mut self, frontier: &[usize]) -> Vec<(From, Entry)> {
        let mut parents = Vec::new();
        for &at in frontier {
            let Some(node) = self.found.node(at) else {
                continue;
            };
            let is_above = |dn: &Dn, _: &mut Entry| self.below.get(dn) == Some(&node.entry.dn);
            let above = self.chain.extract_if(is_above);
            parents.extend(above.map(|(_, group)| (From::Group(at), group)));
        }
        parents
    }
}

/// What `memberOf` tells of which groups stand above which.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    /// The server tells only whom a group names: all of these name the person.
    Direct,
    /// The server tells of groups within groups: each of these is above that one, and the others name the person. It may
    /// name the person besides.
    Above(HashMap<Dn, Dn>),
    /// Groups that are in each other: any of them may be the one that names the person.
    Unclear,
}

impl Told {
    /// Whoever is as deep as is looked, or asked about direct groups, may be in there by name too: then groups are asked.
    fn within(self, depth: Option<u32>) -> Self {
        let depth = usize::try_from(depth.unwrap_or(0)).unwrap_or(usize::MAX);
        match self {
            Self::Above(below) if below.keys().any(|dn| between(dn, &below) > depth) => {
                Self::Unclear
            }
            told => told,
        }
    }
}

/// How many groups are between one and the person.
fn between(group: &Dn, below: &HashMap<Dn, Dn>) -> usize {
    std::iter::successors(below.get(group), |lower| below.get(lower)).count()
}

/// Reads it from the groups that a person names, all of which are in `by_person`.
fn told(named: &[Entry], by_person: &[Dn], is_inside: impl Fn(&Dn) -> bool) -> Told {
    let by_person: HashSet<&Dn> = by_person.iter().collect();
    let mut below: HashMap<&Dn, HashSet<&Dn>> = HashMap::new();
    let above: Vec<Vec<Dn>> = named.iter().map(|group| member_of(group).0).collect();
    for (group, above) in named.iter().zip(&above) {
        for dn in above.iter().filter(|dn| is_inside(dn)) {
            // Whoever tells of groups within groups tells the person of all of them.
            if !by_person.contains(dn) {
                return Told::Direct;
            }
            if *dn != group.dn {
                below.entry(dn).or_default().insert(&group.dn);
            }
        }
    }
    let count = |dn: &Dn| below.get(dn).map_or(0, HashSet::len);
    let mut right_below = HashMap::new();
    for (dn, all) in &below {
        if all
            .iter()
            .any(|lower| below.get(lower).is_some_and(|its| its.contains(dn)))
        {
            return Told::Unclear;
        }
        // Whatever is between two groups has the lower one below it, and all that is below that: the one with the most has
        // nothing between.
        let nearest = all
            .iter()
            .max_by_key(|lower| (count(lower), lower.normalized()));
        right_below.extend(nearest.map(|nearest| ((*dn).clone(), (*nearest).clone())));
    }
    Told::Above(right_below)
}

#[cfg(test)]
mod tests;
