//! What was typed, asked of every domain at the same time.

use super::read::{as_match, lies_there};
use super::{attributes, is_elsewhere, is_nobody, missing, request, within};
use crate::finder::{Finder, Place};
use entryway_ldap::{SearchRequest, SearchResult, SearchRole};
use entryway_ldap_types::{
    AttributeName, Dn, Filter, FilterTemplate, Placeholder, ResultCode, Scope,
};
use entryway_login::Fault;
use entryway_lookup::{
    Answer, BadFormat, DomainMatches, IdKey, Kind, KnownDomain, LookupPolicy, Match, Missing,
    NameLookup, ResolveQuestion, Resolved, Typed, TypedRules, Wanted, by_identity, classify,
    contains, merge, refused_format, with_stars,
};
use futures_util::StreamExt as _;
use futures_util::stream::{self, FuturesUnordered};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout_at;

/// Queries of one question that are under way at the same time.
const AT_ONCE: usize = 8;
/// What is left of the deadline to put the answer together, when a domain is waited for in vain.
const REST: Duration = Duration::from_millis(50);
/// Searches of a domain for one query: by name, once more for what is exact, each of people and groups, on a second server too.
const SEARCHES: u32 = 16;

impl NameLookup for Finder {
    fn resolve(&self, question: ResolveQuestion) -> Answer<'_, Vec<Resolved>> {
        Box::pin(async move {
            let known: Vec<KnownDomain> = self
                .policy()
                .domains
                .iter()
                .map(|domain| KnownDomain {
                    name: Arc::clone(&domain.name),
                    netbios_name: domain.netbios_name.clone(),
                })
                .collect();
            let known = &known;
            let question = &question;
            // Made before, because nothing of them is asked until it is their turn.
            let each: Vec<_> = question
                .queries
                .iter()
                .map(|query| self.one(query, question, known))
                .collect();
            stream::iter(each).buffered(AT_ONCE).collect().await
        })
    }
}

impl Finder {
    async fn one(
        &self,
        query: &str,
        question: &ResolveQuestion,
        known: &[KnownDomain],
    ) -> Resolved {
        let policy = self.policy();
        let rules = TypedRules {
            min_length: policy.min_length,
            mail_domains: &policy.mail_domains,
            domains: known,
        };
        let typed = match classify(query, &rules) {
            Ok(typed) => typed,
            Err(why) => return refused_format(query, why),
        };
        let wanted = Wanted {
            limit: question.wanted.limit.clamp(1, policy.most),
            ..question.wanted
        };
        let asked: Vec<Place<'_>> = (0..known.len())
            .filter_map(|index| self.place(index))
            .filter(|place| is_asked(*place, &typed, question))
            .collect();
        if asked.is_empty() && matches!(typed, Typed::Dn(_)) {
            return refused_format(query, BadFormat::OutsideBases);
        }
        let text = match &typed {
            Typed::Name { text, .. } | Typed::Mail(text) | Typed::Identity(text) => text.as_str(),
            Typed::Dn(_) | Typed::Id { .. } => query,
        };
        let due = question
            .deadline
            .checked_sub(REST)
            .unwrap_or(question.deadline);
        let answers = gather(&asked, &typed, wanted, policy, due).await;
        merge(query, text, wanted, answers)
    }
}

