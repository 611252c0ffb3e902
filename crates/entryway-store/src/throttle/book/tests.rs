//! What an operation does to the buckets; time is written in seconds.

use super::*;
use entryway_login::{DeviceId, IdentityReserve};
use proptest::prelude::*;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

mod directory;
mod flood;
mod waiting;

const SECRET: [u8; 32] = [7; 32];
const START: u64 = 1_800_000_000;

fn book() -> Book {
    Book::new(&ThrottleSettings::default(), &SECRET)
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(START + seconds)
}

fn operation(identity: &str, place: &str, threshold: u32, seconds: u64) -> IdentityReserve {
    let (address, device) = match place.strip_prefix("device ") {
        Some(device) => ("192.0.2.200", Some(DeviceId([device.as_bytes()[0]; 16]))),
        None => (place, None),
    };
    IdentityReserve {
        identity: Arc::from(identity),
        address: (address != "nowhere").then(|| address.parse().unwrap()),
        device,
        threshold: (threshold > 0).then_some(threshold),
        window: Some(Duration::from_secs(1_800)),
        failures: 1,
        at: at(seconds),
        deadline: Instant::now(),
    }
}

fn from(address: &str, seconds: u64) -> ReserveOperation {
    ReserveOperation::Address {
        address: Some(address.parse().unwrap()),
        at: at(seconds),
        deadline: Instant::now(),
    }
}

/// A login that waits for nobody.
fn begin(book: &Book, operation: &ReserveOperation) -> ReserveAnswer {
    match book.reserve(operation) {
        Asked::Answered(answer) => answer,
        Asked::Waits(_) => ReserveAnswer::UnderWay,
    }
}

/// A login from its beginning to its end.
fn run(book: &Book, operation: &ReserveOperation, settled: Settled) -> ReserveAnswer {
    let answer = begin(book, operation);
    if answer == ReserveAnswer::Reserved {
        book.settle(operation, settled);
    }
    answer
}

fn fail(book: &Book, operation: &IdentityReserve) -> ReserveAnswer {
    let operation = ReserveOperation::Identity(operation.clone());
    run(book, &operation, Settled::Failed)
}

/// Runs one step a line: seconds, what, place, threshold; expects the answer after the arrow: `ok`, or the
/// bucket, its limit and the seconds to wait.
fn check(steps: &str) {
    let book = book();
    for step in steps.lines().map(str::trim).filter(|step| !step.is_empty()) {
        let (asked, expected) = step.split_once(" => ").unwrap_or((step, "ok"));
        let words: Vec<_> = asked.split(", ").collect();
        let seconds: u64 = words[0].parse().unwrap();
        let threshold = words.get(3).map_or(0, |number| number.parse().unwrap());
        let (who, what) = match words[1].split_once(' ') {
            Some((who, what)) => (who, what),
            None => ("identity", words[1]),
        };
        let operation = match who {
            "address" => from(words[2], seconds),
            _ => ReserveOperation::Identity(operation("jdoe", words[2], threshold, seconds)),
        };
        let answer = match what {
            "fail" => run(&book, &operation, Settled::Failed),
            "pass" => run(&book, &operation, Settled::Passed),
            "lost" => run(&book, &operation, Settled::NotCounted),
            "begin" => begin(&book, &operation),
            "failed" | "passed" => {
                let settled = match what {
                    "failed" => Settled::Failed,
                    _ => Settled::Passed,
                };
                book.settle(&operation, settled);
                ReserveAnswer::Reserved
            }
            other => panic!("unknown step `{other}`"),
        };
        let found = match answer {
            ReserveAnswer::Reserved => "ok".to_owned(),
            ReserveAnswer::Throttled {
                until,
                bucket,
                limit,
            } => {
                let wait = until.duration_since(at(seconds)).unwrap().as_secs();
                format!("{} {limit} {wait}", bucket.as_str())
            }
            ReserveAnswer::UnderWay => "under way".to_owned(),
            ReserveAnswer::Unavailable(why) => why.0,
        };
        assert_eq!(found, expected, "at `{step}` of {steps}");
    }
}

