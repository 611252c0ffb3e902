//! `[[user_class]]`: the first enabled row whose every criterion fits.

mod index;
mod key;

use self::index::Index;
use self::key::Folded;
use crate::facts::{Condition, Facts, Needs, RuleFailed};
use crate::rules::address::AddressRange;
use crate::rules::name_pattern::NamePattern;
use crate::{RuleId, UserType};
use entryway_ldap_types::Dn;
use std::sync::Arc;

/// An enabled row. A criterion that is `*` is absent here.
#[derive(Debug, Clone)]
pub struct UserClass {
    /// What it is called.
    pub name: Arc<str>,
    /// A domain, `local` or `os`; compared without case.
    pub domain: Option<Box<str>>,
    /// The session's name, case counts.
    pub users: Option<NamePattern>,
    /// Real or virtual.
    pub user_type: Option<UserType>,
    /// A group.
    pub group: Option<GroupCriterion>,
    /// Where the person is; an unknown address fits no row that names one.
    pub address: Option<AddressRange>,
    /// An expression.
    pub when: Option<Arc<dyn Condition>>,
    /// Where it was written.
    pub rule: RuleId,
}

/// Which group a class asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GroupCriterion {
    /// The person's own gid in a domain, `local` or `os`, or the gid of one of their groups there. A domain's default
    /// gid is nobody's own.
    Gid {
        /// The domain's name.
        domain: Box<str>,
        /// The number.
        gid: u32,
    },
    /// By name in a domain; both compared without case.
    Named {
        /// The domain's name.
        domain: Box<str>,
        /// The group's.
        name: Box<str>,
    },
    /// By DN in a domain.
    Dn {
        /// The domain's name.
        domain: Box<str>,
        /// The group's DN.
        dn: Dn,
    },
}

/// Every enabled row.
///
/// Flat: rows that differ in domain, user type, user name, group or address, alone or in any combination, and user
/// name patterns of the forms `abc*` and `*abc`. A search makes one lookup for each combination of
/// the person's groups, address blocks and name that rows of each form in use could ask for, and only of groups, blocks
/// and names that some row mentions; rows that are not the person's are never looked at.
///
/// Not flat: rows with an expression or with another pattern ([`UserClasses::unindexed`]) are evaluated one by one, in
/// order, as far as everything else in them fits.
#[derive(Debug, Clone, Default)]
pub struct UserClasses {
    rows: Vec<UserClass>,
    index: Index,
}

impl UserClasses {
    /// From the enabled rows in the file's order.
    pub fn new(rows: Vec<UserClass>) -> Self {
        let index = Index::new(&rows);
        Self { rows, index }
    }

    /// The first row that fits. An expression is evaluated only if the rest of its row fits; one that fails ends
    /// the search with its row's rule, because the person might have been of that class.
    pub fn find(&self, facts: &Facts<'_>) -> Result<Option<&UserClass>, (RuleId, RuleFailed)> {
        let found = self.index.candidates(facts);
        for row in found.in_order().filter_map(|at| self.rows.get(at)) {
            if row
                .users
                .as_ref()
                .is_some_and(|users| !users.matches(facts.name))
            {
                continue;
            }
            let Some(when) = &row.when else {
                return Ok(Some(row));
            };
            if when.holds(facts).map_err(|failed| (row.rule, failed))? {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// What must be fetched so that the rows can be decided for the people of a domain (or `local`, or `os`). Walks
    /// over every row: for when the configuration loads.
    pub fn needs(&self, domain: &str) -> Needs {
        let domain = Folded::new(domain);
        let mut needs = Needs::default();
        for row in &self.rows {
            if row
                .domain
                .as_ref()
                .is_some_and(|of| Folded::new(of) != domain)
            {
                continue;
            }
            needs.groups |= match &row.group {
                None => false,
                Some(
                    GroupCriterion::Gid { domain: of, .. }
                    | GroupCriterion::Named { domain: of, .. }
                    | GroupCriterion::Dn { domain: of, .. },
                ) => Folded::new(of) == domain,
            };
            let Some(when) = row.when.as_ref().map(|when| when.needs()) else {
                continue;
            };
            needs.groups |= when.groups;
            for attribute in &when.attributes {
                if !needs.attributes.contains(attribute) {
                    needs.attributes.push(attribute.clone());
                }
            }
        }
        needs
    }

    /// The rows that are evaluated one by one, in the file's order: those with an expression, and those with a user
    /// name pattern that is more than a beginning or an ending.
    pub fn unindexed(&self) -> impl Iterator<Item = RuleId> {
        let rows = self.rows.iter().filter(|row| key::is_evaluated(row));
        rows.map(|row| row.rule)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows in the file's order.
    pub fn rows(&self) -> &[UserClass] {
        &self.rows
    }
}

#[cfg(test)]
mod tests;
