use super::{Frames, NOTHING, Segment};
use crate::{AuditEntry, AuditKey};
use std::time::{Duration, SystemTime};

fn entry(login_id: u64, second: u64, body: &str) -> AuditEntry {
    AuditEntry {
        login_id,
        at: SystemTime::UNIX_EPOCH + Duration::from_secs(second),
        body: body.as_bytes().to_vec(),
    }
}

fn key() -> AuditKey {
    let folder = tempfile::tempdir().unwrap();
    AuditKey::load_or_create(folder.path().join("key")).unwrap()
}

fn segment() -> Segment {
    let mut frames = Frames::default();
    frames.push(&entry(7, 20, "{}"));
    frames.push(&entry(8, 10, ""));
    frames.pack().at("one", 5, NOTHING, &key())
}

/// The same as it was before segments were packed.
fn unpacked() -> Segment {
    let key = key();
    let mut frames = Frames::default();
    frames.push(&entry(7, 20, "{}"));
    frames.push(&entry(8, 10, ""));
    let mut segment = frames.pack().at("one", 5, NOTHING, &key);
    (segment.body, segment.unpacked) = (frames.body, 0);
    let seal = key.sign(&super::sealed(&segment.computed("one")));
    segment.body.extend_from_slice(key.public_key());
    segment.body.extend_from_slice(&seal);
    segment.hash = segment.computed("one");
    segment
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
    check(|segment| segment.unpacked += 1);
    check(|segment| segment.unpacked = 0);
    check(|segment| segment.previous[31] ^= 1);
    check(|segment| segment.body[0] ^= 1);
    check(|segment| *segment.body.last_mut().unwrap() ^= 1);
    check(|segment| segment.body.push(0));
    assert_ne!(segment().hash, segment().computed("two"));
}

#[test]
fn bytes_that_are_no_records_are_damage() {
    let check = |segment: fn() -> Segment, change: fn(&mut Segment)| {
        let mut segment = segment();
        change(&mut segment);
        assert!(segment.entries().is_err());
    };
    for segment in [segment, unpacked] {
        check(segment, |segment| segment.count = 1);
        check(segment, |segment| segment.count = 3);
        check(segment, |segment| {
            segment.body.pop();
        });
        check(segment, |segment| segment.body.push(0));
    }
    check(unpacked, |segment| segment.body[16] = 0xff);
    // A size is believed no further than a commit can be large.
    for unpacked in [1, -1, i64::MAX, 1 << 40] {
        let mut segment = segment();
        segment.unpacked = unpacked;
        assert!(segment.entries().is_err(), "{unpacked}");
    }
    check(segment, |segment| segment.body.truncate(super::SEAL - 1));
    check(segment, |segment| segment.body.clear());
}

#[test]
fn what_was_written_unpacked_stays_readable() {
    let old = unpacked();
    assert_eq!(old.entries().unwrap(), segment().entries().unwrap());
    assert!(old.sealed_by("one").unwrap().unwrap().is_right);
}

#[test]
fn records_that_resemble_each_other_take_little_room() {
    let mut frames = Frames::default();
    for id in 0..40 {
        let body = format!(
            "{{\"login_name\":\"u{id}\",\"filter\":\"(&(objectClass=person)(uid=u{id}))\"}}"
        );
        frames.push(&entry(id, id, &body));
    }
    let segment = frames.pack().at("one", 0, NOTHING, &key());
    assert!(segment.body.len() * 2 < frames.body.len());
    assert_eq!(segment.entries().unwrap().len(), 40);
}

#[test]
fn every_part_counts_in_the_seal() {
    let right = |segment: &Segment, node| {
        let seal = segment.sealed_by(node);
        seal.is_ok_and(|seal| seal.unwrap().is_right)
    };
    assert!(right(&segment(), "one"));
    assert!(!right(&segment(), "two"));
    let check = |change: fn(&mut Segment)| {
        let mut segment = segment();
        change(&mut segment);
        // Whoever has no key can compute every hash anew.
        segment.hash = segment.computed("one");
        assert!(!right(&segment, "one"));
    };
    check(|segment| segment.first_seq += 1);
    check(|segment| segment.from_ms += 1);
    check(|segment| segment.to_ms += 1);
    check(|segment| segment.previous[31] ^= 1);
    check(|segment| segment.body[0] ^= 1);
    check(|segment| *segment.body.last_mut().unwrap() ^= 1);
    let mut bare = unpacked();
    bare.body.truncate(bare.body.len() - super::SEAL);
    assert!(bare.sealed_by("one").unwrap().is_none());
    assert_eq!(bare.entries().unwrap(), segment().entries().unwrap());
}

#[test]
fn a_seal_names_its_key() {
    let (key, other) = (key(), key());
    let mut frames = Frames::default();
    frames.push(&entry(7, 20, "{}"));
    let seal = frames
        .pack()
        .at("one", 5, NOTHING, &key)
        .sealed_by("one")
        .unwrap()
        .unwrap();
    assert_eq!(seal.public_key, key.public_key());
    assert_ne!(seal.public_key, other.public_key());
}