#[test]
fn a_full_network_closes_longer_each_time_and_opens_by_one_place() {
    check(
        "0, fail, 192.0.2.1
         0, fail, 192.0.2.1
         0, fail, 192.0.2.1
         0, fail, 192.0.2.1
         0, fail, 192.0.2.1
         0, fail, 192.0.2.1 => identity_and_network 5 30
         29, pass, 192.0.2.1 => identity_and_network 5 1
         30, fail, 192.0.2.1
         30, fail, 192.0.2.1 => identity_and_network 5 60
         90, fail, 192.0.2.1
         90, fail, 192.0.2.1 => identity_and_network 5 120
         210, fail, 192.0.2.1
         450, fail, 192.0.2.1
         930, fail, 192.0.2.1
         931, fail, 192.0.2.1 => identity_and_network 5 899
         1830, fail, 192.0.2.1
         1830, fail, 192.0.2.1 => identity_and_network 5 900",
    );
}

#[test]
fn networks_are_apart_and_spellings_of_one_are_not() {
    let full = |place: &str| format!("0, fail, {place}\n").repeat(5);
    let closed = " => identity_and_network 5 30";
    check(&format!("{}0, fail, 192.0.2.2", full("192.0.2.1")));
    check(&format!(
        "{}0, fail, ::ffff:192.0.2.1{closed}",
        full("192.0.2.1")
    ));
    check(&format!(
        "{}0, fail, 2001:db8:0:1:ffff::9{closed}",
        full("2001:db8:0:1::1")
    ));
    check(&format!(
        "{}0, fail, 2001:db8:0:2::1",
        full("2001:db8:0:1::1")
    ));
    check(&format!("{}0, fail, nowhere{closed}", full("nowhere")));
}

#[test]
fn a_right_password_forgets_what_its_network_counted() {
    let four = "0, fail, 192.0.2.1\n".repeat(4);
    check(&format!(
        "{four}10, pass, 192.0.2.1\n{}10, fail, 192.0.2.1 => identity_and_network 5 30",
        "10, fail, 192.0.2.1\n".repeat(5)
    ));
    check(&format!(
        "{four}10, lost, 192.0.2.1\n10, fail, 192.0.2.1\n10, fail, 192.0.2.1 => identity_and_network 5 30"
    ));
}

#[test]
fn time_empties_evenly() {
    let full = "0, fail, 192.0.2.1\n".repeat(5);
    // Opens at 30; one failure is forgotten every three minutes from then on.
    check(&format!(
        "{full}390, fail, 192.0.2.1\n390, fail, 192.0.2.1\n390, fail, 192.0.2.1 => identity_and_network 5 30"
    ));
    check(&format!(
        "{full}{}930, fail, 192.0.2.1 => identity_and_network 5 30",
        "930, fail, 192.0.2.1\n".repeat(5)
    ));
}

#[test]
fn an_identity_is_shut_to_strangers_and_open_to_its_device() {
    let mut steps = String::new();
    for network in 0..10 {
        steps += &format!("0, fail, 198.51.100.{network}\n").repeat(5);
    }
    steps += "0, fail, 203.0.113.1 => identity 50 30\n";
    steps += "0, pass, device a\n0, fail, device a\n";
    steps += &"1, fail, device a\n".repeat(4);
    steps += "1, fail, device a => identity_and_device 5 30\n";
    steps += "1, pass, device b\n";
    check(&steps);
}

#[test]
fn one_place_is_kept_below_the_directorys_threshold() {
    // Known devices have a place that strangers cannot take, and everybody together stays below five.
    check(
        "0, fail, 192.0.2.1, 5
         0, fail, 192.0.2.2, 5
         0, fail, 192.0.2.3, 5
         0, fail, 192.0.2.4, 5 => identity 3 1806
         1, pass, device a, 5
         2, fail, device a, 5
         3, fail, device b, 5 => identity 4 1805
         1807, fail, 192.0.2.4, 5 => identity 3 1
         1808, fail, 192.0.2.4, 5",
    );
    // Of two, one; of one, one, because nothing less is a login.
    check("0, fail, 192.0.2.1, 2\n0, fail, device a, 2 => identity 1 1806");
    check("0, fail, 192.0.2.1, 1\n0, fail, 192.0.2.1, 1 => identity_and_network 1 30");
    check(&"0, fail, nowhere, 0\n".repeat(5));
}

