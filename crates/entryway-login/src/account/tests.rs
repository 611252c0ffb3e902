use super::*;

fn check_state(state: AccountState, expected: Option<Reason>) {
    assert_eq!(check(state).err(), expected, "{state:?}");
}

#[test]
fn only_a_usable_account_gives_the_proof() {
    check_state(AccountState::Usable, None);
    check_state(AccountState::Disabled, Some(Reason::AccountDisabled));
    check_state(AccountState::Expired, Some(Reason::AccountExpired));
    check_state(AccountState::Locked, Some(Reason::AccountLocked));
}
