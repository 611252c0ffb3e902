//! Finding the entry in a domain: what is asked, and what an answer means.

use crate::trace::{DIAGNOSTIC_MAX, SearchOutcome, clip};
use crate::{
    Alternative, DomainId, DomainPolicy, Fault, FindOperation, LockoutPolicy, NameCase,
    PeopleSearch, Reason, Route, Served, ServerFault, ServerTry,
};
use entryway_ldap_types::{
    AttributeName, Entry, Filter, FilterTemplate, Placeholder, ResultCode, Scope,
};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

/// By what a person is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Name,
    Mail,
    /// By what an earlier login left: whether that person is still welcome.
    Identity,
    /// By a certificate.
    Certificate,
}

/// Why a domain is not searched by a name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotAsked {
    /// The domain has no such search.
    NoSuchSearch,
    /// The filter asks for a part that the name does not have. Filled with nothing it would fit more people than
    /// the administrator meant: `(ou={suffix}*)` would be `(ou=*)`. So nobody here has that name.
    NoSuchPart(Placeholder),
    /// The filter asks for something that no login name has.
    Unfillable,
}

/// The search for a person.
pub(crate) fn operation(
    by: By,
    id: DomainId,
    domain: &DomainPolicy,
    route: &Route,
    wants_groups: bool,
    deadline: Instant,
) -> Result<FindOperation, NotAsked> {
    let filter = filter(by, domain, route)?;
    let alternative = domain.active_directory.as_deref();
    let active_directory = alternative
        .and_then(|other| Some((other, self::filter(by, other, route).ok()?)))
        .map(|(other, filter)| {
            Box::new(Alternative {
                filter: Arc::new(filter),
                attributes: Arc::clone(other.fetched(wants_groups)),
            })
        });
    Ok(FindOperation {
        domain: id,
        base: Arc::clone(&domain.people.base_text),
        scope: domain.people.scope,
        filter: Arc::new(filter),
        attributes: Arc::clone(domain.fetched(wants_groups)),
        active_directory,
        last: None,
        deadline,
    })
}

fn filter(by: By, domain: &DomainPolicy, route: &Route) -> Result<Filter, NotAsked> {
    let people = &domain.people;
    match by {
        By::Name => fill(
            &people.filter,
            domain,
            route,
            people.search_attribute.is_some() && route.by_suffix(),
        ),
        By::Mail => {
            let template = people.by_email.as_ref().ok_or(NotAsked::NoSuchSearch)?;
            fill(template, domain, route, false)
        }
        By::Identity | By::Certificate => Err(NotAsked::NoSuchSearch),
    }
}

fn fill(
    template: &FilterTemplate,
    domain: &DomainPolicy,
    route: &Route,
    user_as_login: bool,
) -> Result<Filter, NotAsked> {
    let case = domain.login_name_case;
    let login = case.apply(if user_as_login {
        &route.user
    } else {
        &route.login
    });
    let user = case.apply(&route.user);
    let suffix = case.apply(&route.suffix);
    let part = |placeholder: &Placeholder| match placeholder {
        Placeholder::Login => Some(&*login),
        Placeholder::User => Some(&*user),
        Placeholder::Suffix => Some(&*suffix),
        _ => None,
    };
    // A name's route has no blank login or user; a bare name has no suffix.
    let is_blank =
        |placeholder: &&Placeholder| part(placeholder).is_some_and(|text| text.trim().is_empty());
    if let Some(missing) = template.placeholders().into_iter().find(is_blank) {
        return Err(NotAsked::NoSuchPart(missing.clone()));
    }
    template
        .fill(&|placeholder| part(placeholder).map(str::as_bytes))
        .ok_or(NotAsked::Unfillable)
}

/// Stands for any name while a filter is turned into the restriction that it makes.
const ANYBODY: &[u8] = b"\0anybody";

/// Whom a domain lets in at all, whatever they are called: its filters with presence where the name stood.
/// `None` where nothing but the name restricts.
pub(crate) fn restriction(people: &PeopleSearch) -> Option<Filter> {
    let anybody = |_: &Placeholder| Some(ANYBODY);
    let mut ways: Vec<Filter> = [Some(&people.filter), people.by_email.as_ref()]
        .into_iter()
        .flatten()
        .filter_map(|template| template.fill(&anybody))
        .map(unnamed)
        .collect();
    match ways.len() {
        0 | 1 => ways.pop(),
        _ => Some(Filter::Or(ways)),
    }
}

