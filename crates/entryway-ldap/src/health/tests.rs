use super::*;
use crate::error::{CloseReason, Overload, Step};
use std::sync::Arc;

fn health() -> Health {
    Health::new(Arc::from("ldap://dc1"))
}

fn slow() -> LdapError {
    LdapError::TimedOut {
        step: Step::Connect,
    }
}

fn quick() -> LdapError {
    LdapError::Closed(CloseReason::ByServer)
}

/// Whether the breaker is open after these failures, `answered` where there is none.
fn check(events: &[Option<LdapError>], available: bool) {
    let (health, now) = (health(), Instant::now());
    for event in events {
        match event {
            Some(error) => health.failed(error, now),
            None => health.answered(),
        }
    }
    assert_eq!(health.available(now), available, "after {events:?}");
    assert_eq!(health.grant(now).is_ok(), available, "after {events:?}");
    assert_eq!(
        health.report().degraded_since.is_none(),
        available,
        "after {events:?}"
    );
}

#[test]
fn one_wait_is_enough_and_several_quick_failures() {
    check(&[], true);
    check(&[Some(slow())], false);
    check(&[Some(quick())], true);
    check(&[Some(quick()), Some(quick())], true);
    check(&[Some(quick()), Some(quick()), Some(quick())], false);
    check(&[Some(quick()), Some(quick()), None, Some(quick())], true);
    check(&[Some(slow()), None], true);
}

#[test]
fn our_own_limits_say_nothing_about_the_server() {
    let own = [
        LdapError::Overloaded(Overload::Connections),
        LdapError::Closed(CloseReason::ShuttingDown),
        LdapError::unreachable(
            &Arc::from("dc1:389"),
            DialError::Suspended {
                last: Arc::from("x"),
            },
        ),
    ];
    for error in own {
        check(&vec![Some(error); 5], true);
    }
}

#[test]
fn an_open_breaker_lets_one_dial_through_per_interval() {
    let (health, start) = (health(), Instant::now());
    health.failed(&slow(), start);
    assert!(matches!(
        health.grant(start),
        Err(DialError::Suspended { .. })
    ));
    let later = start + FIRST_PAUSE;
    assert!(health.available(later));
    assert!(health.grant(later).is_ok());
    assert!(health.grant(later).is_err());
    assert!(!health.available(later));
}

#[test]
fn intervals_grow_with_failed_probes_up_to_a_bound_and_late_failures_do_not_count() {
    let (health, mut now) = (health(), Instant::now());
    health.failed(&slow(), now);
    let mut pause = FIRST_PAUSE;
    for _ in 0..10 {
        health.failed(&slow(), now);
        now += pause;
        assert!(health.grant(now).is_ok());
        health.failed(&slow(), now);
        pause = (pause * 2).min(LONGEST_PAUSE);
        assert!(!health.available(now + pause - Duration::from_millis(1)));
        assert!(health.available(now + pause));
    }
    assert_eq!(pause, LONGEST_PAUSE);
}

#[test]
fn an_answer_forgets_everything() {
    let (health, now) = (health(), Instant::now());
    health.failed(&slow(), now);
    let report = health.report();
    assert_eq!(
        report.last_error.as_deref(),
        Some("connecting takes longer than it may")
    );
    assert_eq!(report.consecutive_failures, 1);
    health.answered();
    let report = health.report();
    assert_eq!(
        (
            report.consecutive_failures,
            report.last_error,
            report.degraded_since
        ),
        (0, None, None)
    );
}
