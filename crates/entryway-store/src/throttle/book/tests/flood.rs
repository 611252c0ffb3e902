//! Invented keys: bounded memory, and no victim's counter pushed out.

use super::*;
use std::net::Ipv6Addr;

fn invented(number: u128) -> IpAddr {
    IpAddr::V6(Ipv6Addr::from((0x2001_0db8_u128 << 96) | (number << 64)))
}

fn guess(book: &Book, address: IpAddr, seconds: u64) -> ReserveAnswer {
    let operation = ReserveOperation::Address {
        address: Some(address),
        at: at(seconds),
        deadline: Instant::now(),
    };
    run(book, &operation, Settled::Failed)
}

#[test]
fn a_million_invented_addresses_push_out_each_other_only() {
    let book = book();
    let victim: IpAddr = "192.0.2.1".parse().unwrap();
    let closed = operation("jdoe", "192.0.2.1", 0, 0);
    for _ in 0..5 {
        assert_eq!(fail(&book, &closed), ReserveAnswer::Reserved);
    }
    for _ in 0..150 {
        assert_eq!(guess(&book, victim, 0), ReserveAnswer::Reserved);
    }
    for number in 0..1_000_000 {
        guess(&book, invented(number), 1);
    }
    let counts = book.counts();
    assert!(counts.held[0] <= 50_000, "{counts:?}");
    assert!(counts.evicted > 900_000, "{counts:?}");
    for _ in 0..50 {
        assert_eq!(guess(&book, victim, 1), ReserveAnswer::Reserved);
    }
    let throttled = |answer| matches!(answer, ReserveAnswer::Throttled { .. });
    assert!(throttled(guess(&book, victim, 1)));
    let mut again = closed.clone();
    again.at = at(1);
    assert!(throttled(fail(&book, &again)));
}

#[test]
fn an_attacker_who_fails_for_everybody_pushes_out_no_counter_that_is_nearly_full() {
    let book = book();
    let victim = operation("jdoe", "192.0.2.1", 0, 0);
    for _ in 0..4 {
        assert_eq!(fail(&book, &victim), ReserveAnswer::Reserved);
    }
    for number in 0..300_000 {
        let place = format!(
            "10.{}.{}.{}",
            number % 200,
            number / 200 % 200,
            number / 40_000
        );
        fail(&book, &operation(&format!("person {number}"), &place, 0, 1));
    }
    assert_eq!(fail(&book, &victim), ReserveAnswer::Reserved);
    let refused = fail(&book, &victim);
    assert!(
        matches!(refused, ReserveAnswer::Throttled { .. }),
        "{refused:?}"
    );
}

#[test]
fn a_closed_bucket_goes_last() {
    let settings = ThrottleSettings {
        most_keys: 0,
        ..ThrottleSettings::default()
    };
    let book = Book::new(&settings, &SECRET);
    let victim: IpAddr = "192.0.2.1".parse().unwrap();
    while guess(&book, victim, 0) == ReserveAnswer::Reserved {}
    for number in 0..20_000 {
        for _ in 0..3 {
            guess(&book, invented(number), 1);
        }
    }
    let refused = guess(&book, victim, 1);
    assert!(
        matches!(refused, ReserveAnswer::Throttled { .. }),
        "{refused:?}"
    );
}

#[test]
fn a_login_under_way_is_not_pushed_out() {
    let settings = ThrottleSettings {
        most_keys: 0,
        ..ThrottleSettings::default()
    };
    let book = Book::new(&settings, &SECRET);
    let login = ReserveOperation::Identity(operation("jdoe", "192.0.2.1", 2, 0));
    assert_eq!(begin(&book, &login), ReserveAnswer::Reserved);
    for number in 0..20_000 {
        let person = format!("person {number}");
        fail(&book, &operation(&person, "192.0.2.1", 2, 1));
    }
    assert_eq!(begin(&book, &login), ReserveAnswer::UnderWay);
    book.settle(&login, Settled::Passed);
    assert_eq!(begin(&book, &login), ReserveAnswer::Reserved);
}
