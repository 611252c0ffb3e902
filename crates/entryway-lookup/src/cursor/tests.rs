use super::*;

/// Not a signature: it only has to depend on every byte.
struct Sum(u64);

impl Seal for Sum {
    fn tag(&self, message: &[u8]) -> [u8; 32] {
        let mut tag = [0; 32];
        for (round, part) in tag.chunks_exact_mut(8).enumerate() {
            let start = 0xcbf2_9ce4_8422_2325 ^ self.0 ^ round as u64;
            let sum = message.iter().fold(start, |sum, byte| {
                (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
            });
            part.copy_from_slice(&sum.to_be_bytes());
        }
        tag
    }
    fn is_tag(&self, message: &[u8], tag: &[u8; 32]) -> bool {
        self.tag(message) == *tag
    }
}

fn cursor() -> Cursor {
    Cursor {
        direction: Direction::Back,
        mark: Mark::new("jane doe", "staff:3f2504e0"),
        made: 1_000,
    }
}

#[track_caller]
fn check(text: &str, list: &str, now: u64, expected: Result<Cursor, CursorError>) {
    assert_eq!(Cursor::open(text, list, &Sum(7), now, 600), expected);
}

#[test]
fn what_was_sealed_is_read() {
    let text = cursor().seal("staff", &Sum(7));
    check(&text, "staff", 1_600, Ok(cursor()));
    check(&text, "staff", 0, Ok(cursor()));
    check(&text, "staff", 1_601, Err(CursorError::Old));
    check(&text, "partners", 1_000, Err(CursorError::OtherList));
    let other = cursor().seal("staff", &Sum(8));
    check(&other, "staff", 1_000, Err(CursorError::Forged));
}

#[test]
fn a_change_anywhere_is_a_forgery_and_never_a_panic() {
    let text = cursor().seal("staff", &Sum(7));
    for at in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        // Bits beyond the last byte mean nothing, and may be refused or not; nothing else opens.
        match Cursor::open(&changed, "staff", &Sum(7), 1_000, 600) {
            Err(CursorError::Forged | CursorError::OtherList) => {}
            other => panic!("byte {at}: {other:?}"),
        }
        check(&text[..at], "staff", 1_000, Err(CursorError::Forged));
    }
    for odd in ["", "AAAA", "=", "%", "ü", &"A".repeat(MAX_CURSOR_BYTES + 1)] {
        check(odd, "staff", 1_000, Err(CursorError::Forged));
    }
}

#[test]
fn the_longest_key_fits() {
    let long = Cursor {
        mark: Mark::new(&"ü".repeat(2_000), &"x".repeat(9_000)),
        ..cursor()
    };
    let text = long.seal("staff", &Sum(7));
    assert!(text.len() < MAX_CURSOR_BYTES, "{}", text.len());
    check(&text, "staff", 1_000, Ok(long));
}
