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
    if let Some((state, detail)) = told(policy) {
        look.found("lockout", state, Some(started.elapsed()), detail);
    }
}

fn told(policy: LockoutPolicy) -> Option<(State, String)> {
    let (state, rest) = match policy.threshold? {
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

    fn at(threshold: u32) -> Option<(State, String)> {
        told(LockoutPolicy {
            threshold: Some(threshold),
            ..LockoutPolicy::default()
        })
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
        assert_eq!(told(LockoutPolicy::default()), None);
    }
}
