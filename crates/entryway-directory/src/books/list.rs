//! Everything of a book that matches, in order: its pages are parts of it.

use crate::fields;
use crate::finder::{Finder, Place};
use crate::resolve::{as_match, is_elsewhere, missing, request, spent, within};
use entryway_ldap::{SearchRequest, SearchRole};
use entryway_ldap_types::{AttributeName, Entry, Filter, Placeholder, ResultCode, Scope};
use entryway_login::is_secret_attribute;
use entryway_lookup::{
    BookDomains, BookEntry, BookPolicy, EntryId, FieldFrom, Gap, Kind, Mark, Missing, Refused,
    SortKey, Spent, content_tag, find_template, fold, rank,
};
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is left of the deadline to put the answer together, when a domain is waited for in vain.
const REST: Duration = Duration::from_millis(50);
/// Searches of a domain for one question, repeated ones.
const SEARCHES: u32 = 8;
/// An id longer than this stands in a mark by its beginning and its tag.
const TIE_MAX: usize = 400;

static GIVEN_NAME: AttributeName = AttributeName::from_static("givenName");
static SURNAME: AttributeName = AttributeName::from_static("sn");

/// What decides what is in a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(super) book: usize,
    pub(super) query: Box<str>,
    /// The domain of whoever looks, where the book shows that.
    pub(super) own: Option<usize>,
}

/// All that matches, as far as the limits go.
#[derive(Debug)]
pub(crate) struct List {
    pub(super) rows: Vec<Row>,
    pub(super) gaps: Vec<Gap>,
    pub(super) spent: Spent,
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) mark: Mark,
    pub(super) entry: BookEntry,
}

impl List {
    /// What it takes in the cache; nothing that may be more a moment later is kept.
    pub(super) fn weight(&self) -> Option<usize> {
        let passes = self.gaps.iter().any(|gap| gap.why.may_pass());
        (!passes).then_some(self.rows.len().max(1))
    }
}

/// What one domain has.
struct Part {
    rows: Vec<Row>,
    gaps: Vec<Gap>,
    spent: Spent,
}

impl Finder {
    /// Asks the book's domains at the same time.
    pub(super) async fn book_list(
        &self,
        book: &BookPolicy,
        key: &Key,
        deadline: Instant,
    ) -> Result<List, Refused> {
        let since = Instant::now();
        let shown: Vec<usize> = match (&book.domains, key.own) {
            (BookDomains::Own, own) => own.into_iter().collect(),
            (BookDomains::Fixed(domains), _) => domains.clone(),
        };
        let due = deadline.checked_sub(REST).unwrap_or(deadline);
        let most = self.policy().most;
        let places = shown.into_iter().filter_map(|index| self.place(index));
        let asked = places.map(|place| async move {
            let place = match place.seen(SearchRole::Resolve, due).await {
                Ok(place) => place,
                Err(why) => return Some(Part::missing(place, why)),
            };
            let request = asked(place, book, &key.query, most.saturating_add(1))?;
            Some(part(place, book, &key.query, request, due).await)
        });
        let parts: Vec<Part> = join_all(asked).await.into_iter().flatten().collect();
        // Nobody who could tell has answered: that is no empty page.
        let unanswered =
            |part: &Part| part.rows.is_empty() && part.gaps.iter().any(|gap| gap.why.may_pass());
        if let Some(first) = parts.first()
            && parts.iter().all(unanswered)
            && let Some(gap) = first.gaps.first()
        {
            return Err(Refused::Unanswered(gap.clone()));
        }
        let mut list = List {
            rows: Vec::new(),
            gaps: Vec::new(),
            spent: Spent::default(),
        };
        for part in parts {
            list.rows.extend(part.rows);
            list.gaps.extend(part.gaps);
            list.spent.round_trips = list.spent.round_trips.max(part.spent.round_trips);
            list.spent.searches += part.spent.searches;
            list.spent.entries += part.spent.entries;
        }
        list.spent.took = since.elapsed();
        list.rows.sort_by(|one, other| one.mark.cmp(&other.mark));
        Ok(list)
    }
}

impl Part {
    /// Of a domain that gave no answer.
    fn missing(place: Place<'_>, why: Missing) -> Self {
        Self {
            rows: Vec::new(),
            gaps: vec![Gap {
                domain: Arc::clone(&place.lookups.name),
                why,
            }],
            spent: Spent::default(),
        }
    }
}

