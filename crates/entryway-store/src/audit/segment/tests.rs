use super::{Frames, NOTHING, Segment};
use crate::AuditEntry;
use std::time::{Duration, SystemTime};

fn entry(login_id: u64, second: u64, body: &str) -> AuditEntry {
    AuditEntry {
        login_id,
        at: SystemTime::UNIX_EPOCH + Duration::from_secs(second),
        body: body.as_bytes().to_vec(),
    }
}

fn segment() -> Segment {
    let mut frames = Frames::default();
    frames.push(&entry(7, 20, "{}"));
    frames.push(&entry(8, 10, ""));
    frames.at("one", 5, NOTHING)
}

#[test]
fn what_went_in_comes_out() {
    let segment = segment();
    assert_eq!(
        segment.entries().unwrap(),
        [entry(7, 20, "{}"), entry(8, 10, "")]
    );
    assert_eq!((segment.from_ms, segment.to_ms), (10_000, 20_000));
    assert_eq!(segment.next_seq(), 7);
    assert_eq!(segment.hash, segment.computed("one"));
}

#[test]
fn every_part_counts_in_the_hash() {
    let check = |change: fn(&mut Segment)| {
        let mut segment = segment();
        change(&mut segment);
        assert_ne!(segment.hash, segment.computed("one"));
    };
    check(|segment| segment.first_seq += 1);
    check(|segment| segment.count += 1);
    check(|segment| segment.from_ms += 1);
    check(|segment| segment.to_ms += 1);
    check(|segment| segment.previous[31] ^= 1);
    check(|segment| segment.body[0] ^= 1);
    check(|segment| segment.body.push(0));
    assert_ne!(segment().hash, segment().computed("two"));
}

#[test]
fn bytes_that_are_no_records_are_damage() {
    let check = |change: fn(&mut Segment)| {
        let mut segment = segment();
        change(&mut segment);
        assert!(segment.entries().is_err());
    };
    check(|segment| segment.count = 1);
    check(|segment| {
        segment.body.pop();
    });
    check(|segment| segment.body.push(0));
    check(|segment| segment.body[16] = 0xff);
}
