//! What stands before the nodes of a hub, as docs/hub.md tells people to set it up.

use crate::prove::connectors::{Seen, Slot};
use parking_lot::Mutex;
use serde_json::Value;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// How long a node may say nothing to a question that changes nothing.
const SILENT: Duration = Duration::from_secs(1);
/// How long a node that was silent is passed by: two checks of its health, a second apart.
const PASSED_BY: Duration = Duration::from_secs(2);
/// How long a login may take: the hub's own deadline, and what a busy machine adds. It is at a node then, and never goes to
/// another.
const LOGIN: Duration = Duration::from_millis(3_500);
/// What a balancer answers in the place of a node that says nothing.
const GIVEN_UP: &str = "504";

/// The nodes, and which of them said nothing.
pub(super) struct Balancer {
    nodes: Vec<SocketAddr>,
    silent: Mutex<HashMap<SocketAddr, Instant>>,
}

impl Balancer {
    pub(super) fn before(nodes: Vec<SocketAddr>) -> Self {
        Self {
            nodes,
            silent: Mutex::default(),
        }
    }

    /// Logs somebody in: the challenge at one node after another, the login itself at the one that gave it.
    pub(super) async fn log_in(&self, turn: usize, name: &str, password: &str) -> Seen {
        let order = self.order(turn);
        let last = order.len().saturating_sub(1);
        let mut seen = Seen::Nothing("no node".to_owned());
        for (at, node) in order.into_iter().enumerate() {
            let asked = async {
                let mut slot = Slot::connect(node).await?;
                let challenged = slot.challenge(name).await?;
                anyhow::Ok((slot, challenged))
            };
            let within = if at == last { LOGIN } else { SILENT };
            let (slot, challenged) = match timeout(within, asked).await {
                Ok(Ok(asked)) => asked,
                Ok(Err(error)) => {
                    seen = Seen::Nothing(format!("{error:#}"));
                    continue;
                }
                Err(_) => {
                    self.silent.lock().insert(node, Instant::now());
                    seen = Seen::Fault(GIVEN_UP.to_owned());
                    continue;
                }
            };
            return Self::end(slot, &challenged, name, password).await;
        }
        seen
    }

    async fn end(mut slot: Slot, challenged: &Value, name: &str, password: &str) -> Seen {
        let asked = slot.log_in_with(challenged, name, password);
        match timeout(LOGIN, asked).await {
            Ok(seen) => seen,
            Err(_) => Seen::Fault(GIVEN_UP.to_owned()),
        }
    }

    /// In turn; whoever was silent a moment ago comes last.
    fn order(&self, turn: usize) -> Vec<SocketAddr> {
        let silent = self.silent.lock();
        let is_silent = |node: &SocketAddr| {
            let since = silent.get(node);
            since.is_some_and(|since| since.elapsed() < PASSED_BY)
        };
        let from = turn.checked_rem(self.nodes.len()).unwrap_or_default();
        let (before, after) = self.nodes.split_at(from);
        let mut order: Vec<SocketAddr> = after.iter().chain(before).copied().collect();
        order.sort_by_key(is_silent);
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::net::{Ipv4Addr, TcpListener};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    /// A node that takes questions and says nothing, and how many it took.
    fn silent_node() -> (SocketAddr, Arc<AtomicUsize>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (address, taken) = (
            listener.local_addr().unwrap(),
            Arc::<AtomicUsize>::default(),
        );
        let count = Arc::clone(&taken);
        thread::spawn(move || {
            let mut kept = Vec::new();
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut some = [0; 16];
                if stream.read(&mut some).is_ok_and(|read| read > 0) {
                    count.fetch_add(1, Ordering::SeqCst);
                }
                kept.push(stream);
            }
        });
        (address, taken)
    }

    #[tokio::test]
    async fn a_silent_node_is_passed_by_and_comes_last() {
        let ((one, of_one), (other, of_other)) = (silent_node(), silent_node());
        let balancer = Balancer::before(vec![one, other]);
        assert_eq!(balancer.order(0), [one, other]);
        assert_eq!(balancer.order(1), [other, one]);
        balancer.silent.lock().insert(one, Instant::now());
        assert_eq!(balancer.order(0), [other, one]);
        let seen = balancer.log_in(0, "plant-a/jane", "secret").await;
        assert_eq!(seen, Seen::Fault(GIVEN_UP.to_owned()));
        let taken = [of_one, of_other].map(|taken| taken.load(Ordering::SeqCst));
        assert_eq!(taken, [1, 1]);
    }
}
