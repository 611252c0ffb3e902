//! What an operation does to the buckets; time is written in seconds.

use super::*;
use entryway_login::DeviceId;
use proptest::prelude::*;
use std::sync::Arc;

mod directory;
mod flood;

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
        failures: 1,
        at: at(seconds),
    }
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
        let operation = operation("jdoe", words[2], threshold, seconds);
        let answer = match words[1] {
            "fail" => book.reserve_identity(&operation),
            "pass" | "lost" => {
                let answer = book.reserve_identity(&operation);
                if answer == ReserveAnswer::Reserved {
                    let settled = match words[1] {
                        "pass" => Settled::Passed,
                        _ => Settled::NotCounted,
                    };
                    book.settle_identity(&operation, settled);
                }
                answer
            }
            "address fail" => book.reserve_address(words[2].parse().unwrap(), at(seconds)),
            "address pass" => {
                let address = words[2].parse().unwrap();
                let answer = book.reserve_address(address, at(seconds));
                book.settle_address(address, at(seconds));
                answer
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
         0, fail, 192.0.2.4, 5 => identity 3 1803
         1, pass, device a, 5
         2, fail, device a, 5
         3, fail, device b, 5 => identity 4 1802
         1804, fail, 192.0.2.4, 5 => identity 3 1
         1805, fail, 192.0.2.4, 5",
    );
    // Of two, one; of one, one, because nothing less is a login.
    check("0, fail, 192.0.2.1, 2\n0, fail, device a, 2 => identity 1 1803");
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
fn what_nobody_counts_is_not_held() {
    let book = book();
    for number in 0..1000 {
        let operation = operation(&format!("person {number}"), "192.0.2.1", 5, number);
        assert_eq!(book.reserve_identity(&operation), ReserveAnswer::Reserved);
        book.settle_identity(&operation, Settled::Passed);
    }
    assert_eq!(book.counts(), ThrottleCounts::default());
}

#[test]
fn a_repeated_bind_is_all_or_nothing_and_given_back_once() {
    let book = book();
    let mut twice = operation("jdoe", "192.0.2.1", 0, 0);
    twice.failures = 2;
    let reserve = |book: &Book| book.reserve_identity(&twice) == ReserveAnswer::Reserved;
    assert!(reserve(&book) && reserve(&book));
    assert!(!reserve(&book), "four of five places are taken");
    let once = operation("jdoe", "192.0.2.1", 0, 0);
    assert_eq!(book.reserve_identity(&once), ReserveAnswer::Reserved);
    for _ in 0..5 {
        book.settle_identity(&twice, Settled::NotCounted);
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
                        if book.reserve_identity(&operation) == ReserveAnswer::Reserved {
                            reserved.fetch_add(1, Relaxed);
                        }
                    }
                });
            }
        });
        let expected = if threshold == 5 { 3 } else { 50 };
        assert_eq!(reserved.load(Relaxed), expected);
    }
}
