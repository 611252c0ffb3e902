//! What clients are told, by their rules: the port of `entryway-oidc`, from the settings.

use super::{ClaimSetting, SsoSettings};
use entryway_cel::Outcome;
use entryway_oidc::{
    ClaimRules, Client, ClientId, GroupPatterns, Person, PersonFacts, RuleFailed, Scopes,
};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// Scopes that have claims without any rule.
const STANDARD: [&str; 5] = [
    Scopes::OPENID,
    Scopes::PROFILE,
    Scopes::EMAIL,
    Scopes::GROUPS,
    Scopes::OFFLINE_ACCESS,
];

/// A claim that could not be told of somebody, who is not let in: for the administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimFailed<'a> {
    /// Whose rule it is.
    pub client: &'a str,
    /// What the claim is called.
    pub claim: &'a str,
    /// In words, without values of the person.
    pub why: &'a str,
}

/// Whoever wants to know.
type Failed = Box<dyn Fn(ClaimFailed<'_>) + Send + Sync>;

impl SsoSettings {
    /// The rules of its clients.
    pub fn claim_rules(&self) -> Arc<dyn ClaimRules> {
        self.claim_rules_telling(|_| {})
    }
    /// The same, telling of every rule that fails for somebody: applications only learn that it did.
    pub fn claim_rules_telling(
        &self,
        failed: impl Fn(ClaimFailed<'_>) + Send + Sync + 'static,
    ) -> Arc<dyn ClaimRules> {
        let mut clients = HashMap::new();
        let mut scopes = Scopes::default();
        for one in &self.clients {
            let own = one.claims.iter().filter_map(|claim| claim.scope.as_deref());
            for scope in own.filter(|scope| !STANDARD.contains(scope)) {
                if let Ok(scope) = Scopes::parse(scope) {
                    scopes = scopes.or(&scope);
                }
            }
            let rules = Rules {
                groups: one.groups.clone(),
                claims: one.claims.clone(),
            };
            clients.insert(one.client.id.clone(), rules);
        }
        Arc::new(ByClient {
            clients,
            scopes,
            failed: Box::new(failed),
        })
    }
    /// Whether anything that a client is told is made of people's groups.
    pub fn needs_groups(&self) -> bool {
        self.clients.iter().any(|one| {
            let claims = one.claims.iter();
            one.client.scopes.has(Scopes::GROUPS)
                || claims
                    .map(|claim| claim.value.needs())
                    .any(|needs| needs.groups)
        })
    }
}

struct ByClient {
    clients: HashMap<ClientId, Rules>,
    scopes: Scopes,
    failed: Failed,
}

struct Rules {
    groups: Option<GroupPatterns>,
    claims: Vec<ClaimSetting>,
}

impl ClaimRules for ByClient {
    fn shows_group(&self, client: &Client, group: &str) -> bool {
        // One that nobody knows is told of nothing.
        self.clients.get(&client.id).is_some_and(|rules| {
            let shown = rules.groups.as_ref();
            shown.is_none_or(|patterns| patterns.show(group))
        })
    }

    fn custom(
        &self,
        client: &Client,
        scopes: &Scopes,
        person: &Person,
    ) -> Result<Vec<(String, Value)>, RuleFailed> {
        let rules = self.clients.get(&client.id).ok_or(RuleFailed)?;
        let of_scopes = |claim: &&ClaimSetting| {
            let scope = claim.scope.as_deref();
            scope.is_none_or(|scope| scopes.has(scope))
        };
        let claims: Vec<_> = rules.claims.iter().filter(of_scopes).collect();
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        let known = PersonFacts::of(person).ok_or(RuleFailed)?;
        let facts = known.facts();
        let mut told = Vec::with_capacity(claims.len());
        for claim in claims {
            // Some of somebody's groups would pass for all of them.
            let outcome = if claim.value.needs().groups && !known.has_groups() {
                Err("looks at `groups`, and not all of them are known".to_owned())
            } else {
                claim.value.value(&facts).map_err(|failed| failed.0)
            };
            let outcome = outcome.map_err(|why| {
                (self.failed)(ClaimFailed {
                    client: client.id.as_str(),
                    claim: &claim.name,
                    why: &why,
                });
                RuleFailed
            })?;
            if let Some(value) = value(outcome) {
                told.push((claim.name.to_string(), value));
            }
        }
        Ok(told)
    }

    fn scopes(&self) -> Scopes {
        self.scopes.clone()
    }
}

/// As JSON. What says nothing is left out (OpenID Connect Core §5.3.2).
fn value(outcome: Outcome) -> Option<Value> {
    match outcome {
        Outcome::Truth(truth) => Some(json!(truth)),
        Outcome::Number(number) => Some(json!(number)),
        Outcome::Text(text) => (!text.is_empty()).then(|| json!(text)),
        Outcome::Texts(texts) => (!texts.is_empty()).then(|| json!(texts)),
        Outcome::Numbers(numbers) => (!numbers.is_empty()).then(|| json!(numbers)),
    }
}
