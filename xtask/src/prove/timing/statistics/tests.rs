use super::{Comparison, Summary, chance, distance, quantile};

fn near(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 1e-4,
        "expected {expected}, found {found}"
    );
}

/// Numbers between 0 and 1 that look random and are the same every time.
fn noise(seed: u64, count: usize) -> Vec<f64> {
    let mut state = seed;
    std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 40) as f64 / f64::from(1 << 24)
    })
    .take(count)
    .collect()
}

#[test]
fn a_summary() {
    let times: Vec<f64> = (1..=100).rev().map(f64::from).collect();
    let summary = Summary::of(&times).unwrap();
    assert_eq!((summary.min, summary.max), (1.0, 100.0));
    assert_eq!(
        (summary.median, summary.p95, summary.p99),
        (50.0, 95.0, 99.0)
    );
    near(summary.mean, 50.5);
    // √(100·101/12)
    near(summary.deviation, 29.01149);
    assert_eq!(Summary::of(&[1.0]), None);
}

#[test]
fn quantiles_are_times_that_were_measured() {
    assert_eq!(quantile(&[7.0], 99), Some(7.0));
    assert_eq!(quantile(&[1.0, 2.0], 50), Some(1.0));
    assert_eq!(quantile(&[1.0, 2.0], 51), Some(2.0));
    assert_eq!(quantile(&[], 50), None);
}

#[test]
fn distances_between_distributions() {
    near(distance(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]), 0.0);
    near(distance(&[1.0, 2.0], &[3.0, 4.0]), 1.0);
    near(distance(&[1.0, 2.0, 3.0, 4.0], &[3.0, 4.0, 5.0, 6.0]), 0.5);
    // Where all are equal there is nothing to tell apart, however many there are of each.
    near(distance(&[1.0; 9], &[1.0; 4]), 0.0);
}

/// Kolmogorov's distribution, from its tables: 1.36 is exceeded by five in a hundred, 1.63 by one.
#[test]
fn the_chance_of_a_distance() {
    let endless = 100_000_000;
    let root = (endless as f64 / 2.0).sqrt();
    assert!((chance(1.3581 / root, endless, endless) - 0.05).abs() < 1e-4);
    assert!((chance(1.6276 / root, endless, endless) - 0.01).abs() < 1e-4);
    near(chance(0.0, 10, 10), 1.0);
    assert!(chance(1.0, 1000, 1000) < 1e-9);
}

#[test]
fn the_same_distribution_is_not_told_apart_and_a_shifted_one_is() {
    let (one, other) = (noise(1, 4000), noise(2, 4000));
    let same = Comparison::of(&one, &other).unwrap();
    assert!(same.p > 0.05, "{same:?}");
    assert!(same.difference.abs() < 3.0 * same.error, "{same:?}");
    let later: Vec<f64> = other.iter().map(|time| time + 0.05).collect();
    let shifted = Comparison::of(&one, &later).unwrap();
    assert!(shifted.p < 0.001, "{shifted:?}");
    assert!(shifted.difference < -3.0 * shifted.error, "{shifted:?}");
}
