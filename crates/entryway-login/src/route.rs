//! From a login name to the domains that are asked, and what each is asked for.
//!
//! Which cut of a name applies depends on the domains that exist, so it is made here and not where
//! the name is checked.

use crate::trace::{NameForm, NamedDomain, SiteForm};
use crate::{DomainId, DomainPolicy, LoginPolicy, SiteId, SitePolicy};
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
    /// The site that the name means, if it means one: it alone is asked.
    pub site: Option<NamedSite>,
    /// The domains to ask, in order.
    pub tries: Vec<DomainId>,
}

/// A site that a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedSite {
    /// Which.
    pub site: SiteId,
    /// Why.
    pub form: SiteForm,
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
    /// `user@suffix` at the last `@` where a domain or a site lists the suffix; otherwise it is a bare name, and of
    /// the site's whose client asks, if that has one.
    pub(crate) fn of(
        name: &LoginName,
        caller: Option<&str>,
        policy: &LoginPolicy,
    ) -> Result<Self, RouteError> {
        let prefixed = match name.at_slash() {
            Some(halves) => Some((halves, NameForm::Slash)),
            None => name
                .at_backslash()
                .map(|halves| (halves, NameForm::Backslash)),
        };
        let Some(((domain, login), form)) = prefixed else {
            return Self::unprefixed(name.as_str(), caller, policy);
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
        let found = policy.domain_id(|candidate| candidate.is_called(domain, form));
        let site = || policy.site_id(|candidate| same(&candidate.name, domain));
        let id = match found {
            Some(id) => id,
            None => {
                let site = site().ok_or_else(|| RouteError::UnknownDomain(domain.to_owned()))?;
                let form = SiteForm::Named(form);
                return Ok(Self::at_site(login, user, suffix, NamedSite { site, form }));
            }
        };
        Ok(Self::to(
            login,
            user,
            suffix,
            Some(NamedDomain { domain: id, form }),
            vec![id],
        ))
    }

    fn unprefixed(
        login: &str,
        caller: Option<&str>,
        policy: &LoginPolicy,
    ) -> Result<Self, RouteError> {
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
            None => match policy.site_of(suffix, caller) {
                Some(site) => Self::at_site(login, user, suffix, site),
                None => Self::to(login, user, suffix, None, policy.default_domains.clone()),
            },
        })
    }

    fn at_site(login: &str, user: &str, suffix: &str, site: NamedSite) -> Self {
        Self {
            site: Some(site),
            ..Self::to(login, user, suffix, None, Vec::new())
        }
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
            site: None,
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
    /// The site that a name means, typed at this caller's (as logs call it), and what the site is asked for. `None` of
    /// whatever is no site's, and of no name at all.
    pub fn site_of_name(&self, typed: &str, caller: Option<&str>) -> Option<(&SitePolicy, String)> {
        let name = LoginName::parse(typed).ok()?;
        let route = Route::of(&name, caller, self).ok()?;
        let site = self.sites.get(route.site?.site.0)?;
        Some((site, route.login))
    }
    fn domain_id(&self, is_it: impl Fn(&DomainPolicy) -> bool) -> Option<DomainId> {
        self.domains.iter().position(is_it).map(DomainId)
    }
    fn site_id(&self, is_it: impl Fn(&SitePolicy) -> bool) -> Option<SiteId> {
        self.sites.iter().position(is_it).map(SiteId)
    }
    /// The site of a name without a prefix.
    fn site_of(&self, suffix: &str, caller: Option<&str>) -> Option<NamedSite> {
        let lists = |site: &SitePolicy| {
            let mut listed = site.suffixes.iter();
            !suffix.is_empty() && listed.any(|listed| same(listed, suffix))
        };
        let by_suffix = self.site_id(lists).map(|site| NamedSite {
            site,
            form: SiteForm::Named(NameForm::Suffix),
        });
        by_suffix.or_else(|| {
            let site = self.site_id(|site| caller.is_some_and(|caller| site.has_client(caller)))?;
            let form = SiteForm::ByClient;
            Some(NamedSite { site, form })
        })
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
