//! The kinds of refusal, and who meets which.

/// Everybody's password at the directory.
pub(super) const PASSWORD: &str = "bench password";

/// Why somebody is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Refusal {
    Unknown,
    Wrong,
    Throttled,
    DnFiltered,
    Ambiguous,
}

/// `u0000001` to `u0000999`: the DN filter lets only higher numbers in.
const FILTERED: u32 = 999;
/// How many are beyond the limit. Few, because one that opens after a while lets one wrong password through.
const THROTTLED: u32 = 20;

impl Refusal {
    pub(super) const ALL: [Self; 5] = [
        Self::Unknown,
        Self::Wrong,
        Self::Throttled,
        Self::DnFiltered,
        Self::Ambiguous,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown name",
            Self::Wrong => "wrong password",
            Self::Throttled => "throttled",
            Self::DnFiltered => "DN-filtered",
            Self::Ambiguous => "ambiguous name",
        }
    }

    /// What the log calls it.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown_login",
            Self::Wrong => "wrong_password",
            Self::Throttled => "throttled",
            Self::DnFiltered => "dn_not_permitted",
            Self::Ambiguous => "ambiguous_login",
        }
    }

    /// How often a person's password is shown to the directory.
    pub(super) fn binds(self) -> usize {
        match self {
            Self::Unknown | Self::Throttled | Self::Ambiguous => 0,
            Self::Wrong | Self::DnFiltered => 1,
        }
    }

    /// Name and password of its login number `at`, at the gateway number `run`: each has a throttle of its own, but
    /// they share a directory, which locks people who were too often wrong.
    pub(super) fn login(self, at: u32, run: u32) -> (String, &'static str) {
        let person = |number: u32| format!("u{number:07}");
        match self {
            Self::Unknown => (format!("x{at:07}"), PASSWORD),
            Self::Wrong => (person(first_wrong() + at), "a wrong password"),
            Self::Throttled => {
                let first = FILTERED + 1 + run * THROTTLED;
                (person(first + at % THROTTLED), "a wrong password")
            }
            Self::DnFiltered => (person(1 + at % FILTERED), PASSWORD),
            Self::Ambiguous => ("twin".to_owned(), PASSWORD),
        }
    }
}

/// Where those come from who are beyond the limit: without a lockout at the directory it is a person's from one network.
pub(super) const ADDRESS: &str = "192.0.2.77";

impl Refusal {
    /// Where its login number `at` comes from.
    pub(super) fn address(self, at: u32) -> String {
        match self {
            Self::Throttled => ADDRESS.to_owned(),
            _ => format!("192.0.2.{}", at % 256),
        }
    }
}

/// Gateways at one directory.
const RUNS: u32 = 2;

/// Nobody is wrong twice at one gateway: all of these have room for one failure.
fn first_wrong() -> u32 {
    FILTERED + 1 + RUNS * THROTTLED
}

/// How many people there must be for so many logins of each kind.
pub(super) fn people(samples: u32) -> u32 {
    first_wrong() + samples
}

/// Those who must be beyond the limit first.
pub(super) fn throttled(run: u32) -> impl Iterator<Item = (String, &'static str)> {
    (0..THROTTLED).map(move |at| Refusal::Throttled.login(at, run))
}

#[cfg(test)]
mod tests {
    use super::{RUNS, Refusal, people};
    use std::collections::BTreeSet;

    #[test]
    fn nobody_meets_two_refusals() {
        let samples = 3000;
        let mut seen = BTreeSet::new();
        for run in 0..RUNS {
            let people: BTreeSet<String> = (0..samples)
                .map(|at| Refusal::Throttled.login(at, run).0)
                .collect();
            assert_eq!(people.len(), 20);
            assert!(people.is_disjoint(&seen));
            seen.extend(people);
        }
        for refusal in [Refusal::DnFiltered, Refusal::Wrong] {
            let people: BTreeSet<String> = (0..samples).map(|at| refusal.login(at, 0).0).collect();
            assert!(people.is_disjoint(&seen));
            seen.extend(people);
        }
        assert_eq!(seen.first().map(String::as_str), Some("u0000001"));
        assert!(
            seen.last()
                .is_some_and(|last| *last <= format!("u{:07}", people(samples)))
        );
    }
}
