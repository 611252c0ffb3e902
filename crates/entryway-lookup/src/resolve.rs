//! People and groups by what was typed: the question, its results, and how the domains' answers become one.

use crate::order::{self, SortKey};
use crate::{BadFormat, Gap, Kinds, Match, Missing};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

/// Asks for one or many.
#[derive(Debug, Clone)]
pub struct ResolveQuestion {
    /// What was typed, each of them.
    pub queries: Vec<String>,
    /// How each of them is meant.
    pub wanted: Wanted,
    /// Domains that are asked, by name; empty for all of them.
    pub domains: Vec<String>,
    /// Answer before this.
    pub deadline: Instant,
}

/// How a query is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Which kinds are looked for.
    pub kinds: Kinds,
    /// A match only when there is exactly one.
    pub unique: bool,
    /// The first match alone.
    pub first: bool,
    /// Every domain's matches, and not those of the first domain that has some.
    pub all_domains: bool,
    /// No more matches than this.
    pub limit: u32,
}

/// What came of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// As typed.
    pub query: String,
    /// How it went.
    pub outcome: ResolveOutcome,
    /// In order, exact ones first. Where `unique` was asked for there is one, or none.
    pub matches: Vec<Match>,
    /// Why there may be more. Empty where these are all.
    pub gaps: Vec<Gap>,
    /// How many domains were asked.
    pub asked: usize,
}

/// How a query went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResolveOutcome {
    /// There are matches, and these are all that were asked for.
    Matched,
    /// Everybody was asked, and nothing matches.
    NoMatch,
    /// There may be more: a domain did not answer, or a limit cut.
    Partial,
    /// `unique` was asked for, and several match.
    Multiple,
    /// Nobody was asked: the text cannot be looked for.
    BadFormat(BadFormat),
}

impl ResolveOutcome {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::NoMatch => "no_match",
            Self::Partial => "partial",
            Self::Multiple => "multiple",
            Self::BadFormat(_) => "bad_format",
        }
    }
}

/// What one domain has for a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainMatches {
    /// The domain's name.
    pub domain: Arc<str>,
    /// What matches there, in any order.
    pub matches: Vec<Match>,
    /// Why there may be more.
    pub missing: Vec<Missing>,
}

/// The result of a query that cannot be asked.
pub fn refused_format(query: &str, why: BadFormat) -> Resolved {
    Resolved {
        query: query.to_owned(),
        outcome: ResolveOutcome::BadFormat(why),
        matches: Vec::new(),
        gaps: Vec::new(),
        asked: 0,
    }
}

/// Makes one result of the domains' answers, which stand in the order of the domains.
///
/// Without `all_domains` the first domain that has a match ends it: what comes after it neither adds nor is missed, but
/// a domain before it that did not answer might have been the one. `unique` succeeds on nothing that may not be all, and
/// where it does not succeed nobody is named: who takes the first of what is there must not take the wrong one.
pub fn merge(query: &str, text: &str, wanted: Wanted, answers: Vec<DomainMatches>) -> Resolved {
    let asked = answers.len();
    let mut matches: Vec<Match> = Vec::new();
    let mut gaps = Vec::new();
    let mut seen = HashSet::new();
    for answer in answers {
        gaps.extend(answer.missing.iter().map(|why| Gap {
            domain: Arc::clone(&answer.domain),
            why: *why,
        }));
        let before = matches.len();
        // Two searches of a domain may find one entry.
        let new = answer
            .matches
            .into_iter()
            .filter(|entry| seen.insert(entry.id.clone()));
        matches.extend(new);
        if !wanted.all_domains && matches.len() > before {
            break;
        }
    }
    order::sort(text, &mut matches);
    if wanted.unique {
        return unique(query, matches, gaps, asked);
    }
    let most = if wanted.first { 1 } else { wanted.limit };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    if let Some(cut) = matches.get(most)
        && !wanted.first
    {
        gaps.push(Gap {
            domain: Arc::clone(&cut.domain),
            why: Missing::Limit(wanted.limit),
        });
    }
    matches.truncate(most);
    let outcome = match (gaps.is_empty(), matches.is_empty()) {
        (false, _) => ResolveOutcome::Partial,
        (true, true) => ResolveOutcome::NoMatch,
        (true, false) => ResolveOutcome::Matched,
    };
    Resolved {
        query: query.to_owned(),
        outcome,
        matches,
        gaps,
        asked,
    }
}

fn unique(query: &str, matches: Vec<Match>, gaps: Vec<Gap>, asked: usize) -> Resolved {
    let (outcome, matches) = match (matches.len(), gaps.is_empty()) {
        // More than one is certain, whatever else there is.
        (2.., _) => (ResolveOutcome::Multiple, Vec::new()),
        (_, false) => (ResolveOutcome::Partial, Vec::new()),
        (0, true) => (ResolveOutcome::NoMatch, matches),
        (1, true) => (ResolveOutcome::Matched, matches),
    };
    Resolved {
        query: query.to_owned(),
        outcome,
        matches,
        gaps,
        asked,
    }
}

impl Resolved {
    /// Why nothing was found, where none of the domains that were asked has given an answer: that is an outage, and no
    /// empty list.
    pub fn silence(&self) -> Option<&Gap> {
        let is_silent =
            |gap: &&Gap| matches!(gap.why, Missing::Unanswered(_) | Missing::Refused(_));
        let silent: HashSet<&str> = self
            .gaps
            .iter()
            .filter(is_silent)
            .map(|gap| &*gap.domain)
            .collect();
        let is_outage = self.outcome == ResolveOutcome::Partial
            && self.matches.is_empty()
            && silent.len() >= self.asked.max(1);
        is_outage.then(|| self.gaps.iter().find(is_silent))?
    }
}

impl DomainMatches {
    /// A domain that gave no answer.
    pub fn missing(domain: Arc<str>, why: Missing) -> Self {
        Self {
            domain,
            matches: Vec::new(),
            missing: vec![why],
        }
    }
    /// Puts the matches in the order of lists, by name.
    pub fn by_name(mut self) -> Self {
        self.matches.sort_by_cached_key(SortKey::of);
        self
    }
}
