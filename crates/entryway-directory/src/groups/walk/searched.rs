//! Groups above that are a search.

use super::Walk;
use crate::groups::OBJECT_CLASS;
use crate::groups::dynamic::MemberSearch;
use crate::groups::filters::{BATCH, by_names};
use crate::groups::found::From;
use crate::groups::person::Way;
use crate::groups::values::of_entry;
use entryway_ldap::SearchRequest;
use entryway_ldap_types::{Dn, Entry, Filter};
use std::sync::Arc;

impl Walk<'_> {
    /// The groups that are a search which finds one of these. The server's own walk does not come to them: what is above
    /// them is asked for by itself.
    pub(super) async fn searched_with_chain(
        &mut self,
        below: &[(From, Dn, Box<str>)],
    ) -> Vec<(From, Entry)> {
        let above = self.searched(below).await;
        if self.person.way == Way::InChain && self.settings.depth.is_some() {
            let requests: Vec<_> = above
                .iter()
                .map(|(_, group)| self.request(self.settings.in_chain(&group.dn_text)))
                .collect();
            for entry in self.ask(&requests).await.concat() {
                let is_known = above.iter().any(|(_, group)| group.dn == entry.dn);
                if !is_known && !self.found.has(&entry.dn) {
                    self.chain.insert(entry.dn.clone(), entry);
                }
            }
        }
        above
    }

    /// The groups that are a search which finds one of these.
    async fn searched(&mut self, below: &[(From, Dn, Box<str>)]) -> Vec<(From, Entry)> {
        let Some(settings) = &self.settings.dynamic else {
            return Vec::new();
        };
        if below.is_empty() {
            return Vec::new();
        }
        let groups = match &self.dynamic {
            Some(groups) => Arc::clone(groups),
            None => {
                let request = self.request(settings.all());
                let groups: Arc<[Entry]> = self.ask(&[request]).await.concat().into();
                Arc::clone(self.dynamic.insert(groups))
            }
        };
        let active_directory = self.person.is_active_directory();
        let mut asked: Vec<(&Entry, SearchRequest)> = Vec::new();
        for group in groups.iter().filter(|group| !self.found.has(&group.dn)) {
            for search in settings.searches(group).0 {
                let reached: Vec<&Dn> = below
                    .iter()
                    .filter(|(_, dn, _)| search.reaches(dn))
                    .map(|(_, dn, _)| dn)
                    .collect();
                for batch in reached.chunks(BATCH) {
                    let request = match batch {
                        [only] => of_one(only, &search),
                        several => of_several(several, &search, active_directory),
                    };
                    asked.push((group, request));
                }
            }
        }
        let requests: Vec<SearchRequest> =
            asked.iter().map(|(_, request)| request.clone()).collect();
        let answers = self.ask_as_told(&requests).await;
        let mut above = Vec::new();
        for ((group, _), members) in asked.iter().zip(answers) {
            let from = members.iter().find_map(|member| {
                let known = below.iter().find(|(_, dn, _)| *dn == member.dn);
                known.map(|(from, _, _)| *from)
            });
            above.extend(from.map(|from| (from, (*group).clone())));
        }
        above
    }
}

/// Whether a search finds this entry: it is asked of the entry itself.
fn of_one(dn: &Dn, search: &MemberSearch) -> SearchRequest {
    SearchRequest {
        filter: Arc::new(search.filter.clone()),
        ..of_entry(&dn.to_string(), Arc::new([OBJECT_CLASS.clone()]))
    }
}

/// Which of these a search finds.
fn of_several(dns: &[&Dn], search: &MemberSearch, active_directory: bool) -> SearchRequest {
    let names = by_names(dns.iter().copied(), active_directory);
    SearchRequest {
        scope: search.scope,
        size_limit: 0,
        filter: Arc::new(Filter::And(vec![search.filter.clone(), names])),
        ..of_entry(&search.base.to_string(), Arc::new([OBJECT_CLASS.clone()]))
    }
}
