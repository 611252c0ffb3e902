//! The account's own state, as a proof that it was looked at.

use crate::verdict::SiteUsable;
use crate::{LocalAccount, OsAccount, Reason};
use entryway_ldap_types::AccountState;

/// Nothing known of the account forbids its use. Made by [`of_domain`], [`local`], [`os`] and [`at_site`] alone.
#[derive(Debug)]
pub(crate) struct AccountUsable(());

/// Nothing in the entry forbids it; the local account beside it has not been looked at. Made by [`check`] alone.
#[derive(Debug)]
pub(crate) struct StateUsable(());

/// What a state means for a login.
pub(crate) fn check(state: AccountState) -> Result<StateUsable, Reason> {
    match state {
        // How old a password may be is for the server that has just verified it: its bind said so, or let the person in.
        AccountState::Usable | AccountState::PasswordExpired | AccountState::MustChange => {
            Ok(StateUsable(()))
        }
        AccountState::Disabled => Err(Reason::AccountDisabled),
        AccountState::Expired => Err(Reason::AccountExpired),
        AccountState::Locked => Err(Reason::AccountLocked),
    }
}

/// A person of a domain is kept out by their entry, and by a local account of theirs that is switched off.
pub(crate) fn of_domain(
    _state: StateUsable,
    beside: Option<&LocalAccount>,
) -> Result<AccountUsable, Reason> {
    beside.map_or(Ok(()), switched_on)?;
    Ok(AccountUsable(()))
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

/// PAM's account stack has its say together with the password, and cannot be asked without one: nobody's OS account
/// is renewed, and what `explain` says of one without a password is not more than "if PAM agrees".
pub(crate) fn os(_account: &OsAccount) -> AccountUsable {
    AccountUsable(())
}

/// Whoever a site lets in, it has looked at.
pub(crate) fn at_site(_usable: SiteUsable) -> AccountUsable {
    AccountUsable(())
}

#[cfg(test)]
mod tests;
