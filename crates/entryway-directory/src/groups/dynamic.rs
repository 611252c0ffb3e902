//! Groups that are a search: `groupOfURLs` with `memberURL`. They are evaluated here, within the domain's bases, and
//! never by an attribute that is a secret: who may write such a group must not find out a hash by it.

use super::DynamicGroups;
use super::filters::{both, class_is, one_of};
use crate::resolve::within;
use entryway_ldap_types::{AttributeName, Dn, Entry, Filter, LdapUrl, Scope};
use entryway_login::is_secret_attribute;

/// Most searches of one group that are looked at.
const URLS: usize = 16;

/// What a group's URL asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MemberSearch {
    pub(crate) base: Dn,
    pub(crate) scope: Scope,
    pub(crate) filter: Filter,
}

/// Why a URL is not evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotEvaluated {
    /// It is none, or looks at a secret.
    Unusable,
    /// It looks outside of the domain's bases, or at another server.
    Elsewhere,
}

impl MemberSearch {
    /// Reads a URL. Of one that begins above a base, the part below the base is meant.
    pub(crate) fn read(url: &[u8], bases: &[Dn]) -> Result<Vec<Self>, NotEvaluated> {
        let url = std::str::from_utf8(url).map_err(|_| NotEvaluated::Unusable)?;
        let url = LdapUrl::parse(url).map_err(|_| NotEvaluated::Unusable)?;
        let filter = url.filter.unwrap_or_else(class_is_there);
        // A server answers to an OID too, and not every secret's is known here.
        let is_number =
            |name: &AttributeName| name.as_str().starts_with(|c: char| c.is_ascii_digit());
        let mut attributes = filter.attributes().into_iter();
        if attributes.any(|name| is_secret_attribute(name) || is_number(name))
            || looks_everywhere(&filter)
            || filter.depth() >= Filter::MAX_DEPTH - 4
        {
            return Err(NotEvaluated::Unusable);
        }
        if !url.host.is_empty() {
            return Err(NotEvaluated::Elsewhere);
        }
        let mut searches: Vec<Self> = Vec::new();
        for base in bases {
            let (base, scope) = if url.dn.is_under(base) {
                (&url.dn, url.scope)
            } else if within(base, &url.dn, url.scope) {
                // What a search of one level finds there is the base itself.
                let scope = match url.scope {
                    Scope::Subtree => Scope::Subtree,
                    Scope::OneLevel | Scope::Base => Scope::Base,
                };
                (base, scope)
            } else {
                continue;
            };
            let one = Self {
                base: base.clone(),
                scope,
                filter: filter.clone(),
            };
            let known = |other: &Self| {
                other.scope == one.scope && other.base == one.base
                    || (other.scope == Scope::Subtree && one.base.is_under(&other.base))
            };
            if !searches.iter().any(known) {
                searches.push(one);
            }
        }
        if searches.is_empty() {
            return Err(NotEvaluated::Elsewhere);
        }
        Ok(searches)
    }

    /// Whether an entry of this name may be found.
    pub(crate) fn reaches(&self, dn: &Dn) -> bool {
        within(dn, &self.base, self.scope)
    }
}

impl DynamicGroups {
    /// Whether the entry is such a group.
    pub(crate) fn is_one(&self, group: &Entry) -> bool {
        group
            .values(&super::OBJECT_CLASS)
            .any(|class| class.eq_ignore_ascii_case(self.object_class.as_bytes()))
    }

    /// All searches of a group, and why URLs of it are not evaluated.
    pub(crate) fn searches(&self, group: &Entry) -> (Vec<MemberSearch>, Vec<NotEvaluated>) {
        let (mut searches, mut others) = (Vec::new(), Vec::new());
        for (at, url) in group.values(&self.url_attribute).enumerate() {
            let read = if at < URLS {
                MemberSearch::read(url, &self.bases)
            } else {
                Err(NotEvaluated::Unusable)
            };
            match read {
                Ok(some) => searches.extend(some),
                Err(why) => others.push(why),
            }
        }
        (searches, others)
    }

    /// Every such group.
    pub(super) fn all(&self) -> Filter {
        both(
            Some(&self.object_class),
            one_of(vec![Filter::Present(self.url_attribute.clone())]),
        )
    }
}

/// Whether it compares with every attribute that has some rule (RFC 4511 §4.5.1.7.7), secret ones among them:
/// `(:octetStringMatch:=…)` names none.
fn looks_everywhere(filter: &Filter) -> bool {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().any(looks_everywhere),
        Filter::Not(part) => looks_everywhere(part),
        Filter::Extensible { attribute, .. } => attribute.is_none(),
        _ => false,
    }
}

fn class_is_there() -> Filter {
    Filter::Present(class_is())
}

#[cfg(test)]
mod tests;
