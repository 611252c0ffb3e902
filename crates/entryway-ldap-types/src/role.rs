//! What a connection to a directory is for.

use std::fmt;

/// Why a connection exists. Each role has connections, limits and counters of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Binds as people, and nothing else.
    Authenticate,
    /// Login name to entry.
    FindLogin,
    /// People and groups by partial name.
    Resolve,
    /// Pages through the directory.
    Browse,
    /// Members of a group, groups of a person.
    GroupContent,
    /// Business cards and photos.
    Cards,
    /// Changes a password with the old one.
    ChangePassword,
}

impl Role {
    /// Every role, in declaration order.
    pub const ALL: [Self; 7] = [
        Self::Authenticate,
        Self::FindLogin,
        Self::Resolve,
        Self::Browse,
        Self::GroupContent,
        Self::Cards,
        Self::ChangePassword,
    ];
    /// As shown to people and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authenticate => "authenticate",
            Self::FindLogin => "find-login",
            Self::Resolve => "resolve",
            Self::Browse => "browse",
            Self::GroupContent => "group-content",
            Self::Cards => "cards",
            Self::ChangePassword => "change-password",
        }
    }
    /// As a key of the configuration.
    pub fn key(self) -> &'static str {
        match self {
            Self::FindLogin => "find_login",
            Self::GroupContent => "group_content",
            Self::ChangePassword => "change_password",
            Self::Authenticate | Self::Resolve | Self::Browse | Self::Cards => self.as_str(),
        }
    }
    /// Whether people's passwords are sent in this role.
    pub fn carries_passwords(self) -> bool {
        matches!(self, Self::Authenticate | Self::ChangePassword)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One value for each role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ByRole<T> {
    authenticate: T,
    find_login: T,
    resolve: T,
    browse: T,
    group_content: T,
    cards: T,
    change_password: T,
}

impl<T> ByRole<T> {
    /// The value that `make` gives for each role, asked in the order of [`Role::ALL`].
    pub fn each(mut make: impl FnMut(Role) -> T) -> Self {
        Self {
            authenticate: make(Role::Authenticate),
            find_login: make(Role::FindLogin),
            resolve: make(Role::Resolve),
            browse: make(Role::Browse),
            group_content: make(Role::GroupContent),
            cards: make(Role::Cards),
            change_password: make(Role::ChangePassword),
        }
    }
    /// The same value for every role.
    pub fn all(value: T) -> Self
    where
        T: Clone,
    {
        Self::each(|_| value.clone())
    }
    /// A role's value.
    pub fn of(&self, role: Role) -> &T {
        match role {
            Role::Authenticate => &self.authenticate,
            Role::FindLogin => &self.find_login,
            Role::Resolve => &self.resolve,
            Role::Browse => &self.browse,
            Role::GroupContent => &self.group_content,
            Role::Cards => &self.cards,
            Role::ChangePassword => &self.change_password,
        }
    }
    /// A role's value, to be changed.
    pub fn of_mut(&mut self, role: Role) -> &mut T {
        match role {
            Role::Authenticate => &mut self.authenticate,
            Role::FindLogin => &mut self.find_login,
            Role::Resolve => &mut self.resolve,
            Role::Browse => &mut self.browse,
            Role::GroupContent => &mut self.group_content,
            Role::Cards => &mut self.cards,
            Role::ChangePassword => &mut self.change_password,
        }
    }
    /// Every role with its value, in the order of [`Role::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Role, &T)> {
        Role::ALL.into_iter().map(|role| (role, self.of(role)))
    }
}

#[cfg(test)]
mod tests;
