//! What an application sends to have many names resolved at once.

use crate::RequestError;
use crate::request::{Named, read};
use entryway_lookup::Kinds;
use serde::Deserialize;
use serde_json::{Value, json};

/// Queries of one request at most.
pub const MOST_QUERIES: usize = 100;
/// Domains of one request at most.
const MOST_DOMAINS: usize = 100;
/// Queries of one request, each as often as domains are asked: each of these is a search or several.
const MOST_ASKED: usize = 1_000;

/// `{"queries": ["…"], "kinds": "people", "unique": true, "first": false, "all_domains": true, "limit": 10, "domains": ["…"]}`;
/// all but the first need not be there. Any other key is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolveRequest {
    /// What was typed, each of them.
    pub queries: Vec<String>,
    /// Which kinds are looked for; people where nothing is said.
    pub kinds: Kinds,
    /// A match only when there is exactly one.
    pub unique: bool,
    /// The first match alone.
    pub first: bool,
    /// Every domain's matches.
    pub all_domains: bool,
    /// Matches for each query at most.
    pub limit: Option<u32>,
    /// Domains that are asked; empty for all.
    pub domains: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResolveShape {
    queries: Vec<String>,
    #[serde(default)]
    kinds: KindsShape,
    #[serde(default)]
    unique: bool,
    #[serde(default)]
    first: bool,
    #[serde(default)]
    all_domains: bool,
    #[serde(default)]
    limit: Option<u32>,
    #[serde(default)]
    domains: Vec<String>,
}

/// Read from a text alone: what is derived for an enumeration would take `{"people": null}`, too.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct KindsShape(Kinds);

impl Default for KindsShape {
    fn default() -> Self {
        Self(Kinds::People)
    }
}

impl TryFrom<String> for KindsShape {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "people" => Ok(Self(Kinds::People)),
            "groups" => Ok(Self(Kinds::Groups)),
            "both" => Ok(Self(Kinds::Both)),
            _ => Err("no kind"),
        }
    }
}

impl Named for ResolveShape {
    const WHAT: &'static str = "a resolve request";
    const EXPECTED: &'static str = "an object with `queries` and, if wanted, `kinds`, `unique`, `first`, `all_domains`, `limit` and `domains`";
}

impl ResolveRequest {
    /// Reads a body. `most` is how many matches a query may ask for, `domains` how many domains there are.
    pub fn from_json(body: &[u8], most: u32, domains: usize) -> Result<Self, RequestError> {
        let shape: ResolveShape = read(body)?;
        let value = |key, expected: String| Err(RequestError::Value { key, expected });
        if shape.queries.is_empty() || shape.queries.len() > MOST_QUERIES {
            return value("queries", format!("1 to {MOST_QUERIES} texts"));
        }
        if shape
            .limit
            .is_some_and(|limit| !(1..=most).contains(&limit))
        {
            return value("limit", format!("a number from 1 to {most}"));
        }
        if shape.domains.len() > MOST_DOMAINS {
            return value("domains", format!("at most {MOST_DOMAINS} names"));
        }
        let asked = match shape.domains.len() {
            0 => domains,
            some => some,
        };
        // One can always be asked.
        let affordable = MOST_ASKED.checked_div(asked).unwrap_or(MOST_ASKED).max(1);
        if shape.queries.len() > affordable {
            return value(
                "queries",
                format!("at most {affordable} texts where {asked} domains are asked"),
            );
        }
        Ok(Self {
            queries: shape.queries,
            kinds: shape.kinds.0,
            unique: shape.unique,
            first: shape.first,
            all_domains: shape.all_domains,
            limit: shape.limit,
            domains: shape.domains,
        })
    }

    /// The same, to be asked elsewhere.
    pub fn to_json(&self) -> String {
        let kinds = match self.kinds {
            Kinds::People => "people",
            Kinds::Groups => "groups",
            Kinds::Both => "both",
        };
        let mut body = json!({
            "queries": self.queries,
            "kinds": kinds,
            "unique": self.unique,
            "first": self.first,
            "all_domains": self.all_domains,
            "domains": self.domains,
        });
        if let (Some(limit), Some(body)) = (self.limit, body.as_object_mut()) {
            body.insert("limit".to_owned(), limit.into());
        }
        body.to_string()
    }
}

/// What a body may be.
pub(super) fn schema() -> Value {
    let flag = |about: &str| json!({ "type": "boolean", "default": false, "description": about });
    let texts = |most: usize, about: &str| json!({ "type": "array", "items": { "type": "string" }, "maxItems": most, "description": about });
    let mut queries = texts(
        MOST_QUERIES,
        "What was typed, each of them: part of a name, a login name, a mail address, a DN, an id. Fewer where many domains are asked: a thousand texts, each as often as domains are asked.",
    );
    if let Some(queries) = queries.as_object_mut() {
        queries.insert("minItems".to_owned(), json!(1));
    }
    json!({
        "type": "object",
        "description": "POST /api/v1/resolve: many at once.",
        "properties": {
            "queries": queries,
            "kinds": { "type": "string", "enum": ["people", "groups", "both"], "default": "people", "description": "What is looked for. Groups need the scope `groups.read`, people `people.read`." },
            "unique": flag("A match only when there is exactly one."),
            "first": flag("The first match alone."),
            "all_domains": flag("Every domain's matches, and not those of the first domain that has some."),
            "limit": { "type": ["integer", "null"], "minimum": 1, "maximum": 100_000, "description": "Matches for each query at most; `directory.limit` where nothing is said, and never more than `directory.max_results`." },
            "domains": texts(MOST_DOMAINS, "The domains that are asked, by name; all of them where there are none."),
        },
        "required": ["queries"],
        "additionalProperties": false,
    })
}
