//! One question to the servers of a domain, in order: the next one is asked too while the one before is silent, and
//! the first answer is taken (RFC 8305's idea, for searches).
//!
//! For what may be asked twice. A person's bind never goes this way.

use crate::share::share;
use entryway_ldap::{SearchRole, Server};
use entryway_login::{ServerFault, ServerTry};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;
use tokio::time::sleep_until;

/// Who answered, and who did not before.
pub(crate) struct Hedged<T> {
    /// Servers that did not serve, in the order in which that was known; last those whose answer is still to come.
    pub(crate) tried: Vec<ServerTry>,
    pub(crate) answer: Option<(Arc<Server>, T)>,
}

/// Asks. `ask` is called once for each server that is asked, with the moment by which it must answer; what it began is
/// dropped when another one answers first.
pub(crate) async fn first_answer<T, F>(
    order: &[Arc<Server>],
    role: SearchRole,
    deadline: Instant,
    mut ask: impl FnMut(Arc<Server>, Instant) -> F,
) -> Hedged<T>
where
    F: Future<Output = Result<T, ServerTry>>,
{
    let mut asked = FuturesUnordered::new();
    // Those that were asked and have said nothing yet.
    let mut silent: Vec<(&Arc<Server>, Instant)> = Vec::new();
    let mut tried = Vec::new();
    let mut untried = order.iter().enumerate();
    let mut next_at = Some(Instant::now());
    loop {
        let now = Instant::now();
        if next_at.is_some_and(|at| at <= now) && now < deadline {
            silent
                .iter()
                .for_each(|(server, asked)| server.doubt(role, *asked));
            next_at = None;
            if let Some((position, server)) = untried.next() {
                // Where the next one is known to be down it is asked only if this one fails, and then needs some time.
                let hedge = order.get(position + 1).is_some_and(|next| next.available());
                let due = if hedge {
                    next_at = Some(server.patience(role, now, deadline));
                    deadline
                } else {
                    share(now, deadline, order.len() - position)
                };
                silent.push((server, now));
                let (question, server) = (ask(Arc::clone(server), due), Arc::clone(server));
                asked.push(async move { (server, question.await) });
            }
        }
        let ended = tokio::select! {
            biased;
            Some(ended) = asked.next() => ended,
            () = sleep_until(next_at.unwrap_or(deadline).into()), if next_at.is_some() && now < deadline => continue,
            else => return Hedged { tried, answer: None },
        };
        match ended {
            (server, Ok(answer)) => {
                let late = silent
                    .iter()
                    .filter(|(other, _)| !Arc::ptr_eq(other, &server));
                tried.extend(late.map(|(late, asked)| still_silent(late, *asked)));
                return Hedged {
                    tried,
                    answer: Some((server, answer)),
                };
            }
            (server, Err(failure)) => {
                silent.retain(|(other, _)| !Arc::ptr_eq(other, &server));
                tried.push(failure);
                // Nobody waits for one that has failed.
                next_at = Some(Instant::now());
            }
        }
    }
}

/// A server that was not waited for.
fn still_silent(server: &Server, asked: Instant) -> ServerTry {
    ServerTry {
        server: Arc::clone(server.display()),
        fault: ServerFault::TimedOut,
        cause: format!(
            "no answer after {} ms, when another server had one",
            asked.elapsed().as_millis()
        ),
    }
}
