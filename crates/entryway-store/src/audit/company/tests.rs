use super::{Company, SPAN, SPANS};
use std::time::Instant;

#[test]
fn who_is_on_the_way_counts_until_written_or_gone() {
    let company = Company::new();
    let now = Instant::now();
    assert_eq!(company.on_their_way(now), 0);
    let one = company.expect(now);
    let later = now + SPAN;
    let other = company.expect(later);
    assert_eq!(company.on_their_way(later), 2);
    drop(one);
    assert_eq!(company.on_their_way(later), 1);
    drop(other);
    assert_eq!(company.on_their_way(later), 0);
}

#[test]
fn who_hangs_is_not_waited_for() {
    let company = Company::new();
    let now = Instant::now();
    let hanging = company.expect(now);
    let later = now + SPAN * u32::try_from(SPANS).unwrap();
    assert_eq!(company.on_their_way(later), 0);
    // Whoever began in the span that has its place now stays counted when it ends.
    let new = company.expect(later);
    drop(hanging);
    assert_eq!(company.on_their_way(later), 1);
    drop(new);
    assert_eq!(company.on_their_way(later), 0);
}
