//! A host's name to its addresses, by the system's resolver: `/etc/hosts`, `nsswitch.conf` and all.
//!
//! That resolver blocks, and one that hangs cannot be stopped. Each server has one thread for it at most, and
//! none of the runtime's, so that a hung DNS holds up nobody else. The last answer is kept: where the next one is
//! late or does not come, the addresses of before are dialled, and TLS says whether they are still the server's.

use parking_lot::Mutex;
use std::io;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::thread;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

/// More addresses than this of one host are not tried.
const ADDRESSES: usize = 16;
/// Enough for the modules that the system's resolver loads.
const STACK: usize = 512 << 10;

/// Asks the system; blocks.
type Lookup = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;
type Found = Result<Arc<[IpAddr]>, Arc<io::Error>>;

/// The names of one server.
pub(crate) struct Resolver {
    lookup: Arc<Lookup>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The look-up under way; those who come meanwhile wait for it too.
    running: Option<watch::Receiver<Option<Found>>>,
    /// The last answer.
    known: Option<Arc<[IpAddr]>>,
    /// Was connected to, and then did not serve: the others are tried before it.
    shunned: Option<IpAddr>,
}

/// Why there is no address.
#[derive(Debug)]
pub(crate) enum Unresolved {
    Failed(Arc<io::Error>),
    NoAddress,
    TimedOut,
}

impl Default for Resolver {
    fn default() -> Self {
        Self {
            lookup: Arc::new(ask_system),
            state: Mutex::default(),
        }
    }
}

impl Resolver {
    #[cfg(test)]
    fn with(lookup: Arc<Lookup>) -> Arc<Self> {
        Arc::new(Self {
            lookup,
            state: Mutex::default(),
        })
    }

    /// The host's addresses in the order in which to try them.
    pub(crate) async fn addresses(
        self: &Arc<Self>,
        host: &str,
        limit: Instant,
    ) -> Result<Vec<IpAddr>, Unresolved> {
        if let Ok(address) = host.parse() {
            return Ok(vec![address]);
        }
        let known = self.state.lock().known.clone();
        let now = Instant::now();
        let patience = match known {
            // Enough must be left to dial what is known.
            Some(_) => now + limit.saturating_duration_since(now) / 4,
            None => limit,
        };
        let mut running = self.run(host).map_err(Unresolved::Failed)?;
        let answered = timeout_at(patience, running.wait_for(Option::is_some)).await;
        let found = match answered {
            Ok(Ok(found)) => found.as_ref().map(|found| match found {
                Ok(addresses) if addresses.is_empty() => Err(Unresolved::NoAddress),
                Ok(addresses) => Ok(Arc::clone(addresses)),
                Err(error) => Err(Unresolved::Failed(Arc::clone(error))),
            }),
            // The thread ended without an answer, or has none yet.
            Ok(Err(_)) | Err(_) => None,
        };
        let addresses = match (found.unwrap_or(Err(Unresolved::TimedOut)), known) {
            (Ok(addresses), _) => addresses,
            (Err(failure), Some(known)) => {
                tracing::debug!(host, ?failure, "the addresses of before are dialled");
                known
            }
            (Err(failure), None) => return Err(failure),
        };
        let shunned = self.state.lock().shunned;
        Ok(in_order(&addresses, shunned))
    }

    /// The look-up under way, begun if there is none.
    fn run(self: &Arc<Self>, host: &str) -> Result<watch::Receiver<Option<Found>>, Arc<io::Error>> {
        let mut state = self.state.lock();
        if let Some(running) = &state.running {
            return Ok(running.clone());
        }
        let (told, running) = watch::channel(None);
        let (resolver, host) = (Arc::clone(self), host.to_owned());
        let thread = thread::Builder::new()
            .name("resolve".to_owned())
            .stack_size(STACK)
            .spawn(move || {
                let _ended = Ended(&resolver);
                let found = (resolver.lookup)(&host).map(Arc::<[IpAddr]>::from);
                if let Ok(addresses) = &found
                    && !addresses.is_empty()
                {
                    resolver.state.lock().known = Some(Arc::clone(addresses));
                }
                told.send_replace(Some(found.map_err(Arc::new)));
            });
        thread.map_err(Arc::new)?;
        state.running = Some(running.clone());
        Ok(running)
    }

    /// This address was connected to, and then served or did not.
    pub(crate) fn judge(&self, address: IpAddr, served: bool) {
        let mut state = self.state.lock();
        if !served {
            state.shunned = Some(address);
        } else if state.shunned == Some(address) {
            state.shunned = None;
        }
    }
}

/// However a look-up ends, the next one may begin. Starting it holds the lock, so this cannot come too early.
struct Ended<'a>(&'a Resolver);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.state.lock().running = None;
    }
}

fn ask_system(host: &str) -> io::Result<Vec<IpAddr>> {
    Ok((host, 0)
        .to_socket_addrs()?
        .map(|found| found.ip())
        .collect())
}

/// RFC 8305 §4: the resolver's order (RFC 6724), with the families taking turns, the first address's family first.
fn in_order(addresses: &[IpAddr], shunned: Option<IpAddr>) -> Vec<IpAddr> {
    let mut each: Vec<IpAddr> = Vec::with_capacity(addresses.len());
    for address in addresses.iter().take(ADDRESSES) {
        if !each.contains(address) {
            each.push(*address);
        }
    }
    let first = each.first().is_some_and(IpAddr::is_ipv6);
    let (ours, others): (Vec<_>, Vec<_>) = each.into_iter().partition(|it| it.is_ipv6() == first);
    let (mut ours, mut others) = (ours.into_iter(), others.into_iter());
    let mut order = Vec::new();
    loop {
        let (one, other) = (ours.next(), others.next());
        if one.is_none() && other.is_none() {
            break;
        }
        order.extend(one.into_iter().chain(other));
    }
    if let Some(at) = order.iter().position(|it| Some(*it) == shunned) {
        let last = order.remove(at);
        order.push(last);
    }
    order
}

#[cfg(test)]
mod tests;
