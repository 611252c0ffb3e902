use super::*;
use proptest::prelude::*;

fn rows(ranges: &[(u32, u32)]) -> Vec<TypeRange> {
    let row = |(at, (from, to)): (u32, &(u32, u32))| TypeRange {
        from: *from,
        to: *to,
        user_type: if at % 2 == 0 {
            UserType::Real
        } else {
            UserType::Virtual
        },
        rule: RuleId(at),
    };
    (0..).zip(ranges).map(row).collect()
}

#[track_caller]
fn check(ranges: &[(u32, u32)], uid: u32, expected: Option<u32>) {
    let ranges = TypeRanges::new(rows(ranges));
    assert_eq!(ranges.find(uid).map(|row| row.rule.0), expected, "{uid}");
}

#[test]
fn both_ends_belong_to_a_range() {
    for (uid, expected) in [(0, None), (1, Some(0)), (999, Some(0)), (1000, None)] {
        check(&[(1, 999)], uid, expected);
    }
    check(&[(0, u32::MAX)], 0, Some(0));
    check(&[(0, u32::MAX)], u32::MAX, Some(0));
    check(&[(7, 7)], 7, Some(0));
    check(&[], 7, None);
    check(&[(7, 6)], 7, None);
}

#[test]
fn the_first_row_wins() {
    let ranges = [(100, 200), (50, 300), (150, 160), (300, 400)];
    for (uid, expected) in [
        (49, None),
        (50, Some(1)),
        (100, Some(0)),
        (155, Some(0)),
        (200, Some(0)),
        (201, Some(1)),
        (300, Some(1)),
        (301, Some(3)),
        (401, None),
    ] {
        check(&ranges, uid, expected);
    }
}

#[track_caller]
fn check_overlaps(ranges: &[(u32, u32)], expected: &[(u32, u32, bool)]) {
    let found: Vec<_> = TypeRanges::new(rows(ranges))
        .overlaps()
        .iter()
        .map(|overlap| (overlap.rule.0, overlap.loses_to.0, overlap.never_wins))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn overlaps_name_the_row_that_is_in_the_way() {
    check_overlaps(&[(1, 5), (6, 9), (20, 30)], &[]);
    check_overlaps(&[(1, 5), (5, 9)], &[(1, 0, false)]);
    check_overlaps(&[(5, 9), (1, 5)], &[(1, 0, false)]);
    check_overlaps(&[(1, 9), (3, 4)], &[(1, 0, true)]);
    check_overlaps(&[(3, 4), (1, 9)], &[(1, 0, false)]);
    // Hidden by two rows together.
    check_overlaps(&[(1, 5), (6, 9), (2, 8)], &[(2, 0, true)]);
    check_overlaps(&[(9, 1)], &[]);
    check_overlaps(&[(0, 9), (7, 2)], &[]);
}

/// Section 4, step 2, read aloud.
fn naive(rows: &[TypeRange], uid: u32) -> Option<u32> {
    rows.iter()
        .find(|row| row.from <= uid && uid <= row.to)
        .map(|row| row.rule.0)
}

fn naive_overlaps(rows: &[TypeRange]) -> Vec<Overlap> {
    let mut found = Vec::new();
    for row in rows {
        let losses: Vec<u32> = (row.from..=row.to)
            .filter_map(|uid| naive(rows, uid))
            .filter(|winner| *winner != row.rule.0)
            .collect();
        if let Some(first) = losses.first() {
            found.push(Overlap {
                rule: row.rule,
                loses_to: RuleId(*first),
                never_wins: losses.len() == (row.from..=row.to).count(),
            });
        }
    }
    found
}

proptest! {
    #[test]
    fn pieces_answer_as_the_rows_do(ranges in prop::collection::vec((0u32..40, 0u32..40), 0..12)) {
        let rows = rows(&ranges);
        let pieces = TypeRanges::new(rows.clone());
        for uid in 0..42 {
            prop_assert_eq!(pieces.find(uid).map(|row| row.rule.0), naive(&rows, uid));
        }
        prop_assert_eq!(pieces.overlaps(), naive_overlaps(&rows));
    }
}
