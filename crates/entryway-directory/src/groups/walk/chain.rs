//! Groups that the server reaches by itself: by walking the chain, or by the account's token.

use super::{Walk, told_in_part};
use crate::groups::TOKEN_GROUPS;
use crate::groups::filters::BATCH;
use crate::groups::found::From;
use crate::groups::values::of_entry;
use entryway_ldap_types::{Dn, Entry};
use std::sync::Arc;

impl Walk<'_> {
    /// The groups in the account's token, by their SIDs. They are those of every depth, the primary group among them, and
    /// no groups that are for mail alone.
    pub(super) async fn token_groups(&mut self) -> Vec<Entry> {
        let request = of_entry(&self.person.entry.dn_text, Arc::new([TOKEN_GROUPS.clone()]));
        let token = self.ask_as_told(&[request]).await.concat();
        let sids: Vec<&[u8]> = token
            .iter()
            .flat_map(|entry| entry.values(&TOKEN_GROUPS))
            .map(|sid| &**sid)
            .collect();
        if sids.is_empty() && self.partial.is_none() {
            // No account is without a token: the server has none, or does not show it.
            self.partial = Some(told_in_part(self.person.entry));
        }
        let requests: Vec<_> = sids
            .chunks(BATCH)
            .map(|batch| self.request(self.settings.with_sids(batch)))
            .collect();
        self.ask(&requests).await.concat()
    }

    /// Keeps what the server reached for the levels to come, and picks out the direct groups.
    pub(super) async fn in_chain(
        &mut self,
        chain: Vec<Entry>,
        primary: &[Entry],
        named: &[Dn],
    ) -> Vec<(From, Entry)> {
        let requests: Vec<_> = primary
            .iter()
            .map(|group| self.request(self.settings.in_chain(&group.dn_text)))
            .collect();
        let above_primary = self.ask(&requests).await.concat();
        let reached = chain.into_iter().chain(above_primary);
        self.direct_of(reached.collect(), primary, named)
    }

    /// Keeps what the server reached, and picks out the direct groups.
    pub(super) fn direct_of(
        &mut self,
        reached: Vec<Entry>,
        primary: &[Entry],
        named: &[Dn],
    ) -> Vec<(From, Entry)> {
        self.chain = reached
            .into_iter()
            .map(|entry| (entry.dn.clone(), entry))
            .collect();
        let mut direct = Vec::new();
        for group in primary {
            self.chain.remove(&group.dn);
            direct.push((From::Person, group.clone()));
        }
        for name in named {
            direct.extend(self.chain.remove(name).map(|entry| (From::Person, entry)));
        }
        direct
    }

    pub(super) fn parents_in_chain(&mut self, frontier: &[usize]) -> Vec<(From, Entry)> {
        let above = self.named_by(frontier);
        above
            .into_iter()
            .filter_map(|(dn, below)| Some((From::Group(below), self.chain.remove(&dn)?)))
            .collect()
    }
}
