use super::*;
use entryway_login::TraceEntry;
use entryway_login::{Challenge, Fault};

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// An answer of second 10,000, asked about at `now` with these verdicts on the way.
fn check(verdicts: &[Verdict], now: u64, expected: Option<u64>) {
    let entries = verdicts.iter().map(|verdict| TraceEntry {
        record: Record::Decided(*verdict),
        at: Duration::ZERO,
        took: None,
    });
    let trace = Trace {
        entries: entries.collect(),
    };
    let found = stands_until(&trace, at(10_000), at(now));
    assert_eq!(found, expected.map(at), "{verdicts:?} at {now}");
}

const DOWN: Verdict = Verdict::Indeterminate(Fault::DirectoryUnreachable);
const UNWRITTEN: Verdict = Verdict::Indeterminate(Fault::StoreUnavailable);

#[test]
fn it_stands_for_fifteen_minutes_since_the_last_real_answer() {
    check(&[DOWN], 10_000, Some(10_900));
    check(&[DOWN], 10_899, Some(10_900));
    check(&[DOWN], 10_900, None);
    check(&[DOWN], 99_999, None);
}

#[test]
fn a_clock_that_was_set_back_gives_no_more() {
    check(&[DOWN], 9_101, Some(10_900));
    check(&[DOWN], 9_100, None);
}

#[test]
fn a_refusal_that_is_not_on_record_is_one_all_the_same() {
    check(&[Verdict::Accept, UNWRITTEN], 10_001, Some(10_900));
    check(
        &[Verdict::Reject(Reason::PasswordChanged), UNWRITTEN],
        10_001,
        None,
    );
    check(
        &[Verdict::Challenge(Challenge::ChangePassword), UNWRITTEN],
        10_001,
        None,
    );
}
