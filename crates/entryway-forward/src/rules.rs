//! Which pages there are rules for, and whom they let in.

use crate::{Host, IdentityRules, Page, PageError, Path};
use entryway_login::Condition;
use entryway_oidc::{Person, PersonFacts};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// A rule as administrators know it: its host and path, as they are written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RuleName(pub Arc<str>);

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What it is called.
    pub name: RuleName,
    /// Of which host.
    pub host: Host,
    /// This page and those below it.
    pub path: Path,
    /// Asked for with which methods.
    pub methods: Methods,
    /// Whom it lets in.
    pub access: Access,
}

/// Methods of HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Methods {
    /// Each.
    Any,
    /// These, in upper case. Whoever may `GET` may ask for the `HEAD` too.
    Only(Vec<Box<str>>),
}

impl Methods {
    fn has(&self, method: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(these) => {
                let has = |method: &str| these.iter().any(|one| **one == *method);
                has(method) || (method == "HEAD" && has("GET"))
            }
        }
    }
    /// Whether there is a method that is of both.
    pub fn overlap(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Only(these), Self::Only(those)) => {
                these.iter().any(|method| other.has(method))
                    || those.iter().any(|method| self.has(method))
            }
        }
    }
}

/// Whom a rule lets in.
#[derive(Debug, Clone)]
pub enum Access {
    /// Everybody: nobody is asked who they are.
    Public,
    /// Those who have logged in, and fit.
    People(People),
}

/// Those for whom each criterion fits. One that is not there fits everybody.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// The user class, as it is written.
    pub class: Option<Arc<str>>,
    /// The domain and the name of a group, compared without case.
    pub group: Option<(Box<str>, Box<str>)>,
    /// An expression.
    pub when: Option<Arc<dyn Condition>>,
    /// Programs may send a name and a password with each request.
    pub basic: bool,
}

/// Whether a rule lets somebody in.
enum Fits {
    Yes,
    No,
    /// Not all of their groups are known.
    NotKnown,
    Failed(String),
}

impl People {
    /// Whether the person's groups must be known.
    pub fn needs_groups(&self) -> bool {
        self.group.is_some() || self.when.as_ref().is_some_and(|when| when.needs().groups)
    }

    /// Whether it is for more than having logged in. A class or a group that fits somebody of a site names the site.
    fn asks_who(&self) -> bool {
        self.class.is_some() || self.group.is_some() || self.when.is_some()
    }

    fn fits(&self, person: &Person, known: &PersonFacts<'_>) -> Fits {
        if let Some(class) = self.class.as_deref()
            && person.class.as_deref() != Some(class)
        {
            return Fits::No;
        }
        if let Some((domain, name)) = &self.group {
            let is_there = person
                .domain()
                .is_some_and(|of| of.eq_ignore_ascii_case(domain));
            let name = name.to_lowercase();
            let mut groups = person.groups.iter().flat_map(|groups| &groups.names);
            // One that is known is enough, whether or not there are more.
            if !is_there {
                return Fits::No;
            }
            if !groups.any(|group| group.to_lowercase() == name) {
                return match known.has_groups() {
                    true => Fits::No,
                    false => Fits::NotKnown,
                };
            }
        }
        let Some(when) = &self.when else {
            return Fits::Yes;
        };
        if when.needs().groups && !known.has_groups() {
            return Fits::NotKnown;
        }
        match when.holds(&known.facts()) {
            Ok(true) => Fits::Yes,
            Ok(false) => Fits::No,
            Err(failed) => Fits::Failed(failed.0),
        }
    }
}

/// Every rule, by host.
#[derive(Debug, Default)]
pub struct Rules {
    of: HashMap<Host, Vec<Kept>>,
    identity: IdentityRules,
    needs_groups: bool,
    sites: Vec<Box<str>>,
}

#[derive(Debug)]
struct Kept {
    rule: Rule,
    /// As servers without regard for case see its path.
    otherwise: Path,
}

/// The rules that decide about a page: of one path, for its method.
pub(crate) struct Place<'r> {
    rules: Vec<&'r Rule>,
    sites: &'r [Box<str>],
}

/// What the rules say of somebody.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    Admitted,
    Refused,
    NotKnown,
    /// No rule lets them in, and this one could not be evaluated.
    Failed(RuleName, String),
}

