use super::*;
use entryway_bridge::{ConnectorId, SealingKey, SiteName};

/// Of the sealing key with this number.
fn challenge(key: u8, nonce: u8) -> Challenge {
    let key = SealingKey {
        point: [key; 65],
        from_ms: 1,
        until_ms: 2,
    };
    let site = SiteName::parse("plant-a").unwrap();
    let connector = ConnectorId::from_bits([1; 10]);
    Challenge::new(&site, connector, &key, [0; 64], of(nonce), 5)
}

fn of(number: u8) -> SealNonce {
    SealNonce::new(vec![number]).unwrap()
}

fn some(numbers: impl IntoIterator<Item = u8>) -> Vec<SealNonce> {
    numbers.into_iter().map(of).collect()
}

struct Shelf {
    stock: Stock,
    start: Instant,
}

impl Shelf {
    fn new() -> Self {
        let (stock, start) = (Stock::default(), Instant::now());
        Self { stock, start }
    }
    fn at(&self, ms: u64) -> Instant {
        self.start + Duration::from_millis(ms)
    }
    fn take(&mut self, ms: u64) -> Option<Challenge> {
        self.stock.take(self.at(ms))
    }
    fn put(&mut self, verified: &Challenge, further: Vec<SealNonce>, ms: u64) {
        self.stock
            .put(verified, further, self.start + Duration::from_millis(ms));
    }
}

#[test]
fn each_nonce_is_given_to_one_page_the_oldest_first() {
    let mut shelf = Shelf::new();
    assert_eq!(shelf.take(0), None);
    shelf.put(&challenge(1, 0), some([1, 2]), 0);
    // The challenge itself went to who asked for it.
    assert_eq!(shelf.take(1), Some(challenge(1, 1)));
    assert_eq!(shelf.take(2), Some(challenge(1, 2)));
    assert_eq!(shelf.take(3), None);
}

#[test]
fn what_was_asked_for_a_second_ago_is_given_to_nobody() {
    let mut shelf = Shelf::new();
    shelf.put(&challenge(1, 0), some([1, 2]), 0);
    shelf.put(&challenge(1, 3), some([4]), 500);
    assert_eq!(shelf.take(999), Some(challenge(1, 1)));
    assert_eq!(shelf.take(1000), Some(challenge(1, 4)));
    assert_eq!(shelf.take(1000), None);
}

#[test]
fn no_nonce_is_given_with_another_key_than_its_own() {
    let mut shelf = Shelf::new();
    shelf.put(&challenge(1, 0), some([1]), 0);
    shelf.put(&challenge(2, 2), some([3]), 1);
    assert_eq!(shelf.take(2), Some(challenge(2, 3)));
    assert_eq!(shelf.take(2), None);
}

#[test]
fn a_key_is_known_by_all_that_vouches_for_it() {
    let mut shelf = Shelf::new();
    let known = challenge(1, 0);
    assert!(!shelf.stock.has_verified(&known));
    shelf.put(&known, Vec::new(), 0);
    assert!(shelf.stock.has_verified(&challenge(1, 9)));
    assert!(!shelf.stock.has_verified(&challenge(2, 0)));
    let altered = |alter: fn(&mut Challenge)| {
        let mut other = known.clone();
        alter(&mut other);
        assert!(!shelf.stock.has_verified(&other), "{other:?}");
    };
    altered(|other| other.key_signature.0[0] ^= 1);
    altered(|other| other.key.0[0] ^= 1);
    altered(|other| other.key_id.0[0] ^= 1);
    altered(|other| other.key_from_ms += 1);
    altered(|other| other.key_until_ms += 1);
    altered(|other| other.version += 1);
    altered(|other| other.connector = ConnectorId::from_bits([2; 10]));
    altered(|other| other.site = SiteName::parse("plant-b").unwrap());
}

#[test]
fn one_that_is_seldom_asked_has_none_in_stock() {
    let mut shelf = Shelf::new();
    for second in 0..5 {
        assert_eq!(shelf.take(second * 1000), None);
        assert_eq!(shelf.stock.wanted(), 0, "{second}");
    }
}

#[test]
fn half_of_what_a_second_takes_is_asked_for_within_bounds() {
    let mut shelf = Shelf::new();
    for number in 0..10 {
        shelf.take(number * 100);
    }
    assert_eq!(shelf.stock.wanted(), 4);
    shelf.take(1000);
    assert_eq!(shelf.stock.wanted(), 5);
    // A second with nobody.
    shelf.take(4000);
    assert_eq!(shelf.stock.wanted(), 0);
    for _ in 0..1000 {
        shelf.take(4000);
    }
    assert_eq!(usize::from(shelf.stock.wanted()), FURTHER_MAX);
    for _ in 0..9 {
        shelf.put(&challenge(1, 0), some(0..31), 4000);
    }
    assert_eq!(shelf.stock.nonces.len(), MOST);
}