async fn part(
    place: Place<'_>,
    book: &BookPolicy,
    query: &str,
    request: SearchRequest,
    due: Instant,
) -> Part {
    let since = Instant::now();
    let wanted = usize::try_from(request.size_limit).unwrap_or(usize::MAX);
    let mut asker = place.domain.asker(SearchRole::Resolve, due, SEARCHES).await;
    let mut part = Part {
        rows: Vec::new(),
        gaps: Vec::new(),
        spent: Spent::default(),
    };
    let why = match asker.ask(request).await {
        Err(unanswered) => Some(missing(unanswered, &asker)),
        Ok(answer) => {
            let came = answer.entries.len();
            let rows = answer.entries.iter();
            part.rows = rows
                .filter_map(|entry| row(place, book, query, entry))
                .collect();
            if is_elsewhere(&answer) {
                part.gaps.push(Gap {
                    domain: Arc::clone(&place.lookups.name),
                    why: Missing::Referral,
                });
            }
            match answer.code {
                // One more than is shown was asked for.
                ResultCode::SUCCESS | ResultCode::SIZE_LIMIT_EXCEEDED if came >= wanted => {
                    let most = wanted.saturating_sub(1);
                    part.rows.truncate(most);
                    Some(Missing::Limit(u32::try_from(most).unwrap_or(u32::MAX)))
                }
                ResultCode::SUCCESS | ResultCode::REFERRAL => None,
                ResultCode::SIZE_LIMIT_EXCEEDED => Some(Missing::ServerLimit(
                    u32::try_from(came).unwrap_or(u32::MAX),
                )),
                code => Some(Missing::Refused(code)),
            }
        }
    };
    part.gaps.extend(why.map(|why| Gap {
        domain: Arc::clone(&place.lookups.name),
        why,
    }));
    part.spent = spent(asker, since);
    part
}

/// The search for what was typed; `None` where the domain has nothing in this view.
fn asked(place: Place<'_>, book: &BookPolicy, query: &str, size: u32) -> Option<SearchRequest> {
    let people = &place.lookups.people;
    let (base, scope) = match &book.base {
        None => (Arc::clone(&people.base_text), people.scope),
        Some(base) if *base == people.base => (Arc::clone(&people.base_text), people.scope),
        Some(base) if base.is_under(&people.base) && people.scope == Scope::Subtree => {
            (base.to_string().into(), Scope::Subtree)
        }
        Some(_) => return None,
    };
    let mut all = Vec::new();
    if !book.only {
        all.push(people.restriction.clone());
    }
    all.extend(book.filter.clone());
    if !query.is_empty() {
        let names = searched(place, book);
        let template = find_template(&names, book.anywhere)?;
        let typed = |placeholder: &Placeholder| {
            (*placeholder == Placeholder::Text).then_some(query.as_bytes())
        };
        all.push(template.fill(&typed)?);
    }
    Some(request(
        base,
        scope,
        Filter::And(all),
        attributes(place, book),
        size,
    ))
}

/// In what is looked: the name and its parts, and the mail address where the book shows it. By any other attribute
/// people would learn from who is found what it says.
fn searched(place: Place<'_>, book: &BookPolicy) -> Vec<AttributeName> {
    let people = &place.lookups.people;
    let mut names = vec![people.name_attribute.clone()];
    let shows_mail = fields::needs(&book.fields, people).any(|name| *name == people.mail_attribute);
    let mail = shows_mail.then_some(&people.mail_attribute);
    for name in [&GIVEN_NAME, &SURNAME].into_iter().chain(mail) {
        if !names.contains(name) && !is_secret_attribute(name) {
            names.push(name.clone());
        }
    }
    names
}

/// What is fetched: no more than is shown, and what the id and the name are made of.
fn attributes(place: Place<'_>, book: &BookPolicy) -> Arc<[AttributeName]> {
    let people = &place.lookups.people;
    let all = place.lookups.id_attributes.iter();
    let all = all.chain([&people.name_attribute]);
    let all = all
        .chain(fields::needs(&book.fields, people))
        .chain(&book.group);
    let mut names: Vec<AttributeName> = Vec::new();
    for name in all.filter(|name| !is_secret_attribute(name)) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names.into()
}

/// An entry as the book shows it, and where it stands; `None` for one outside of the view.
fn row(place: Place<'_>, book: &BookPolicy, query: &str, entry: &Entry) -> Option<Row> {
    let lookups = place.lookups;
    let base = book.base.as_ref().unwrap_or(&lookups.people.base);
    if !within(&entry.dn, base, Scope::Subtree) {
        return None;
    }
    let mut found = as_match(place, Kind::Person, entry)?;
    let shows_mail = book.fields.iter().any(|field| {
        matches!(field.from, FieldFrom::Mail)
            || fields::copied(field, &lookups.people).contains(&lookups.people.mail_attribute)
    });
    // By what is not shown nothing is ordered either.
    found.login_name = None;
    found.mail = found.mail.filter(|_| shows_mail);
    let fields = book.fields.iter().filter_map(|field| {
        let text = fields::text(field, place.index, lookups, &found, entry)?;
        Some((Arc::clone(&field.name), text))
    });
    let group = book
        .group
        .as_ref()
        .filter(|name| !is_secret_attribute(name));
    let sort = SortKey::of(&found);
    let rank = match rank(&fold(query), &found) {
        entryway_lookup::Rank::Exact => '0',
        entryway_lookup::Rank::Prefix => '1',
        entryway_lookup::Rank::Other => '2',
    };
    Some(Row {
        mark: Mark::new(&format!("{rank}{}", sort.name), &tie(&found.id)),
        entry: BookEntry {
            fields: fields.collect(),
            group: group.and_then(|name| fields::values(entry, name).next()),
            domain: Arc::clone(&lookups.name),
            name: found.name,
            id: found.id,
        },
    })
}

/// Tells a row from its namesakes. Marks are cut: two long names of entries must not begin alike.
fn tie(id: &EntryId) -> String {
    let text = id.to_string();
    match text.get(..TIE_MAX) {
        Some(begins) if text.len() > TIE_MAX => format!("{begins}~{:016x}", content_tag(&text)),
        _ => text,
    }
}