impl Rules {
    /// In any order.
    pub fn new(rules: Vec<Rule>, identity: IdentityRules) -> Self {
        let mut all = Self {
            needs_groups: !rules.is_empty() && identity.needs_groups(),
            identity,
            ..Self::default()
        };
        for rule in rules {
            if let Access::People(people) = &rule.access {
                all.needs_groups |= people.needs_groups();
            }
            let otherwise = rule.path.otherwise();
            let of_host = all.of.entry(rule.host.clone()).or_default();
            of_host.push(Kept { rule, otherwise });
        }
        all
    }
    /// With these sites: other companies, whose people are let in where a rule asks who they are.
    #[must_use]
    pub fn with_sites(mut self, sites: &[&str]) -> Self {
        self.sites = sites.iter().map(|&site| site.into()).collect();
        self
    }
    /// What is told of people.
    pub(crate) fn identity(&self) -> &IdentityRules {
        &self.identity
    }
    /// Whether the groups of people must be known.
    pub fn needs_groups(&self) -> bool {
        self.needs_groups
    }
    /// Whether there is a rule for a host.
    pub fn knows(&self, host: &Host) -> bool {
        self.of.contains_key(host)
    }

    /// The rules of the longest path that the page is within. `None` where there is none for its method: those of a
    /// shorter path say nothing then.
    pub(crate) fn place(&self, page: &Page) -> Result<Option<Place<'_>>, PageError> {
        let Some(rules) = self.of.get(&page.host) else {
            return Ok(None);
        };
        let within = rules
            .iter()
            .filter(|kept| page.path.is_within(&kept.rule.path));
        let Some(deepest) = within.clone().map(|kept| kept.rule.path.depth()).max() else {
            return Ok(None);
        };
        let these = within.filter(|kept| kept.rule.path.depth() == deepest);
        let otherwise = page.path.otherwise();
        let read_otherwise = rules
            .iter()
            .filter(|kept| otherwise.is_within(&kept.otherwise));
        let deeper = read_otherwise.map(|kept| kept.otherwise.depth()).max();
        let own = these.clone().map(|kept| kept.otherwise.depth()).max();
        if deeper > own {
            return Err(PageError::Otherwise);
        }
        let these: Vec<_> = these
            .map(|kept| &kept.rule)
            .filter(|rule| rule.methods.has(&page.method))
            .collect();
        Ok((!these.is_empty()).then_some(Place {
            rules: these,
            sites: &self.sites,
        }))
    }
}

impl Place<'_> {
    /// Nobody is asked for. Where one rule asks, all do.
    pub(crate) fn is_public(&self) -> bool {
        self.rules
            .iter()
            .all(|rule| matches!(rule.access, Access::Public))
    }
    /// Some rule lets programs send a password.
    pub(crate) fn takes_basic(&self) -> bool {
        self.people().any(|(_, people)| people.basic)
    }
    fn people(&self) -> impl Iterator<Item = (&RuleName, &People)> {
        self.rules.iter().filter_map(|rule| match &rule.access {
            Access::People(people) => Some((&rule.name, people)),
            Access::Public => None,
        })
    }
    /// One rule that lets them in is enough.
    pub(crate) fn judge(&self, person: &Person, by_basic: bool) -> Judged {
        let Some(known) = PersonFacts::of(person) else {
            return Judged::Refused;
        };
        let of = person.domain();
        let is_of_a_site = self.sites.iter().any(|site| Some(&**site) == of);
        let mut judged = Judged::Refused;
        let rules = self.people().filter(|(_, it)| it.basic || !by_basic);
        for (name, people) in rules.filter(|(_, it)| !is_of_a_site || it.asks_who()) {
            match people.fits(person, &known) {
                Fits::Yes => return Judged::Admitted,
                Fits::No => {}
                // Another rule may still let them in; if none does, this is not a "no".
                Fits::NotKnown => judged = Judged::NotKnown,
                Fits::Failed(why) if judged == Judged::Refused => {
                    judged = Judged::Failed(name.clone(), why);
                }
                Fits::Failed(_) => {}
            }
        }
        judged
    }
}

#[cfg(test)]
pub(crate) mod tests;
