//! `[directory]`, and what look-ups need of each domain: read after the domains, which it names.

mod books;
mod cards;
mod field;
mod people;

use crate::context::Context;
use crate::resolve::domain::Read;
use crate::resolve::listen;
use crate::section::Section;
use crate::settings::{Dialect, DomainSettings};
use entryway_login::DomainPolicy;
use entryway_lookup::{BrowsePolicy, DomainLookups, LookupPolicy, MailDomains};

/// A domain that was read, by its name, with what came of it.
pub(super) struct Known<'a> {
    pub(super) section: &'a Section<'a>,
    pub(super) settings: &'a DomainSettings,
    pub(super) policy: &'a DomainPolicy,
    /// What its directory is like: as written, or as it may turn out to be.
    pub(super) dialect: Dialect,
}

/// `None` when a part of it is wrong. A domain that is wrong itself has been reported.
pub(super) fn lookups(
    root: &Section<'_>,
    read: &[Read<'_>],
    cx: &Context<'_>,
) -> Option<LookupPolicy> {
    let directory = root.section("directory");
    let known: Vec<Known<'_>> = read
        .iter()
        .filter_map(|read| {
            let (settings, policy) = read.resolved.as_ref()?;
            Some(Known {
                section: &read.section,
                settings,
                policy,
                dialect: settings.dialect,
            })
        })
        .collect();
    let names: Vec<&str> = read.iter().map(|read| read.name.text).collect();
    let domains: Vec<Option<DomainLookups>> = known
        .iter()
        .map(|one| domain(one, read, &names, cx))
        .collect();
    let domains = domains.into_iter().collect::<Option<Vec<_>>>();
    if let Some(domains) = &domains {
        cards::joins(&known, domains, cx);
    }
    let books = books::books(root, &known, read, cx);
    let count = |key: &str| u32::try_from(directory.integer(key)).unwrap_or(u32::MAX);
    let size = |key: &str| usize::try_from(directory.integer(key)).unwrap_or(usize::MAX);
    let mail_domains = directory.section("mail_domains");
    let list = |key: &str| {
        let items = mail_domains.texts(key).map(|list| list.items);
        items
            .unwrap_or_default()
            .into_iter()
            .map(|item| item.text.to_owned())
    };
    let browse = BrowsePolicy {
        page_size: count("page_size"),
        refresh: directory.duration("refresh"),
        index_max: size("index_max"),
    };
    Some(LookupPolicy {
        deadline: directory.duration("deadline"),
        limit: count("limit"),
        most: count("max_results"),
        min_length: size("min_length"),
        contains: directory.boolean("contains"),
        stars: directory.boolean("wildcards"),
        mail_short_cut: directory.boolean("mail_short_cut"),
        mail_domains: MailDomains::new(list("allow"), list("deny")),
        browse: directory.boolean("browse").then_some(browse),
        cursor_age: directory.duration("cursor_age"),
        cache: directory.duration("cache"),
        cache_max: size("cache_max"),
        public_url: listen::public_url(&root.section("server"), cx),
        domains: domains?,
        books: books?,
    })
}

fn domain(
    known: &Known<'_>,
    read: &[Read<'_>],
    names: &[&str],
    cx: &Context<'_>,
) -> Option<DomainLookups> {
    let usual = as_known(known, read, names, cx);
    let other = known.policy.active_directory.as_deref().map(|policy| {
        let known = Known {
            policy,
            dialect: Dialect::ActiveDirectory,
            ..*known
        };
        cx.problems
            .told_before(|| as_known(&known, read, names, cx))
    });
    let other = match other {
        Some(other) => Some(Box::new(other?)),
        None => None,
    };
    Some(DomainLookups {
        active_directory: other,
        ..usual?
    })
}

fn as_known(
    known: &Known<'_>,
    read: &[Read<'_>],
    names: &[&str],
    cx: &Context<'_>,
) -> Option<DomainLookups> {
    let people = people::people(known, cx);
    let groups = people::groups(known, cx);
    let cards = cards::cards(known, read, names, cx);
    Some(DomainLookups {
        name: known.policy.name.clone(),
        netbios_name: known.policy.netbios_name.clone(),
        id_attributes: known.policy.people.id_attributes.clone().into(),
        people: people?,
        groups: groups?,
        cards: cards?,
        active_directory: None,
    })
}
