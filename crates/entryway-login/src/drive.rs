//! Drives a login to its decision against any set of directories.

use crate::{Attempt, Decided, Directories, LoginPolicy, Step, begin};
use std::sync::Arc;
use std::time::Instant;

/// Monotonic time, as a port: the login reads no clock.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Instant;
}

/// Runs the login. Cancelled when dropped: the directory abandons what was asked.
///
/// There is no timer in it: after [`Attempt::deadline`] nothing more is asked, but an answer that never
/// comes is waited for without end. Whoever awaits this times it out at the deadline, drops it, and answers
/// [`Decided::deadline`].
pub async fn drive(
    directories: &impl Directories,
    clock: &impl Clock,
    policy: Arc<LoginPolicy>,
    attempt: Attempt,
) -> Decided {
    let mut step = begin(attempt, policy);
    loop {
        step = match step {
            Step::Find(operation, then) => {
                let answer = directories.find(&operation).await;
                then.resume(answer, clock.now())
            }
            Step::Bind(operation, then) => {
                let answer = directories.bind(operation).await;
                then.resume(answer, clock.now())
            }
            Step::Decided(decided) => return *decided,
        };
    }
}

#[cfg(test)]
mod tests;