/// Filters are at most [`Filter::MAX_DEPTH`] deep, so the recursion is bounded.
fn unnamed(filter: Filter) -> Filter {
    let all = |parts: Vec<Filter>| parts.into_iter().map(unnamed).collect();
    match filter {
        Filter::And(parts) => Filter::And(all(parts)),
        Filter::Or(parts) => Filter::Or(all(parts)),
        Filter::Not(part) => Filter::Not(Box::new(nobody(*part))),
        item if is_named(&item) => present(item),
        other => other,
    }
}

/// The same below a `Not`: nobody is called [`ANYBODY`], so that what excludes a name excludes nobody.
fn nobody(filter: Filter) -> Filter {
    let all = |parts: Vec<Filter>| parts.into_iter().map(nobody).collect();
    match filter {
        Filter::And(parts) => Filter::And(all(parts)),
        Filter::Or(parts) => Filter::Or(all(parts)),
        Filter::Not(part) => Filter::Not(Box::new(unnamed(*part))),
        item => item,
    }
}

/// Whether an item compares with the name.
fn is_named(item: &Filter) -> bool {
    match item {
        Filter::Equal(_, value)
        | Filter::Approx(_, value)
        | Filter::GreaterOrEqual(_, value)
        | Filter::LessOrEqual(_, value)
        | Filter::Extensible { value, .. } => mentions(value),
        Filter::Substrings {
            initial, any, last, ..
        } => {
            let mut parts = initial.iter().chain(any).chain(last);
            parts.any(|part| mentions(part))
        }
        Filter::And(_) | Filter::Or(_) | Filter::Not(_) | Filter::Present(_) => false,
    }
}

/// The attribute that an item looks at is there.
fn present(item: Filter) -> Filter {
    match item {
        Filter::Equal(attribute, _)
        | Filter::Approx(attribute, _)
        | Filter::GreaterOrEqual(attribute, _)
        | Filter::LessOrEqual(attribute, _)
        | Filter::Substrings { attribute, .. }
        | Filter::Extensible {
            attribute: Some(attribute),
            ..
        } => Filter::Present(attribute),
        // It asks for the value in any attribute, and every entry has this one.
        _ => Filter::Present(AttributeName::from_static("objectClass")),
    }
}

fn mentions(value: &[u8]) -> bool {
    value.windows(ANYBODY.len()).any(|part| part == ANYBODY)
}

impl NameCase {
    /// The text in this case; borrowed when it is that already.
    pub(crate) fn apply(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Keep => Cow::Borrowed(text),
            Self::Lower => Cow::Owned(text.to_lowercase()),
            Self::Upper => Cow::Owned(text.to_uppercase()),
        }
    }
}

/// What an answer means for the login.
pub(crate) enum Conclusion {
    /// Exactly one entry.
    One(FoundOne),
    /// Nobody here; the next domain may know them.
    Nobody,
    /// Final: no other domain is asked.
    Refuse(Reason),
    /// No server served: `when_down` decides.
    Down(Fault),
    /// A server answered with something that is neither an entry nor "none": final.
    NoAnswer(Fault),
}

/// The one entry, who gave it, and what is known of that directory.
pub(crate) struct FoundOne {
    pub(crate) entry: Entry,
    pub(crate) server: Arc<str>,
    /// [`Served::lockout`].
    pub(crate) lockout: LockoutPolicy,
}

/// Judges an answer, and words it for the trace. `is_over` is whether the login's own deadline has passed.
pub(crate) fn judge(
    served: Option<Served>,
    tried: &[ServerTry],
    people: &PeopleSearch,
    is_over: bool,
) -> (Conclusion, SearchOutcome) {
    match served {
        None => {
            let fault = fault_of(tried, is_over);
            // A domain that was not asked is not down: skipping it would show the password to another.
            let ours = tried
                .iter()
                .any(|server| server.fault == ServerFault::Ourselves);
            let conclusion = if ours {
                Conclusion::NoAnswer(fault)
            } else {
                Conclusion::Down(fault)
            };
            let skipped = false;
            (conclusion, SearchOutcome::Unanswered { fault, skipped })
        }
        Some(served) => judge_served(served, people),
    }
}

