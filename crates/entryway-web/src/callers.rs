//! Applications that call the API, known by their tokens' digests.

use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::SystemTime;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// One thing a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Have logins decided.
    Login,
    /// See why a login was refused.
    LoginReasons,
    /// Look up people and their cards.
    PeopleRead,
    /// Look up groups, their members, and whose they are.
    GroupsRead,
    /// Page through domains.
    Browse,
    /// Keep the sites, connectors and tickets of a hub.
    Hub,
    /// Read what only an operator should: metrics count refusals by reason.
    Admin,
}

impl Scope {
    /// As written in the configuration and in `www-authenticate`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::LoginReasons => "login.reasons",
            Self::PeopleRead => "people.read",
            Self::GroupsRead => "groups.read",
            Self::Browse => "browse",
            Self::Hub => "hub",
            Self::Admin => "admin",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Login => 1,
            Self::LoginReasons => 2,
            Self::Admin => 4,
            Self::PeopleRead => 8,
            Self::GroupsRead => 16,
            Self::Browse => 32,
            Self::Hub => 64,
        }
    }
}

/// Everything a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u8);

impl Scopes {
    /// Whether `scope` is among them. No scope implies another.
    pub fn allow(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

/// An application that may call.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What logs call it.
    pub name: Arc<str>,
    /// What it may do.
    pub scopes: Scopes,
    /// From when on its token is refused.
    pub expires: Option<SystemTime>,
    /// Whether it asks for others and says for whom, as a hub does: each of them is a caller by itself, under its name.
    pub relays: bool,
}

/// Every caller. Tokens are kept and compared as SHA-256 digests: what can be read from this
/// process's memory is no token, and the time a comparison takes tells nothing of one.
#[derive(Default)]
pub struct Callers(Vec<([u8; 32], Caller)>);

impl Callers {
    /// Adds a caller that shows `token`.
    pub fn add(&mut self, token: &[u8], caller: Caller) {
        self.add_digest(Sha256::digest(token).into(), caller);
    }

    /// Adds a caller that shows the token with this SHA-256.
    pub fn add_digest(&mut self, digest: [u8; 32], caller: Caller) {
        self.0.push((digest, caller));
    }

    /// Who shows `token`. Looks at every caller, whichever fits.
    pub fn find(&self, token: &[u8]) -> Option<&Caller> {
        let digest: [u8; 32] = Sha256::digest(token).into();
        let mut found = u32::MAX;
        for (index, (known, _)) in (0u32..).zip(&self.0) {
            let fits: Choice = known.as_slice().ct_eq(digest.as_slice());
            found.conditional_assign(&index, fits);
        }
        let index = usize::try_from(found).ok()?;
        self.0.get(index).map(|(_, caller)| caller)
    }
}

#[cfg(test)]
mod tests;