/// Asks the domains at the same time, and ends as soon as nothing that is still to come can change the result: what is
/// under way then is abandoned at the servers.
async fn gather(
    asked: &[Place<'_>],
    typed: &Typed,
    wanted: Wanted,
    policy: &LookupPolicy,
    due: Instant,
) -> Vec<DomainMatches> {
    let since = Instant::now();
    let domains = u32::try_from(asked.len()).unwrap_or(u32::MAX).max(1);
    // A domain that says nothing costs those behind it no more than this.
    let share = since + due.saturating_duration_since(since) / domains;
    let mut answers: Vec<Option<DomainMatches>> = asked.iter().map(|_| None).collect();
    let mut under_way: FuturesUnordered<_> = asked
        .iter()
        .enumerate()
        .map(|(at, place)| async move { (at, ask(*place, typed, wanted, policy, due).await) })
        .collect();
    loop {
        let has_some = |answer: &Option<DomainMatches>| {
            answer.as_ref().is_some_and(|one| !one.matches.is_empty())
        };
        let first = answers.iter().position(has_some);
        let ended = match first {
            Some(first) if !wanted.all_domains => {
                match timeout_at(share.into(), under_way.next()).await {
                    Ok(ended) => ended,
                    Err(_) => {
                        // Those before it might have been the ones, and have had their time.
                        answers.truncate(first + 1);
                        for (place, answer) in asked.iter().zip(&mut answers) {
                            let name = &place.lookups.name;
                            let late = Missing::Unanswered(Fault::Deadline);
                            answer.get_or_insert_with(|| {
                                DomainMatches::missing(Arc::clone(name), late)
                            });
                        }
                        break;
                    }
                }
            }
            _ => under_way.next().await,
        };
        let Some((at, answer)) = ended else { break };
        if let Some(slot) = answers.get_mut(at) {
            *slot = Some(answer);
        }
        let decided = answers
            .iter()
            .map_while(Option::as_ref)
            .position(|answer| !answer.matches.is_empty());
        if let (Some(at), false) = (decided, wanted.all_domains) {
            answers.truncate(at + 1);
            break;
        }
    }
    answers.into_iter().flatten().collect()
}

/// Whether a domain has anything to say about it.
fn is_asked(place: Place<'_>, typed: &Typed, question: &ResolveQuestion) -> bool {
    let named = |name: &String| place.lookups.name.eq_ignore_ascii_case(name);
    if !question.domains.is_empty() && !question.domains.iter().any(named) {
        return false;
    }
    match typed {
        Typed::Name { domain, .. } => domain.is_none_or(|domain| domain == place.index),
        Typed::Id { domain, .. } => *domain == place.index,
        Typed::Dn(dn) => {
            let (people, groups) = (&place.lookups.people, &place.lookups.groups);
            within(dn, &people.base, people.scope) || dn.is_under(&groups.base)
        }
        Typed::Mail(_) | Typed::Identity(_) => true,
    }
}

/// What one domain has.
async fn ask(
    place: Place<'_>,
    typed: &Typed,
    wanted: Wanted,
    policy: &LookupPolicy,
    due: Instant,
) -> DomainMatches {
    let name = Arc::clone(&place.lookups.name);
    let place = match place.seen(SearchRole::Resolve, due).await {
        Ok(place) => place,
        Err(why) => return DomainMatches::missing(name, why),
    };
    let mut asker = place.domain.asker(SearchRole::Resolve, due, SEARCHES).await;
    // One more than is given tells that there are more.
    let size = wanted.limit.saturating_add(1).max(2);
    let asked = questions(place, typed, wanted, policy, size);
    let requests: Vec<SearchRequest> = asked.iter().map(|(_, request)| request.clone()).collect();
    let answers = match asker.ask_all(&requests).await {
        Ok(answers) => answers,
        Err(error) => return DomainMatches::missing(name, missing(error, &asker)),
    };
    let mut found = DomainMatches {
        domain: name,
        matches: Vec::new(),
        missing: Vec::new(),
    };
    let (mut cut, mut sent) = (Vec::new(), 0);
    for ((kind, request), answer) in asked.iter().zip(answers) {
        let entries = answer.entries.len();
        if take(place, *kind, request.scope, answer, &mut found) {
            cut.push(*kind);
            sent += entries;
        }
    }
    // What is exactly what was typed may be among those that the server did not send.
    let exact: Vec<(Kind, SearchRequest)> = cut
        .iter()
        .filter_map(|kind| Some((*kind, exact(place, *kind, typed, size)?)))
        .collect();
    if !exact.is_empty() {
        let requests: Vec<SearchRequest> =
            exact.iter().map(|(_, request)| request.clone()).collect();
        match asker.ask_all(&requests).await {
            Ok(answers) => {
                for ((kind, request), answer) in exact.iter().zip(answers) {
                    take(place, *kind, request.scope, answer, &mut found);
                }
            }
            Err(error) => found.missing.push(missing(error, &asker)),
        }
    }
    // Both searches may find one entry, and one counts once.
    let mut seen = HashSet::new();
    found.matches.retain(|entry| seen.insert(entry.id.clone()));
    if !cut.is_empty() && found.matches.len() <= usize::try_from(wanted.limit).unwrap_or(usize::MAX)
    {
        // Fewer than were asked for, and there are more: the server's own limit.
        let sent = u32::try_from(sent).unwrap_or(u32::MAX);
        found.missing.push(Missing::ServerLimit(sent));
    }
    let mut told = HashSet::new();
    found.missing.retain(|why| told.insert(*why));
    found
}

/// Takes an answer; true when the server has more than it sent.
fn take(
    place: Place<'_>,
    kind: Kind,
    scope: Scope,
    answer: SearchResult,
    found: &mut DomainMatches,
) -> bool {
    let mut matches: Vec<Match> = Vec::with_capacity(answer.entries.len());
    for entry in &answer.entries {
        match as_match(place, kind, entry) {
            Some(one) => matches.push(one),
            None if lies_there(place, kind, entry) => found.missing.push(Missing::Identity),
            None => {}
        }
    }
    found.matches.append(&mut matches);
    if is_elsewhere(&answer) {
        found.missing.push(Missing::Referral);
    }
    match answer.code {
        ResultCode::SUCCESS => false,
        code if is_nobody(code, scope) => false,
        ResultCode::SIZE_LIMIT_EXCEEDED => true,
        ResultCode::REFERRAL => false,
        code => {
            found.missing.push(Missing::Refused(code));
            false
        }
    }
}

/// The searches of a query, one for each kind.
fn questions(
    place: Place<'_>,
    typed: &Typed,
    wanted: Wanted,
    policy: &LookupPolicy,
    size: u32,
) -> Vec<(Kind, SearchRequest)> {
    let kinds = [Kind::Person, Kind::Group];
    let kinds = kinds.into_iter().filter(|kind| wanted.kinds.has(*kind));
    kinds
        .filter_map(|kind| Some((kind, question(place, kind, typed, policy, size)?)))
        .collect()
}

fn question(
    place: Place<'_>,
    kind: Kind,
    typed: &Typed,
    policy: &LookupPolicy,
    size: u32,
) -> Option<SearchRequest> {
    let lookups = place.lookups;
    let restriction = match kind {
        Kind::Person => &lookups.people.restriction,
        Kind::Group => &lookups.groups.restriction,
    };
    let filter = match typed {
        Typed::Dn(dn) => return by_dn(place, kind, dn),
        Typed::Id { id, .. } => match id.key()? {
            IdKey::Dn(dn) => return by_dn(place, kind, &dn),
            IdKey::Identity(identity) => {
                let own = by_identity(&lookups.id_attributes, identity)?;
                Filter::And(vec![restriction.clone(), own])
            }
        },
        Typed::Identity(identity) => {
            let own = by_identity(&lookups.id_attributes, identity)?;
            Filter::And(vec![restriction.clone(), own])
        }
        Typed::Mail(address) if policy.mail_short_cut => match kind {
            Kind::Person => Filter::And(vec![
                restriction.clone(),
                filled(&lookups.people.by_mail, address)?,
            ]),
            // A list has an address, or is named like one.
            Kind::Group => {
                let names = [
                    &lookups.people.mail_attribute,
                    &lookups.groups.name_attribute,
                ];
                let own = names.map(|name| equal(name, address));
                Filter::And(vec![restriction.clone(), Filter::Or(own.into())])
            }
        },
        Typed::Mail(text) | Typed::Name { text, .. } => by_name(place, kind, text, policy)?,
    };
    Some(below(place, kind, filter, size))
}

fn by_name(place: Place<'_>, kind: Kind, text: &str, policy: &LookupPolicy) -> Option<Filter> {
    let lookups = place.lookups;
    let (find, restriction) = match kind {
        Kind::Person => (&lookups.people.find, &lookups.people.restriction),
        Kind::Group => (&lookups.groups.find, &lookups.groups.restriction),
    };
    let mut filter = filled(find, text)?;
    let narrow = filter.clone();
    if policy.contains {
        filter = contains(filter, text);
    }
    if policy.stars {
        filter = with_stars(filter, text);
    }
    if filter != narrow {
        // A term that restricts is made wider too where it happens to ask for what was typed: `(ou=sales*)`.
        filter = Filter::And(vec![restriction.clone(), filter]);
    }
    let login = match kind {
        Kind::Person => filled(&lookups.people.by_login, text),
        Kind::Group => None,
    };
    Some(match login {
        Some(login) => Filter::Or(vec![
            filter,
            Filter::And(vec![lookups.people.restriction.clone(), login]),
        ]),
        None => filter,
    })
}

/// What is exactly the typed text: by name, by mail address.
fn exact(place: Place<'_>, kind: Kind, typed: &Typed, size: u32) -> Option<SearchRequest> {
    let (Typed::Name { text, .. } | Typed::Mail(text)) = typed else {
        return None;
    };
    let lookups = place.lookups;
    let (restriction, mut any) = match kind {
        Kind::Person => (
            &lookups.people.restriction,
            vec![
                equal(&lookups.people.name_attribute, text),
                equal(&lookups.people.mail_attribute, text),
            ],
        ),
        Kind::Group => (
            &lookups.groups.restriction,
            vec![equal(&lookups.groups.name_attribute, text)],
        ),
    };
    if kind == Kind::Person {
        any.extend(filled(&lookups.people.by_login, text));
    }
    let filter = Filter::And(vec![restriction.clone(), Filter::Or(any)]);
    Some(below(place, kind, filter, size))
}

fn equal(attribute: &AttributeName, text: &str) -> Filter {
    Filter::Equal(attribute.clone(), text.as_bytes().to_vec())
}

/// The entry of this name, if it lies where its kind is looked for.
fn by_dn(place: Place<'_>, kind: Kind, dn: &Dn) -> Option<SearchRequest> {
    let lookups = place.lookups;
    let (inside, restriction) = match kind {
        Kind::Person => (
            within(dn, &lookups.people.base, lookups.people.scope),
            &lookups.people.restriction,
        ),
        Kind::Group => (
            dn.is_under(&lookups.groups.base),
            &lookups.groups.restriction,
        ),
    };
    inside.then(|| {
        request(
            dn.to_string().into(),
            Scope::Base,
            restriction.clone(),
            attributes(lookups, None),
            1,
        )
    })
}

fn below(place: Place<'_>, kind: Kind, filter: Filter, size: u32) -> SearchRequest {
    let lookups = place.lookups;
    let (base, scope) = match kind {
        Kind::Person => (&lookups.people.base_text, lookups.people.scope),
        Kind::Group => (&lookups.groups.base_text, Scope::Subtree),
    };
    request(
        Arc::clone(base),
        scope,
        filter,
        attributes(lookups, None),
        size,
    )
}

/// The template with what was typed; `None` where it asks for a part that the text does not have. Filled with nothing
/// it would fit more than was meant.
fn filled(template: &FilterTemplate, text: &str) -> Option<Filter> {
    let (user, suffix) = text.rsplit_once('@').unwrap_or((text, ""));
    template.fill(&|placeholder| {
        let part = match placeholder {
            Placeholder::Text | Placeholder::Login => text,
            Placeholder::User => user,
            Placeholder::Suffix => suffix,
            _ => "",
        };
        (!part.is_empty()).then_some(part.as_bytes())
    })
}
