//! Looking people up: from a request to a question, and from an answer to a response.

mod at_site;
mod books;
mod browse;
mod card;
mod groups;
mod list;
mod negotiate;
mod people;
mod photo;
mod resolve;
mod strangers;
mod watched;

pub(crate) use at_site::at_site;
pub(crate) use books::{address_book, address_books};
pub(crate) use browse::browse;
pub(crate) use card::{VCARD, card};
pub(crate) use groups::{group, groups, groups_of, members};
pub(crate) use people::{people, person};
pub(crate) use photo::{SVG, photo};
pub(crate) use resolve::resolve;
pub use strangers::Strangers;

use crate::Generation;
use crate::refusal::Refusal;
use entryway_lookup::{LookupPolicy, Lookups, Refused, Seal};
use entryway_wire::At;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What answers look-ups, and how they are asked over HTTP.
pub struct LookupFront {
    /// The ports.
    pub asked: Arc<dyn Lookups>,
    /// What the configuration says.
    pub rules: LookupRules,
    /// Signs where a list goes on.
    pub seal: Arc<dyn Seal>,
    /// How many who show no token are answered at once.
    pub strangers: Strangers,
}

/// As much of the configuration of look-ups as their front needs.
#[derive(Debug, Clone)]
pub struct LookupRules {
    /// How long one may take.
    pub deadline: Duration,
    /// Matches where nobody says how many.
    pub limit: u32,
    /// Matches at most.
    pub most: u32,
    /// Rows of a page at most; `None` where paging is switched off.
    pub page_size: Option<u32>,
    /// How long a cursor holds.
    pub cursor_age: Duration,
    /// Where others reach the API, without a slash at its end.
    pub public_url: Option<Arc<str>>,
    /// The domains.
    pub domains: Vec<DomainRules>,
}

/// A domain, as the front of look-ups sees it.
#[derive(Debug, Clone)]
pub struct DomainRules {
    /// Its name.
    pub name: Arc<str>,
    /// Whether anybody may see photos.
    pub public_photos: bool,
    /// How long whoever was given a photo may show it again.
    pub photo_max_age: Duration,
}

impl LookupRules {
    /// Those of a policy.
    pub fn of(policy: &LookupPolicy) -> Self {
        let domains = policy.domains.iter().map(|domain| DomainRules {
            name: Arc::clone(&domain.name),
            public_photos: domain.cards.public.iter().any(|name| &**name == "photo"),
            photo_max_age: domain.cards.photo_max_age,
        });
        Self {
            deadline: policy.deadline,
            limit: policy.limit,
            most: policy.most,
            page_size: policy.browse.map(|browse| browse.page_size),
            cursor_age: policy.cursor_age,
            public_url: policy.public_url.clone(),
            domains: domains.collect(),
        }
    }

    /// The domain of this name, in any case.
    fn domain(&self, name: &str) -> Option<&DomainRules> {
        let mut domains = self.domains.iter();
        domains.find(|domain| domain.name.eq_ignore_ascii_case(name))
    }

    fn due(&self) -> Instant {
        Instant::now() + self.deadline
    }
}

/// A domain that a parameter names must be one.
fn named_domain<'a>(
    generation: &'a Generation,
    name: Option<&str>,
) -> Result<Option<&'a DomainRules>, Refusal> {
    let Some(name) = name else { return Ok(None) };
    let found = generation.lookups.rules.domain(name);
    found
        .map(Some)
        .ok_or_else(|| in_query(Refused::UnknownDomain(name.to_owned()), "domain"))
}

/// A refusal that is about this parameter.
fn in_query(refused: Refused, name: &'static str) -> Refusal {
    let within = "query";
    Refusal::Lookup {
        refused,
        at: Some(At { within, name }),
    }
}

/// A refusal that is about what the path names.
fn in_path(refused: Refused, name: &'static str) -> Refusal {
    let within = "path";
    Refusal::Lookup {
        refused,
        at: Some(At { within, name }),
    }
}

/// A refusal of a page: what it is about shows in what it says.
fn of_page(refused: Refused, rest: &'static str) -> Refusal {
    match refused {
        Refused::Cursor(_) => in_query(refused, "cursor"),
        Refused::UnknownDomain(_) => in_query(refused, "domain"),
        Refused::Outside(_) => in_query(refused, "under"),
        Refused::UnknownBook(_) => in_path(refused, "name"),
        Refused::Unusable(_) => in_query(refused, rest),
        Refused::NotFound
        | Refused::NoDirectory(_)
        | Refused::SwitchedOff(_)
        | Refused::Unanswered(_) => Refusal::Lookup { refused, at: None },
    }
}
