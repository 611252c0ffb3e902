use super::*;
use crate::error::{CloseReason, Overload, Step};
use entryway_ldap_proto::EntryError;
use entryway_ldap_types::{AttributeName, ResultCode};
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

fn refused() -> LdapError {
    LdapError::ServiceBindRefused {
        code: ResultCode::INVALID_CREDENTIALS,
        diagnostic: String::new(),
    }
}

fn unreadable() -> EntryError {
    EntryError::Attribute("1 2".parse::<AttributeName>().unwrap_err())
}

fn out_of_descriptors(code: i32) -> LdapError {
    let error = std::io::Error::from_raw_os_error(code);
    LdapError::unreachable(&Arc::from("dc1:389"), DialError::Io(Arc::new(error)))
}

fn fail(health: &Health, error: &LdapError, now: Instant) {
    health.failed(error, now, || None);
}

fn may_dial(health: &Health, now: Instant) -> bool {
    health.grant(now).is_ok()
}

/// Whether the breaker is open after these failures, `answered` where there is none.
fn check(events: &[Option<LdapError>], available: bool) {
    let (health, now) = (health(), Instant::now());
    for event in events {
        match event {
            Some(error) => fail(&health, error, now),
            None => health.answered(),
        }
    }
    assert_eq!(health.available(), available, "after {events:?}");
    assert_eq!(may_dial(&health, now), available, "after {events:?}");
    assert_eq!(health.next_look().is_none(), available, "after {events:?}");
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
    check(&[Some(refused())], false);
}

#[test]
fn our_own_limits_say_nothing_about_the_server() {
    let own = [
        LdapError::Overloaded(Overload::Connections),
        LdapError::Closed(CloseReason::ShuttingDown),
        LdapError::unreachable(
            &Arc::from("dc1:389"),
            DialError::Suspended {
                last: Arc::new(slow()),
            },
        ),
        out_of_descriptors(23),
        out_of_descriptors(24),
        LdapError::breach(Breach::Entry(unreadable())),
    ];
    for error in own {
        check(&vec![Some(error.clone()); 5], true);
        let health = health();
        health.found_down(&error, Instant::now(), || None);
        assert!(health.available(), "{error:?}");
    }
}

#[test]
fn a_look_that_fails_is_enough_and_opens_once() {
    let (health, now) = (health(), Instant::now());
    let opened = std::cell::Cell::new(0);
    for error in [quick(), quick(), slow()] {
        health.found_down(&error, now, || {
            opened.set(opened.get() + 1);
            None
        });
        assert!(!health.available());
    }
    assert_eq!(opened.get(), 1, "one watch for each breaker");
}

#[test]
fn an_open_breaker_lets_one_dial_through_at_a_time_and_then_pauses() {
    let (health, start) = (health(), Instant::now());
    fail(&health, &slow(), start);
    assert!(!may_dial(&health, start));
    let later = start + DIAL_PAUSE;
    let dialling = health.grant(later);
    assert!(dialling.is_ok());
    assert!(!may_dial(&health, later), "one at a time");
    assert!(!may_dial(&health, later + PACE.longest), "however long");
    fail(&health, &slow(), later);
    drop(dialling);
    assert!(!may_dial(&health, later));
    let next = later.max(Instant::now()) + DIAL_PAUSE;
    assert!(may_dial(&health, next));
    assert!(!health.available(), "a dial is no answer");
}

#[test]
fn who_is_refused_a_dial_is_told_the_failure_that_led_to_it() {
    let (health, now) = (health(), Instant::now());
    fail(&health, &refused(), now);
    let Err(cause) = health.grant(now) else {
        panic!("expected a suspension")
    };
    let error = LdapError::unreachable(&Arc::from("dc1:389"), cause);
    assert_eq!(error.code(), "suspended");
    assert!(matches!(
        error.underlying(),
        LdapError::ServiceBindRefused { .. }
    ));
}

/// The pauses between looks that all fail with `error`.
fn check_pauses(error: &LdapError, pace: &Pace) {
    let (health, mut now) = (health(), Instant::now());
    health.found_down(error, now, || None);
    let mut pause = pace.first;
    for _ in 0..12 {
        assert_eq!(health.next_look(), Some(now + pause));
        // What was under way when it opened fails late and says nothing new.
        fail(&health, error, now);
        assert_eq!(health.next_look(), Some(now + pause));
        now += pause;
        health.still_down(error, now);
        pause = (pause * 2).min(pace.longest);
    }
    assert_eq!(pause, pace.longest);
}

#[test]
fn pauses_between_looks_grow_up_to_a_bound() {
    check_pauses(&slow(), &PACE);
    check_pauses(&quick(), &PACE);
    check_pauses(&refused(), &PACE_REFUSED);
}

#[test]
fn a_refused_password_is_sent_again_by_the_watch_alone_and_never_five_times_in_half_an_hour() {
    let (health, mut now) = (health(), Instant::now());
    let mut sent = vec![now];
    fail(&health, &refused(), now);
    while sent.len() < 20 {
        let look = health.next_look().unwrap_or(now);
        assert!(!may_dial(&health, look));
        now = look;
        sent.push(now);
        health.still_down(&refused(), now);
    }
    for five in sent.windows(5) {
        assert!(five[4] - five[0] > Duration::from_secs(30 * 60), "{five:?}");
    }
}

#[test]
fn a_password_that_is_refused_to_a_last_resort_puts_the_look_off() {
    let (health, now) = (health(), Instant::now());
    fail(&health, &slow(), now);
    fail(&health, &refused(), now);
    assert_eq!(health.next_look(), Some(now + PACE_REFUSED.first));
    // The server is gone altogether: the usual pace again.
    health.still_down(&slow(), now);
    assert!(health.next_look() <= Some(now + PACE.longest));
    assert!(may_dial(&health, now + DIAL_PAUSE));
}

#[test]
fn a_server_that_fails_again_soon_after_an_answer_is_left_alone_for_longer() {
    let (health, now) = (health(), Instant::now());
    fail(&health, &slow(), now);
    assert_eq!(health.next_look(), Some(now + PACE.first));
    health.answered();
    let soon = Instant::now();
    fail(&health, &slow(), soon);
    assert_eq!(health.next_look(), Some(soon + PACE.first * 2));
    health.answered();
    let late = Instant::now() + PACE.longest;
    fail(&health, &slow(), late);
    assert_eq!(health.next_look(), Some(late + PACE.first));
}

#[test]
fn a_look_that_fails_after_an_answer_opens_nothing() {
    let (health, now) = (health(), Instant::now());
    fail(&health, &slow(), now);
    health.answered();
    health.still_down(&slow(), now);
    assert!(health.available());
}

#[test]
fn an_answer_forgets_everything() {
    let (health, now) = (health(), Instant::now());
    fail(&health, &slow(), now);
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
