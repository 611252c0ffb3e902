//! The account's own state, as a proof that it was looked at.

use crate::Reason;
use entryway_ldap_types::AccountState;

/// Nothing in the entry forbids the account's use. Made by [`check`] alone.
#[derive(Debug)]
pub(crate) struct AccountUsable(());

/// What a state means for a login.
pub(crate) fn check(state: AccountState) -> Result<AccountUsable, Reason> {
    match state {
        AccountState::Usable => Ok(AccountUsable(())),
        AccountState::Disabled => Err(Reason::AccountDisabled),
        AccountState::Expired => Err(Reason::AccountExpired),
        AccountState::Locked => Err(Reason::AccountLocked),
    }
}

#[cfg(test)]
mod tests;
