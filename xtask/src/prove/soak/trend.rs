//! Whether a series grows without end: a straight line through it, and how far chance alone could tilt that line.

/// The line through values that were read at equal distances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Trend {
    /// Per reading.
    pub(super) slope: f64,
    /// The slope's standard error.
    pub(super) error: f64,
    readings: usize,
}

impl Trend {
    /// By least squares; `None` of fewer than three values.
    pub(super) fn of(values: &[f64]) -> Option<Self> {
        let count = values.len();
        if count < 3 {
            return None;
        }
        let middle = (count - 1) as f64 / 2.0;
        let mean = values.iter().sum::<f64>() / count as f64;
        let places = || {
            values
                .iter()
                .enumerate()
                .map(|(at, value)| (at as f64 - middle, value - mean))
        };
        let spread = places().map(|(at, _)| at * at).sum::<f64>();
        let slope = places().map(|(at, value)| at * value).sum::<f64>() / spread;
        let left = places()
            .map(|(at, value)| (value - slope * at).powi(2))
            .sum::<f64>();
        Some(Self {
            slope,
            error: (left / (count - 2) as f64 / spread).sqrt(),
            readings: count,
        })
    }

    /// From the first reading to the last, along the line.
    pub(super) fn growth(&self) -> f64 {
        self.slope * (self.readings - 1) as f64
    }

    /// Whether it grows by more than `most` in all, and by more than chance explains: three standard errors.
    pub(super) fn leaks(&self, most: f64) -> bool {
        self.growth() > most && self.slope > 3.0 * self.error
    }
}

#[cfg(test)]
mod tests {
    use super::Trend;

    #[test]
    fn one_more_each_time_is_a_leak() {
        let trend = Trend::of(&[10.0, 11.0, 12.0, 13.0, 14.0, 15.0]).unwrap();
        assert!((trend.slope - 1.0).abs() < 1e-9 && trend.error < 1e-9);
        assert!((trend.growth() - 5.0).abs() < 1e-9);
        assert!(trend.leaks(4.0) && !trend.leaks(6.0));
    }

    #[test]
    fn ups_and_downs_are_none() {
        let trend = Trend::of(&[10.0, 40.0, 12.0, 38.0, 11.0, 41.0, 12.0, 39.0]).unwrap();
        assert!(!trend.leaks(1.0), "{trend:?}");
    }

    #[test]
    fn a_leak_is_seen_through_ups_and_downs() {
        let values: Vec<f64> = (0..40)
            .map(|at| f64::from(at) + f64::from(at % 2) * 10.0)
            .collect();
        assert!(Trend::of(&values).unwrap().leaks(20.0));
        assert_eq!(Trend::of(&[1.0, 2.0]), None);
    }
}
