use super::{FEW, connections};

fn check(limit: usize, pools: usize, expected: usize) {
    assert_eq!(
        connections(limit, pools, 4_096),
        expected,
        "{limit} {pools}"
    );
}

#[test]
fn pools_come_first_and_something_is_left_for_callers() {
    check(524_288, 64, 4_096);
    check(1_024, 64, 896);
    check(1_024, 1_024, FEW);
    check(256, usize::MAX, FEW);
    check(usize::MAX, 64, 4_096);
}
