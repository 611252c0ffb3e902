//! Whether the domain's own filter finds anybody: one that finds nobody refuses everybody, and looks like a name that
//! was typed wrong.

use super::{Look, State};
use entryway_ldap::{DerefAliases, SearchRequest, SearchRole, Server};
use entryway_ldap_types::{AttributeName, Filter, FilterTemplate, ResultCode, Scope};
use entryway_login::DomainPolicy;
use std::sync::Arc;
use std::time::Instant;

/// Stands for what a person would type, and then for anything.
const ANYBODY: &str = "entryway-check-anybody";

/// The filter for one person, whoever it is: `(uid={login})` becomes `(uid=*)`.
fn for_anybody(template: &FilterTemplate) -> Option<Filter> {
    let filter = template.fill(&|_| Some(ANYBODY.as_bytes()))?;
    Some(widened(filter))
}

fn widened(filter: Filter) -> Filter {
    let typed = |value: &[u8]| {
        value
            .windows(ANYBODY.len())
            .any(|part| part.eq_ignore_ascii_case(ANYBODY.as_bytes()))
    };
    let list = |parts: Vec<Filter>| parts.into_iter().map(widened).collect();
    match filter {
        Filter::And(parts) => Filter::And(list(parts)),
        Filter::Or(parts) => Filter::Or(list(parts)),
        Filter::Not(part) => Filter::Not(Box::new(widened(*part))),
        Filter::Equal(attribute, value)
        | Filter::Approx(attribute, value)
        | Filter::GreaterOrEqual(attribute, value)
        | Filter::LessOrEqual(attribute, value)
            if typed(&value) =>
        {
            Filter::Present(attribute)
        }
        Filter::Substrings {
            attribute,
            initial,
            any,
            last,
        } if initial.iter().chain(&any).chain(&last).any(|v| typed(v)) => {
            Filter::Present(attribute)
        }
        Filter::Extensible {
            attribute: Some(attribute),
            value,
            ..
        } if typed(&value) => Filter::Present(attribute),
        other => other,
    }
}

/// One entry of the domain that fits a filter. Nothing of it is fetched.
fn one(policy: &DomainPolicy, filter: Filter) -> SearchRequest {
    /// No attributes (RFC 4511 §4.5.1.8).
    const NONE: AttributeName = AttributeName::from_static("1.1");
    SearchRequest {
        base: policy.people.base_text.clone(),
        scope: policy.people.scope,
        deref: DerefAliases::Never,
        size_limit: 1,
        time_limit: 0,
        types_only: true,
        filter: filter.into(),
        attributes: Arc::new([NONE]),
    }
}

/// Looks for one person.
pub(super) async fn find_one(look: &mut Look<'_>, server: &Server) {
    let policy = look.policy;
    let Some(filter) = for_anybody(&policy.people.filter) else {
        return;
    };
    let (shown, base) = (filter.to_string(), &policy.people.base_text);
    let place = look.place(policy.people.rule);
    let started = Instant::now();
    let searched = server
        .search(SearchRole::FindLogin, &one(policy, filter), look.deadline())
        .await;
    let (state, detail) = match searched {
        Ok(found) if !found.entries.is_empty() => {
            (State::Good, format!("{shown} finds somebody under {base}"))
        }
        Ok(found) if found.code == ResultCode::SUCCESS => (
            State::Bad,
            format!("nobody is found by {shown} under {base}{place}"),
        ),
        Ok(found) => (
            State::Bad,
            format!(
                "{shown}: {} {}{place}",
                found.code,
                found.diagnostic.escape_debug()
            ),
        ),
        Err(error) => (State::Bad, error.in_words()),
    };
    look.found("people", state, Some(started.elapsed()), detail);
}

/// Whether anybody has the attribute by which groups are found.
pub(super) async fn has_any(
    policy: &DomainPolicy,
    server: &Server,
    attribute: AttributeName,
    deadline: Instant,
) -> Option<bool> {
    let mut request = one(policy, Filter::Present(attribute));
    request.scope = Scope::Subtree;
    let found = server
        .search(SearchRole::FindLogin, &request, deadline)
        .await;
    let found = found.ok()?;
    match found.code {
        ResultCode::SUCCESS | ResultCode::SIZE_LIMIT_EXCEEDED => Some(!found.entries.is_empty()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
