//! Drives a login to its decision in any world.

use crate::{
    Attempt, Decided, Directories, LocalAccounts, LoginPolicy, OsAccounts, ReserveAnswer,
    ReserveOperation, Settled, Sites, Step, Throttle, begin,
};
use std::sync::Arc;
use std::time::Instant;

/// Monotonic time, as a port: the login reads no clock.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Instant;
}

/// Everything that a login asks.
pub trait World: Directories + LocalAccounts + OsAccounts + Sites + Throttle {}

impl<T: Directories + LocalAccounts + OsAccounts + Sites + Throttle> World for T {}

/// Runs the login. Cancelled when dropped: the directory abandons what was asked, and what was reserved counts as
/// failed: somebody who hangs up in the middle has guessed.
///
/// There is no timer in it: after [`Attempt::deadline`] nothing more is asked, but an answer that never
/// comes is waited for without end. Whoever implements the ports answers by the deadline that each operation carries.
pub async fn drive(
    world: &impl World,
    clock: &impl Clock,
    policy: Arc<LoginPolicy>,
    attempt: Attempt,
) -> Decided {
    drive_from(world, clock, begin(attempt, policy)).await
}

/// The same from any step, as [`begin_revalidation`](crate::begin_revalidation) gives one.
pub async fn drive_from(world: &impl World, clock: &impl Clock, mut step: Step) -> Decided {
    let mut reserved = Reserved {
        world,
        operations: Vec::new(),
    };
    loop {
        step = match step {
            Step::Reserve(operation, then) => {
                let answer = world.reserve(&operation).await;
                if answer == ReserveAnswer::Reserved {
                    reserved.operations.push(operation);
                }
                then.resume(answer, clock.now())
            }
            Step::FindLocal(name, then) => {
                let answer = world.find_local(&name);
                then.resume(answer, clock.now())
            }
            Step::VerifyLocal(operation, then) => {
                let answer = world.verify_local(operation).await;
                then.resume(answer, clock.now())
            }
            Step::Find(operation, then) => {
                let answer = world.find(&operation).await;
                then.resume(answer, clock.now())
            }
            Step::Bind(operation, then) => {
                let answer = world.bind(operation).await;
                then.resume(answer, clock.now())
            }
            Step::BindToChange(operation, then) => {
                let (answer, bound) = world.bind_to_change(operation).await;
                then.resume(answer, bound, clock.now())
            }
            Step::ChangePassword(operation, then) => {
                let answer = world.change(operation).await;
                then.resume(answer, clock.now())
            }
            Step::ChangeLocal(operation, then) => {
                let answer = world.change_local(operation).await;
                then.resume(answer, clock.now())
            }
            Step::Groups(operation, then) => {
                let answer = world.groups(&operation).await;
                then.resume(answer, clock.now())
            }
            Step::FindOs(name, deadline, then) => {
                let answer = world.find_os(&name, deadline).await;
                then.resume(answer, clock.now())
            }
            Step::LoginOs(operation, then) => {
                let answer = world.login_os(operation).await;
                then.resume(answer, clock.now())
            }
            Step::AskSite(operation, then) => {
                let answer = world.ask_site(operation).await;
                then.resume(answer, clock.now())
            }
            Step::Decided(decided) => {
                reserved.settle(&decided.settle);
                return *decided;
            }
        };
    }
}

/// What a login reserved and has not settled. What is left when it ends has failed.
struct Reserved<'a, W: World> {
    world: &'a W,
    operations: Vec<ReserveOperation>,
}

impl<W: World> Reserved<'_, W> {
    fn settle(&mut self, settle: &[(ReserveOperation, Settled)]) {
        for (operation, settled) in settle {
            let found = self.operations.iter().position(|own| own == operation);
            if let Some(found) = found {
                self.world
                    .settle(&self.operations.swap_remove(found), *settled);
            }
        }
    }
}

impl<W: World> Drop for Reserved<'_, W> {
    fn drop(&mut self) {
        for operation in self.operations.drain(..) {
            self.world.settle(&operation, Settled::Failed);
        }
    }
}

#[cfg(test)]
mod tests;
