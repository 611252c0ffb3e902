//! Which of the groups above an entry look-ups may see: what restricts groups holds whichever way one is come to.

use super::OBJECT_CLASS;
use super::filters::{BATCH, by_names};
use super::found::Found;
use crate::ask::{AT_ONCE, Asker};
use crate::finder::Place;
use crate::resolve::{is_elsewhere, missing, request};
use entryway_ldap_types::{Dn, Entry, Filter, ResultCode, Scope};
use entryway_lookup::Missing;
use std::collections::HashSet;
use std::sync::Arc;

/// Those of the groups that hold what restricts groups, and why there may be more of them. A group of which nobody says
/// that it may be seen is not.
pub(super) async fn seen(
    place: Place<'_>,
    found: &Found,
    active_directory: bool,
    asker: &mut Asker,
) -> (HashSet<Dn>, Vec<Missing>) {
    let groups = &place.lookups.groups;
    let names: Vec<&Dn> = found.nodes().iter().map(|node| &node.entry.dn).collect();
    let requests: Vec<_> = names
        .chunks(BATCH)
        .map(|batch| {
            let names = by_names(batch.iter().copied(), active_directory);
            request(
                Arc::clone(&groups.base_text),
                Scope::Subtree,
                Filter::And(vec![groups.restriction.clone(), names]),
                Arc::new([OBJECT_CLASS.clone()]),
                0,
            )
        })
        .collect();
    let (mut seen, mut gaps) = (HashSet::new(), Vec::new());
    for slice in requests.chunks(AT_ONCE) {
        let answers = match asker.ask_all(slice).await {
            Ok(answers) => answers,
            Err(error) => {
                gaps.push(missing(error, asker));
                break;
            }
        };
        for answer in answers {
            if is_elsewhere(&answer) {
                gaps.push(Missing::Referral);
            }
            match answer.code {
                ResultCode::SUCCESS | ResultCode::REFERRAL => {}
                ResultCode::SIZE_LIMIT_EXCEEDED => {
                    let sent = u32::try_from(answer.entries.len()).unwrap_or(u32::MAX);
                    gaps.push(Missing::ServerLimit(sent));
                }
                code => gaps.push(Missing::Refused(code)),
            }
            seen.extend(answer.entries.into_iter().map(|Entry { dn, .. }| dn));
        }
    }
    (seen, gaps)
}