#[test]
fn an_office_shares_one_address_and_successes_cost_it_nothing() {
    let pass = "5, address pass, 192.0.2.1\n".repeat(500);
    let fail = "5, address fail, 192.0.2.1\n".repeat(200);
    check(&format!(
        "{pass}{fail}5, address fail, 192.0.2.1 => address 200 30
         5, address fail, 192.0.2.2
         35, address pass, 192.0.2.1
         35, address pass, 192.0.2.1
         35, address fail, 192.0.2.1
         35, address pass, 192.0.2.1 => address 200 60"
    ));
}

#[test]
fn the_directorys_own_window_counts_where_it_is_known() {
    for (window, seconds) in [(Some(60), 66), (Some(7_200), 7_206), (None, 86_406)] {
        let book = book();
        let with_window = |seconds| IdentityReserve {
            window: window.map(Duration::from_secs),
            ..operation("jdoe", &format!("10.0.{}.1", seconds % 200), 2, seconds)
        };
        assert_eq!(fail(&book, &with_window(0)), ReserveAnswer::Reserved);
        let refused = fail(&book, &with_window(seconds - 1));
        assert!(
            matches!(refused, ReserveAnswer::Throttled { .. }),
            "{window:?}"
        );
        let answer = fail(&book, &with_window(seconds));
        assert_eq!(answer, ReserveAnswer::Reserved, "{window:?}");
    }
}

#[test]
fn what_nobody_counts_is_not_held() {
    let book = book();
    for number in 0..1000 {
        let operation = operation(&format!("person {number}"), "192.0.2.1", 5, number);
        let operation = ReserveOperation::Identity(operation);
        let answer = run(&book, &operation, Settled::Passed);
        assert_eq!(answer, ReserveAnswer::Reserved);
    }
    assert_eq!(book.counts(), ThrottleCounts::default());
}

#[test]
fn a_repeated_bind_is_all_or_nothing_and_given_back_once() {
    let book = book();
    let twice = ReserveOperation::Identity(IdentityReserve {
        failures: 2,
        ..operation("jdoe", "192.0.2.1", 0, 0)
    });
    let reserve = |book: &Book| begin(book, &twice);
    assert_eq!(reserve(&book), ReserveAnswer::Reserved);
    assert_eq!(reserve(&book), ReserveAnswer::Reserved);
    assert_eq!(reserve(&book), ReserveAnswer::UnderWay);
    let once = ReserveOperation::Identity(operation("jdoe", "192.0.2.1", 0, 0));
    assert_eq!(begin(&book, &once), ReserveAnswer::Reserved);
    for _ in 0..5 {
        book.settle(&twice, Settled::NotCounted);
    }
    assert_eq!(book.counts().held, [0; 4]);
}

#[test]
fn parallel_guesses_do_not_overrun() {
    for threshold in [0, 5] {
        let book = book();
        let reserved = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (book, reserved) = (&book, &reserved);
                scope.spawn(move || {
                    for guess in 0..500 {
                        let place = format!("10.0.{thread}.{}", guess % 50);
                        let operation = operation("jdoe", &place, threshold, 0);
                        let operation = ReserveOperation::Identity(operation);
                        if begin(book, &operation) == ReserveAnswer::Reserved {
                            reserved.fetch_add(1, Relaxed);
                            book.settle(&operation, Settled::Failed);
                        }
                    }
                });
            }
        });
        let expected = if threshold == 5 { 3 } else { 50 };
        assert_eq!(reserved.load(Relaxed), expected);
    }
}

