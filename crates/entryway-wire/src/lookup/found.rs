//! People and groups that were found.

use crate::shape::{Schemas, Shape, shapes, words};
use crate::write::Text;
use entryway_lookup::{EntryId, Gap, Kind, Match, Person, ResolveOutcome, Resolved};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

words! {
    /// What an entry is.
    pub(crate) KindWord: "person" | "group";
    /// How a query went.
    pub(crate) OutcomeWord: "matched" | "no_match" | "partial" | "multiple" | "bad_format";
}

shapes! {
    /// A person or a group.
    pub(crate) struct MatchJson<'a> = "match" {
        /// By what to ask on; the subject of a person's session in a form that is safe in a URL.
        id: Text<&'a EntryId>,
        /// What it is.
        kind: KindWord,
        /// The name for people.
        name: &'a str,
        /// What tells namesakes apart.
        description: Option<&'a str>,
        /// The mail address.
        mail: Option<&'a str>,
        /// A person's login name.
        login_name: Option<&'a str>,
        /// The domain.
        domain: &'a str,
        /// The name in the directory, as the server spelt it. Left out of people, as their mail address, login name and description are, where the caller may not read people.
        dn: Option<&'a str>,
    }
    /// Why an answer may not be all.
    pub(crate) struct GapJson<'a> = "gap" {
        /// Whose part is missing.
        domain: &'a str,
        /// Why, as a stable word: a fault of docs/reasons.md where the domain did not answer, else `limit`, `server_limit`, `entry_budget`, `search_budget`, `depth`, `values_withheld`, `identity`, `referral`, `being_read`, `directory_refused_operation`. More may come.
        code: &'a str,
        /// Why, in words.
        text: Text<entryway_lookup::Missing>,
        /// Whether the same question may bring the rest a little later.
        may_pass: bool,
    }
    /// GET /api/v1/people and /groups: what a text finds, what was typed exactly first.
    pub struct MatchesJson<'a> = "matches" {
        /// Who and what was found.
        matches: Vec<MatchJson<'a>>,
        /// Goes on after these, as `cursor`. Left out where there are no more, and where the list was not begun with `cursor=start`.
        next: Option<&'a str>,
        /// Whether there may be more than these and the pages after them.
        partial: bool,
        /// Why; left out where nothing is missing.
        gaps: Option<Vec<GapJson<'a>>>,
    }
    /// GET /api/v1/people/{id}: one person.
    pub struct PersonJson<'a> = "person" {
        /// Who.
        person: MatchJson<'a>,
        /// What the configuration lets look-ups show beside that: a list of texts for each attribute.
        attributes: Values<'a>,
    }
    /// POST /api/v1/resolve: a result for each query, in their order.
    pub struct ResolvedJson<'a> = "resolved" {
        /// One for each query.
        results: Vec<ResultJson<'a>>,
    }
    /// What one query found.
    pub struct ResultJson<'a> = "result" {
        /// As it was sent.
        query: &'a str,
        /// How it went. `multiple` only where `unique` was asked for, and then nobody is named.
        outcome: OutcomeWord,
        /// Why nobody was asked, where it is `bad_format`: `empty`, `too_short`, `too_long`, `control_character`, `mail_domain`, `outside_bases`.
        code: Option<&'a str>,
        /// The same in words.
        text: Option<String>,
        /// Who and what was found.
        matches: Vec<MatchJson<'a>>,
        /// Whether there may be more.
        partial: bool,
        /// Why; left out where nothing is missing.
        gaps: Option<Vec<GapJson<'a>>>,
    }
}

impl<'a> MatchJson<'a> {
    pub(crate) fn of(entry: &'a Match) -> Self {
        Self {
            id: Text(&entry.id),
            kind: KindWord(entry.kind.as_str()),
            name: &entry.name,
            description: entry.description.as_deref(),
            mail: entry.mail.as_deref(),
            login_name: entry.login_name.as_deref(),
            domain: &entry.domain,
            dn: Some(&entry.dn),
        }
    }
    /// As much of a person as whoever may read groups alone is told.
    pub(crate) fn named(entry: &'a Match) -> Self {
        let whole = Self::of(entry);
        match entry.kind {
            Kind::Group => whole,
            Kind::Person => Self {
                description: None,
                mail: None,
                login_name: None,
                dn: None,
                ..whole
            },
        }
    }
}

/// Why there may be more; nothing where nothing is missing.
pub(crate) fn gaps(gaps: &[Gap]) -> Option<Vec<GapJson<'_>>> {
    let json = gaps.iter().map(|gap| GapJson {
        domain: &gap.domain,
        code: gap.why.code(),
        text: Text(gap.why),
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
            next,
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
                    .map(|(name, values)| (name.as_str(), &values[..]))
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
            query: &resolved.query,
            outcome: OutcomeWord(resolved.outcome.code()),
            code: why.map(|why| why.code()),
            text: why.map(ToString::to_string),
            matches: resolved.matches.iter().map(MatchJson::of).collect(),
            partial: !resolved.gaps.is_empty(),
            gaps: gaps(&resolved.gaps),
        }
    }
}

/// An object of lists of texts.
pub(crate) struct Values<'a>(pub(crate) Vec<(&'a str, &'a [String])>);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, values) in &self.0 {
            map.serialize_entry(name, values)?;
        }
        map.end()
    }
}

impl Shape for Values<'_> {
    fn schema(_: &mut Schemas) -> Value {
        let texts = json!({ "type": "array", "items": { "type": "string" } });
        json!({ "type": "object", "additionalProperties": texts })
    }
}

/// An object of texts, in the order of the configuration.
pub(crate) struct Texts<'a>(pub(crate) Vec<(&'a str, &'a str)>);

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, text) in &self.0 {
            map.serialize_entry(name, text)?;
        }
        map.end()
    }
}

impl Shape for Texts<'_> {
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "object", "additionalProperties": { "type": "string" } })
    }
}
