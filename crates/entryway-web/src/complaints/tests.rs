use super::{Complaints, MOST, SPAN};
use std::time::Instant;

#[test]
fn lines_are_bounded_and_those_left_out_are_counted() {
    let (complaints, start) = (Complaints::default(), Instant::now());
    for _ in 0..MOST {
        assert_eq!(complaints.room(start), Some(0));
    }
    for _ in 0..3 {
        assert_eq!(complaints.room(start + SPAN / 2), None);
    }
    assert_eq!(complaints.room(start + SPAN), Some(3));
    assert_eq!(complaints.room(start + SPAN), Some(0));
}
