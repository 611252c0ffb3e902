//! Servers whose `memberOf` tells of groups within groups too, as that of 389 Directory Server does: what an entry names
//! is then no word that it is in there itself.

use super::Walk;
use crate::groups::found::From;
use crate::groups::person::{Way, member_of};
use entryway_ldap_types::{Dn, Entry};
use std::collections::HashSet;

impl Walk<'_> {
    /// The groups that the person itself is in, of those that it names. Where one of them is above another, the groups
    /// are asked; and where they know better, the rest of the way is asked of them as well. What the person names is
    /// in any case among its groups.
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
}
