//! What two lists of times say about each other.

/// A list of times in words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Summary {
    pub(super) count: usize,
    pub(super) mean: f64,
    pub(super) deviation: f64,
    pub(super) min: f64,
    pub(super) median: f64,
    pub(super) p95: f64,
    pub(super) p99: f64,
    pub(super) max: f64,
}

impl Summary {
    /// `None` of fewer than two.
    pub(super) fn of(times: &[f64]) -> Option<Self> {
        let mut sorted = times.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let count = sorted.len();
        if count < 2 {
            return None;
        }
        let mean = sorted.iter().sum::<f64>() / count as f64;
        let squares = sorted.iter().map(|time| (time - mean).powi(2)).sum::<f64>();
        Some(Self {
            count,
            mean,
            deviation: (squares / (count - 1) as f64).sqrt(),
            min: *sorted.first()?,
            median: quantile(&sorted, 50)?,
            p95: quantile(&sorted, 95)?,
            p99: quantile(&sorted, 99)?,
            max: *sorted.last()?,
        })
    }
}

/// The least time that so many in a hundred do not exceed.
pub(super) fn quantile(sorted: &[f64], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// How far two lists are apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Comparison {
    /// The one's mean less the other's.
    pub(super) difference: f64,
    /// The difference's standard error: what chance alone gives.
    pub(super) error: f64,
    /// Kolmogorov and Smirnov's: the largest distance between the two distributions.
    pub(super) distance: f64,
    /// How often lists of the same distribution are so far apart.
    pub(super) p: f64,
}

impl Comparison {
    /// `None` where one has fewer than two.
    pub(super) fn of(one: &[f64], other: &[f64]) -> Option<Self> {
        let (first, second) = (Summary::of(one)?, Summary::of(other)?);
        let variance =
            |summary: Summary| summary.deviation * summary.deviation / summary.count as f64;
        let distance = distance(one, other);
        Some(Self {
            difference: first.mean - second.mean,
            error: (variance(first) + variance(second)).sqrt(),
            distance,
            p: chance(distance, one.len(), other.len()),
        })
    }
}

/// The largest difference between the shares of both lists that are no larger than some time.
fn distance(one: &[f64], other: &[f64]) -> f64 {
    let marked = |times: &[f64], step: f64| {
        let step = step / times.len() as f64;
        times.iter().map(|time| (*time, step)).collect::<Vec<_>>()
    };
    let mut all = marked(one, 1.0);
    all.extend(marked(other, -1.0));
    all.sort_unstable_by(|(one, _), (other, _)| one.total_cmp(other));
    let (mut apart, mut largest) = (0.0_f64, 0.0_f64);
    // Equal times count together: between them is no time at which to compare.
    for same in all.chunk_by(|(one, _), (other, _)| one == other) {
        apart += same.iter().map(|(_, step)| step).sum::<f64>();
        largest = largest.max(apart.abs());
    }
    largest
}

/// The probability of that distance or a larger one between lists of one distribution: Kolmogorov's series, with
/// Stephens's correction for lists that are not endless.
fn chance(distance: f64, one: usize, other: usize) -> f64 {
    let (one, other) = (one as f64, other as f64);
    let size = (one * other / (one + other)).sqrt();
    let lambda = (size + 0.12 + 0.11 / size) * distance;
    // The series converges slowly there, to 1.
    if lambda < 0.3 {
        return 1.0;
    }
    let terms = (1..=100).map(|term| {
        let sign = if term % 2 == 1 { 2.0 } else { -2.0 };
        sign * (-2.0 * f64::from(term * term) * lambda * lambda).exp()
    });
    terms.sum::<f64>().clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests;
