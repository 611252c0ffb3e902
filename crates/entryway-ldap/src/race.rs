//! The addresses of one host, tried as RFC 8305 says: the next one is tried while the one before is silent, and
//! the first that connects is taken.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout_at};

/// RFC 8305 §5, "Connection Attempt Delay".
pub(crate) const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Why none connected.
#[derive(Debug)]
pub(crate) enum Lost {
    /// All of them failed; this is how the last one did.
    Failed(io::Error),
    TimedOut,
}

/// Connects to the first of these that lets itself be connected to.
pub(crate) async fn connect(addresses: &[SocketAddr], limit: Instant) -> Result<TcpStream, Lost> {
    if let [only] = addresses {
        return match timeout_at(limit, TcpStream::connect(only)).await {
            Ok(connected) => connected.map_err(Lost::Failed),
            Err(_) => Err(Lost::TimedOut),
        };
    }
    timeout_at(limit, first(addresses, ATTEMPT_DELAY))
        .await
        .unwrap_or(Err(Lost::TimedOut))
}

async fn first(addresses: &[SocketAddr], delay: Duration) -> Result<TcpStream, Lost> {
    let mut untried = addresses.iter().copied();
    // Dropped with those that lost: their sockets are closed.
    let mut attempts = JoinSet::new();
    let mut last = None;
    let mut next = untried.next();
    let mut next_at = Instant::now();
    loop {
        tokio::select! {
            biased;
            Some(ended) = attempts.join_next() => match ended {
                Ok(Ok(connected)) => return Ok(connected),
                Ok(Err(error)) => {
                    last = Some(error);
                    // Nobody waits for one that has failed.
                    next_at = Instant::now();
                }
                // Only a panic of ours or the runtime's end.
                Err(_) => next_at = Instant::now(),
            },
            () = sleep_until(next_at), if next.is_some() => {
                if let Some(address) = next {
                    attempts.spawn(TcpStream::connect(address));
                }
                next = untried.next();
                next_at = Instant::now() + delay;
            }
            else => {
                let last = last.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into());
                return Err(Lost::Failed(last));
            }
        }
    }
}

#[cfg(test)]
mod tests;
