//! People and groups that were found.

use super::texts::{Id, Values};
use crate::shape::{shapes, words};
use entryway_lookup::{Gap, Kind, Match, Person, ResolveOutcome, Resolved};
use std::borrow::Cow;

words! {
    /// What an entry is.
    pub(crate) KindWord: "person" | "group";
    /// How a query went.
    pub(crate) OutcomeWord: "matched" | "no_match" | "partial" | "multiple" | "bad_format";
}

shapes! {
    /// A person or a group.
    #[derive(serde::Deserialize)]
    pub(crate) struct MatchJson<'a> = "match" {
        /// By what to ask on; the subject of a person's session in a form that is safe in a URL.
        pub(crate) id: Id<'a>,
        /// What it is.
        pub(crate) kind: KindWord,
        /// The name for people.
        pub(crate) name: Cow<'a, str>,
        /// What tells namesakes apart.
        pub(crate) description: Option<Cow<'a, str>>,
        /// The mail address.
        pub(crate) mail: Option<Cow<'a, str>>,
        /// A person's login name.
        pub(crate) login_name: Option<Cow<'a, str>>,
        /// The domain.
        pub(crate) domain: Cow<'a, str>,
        /// The name in the directory, as the server spelt it. Left out of people, as their mail address, login name and description are, where the caller may not read people.
        pub(crate) dn: Option<Cow<'a, str>>,
    }
    /// Why an answer may not be all.
    #[derive(serde::Deserialize)]
    pub(crate) struct GapJson<'a> = "gap" {
        /// Whose part is missing.
        pub(crate) domain: Cow<'a, str>,
        /// Why, as a stable word: a fault of docs/reasons.md where the domain did not answer, else `limit`, `server_limit`, `entry_budget`, `search_budget`, `depth`, `values_withheld`, `identity`, `referral`, `being_read`, `directory_refused_operation`. More may come.
        pub(crate) code: Cow<'a, str>,
        /// Why, in words.
        pub(crate) text: Cow<'a, str>,
        /// Whether the same question may bring the rest a little later.
        pub(crate) may_pass: bool,
    }
    /// GET /api/v1/people and /groups: what a text finds, what was typed exactly first.
    #[derive(serde::Deserialize)]
    pub struct MatchesJson<'a> = "matches" {
        /// Who and what was found.
        pub(crate) matches: Vec<MatchJson<'a>>,
        /// Goes on after these, as `cursor`. Left out where there are no more, and where the list was not begun with `cursor=start`.
        pub(crate) next: Option<Cow<'a, str>>,
        /// Whether there may be more than these and the pages after them.
        pub(crate) partial: bool,
        /// Why; left out where nothing is missing.
        pub(crate) gaps: Option<Vec<GapJson<'a>>>,
    }
    /// GET /api/v1/people/{id}: one person.
    #[derive(serde::Deserialize)]
    pub struct PersonJson<'a> = "person" {
        /// Who.
        pub(crate) person: MatchJson<'a>,
        /// What the configuration lets look-ups show beside that: a list of texts for each attribute.
        pub(crate) attributes: Values<'a>,
    }
    /// POST /api/v1/resolve: a result for each query, in their order.
    #[derive(serde::Deserialize)]
    pub struct ResolvedJson<'a> = "resolved" {
        /// One for each query.
        pub(crate) results: Vec<ResultJson<'a>>,
    }
    /// What one query found.
    #[derive(serde::Deserialize)]
    pub struct ResultJson<'a> = "result" {
        /// As it was sent.
        pub(crate) query: Cow<'a, str>,
        /// How it went. `multiple` only where `unique` was asked for, and then nobody is named.
        pub(crate) outcome: OutcomeWord,
        /// Why nobody was asked, where it is `bad_format`: `empty`, `too_short`, `too_long`, `control_character`, `mail_domain`, `outside_bases`.
        pub(crate) code: Option<Cow<'a, str>>,
        /// The same in words.
        pub(crate) text: Option<Cow<'a, str>>,
        /// Who and what was found.
        pub(crate) matches: Vec<MatchJson<'a>>,
        /// Whether there may be more.
        pub(crate) partial: bool,
        /// Why; left out where nothing is missing.
        pub(crate) gaps: Option<Vec<GapJson<'a>>>,
    }
}

