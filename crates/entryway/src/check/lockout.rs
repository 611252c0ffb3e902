//! After how many wrong passwords the directory locks: below two, the throttle can prevent nothing.

use super::{Look, State};
use entryway_directory::{LockoutPolicy, read_lockout};
use entryway_ldap::Server;
use std::sync::Arc;
use std::time::Instant;

/// Reads the policy as the daemon does. What tells of none is not mentioned: it may lock, and not show it.
pub(super) async fn read(look: &mut Look<'_>, server: &Arc<Server>) {
    let started = Instant::now();
    let Some(policy) = read_lockout(server, look.deadline()).await else {
        return;
    };
    if let Some((state, detail)) = told(policy, look.stores) {
        look.found("lockout", state, Some(started.elapsed()), detail);
    }
}

fn told(policy: LockoutPolicy, stores: u32) -> Option<(State, String)> {
    let (state, rest) = match policy.threshold? {
        threshold @ 2.. if stores >= threshold => (
            State::Odd,
            format!(
                "{stores} stores count on their own and each lets 1 through, so any stranger can lock anybody: have them share one PostgreSQL, or raise the threshold"
            ),
        ),
        threshold @ 3.. if stores > 1 => (
            State::Good,
            format!(
                "the throttle lets {} through here, as one of {stores} stores that count on their own",
                (threshold - 1) / stores
            ),
        ),
        0 | 1 => (
            State::Odd,
            "the throttle cannot prevent it, and any stranger can lock anybody: raise the threshold to 3 or more"
                .to_owned(),
        ),
        2 => (
            State::Odd,
            "the throttle lets 1 through, so one slip closes the login for that person: raise the threshold to 3 or more"
                .to_owned(),
        ),
        threshold => (
            State::Good,
            format!("the throttle lets {} through", threshold - 1),
        ),
    };
    let count = policy.threshold?.max(1);
    let passwords = if count == 1 { "password" } else { "passwords" };
    Some((
        state,
        format!("an account is locked at {count} wrong {passwords}; {rest}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn among(threshold: u32, stores: u32) -> Option<(State, String)> {
        let policy = LockoutPolicy {
            threshold: Some(threshold),
            ..LockoutPolicy::default()
        };
        told(policy, stores)
    }

    fn at(threshold: u32) -> Option<(State, String)> {
        among(threshold, 1)
    }

    #[test]
    fn stores_that_count_on_their_own_have_shares_and_too_many_are_odd() {
        let (state, detail) = among(5, 2).unwrap();
        assert_eq!(state, State::Good);
        assert!(
            detail.ends_with("lets 2 through here, as one of 2 stores that count on their own")
        );
        assert_eq!(among(5, 4).unwrap().0, State::Good);
        for (threshold, stores) in [(5, 5), (2, 2), (2, 9), (1, 2)] {
            assert_eq!(among(threshold, stores).unwrap().0, State::Odd);
        }
        assert!(among(5, 5).unwrap().1.contains("share one PostgreSQL"));
    }

    #[test]
    fn a_threshold_that_leaves_no_room_is_odd() {
        let (state, detail) = at(1).unwrap();
        assert_eq!(state, State::Odd);
        assert!(detail.starts_with("an account is locked at 1 wrong password; "));
        assert_eq!(at(2).unwrap().0, State::Odd);
    }

    #[test]
    fn one_with_room_is_told_and_none_is_not() {
        let (state, detail) = at(5).unwrap();
        assert_eq!(state, State::Good);
        assert_eq!(
            detail,
            "an account is locked at 5 wrong passwords; the throttle lets 4 through"
        );
        assert_eq!(told(LockoutPolicy::default(), 1), None);
    }
}
