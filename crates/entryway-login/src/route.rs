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

impl Route {
    /// Of a name that nobody typed: there is nothing in it to cut, and nothing that it means.
    pub(crate) fn untyped(name: String, tries: Vec<DomainId>) -> Self {
        Self {
            login: name.clone(),
            user: name,
            suffix: String::new(),
            named: None,
            site: None,
            tries,
        }
    }
}

/// A site that a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedSite {
    /// Which.
    pub site: SiteId,
    /// Why.
    pub form: SiteForm,
}

/// Whose a name is, and so who may read the password that is typed beside it.
#[derive(Debug)]
pub enum Whose<'a> {
    /// Of a site's person; and what the site is asked for.
    Site(&'a SitePolicy, String),
    /// Asked about here, whoever it is.
    Here,
    /// Nobody is asked: it cannot be read, or names a domain that nobody has. No password of it is of any use.
    Nobody,
}

/// What a name says of where it belongs: the one reading of its ends, for routes, seals and pages.
///
/// Blanks around its parts and dots after a suffix (a name of DNS may end in one) mean nothing. Were they taken for a
/// part of the name, `jane@plant-a.example.` would be somebody here, and her password would be asked for in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ends<'a> {
    /// Before the separator, and which that is.
    prefix: Option<(&'a str, NameForm)>,
    /// What follows it, as typed.
    login: &'a str,
    /// Before the last `@` of that; all of it where there is none.
    user: &'a str,
    /// After it; empty without one.
    suffix: &'a str,
}

impl<'a> Ends<'a> {
    /// `domain/user` at the first `/`, else `DOMAIN\user` at the first `\`; then `user@suffix` at the last `@`.
    fn of(typed: &'a str) -> Self {
        let cut = |separator, form| {
            let (prefix, login) = typed.split_once(separator)?;
            Some((Some((prefix.trim(), form)), login))
        };
        let (prefix, login) = cut('/', NameForm::Slash)
            .or_else(|| cut('\\', NameForm::Backslash))
            .unwrap_or((None, typed));
        let (user, suffix) = login.rsplit_once('@').unwrap_or((login, ""));
        Self {
            prefix,
            login,
            user,
            suffix: bare_suffix(suffix),
        }
    }

    /// Why one half of it is nothing.
    fn empty_half(&self) -> Option<&'static str> {
        let has_sign = self.login.contains('@');
        if self.prefix.is_some_and(|(prefix, _)| prefix.is_empty()) {
            Some("the domain before the separator is empty")
        } else if self.prefix.is_some() && is_blank(self.login) {
            Some("the user after the separator is empty")
        } else if has_sign && is_blank(self.user) {
            // Wherever it stands: a filter with `{user}` in it must never be filled with nothing.
            Some("nothing stands before the `@`")
        } else if has_sign && self.suffix.is_empty() {
            Some("nothing stands after the `@`")
        } else {
            None
        }
    }
}

/// Whether a name says itself where it belongs: by what stands before a separator, or by one of these suffixes.
pub fn says_where<'a>(typed: &str, suffixes: impl IntoIterator<Item = &'a str>) -> bool {
    let ends = Ends::of(typed);
    ends.prefix.is_some() || suffixes.into_iter().any(|listed| ends.has_suffix(listed))
}

/// Why a name leads nowhere.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RouteError {
    /// One half is empty or blank; in words.
    EmptyHalf(&'static str),
    /// It names a domain that is not configured. Nothing else is tried.
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
        let ends = Ends::of(name.as_str());
        if let Some(problem) = ends.empty_half() {
            return Err(RouteError::EmptyHalf(problem));
        }
        let Some((domain, form)) = ends.prefix else {
            return Ok(Self::unprefixed(&ends, caller, policy));
        };
        let (login, user, suffix) = (ends.login, ends.user, ends.suffix);
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

    fn unprefixed(ends: &Ends<'_>, caller: Option<&str>, policy: &LoginPolicy) -> Self {
        let Ends {
            login,
            user,
            suffix,
            ..
        } = *ends;
        let listed = policy.domain_id(|candidate| {
            let mut listed = candidate.suffixes.iter();
            listed.any(|listed| ends.has_suffix(listed))
        });
        match listed {
            Some(domain) => {
                let named = NamedDomain {
                    domain,
                    form: NameForm::Suffix,
                };
                // A directory has it as it is written everywhere.
                let user = user.trim();
                let login = format!("{user}@{suffix}");
                Self::to(&login, user, suffix, Some(named), vec![domain])
            }
            None => match policy.site_of(ends, caller) {
                Some(site) => Self::at_site(login, user, suffix, site),
                None => Self::to(login, user, suffix, None, policy.default_domains.clone()),
            },
        }
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

impl Ends<'_> {
    fn has_suffix(&self, listed: &str) -> bool {
        self.prefix.is_none() && !self.suffix.is_empty() && same(listed, self.suffix)
    }
}

fn bare_suffix(suffix: &str) -> &str {
    let ends = |char: char| char == '.' || char.is_whitespace();
    suffix.trim_start().trim_end_matches(ends)
}

fn is_blank(half: &str) -> bool {
    half.trim().is_empty()
}

impl LoginPolicy {
    /// Whose a name is that is typed at this caller's (as logs call it).
    pub fn whose(&self, typed: &str, caller: Option<&str>) -> Whose<'_> {
        let Ok(name) = LoginName::parse(typed) else {
            return Whose::Nobody;
        };
        match Route::of(&name, caller, self) {
            Ok(Route { site: None, .. }) => Whose::Here,
            Ok(Route {
                site: Some(named),
                login,
                ..
            }) => match self.sites.get(named.site.0) {
                Some(site) => Whose::Site(site, login),
                None => Whose::Nobody,
            },
            Err(_) => Whose::Nobody,
        }
    }
    /// The site that a name means, and what the site is asked for.
    pub fn site_of_name(&self, typed: &str, caller: Option<&str>) -> Option<(&SitePolicy, String)> {
        match self.whose(typed, caller) {
            Whose::Site(site, login) => Some((site, login)),
            Whose::Here | Whose::Nobody => None,
        }
    }
    fn domain_id(&self, is_it: impl Fn(&DomainPolicy) -> bool) -> Option<DomainId> {
        self.domains.iter().position(is_it).map(DomainId)
    }
    fn site_id(&self, is_it: impl Fn(&SitePolicy) -> bool) -> Option<SiteId> {
        self.sites.iter().position(is_it).map(SiteId)
    }
    /// The site of a name without a prefix.
    fn site_of(&self, ends: &Ends<'_>, caller: Option<&str>) -> Option<NamedSite> {
        let lists = |site: &SitePolicy| {
            let mut listed = site.suffixes.iter();
            listed.any(|listed| ends.has_suffix(listed))
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
}

/// Configured names are ASCII, and so is case: whatever else looks like them is none of them.
fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

#[cfg(test)]
mod tests;
