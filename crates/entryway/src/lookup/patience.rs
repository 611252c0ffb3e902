//! A bar on the terminal while an answer takes its time: how much of the time that it may take has passed.

use crate::out;
use std::io::IsTerminal;
use std::time::{Duration, Instant};
use tokio::time::{MissedTickBehavior, interval_at};

/// Whoever waits no longer than this needs no bar.
const QUIET: Duration = Duration::from_millis(700);
const STEP: Duration = Duration::from_millis(100);
const WIDTH: usize = 24;

/// Waits for an answer that is there by `due`, and shows on a terminal how the time passes.
pub(super) async fn shown<T>(due: Instant, answer: impl Future<Output = T>) -> T {
    if !std::io::stderr().is_terminal() {
        return answer.await;
    }
    let begun = Instant::now();
    let mut answer = std::pin::pin!(answer);
    let mut steps = interval_at((begun + QUIET).into(), STEP);
    steps.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut drawn = false;
    loop {
        tokio::select! {
            biased;
            answer = &mut answer => {
                if drawn {
                    out::aside("\r\x1b[K");
                }
                return answer;
            }
            _ = steps.tick() => {
                drawn = true;
                let line = bar(begun.elapsed(), due.saturating_duration_since(begun));
                out::aside(&format!("\r{line}\x1b[K"));
            }
        }
    }
}

/// `asking [########                ] 1.2 s of 3 s`.
fn bar(passed: Duration, whole: Duration) -> String {
    let share = passed.as_secs_f64() / whole.as_secs_f64().max(0.001);
    // At most `WIDTH`, and never negative.
    let filled = ((share.min(1.0) * WIDTH as f64) as usize).min(WIDTH);
    format!(
        "asking [{}{}] {:.1} s of {} s",
        "#".repeat(filled),
        " ".repeat(WIDTH - filled),
        passed.as_secs_f64(),
        // What is left of `30s` when the asking begins is not quite that.
        (whole.as_secs_f64() * 10.0).round() / 10.0
    )
}

#[cfg(test)]
mod tests {
    use super::{Duration, bar};

    #[track_caller]
    fn check(passed: u64, whole: u64, expected: &str) {
        let found = bar(Duration::from_millis(passed), Duration::from_millis(whole));
        assert_eq!(found, expected);
    }

    #[test]
    fn it_fills_as_the_time_passes() {
        check(0, 3000, "asking [                        ] 0.0 s of 3 s");
        check(1500, 3000, "asking [############            ] 1.5 s of 3 s");
        check(3000, 3000, "asking [########################] 3.0 s of 3 s");
        check(
            9000,
            2500,
            "asking [########################] 9.0 s of 2.5 s",
        );
        let whole = Duration::from_nanos(29_999_986_630);
        assert!(bar(Duration::ZERO, whole).ends_with(" 0.0 s of 30 s"));
        check(10, 0, "asking [########################] 0.0 s of 0 s");
    }
}