fn judge_served(served: Served, people: &PeopleSearch) -> (Conclusion, SearchOutcome) {
    let Served {
        server,
        entries,
        code,
        diagnostic,
        lockout,
        active_directory: _,
        passed_over: _,
    } = served;
    if let Some(stray) = entries.iter().find(|entry| !is_within(entry, people)) {
        let outcome = SearchOutcome::OutsideBase {
            dn: stray.dn_text.to_string(),
        };
        return (Conclusion::NoAnswer(Fault::DirectoryProtocolError), outcome);
    }
    let truncated = code == ResultCode::SIZE_LIMIT_EXCEEDED;
    if entries.len() > 1 || (entries.len() == 1 && truncated) {
        let dns = entries
            .iter()
            .map(|entry| entry.dn_text.to_string())
            .collect();
        return (
            Conclusion::Refuse(Reason::AmbiguousLogin),
            SearchOutcome::Ambiguous { dns },
        );
    }
    if code != ResultCode::SUCCESS {
        // noSuchObject too: the base does not exist, which is a fault of the configuration and says nothing of the person.
        let outcome = SearchOutcome::Refused {
            code,
            diagnostic: clip(&diagnostic, DIAGNOSTIC_MAX),
        };
        return (
            Conclusion::NoAnswer(Fault::DirectoryRefusedOperation),
            outcome,
        );
    }
    match entries.into_iter().next() {
        None => (Conclusion::Nobody, SearchOutcome::NoEntry),
        Some(entry) => {
            let dn = entry.dn_text.to_string();
            let found = FoundOne {
                entry,
                server,
                lockout,
            };
            (Conclusion::One(found), SearchOutcome::Found { dn })
        }
    }
}

/// Whether the search could have met this entry: a server that ignores the scope gives somebody whom
/// the administrator left out. One without a name is nobody, even under the root: a bind with an empty
/// name is an anonymous one, which succeeds with any password (RFC 4513 §5.1.2).
fn is_within(entry: &Entry, people: &PeopleSearch) -> bool {
    let Entry { dn, dn_text, .. } = entry;
    if dn.is_empty() || dn_text.trim().is_empty() {
        return false;
    }
    let levels_below = dn.rdns().len().checked_sub(people.base.rdns().len());
    let in_scope = match people.scope {
        Scope::Base => levels_below == Some(0),
        Scope::OneLevel => levels_below == Some(1),
        Scope::Subtree => true,
    };
    in_scope && dn.is_under(&people.base)
}

/// The fault of a domain whose servers all failed: a refused service bind outweighs everything, because it
/// stays until somebody mends it; any other kind names the fault if all servers agree; else nobody was reached.
/// Where there was no time to try any, that is the fault.
fn fault_of(tried: &[ServerTry], is_over: bool) -> Fault {
    if tried
        .iter()
        .any(|server| server.fault == ServerFault::ServiceBindRefused)
    {
        return Fault::DirectoryRefusedServiceBind;
    }
    match tried.split_first() {
        Some((first, rest)) if rest.iter().all(|server| server.fault == first.fault) => {
            first.fault.for_login(is_over)
        }
        None if is_over => Fault::Deadline,
        _ => Fault::DirectoryUnreachable,
    }
}

impl ServerFault {
    /// The fault of the login. A server that was waited for in vain while the login had time left is out of
    /// reach; only the login's own deadline is told as one.
    pub(crate) fn for_login(self, is_over: bool) -> Fault {
        match self {
            Self::TimedOut if is_over => Fault::Deadline,
            Self::Unreachable | Self::TimedOut | Self::Ourselves => Fault::DirectoryUnreachable,
            Self::TlsUntrusted => Fault::TlsUntrusted,
            Self::ServiceBindRefused => Fault::DirectoryRefusedServiceBind,
            Self::Protocol => Fault::DirectoryProtocolError,
        }
    }
}

#[cfg(test)]
mod tests;
