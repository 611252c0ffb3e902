//! What a rule may look at: the one picture of the person that classes, expressions and templates share.

use crate::{DomainId, UserType};
use entryway_ldap_types::{AttributeName, Dn, Entry};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// The person as the rules see them, after maps, ranges and defaults (steps 1 to 3).
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The session's name.
    pub name: &'a str,
    /// As typed.
    pub login_name: &'a str,
    /// Who vouches for the person.
    pub authority: Authority<'a>,
    /// The entry, as far as it was fetched; `None` for local and OS accounts. Secret attributes are not in it.
    pub entry: Option<&'a Entry>,
    /// Numeric user id, if one is set by now.
    pub uid: Option<u32>,
    /// Numeric group id, likewise.
    pub gid: Option<u32>,
    /// The same if it is the person's own, of a map or an account, and not the domain's default: a default says
    /// nothing of anybody's groups.
    pub own_gid: Option<u32>,
    /// Absolute path, likewise: before the home folders (step 6).
    pub home: Option<&'a str>,
    /// Likewise.
    pub user_type: Option<UserType>,
    /// Likewise.
    pub shell: Option<&'a str>,
    /// Likewise.
    pub email: Option<&'a str>,
    /// Likewise.
    pub display_name: Option<&'a str>,
    /// Custom attributes, in the order of their maps.
    pub attributes: &'a [(Box<str>, Vec<String>)],
    /// Effective groups, if anything asked for them; each belongs to a domain.
    pub groups: &'a [Group],
    /// Where the person is, when it is known.
    pub client_address: Option<IpAddr>,
}

/// Who vouches for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority<'a> {
    /// A directory.
    Domain {
        /// Which.
        id: DomainId,
        /// Its configured name.
        name: &'a str,
    },
    /// The accounts in Entryway's own store.
    Local,
    /// The operating system.
    Os,
    /// A site: its people are under its own rules, and none of these is asked about them.
    Site,
}

impl<'a> Authority<'a> {
    /// The domain's name, `local` or `os`.
    pub fn as_str(self) -> &'a str {
        match self {
            Self::Domain { name, .. } => name,
            Self::Local => "local",
            Self::Os => "os",
            Self::Site => "site",
        }
    }
}

/// A group that a person belongs to, directly or through other groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The domain it belongs to: `engineers` of partners is not `engineers` of staff.
    pub domain: Arc<str>,
    /// Its name, by the domain's `groups.name_attribute`.
    pub name: Arc<str>,
    /// Its DN, parsed; `None` for a group that has none (a primary group known by number alone).
    pub dn: Option<Dn>,
    /// Its number, where it has one.
    pub gid: Option<u32>,
    /// How the person came to it: the names of the groups in between, the person's own group first. Empty for a
    /// direct one.
    pub path: Vec<Arc<str>>,
}

/// An expression of the configuration, compiled: true or false of a person.
///
/// Whoever compiles it bounds its price; it neither blocks nor reads anything but the facts.
pub trait Condition: fmt::Debug + Send + Sync {
    /// Whether it holds.
    fn holds(&self, facts: &Facts<'_>) -> Result<bool, RuleFailed>;
    /// What must be fetched for it.
    fn needs(&self) -> &Needs;
}

/// Whether a value may stand in a template's text.
pub type Fits<'f> = &'f dyn Fn(&str) -> Result<(), String>;

/// A text with expressions in it, compiled: `/srv/{entry.departmentnumber}/{name}`.
pub trait Template: fmt::Debug + Send + Sync {
    /// The text, each expression giving exactly one value.
    fn render(&self, facts: &Facts<'_>) -> Result<String, RuleFailed> {
        self.render_with(facts, &|_| Ok(()))
    }
    /// The same, if each inserted value `fits`; else in words and without the value why not. The person's own home
    /// at the very beginning is a whole path and not asked about.
    fn render_with(&self, facts: &Facts<'_>, fits: Fits<'_>) -> Result<String, RuleFailed>;
    /// What must be fetched for it.
    fn needs(&self) -> &Needs;
}

/// What an expression looks at, found when it is compiled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Attributes of the entry, by name.
    pub attributes: Vec<AttributeName>,
    /// Whether it looks at the person's groups.
    pub groups: bool,
}

/// An expression that could not be evaluated for this person: in words, for the administrator, without
/// values of the entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFailed(pub String);

impl fmt::Display for RuleFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RuleFailed {}
