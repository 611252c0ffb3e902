//! From a login name to the domains that are asked, and what each is asked for.
//!
//! Which cut of a name applies depends on the domains that exist, so it is made here and not where
//! the name is checked.

use crate::trace::{NameForm, NamedDomain};
use crate::{DomainId, DomainPolicy, LoginPolicy};
use entryway_ldap_types::LoginName;

/// A name, cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// `{login}`: domain prefix cut off, `@…` kept.
    pub login: String,
    /// `{user}`: before the last `@`; the whole login when there is none.
    pub user: String,
    /// `{suffix}`: after it; empty without one.
    pub suffix: String,
    /// The named domain, if one is named: it alone is asked.
    pub named: Option<NamedDomain>,
    /// The domains to ask, in order.
    pub tries: Vec<DomainId>,
}

/// Why a name leads nowhere.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RouteError {
    /// One half is empty or blank; in words.
    EmptyHalf(&'static str),
    /// It names a domain that is not configured; as typed. Nothing else is tried.
    UnknownDomain(String),
}

impl Route {
    /// Cuts a name: `domain/user` at the first `/`, else `DOMAIN\user` at the first `\`, else
    /// `user@suffix` at the last `@` where a domain lists the suffix; otherwise it is a bare name.
    pub(crate) fn of(name: &LoginName, policy: &LoginPolicy) -> Result<Self, RouteError> {
        let prefixed = match name.at_slash() {
            Some(halves) => Some((halves, NameForm::Slash)),
            None => name
                .at_backslash()
                .map(|halves| (halves, NameForm::Backslash)),
        };
        let Some(((domain, login), form)) = prefixed else {
            return Self::unprefixed(name.as_str(), policy);
        };
        if is_blank(domain) {
            return Err(RouteError::EmptyHalf(
                "the domain before the separator is empty",
            ));
        }
        if is_blank(login) {
            return Err(RouteError::EmptyHalf(
                "the user after the separator is empty",
            ));
        }
        let (user, suffix) = halves_at_sign(login)?;
        let id = policy
            .domain_id(|candidate| candidate.is_called(domain, form))
            .ok_or_else(|| RouteError::UnknownDomain(domain.to_owned()))?;
        Ok(Self::to(
            login,
            user,
            suffix,
            Some(NamedDomain { domain: id, form }),
            vec![id],
        ))
    }

    fn unprefixed(login: &str, policy: &LoginPolicy) -> Result<Self, RouteError> {
        let (user, suffix) = halves_at_sign(login)?;
        let listed =
            policy.domain_id(|candidate| !suffix.is_empty() && candidate.lists_suffix(suffix));
        Ok(match listed {
            Some(domain) => {
                let named = NamedDomain {
                    domain,
                    form: NameForm::Suffix,
                };
                Self::to(login, user, suffix, Some(named), vec![domain])
            }
            None => Self::to(login, user, suffix, None, policy.default_domains.clone()),
        })
    }

    fn to(
        login: &str,
        user: &str,
        suffix: &str,
        named: Option<NamedDomain>,
        tries: Vec<DomainId>,
    ) -> Self {
        Self {
            login: login.to_owned(),
            user: user.to_owned(),
            suffix: suffix.to_owned(),
            named,
            tries,
        }
    }

    /// Whether the suffix chose the domain, so that a search attribute holds the user part.
    pub(crate) fn by_suffix(&self) -> bool {
        self.named
            .as_ref()
            .is_some_and(|named| named.form == NameForm::Suffix)
    }
}

/// `user` and `suffix` at the last `@`. An empty half is refused wherever it stands: a filter with `{user}` in it
/// must never be filled with nothing.
fn halves_at_sign(login: &str) -> Result<(&str, &str), RouteError> {
    match login.rsplit_once('@') {
        None => Ok((login, "")),
        Some((user, _)) if is_blank(user) => {
            Err(RouteError::EmptyHalf("nothing stands before the `@`"))
        }
        Some((_, suffix)) if is_blank(suffix) => {
            Err(RouteError::EmptyHalf("nothing stands after the `@`"))
        }
        Some(halves) => Ok(halves),
    }
}

fn is_blank(half: &str) -> bool {
    half.trim().is_empty()
}

impl LoginPolicy {
    fn domain_id(&self, is_it: impl Fn(&DomainPolicy) -> bool) -> Option<DomainId> {
        self.domains.iter().position(is_it).map(DomainId)
    }
}

impl DomainPolicy {
    /// NetBIOS names go with `\`; before a `/` only the configured name counts.
    fn is_called(&self, domain: &str, form: NameForm) -> bool {
        same(&self.name, domain)
            || (form == NameForm::Backslash
                && self
                    .netbios_name
                    .as_ref()
                    .is_some_and(|name| same(name, domain)))
    }
    fn lists_suffix(&self, suffix: &str) -> bool {
        self.suffixes.iter().any(|listed| same(listed, suffix))
    }
}

/// Configured names are ASCII, and so is case: whatever else looks like them is none of them.
fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

#[cfg(test)]
mod tests;
