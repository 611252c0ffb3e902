//! The account's own state, as a proof that it was looked at.

use crate::{LocalAccount, OsAccount, Reason};
use entryway_ldap_types::AccountState;

/// Nothing known of the account forbids its use. Made by [`check`], [`local`] and [`os`] alone.
#[derive(Debug)]
pub(crate) struct AccountUsable(());

/// What a state means for a login.
pub(crate) fn check(state: AccountState) -> Result<AccountUsable, Reason> {
    match state {
        // How old a password may be is for the server that has just verified it: its bind said so, or let the person in.
        AccountState::Usable | AccountState::PasswordExpired | AccountState::MustChange => {
            Ok(AccountUsable(()))
        }
        AccountState::Disabled => Err(Reason::AccountDisabled),
        AccountState::Expired => Err(Reason::AccountExpired),
        AccountState::Locked => Err(Reason::AccountLocked),
    }
}

/// A local account is usable while it is switched on.
pub(crate) fn local(account: &LocalAccount) -> Result<AccountUsable, Reason> {
    switched_on(account).map(|()| AccountUsable(()))
}

/// A local account that is switched off lets nobody in, wherever its password is.
pub(crate) fn switched_on(account: &LocalAccount) -> Result<(), Reason> {
    if account.enabled {
        Ok(())
    } else {
        Err(Reason::AccountDisabled)
    }
}

/// PAM's account stack has been asked with the password.
pub(crate) fn os(_account: &OsAccount) -> AccountUsable {
    AccountUsable(())
}

#[cfg(test)]
mod tests;