impl KindWord {
    pub(crate) fn is_group(&self) -> bool {
        self.0 == Kind::Group.as_str()
    }
}

impl<'a> MatchJson<'a> {
    pub(crate) fn of(entry: &'a Match) -> Self {
        Self {
            id: Id::of(&entry.id),
            kind: KindWord(entry.kind.as_str()),
            name: Cow::Borrowed(&entry.name),
            description: entry.description.as_deref().map(Cow::Borrowed),
            mail: entry.mail.as_deref().map(Cow::Borrowed),
            login_name: entry.login_name.as_deref().map(Cow::Borrowed),
            domain: Cow::Borrowed(&entry.domain),
            dn: Some(Cow::Borrowed(&entry.dn)),
        }
    }
    /// As much of a person as whoever may read groups alone is told.
    pub(crate) fn named(entry: &'a Match) -> Self {
        let mut whole = Self::of(entry);
        whole.leave_the_name();
        whole
    }
    /// Leaves nothing of a person but who it is.
    pub(crate) fn leave_the_name(&mut self) {
        if !self.kind.is_group() {
            self.description = None;
            self.mail = None;
            self.login_name = None;
            self.dn = None;
        }
    }
}

/// Why there may be more; nothing where nothing is missing.
pub(crate) fn gaps(gaps: &[Gap]) -> Option<Vec<GapJson<'_>>> {
    let json = gaps.iter().map(|gap| GapJson {
        domain: Cow::Borrowed(&gap.domain),
        code: Cow::Borrowed(gap.why.code()),
        text: gap.why.to_string().into(),
        may_pass: gap.why.may_pass(),
    });
    (!gaps.is_empty()).then(|| json.collect())
}

impl<'a> MatchesJson<'a> {
    /// These, after which `next` goes on.
    pub fn new(
        matches: impl IntoIterator<Item = &'a Match>,
        next: Option<&'a str>,
        missing: &'a [Gap],
    ) -> Self {
        Self {
            matches: matches.into_iter().map(MatchJson::of).collect(),
            next: next.map(Cow::Borrowed),
            partial: !missing.is_empty(),
            gaps: gaps(missing),
        }
    }
}

impl<'a> PersonJson<'a> {
    /// One person.
    pub fn of(person: &'a Person) -> Self {
        let attributes = person.attributes.iter();
        Self {
            person: MatchJson::of(&person.entry),
            attributes: Values(
                attributes
                    .map(|(name, values)| {
                        (Cow::Borrowed(name.as_str()), Cow::Borrowed(&values[..]))
                    })
                    .collect(),
            ),
        }
    }
}

impl<'a> ResolvedJson<'a> {
    /// A result for each query.
    pub fn of(results: &'a [Resolved]) -> Self {
        Self {
            results: results.iter().map(ResultJson::of).collect(),
        }
    }
}

impl<'a> ResultJson<'a> {
    /// What one query found.
    pub fn of(resolved: &'a Resolved) -> Self {
        let why = match &resolved.outcome {
            ResolveOutcome::BadFormat(why) => Some(why),
            _ => None,
        };
        Self {
            query: Cow::Borrowed(&resolved.query),
            outcome: OutcomeWord(resolved.outcome.code()),
            code: why.map(|why| Cow::Borrowed(why.code())),
            text: why.map(|why| why.to_string().into()),
            matches: resolved.matches.iter().map(MatchJson::of).collect(),
            partial: !resolved.gaps.is_empty(),
            gaps: gaps(&resolved.gaps),
        }
    }
}