#[test]
fn logins_under_way_take_places_and_refuse_nobody() {
    let begin = "0, begin, 192.0.2.1\n".repeat(5);
    check(&format!(
        "{begin}0, begin, 192.0.2.1 => under way
         0, begin, 192.0.2.2
         0, passed, 192.0.2.1
         0, begin, 192.0.2.1
         0, failed, 192.0.2.1
         0, failed, 192.0.2.1
         0, failed, 192.0.2.1
         0, failed, 192.0.2.1
         0, begin, 192.0.2.1 => under way
         0, failed, 192.0.2.1
         0, begin, 192.0.2.1 => identity_and_network 5 30"
    ));
    // After the wait there is one place; whoever is in it keeps others waiting until it has failed.
    let fail = "0, fail, 192.0.2.1\n".repeat(5);
    check(&format!(
        "{fail}30, begin, 192.0.2.1
         30, begin, 192.0.2.1 => under way
         30, failed, 192.0.2.1
         30, begin, 192.0.2.1 => identity_and_network 5 60"
    ));
    // Below a directory's threshold likewise; and failures refuse, whoever is under way.
    check(
        "0, begin, 192.0.2.1, 5
         0, begin, 192.0.2.2, 5
         0, begin, 192.0.2.3, 5
         0, begin, 192.0.2.4, 5 => under way
         0, begin, device a, 5
         0, begin, device b, 5 => under way
         0, failed, 192.0.2.1, 5
         0, failed, 192.0.2.2, 5
         0, begin, 192.0.2.4, 5 => under way
         0, failed, 192.0.2.3, 5
         0, begin, 192.0.2.4, 5 => identity 3 1806",
    );
    let office = "0, address begin, 192.0.2.1\n".repeat(200);
    check(&format!(
        "{office}0, address begin, 192.0.2.1 => under way
         0, address passed, 192.0.2.1
         0, address begin, 192.0.2.1"
    ));
}

#[test]
fn other_limits_hold_at_once_for_what_was_counted_before() {
    let book = book();
    let guess = operation("jdoe", "192.0.2.1", 0, 0);
    assert_eq!(fail(&book, &guess), ReserveAnswer::Reserved);
    assert_eq!(fail(&book, &guess), ReserveAnswer::Reserved);
    let configure = |failures| {
        book.configure(&ThrottleSettings {
            failures,
            ..ThrottleSettings::default()
        });
    };
    configure(3);
    assert_eq!(fail(&book, &guess), ReserveAnswer::Reserved);
    let refused = fail(&book, &guess);
    assert!(
        matches!(refused, ReserveAnswer::Throttled { limit: 3, .. }),
        "{refused:?}"
    );
    configure(10);
    assert_eq!(fail(&book, &guess), ReserveAnswer::Reserved);
}

/// After so many wrong passwords from one network, what a look from it tells in the next second.
fn look_after(failures: u64, threshold: u32) -> Option<(Bucket, u32)> {
    let book = book();
    for second in 0..failures {
        let wrong = operation("jdoe", "192.0.2.1", threshold, second);
        run(&book, &ReserveOperation::Identity(wrong), Settled::Failed);
    }
    // Whoever looks does not know the threshold.
    let asked = ReserveOperation::Identity(operation("jdoe", "192.0.2.1", 0, failures));
    let (found, held) = (book.look(&asked), book.counts());
    assert_eq!(book.look(&asked), found, "a look changes something");
    assert_eq!(book.counts(), held, "a look is counted");
    let elsewhere = operation("somebody", "192.0.2.1", 0, failures);
    assert_eq!(book.look(&ReserveOperation::Identity(elsewhere)), None);
    found.map(|closed| (closed.bucket, closed.limit))
}

#[test]
fn a_look_tells_what_a_login_would_meet_and_counts_nothing() {
    assert_eq!(look_after(0, 0), None);
    assert_eq!(look_after(4, 0), None);
    assert_eq!(look_after(5, 0), Some((Bucket::IdentityAndNetwork, 5)));
    // Of a threshold of 5 strangers have 3.
    assert_eq!(look_after(2, 5), None);
    assert_eq!(look_after(3, 5), Some((Bucket::Identity, 3)));
}
