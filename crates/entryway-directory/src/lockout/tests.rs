use super::*;
use entryway_ldap_types::LockoutDuration;

const fn policy(threshold: u32, window: u64, duration: LockoutDuration) -> LockoutPolicy {
    LockoutPolicy {
        threshold: Some(threshold),
        window: Some(Duration::from_secs(window)),
        duration: Some(duration),
    }
}

const MINUTE: LockoutDuration = LockoutDuration::For(Duration::from_secs(60));

#[track_caller]
fn check(policies: &[LockoutPolicy], expected: LockoutPolicy) {
    assert_eq!(strictest(policies.iter().copied()), expected);
    let reversed = policies.iter().rev().copied();
    assert_eq!(strictest(reversed), expected);
}

#[test]
fn the_strictest_policy_counts() {
    let none = LockoutPolicy::default();
    check(&[], none);
    check(&[none], none);
    check(&[none, policy(5, 60, MINUTE)], policy(5, 60, MINUTE));
    check(
        &[policy(5, 60, MINUTE), policy(3, 30, MINUTE)],
        policy(3, 60, MINUTE),
    );
    let open = LockoutPolicy {
        window: None,
        ..policy(9, 0, LockoutDuration::ForGood)
    };
    check(
        &[policy(5, 60, MINUTE), open],
        LockoutPolicy {
            threshold: Some(5),
            ..LockoutPolicy::default()
        },
    );
}

#[test]
fn a_policy_that_does_not_lock_says_nothing() {
    let idle = LockoutPolicy {
        threshold: None,
        ..policy(1, 9999, LockoutDuration::ForGood)
    };
    check(&[idle, policy(5, 60, MINUTE)], policy(5, 60, MINUTE));
    check(&[idle], LockoutPolicy::default());
}
