//! All values of an attribute of which a server told a part.

use crate::ask::Asker;
use entryway_ldap::{DerefAliases, SearchRequest};
use entryway_ldap_types::{
    Attribute, AttributeName, Entry, Filter, RangedValues, Scope, ValueRange,
};
use std::sync::Arc;

/// Whether the server tells a part alone of this attribute.
pub(super) fn is_in_part(entry: &Entry, name: &AttributeName) -> bool {
    entry
        .attributes
        .iter()
        .filter(|attribute| attribute.name == *name)
        .any(|attribute| ValueRange::of(&attribute.name).is_some_and(|range| range.last.is_some()))
}

/// The entry with all values of an attribute, as far as they can be had and are no more than `most`, and whether these
/// are all. Parts of two servers make no whole, for each numbers the values in its own way: where another one than
/// `told_by` goes on, it is asked from the beginning, once.
pub(super) async fn whole(
    told: &Entry,
    name: &AttributeName,
    most: usize,
    told_by: Option<&Arc<str>>,
    asker: &mut Asker,
) -> (Entry, bool) {
    let mut server = told_by.cloned();
    let mut gathered = server
        .is_some()
        .then(|| RangedValues::begin(name, told, most));
    let mut begun = 1;
    let mut is_whole = true;
    loop {
        let part = match &gathered {
            Some(gathered) => match gathered.next() {
                Some(part) => part,
                None => break,
            },
            None => name.clone(),
        };
        let request = of_entry(&told.dn_text, Arc::new([part]));
        let answer = asker.ask(request).await.ok();
        let Some(entry) = answer.and_then(|answer| answer.entries.into_iter().next()) else {
            is_whole = false;
            break;
        };
        match &mut gathered {
            Some(gathered) if asker.served() == server.as_ref() => gathered.take(&entry),
            // What this one tells goes on from something else.
            Some(_) => {
                if begun > 1 {
                    is_whole = false;
                    break;
                }
                begun += 1;
                gathered = None;
            }
            None => {
                server = asker.served().cloned();
                gathered = Some(RangedValues::begin(name, &entry, most));
            }
        }
    }
    let gathered = gathered.unwrap_or_else(|| RangedValues::begin(name, told, most));
    let (values, all) = gathered.end();
    let mut entry = told.clone();
    entry.attributes.retain(|attribute| attribute.name != *name);
    entry.attributes.push(Attribute {
        name: name.clone(),
        values,
    });
    (entry, all && is_whole)
}

/// Reads an entry.
pub(super) fn of_entry(dn: &str, attributes: Arc<[AttributeName]>) -> SearchRequest {
    SearchRequest {
        base: dn.into(),
        scope: Scope::Base,
        deref: DerefAliases::Never,
        size_limit: 1,
        time_limit: 0,
        types_only: false,
        filter: Arc::new(Filter::Present(AttributeName::from_static("objectClass"))),
        attributes,
    }
}
