//! A tunnel to each node of the hub: kept, watched, and told of in the log.
//!
//! What the hub lists may be wrong. Nothing that stands is given up for it before one of the list stands, and while none
//! does, the hub is dialled where the connector enrolled.

mod course;

use super::shelf::{Facts, Shelf};
use super::{SOFTWARE, Ways};
use crate::events::{
    HubClock, HubDown, HubUnreached, HubUp, IdentityNotKept, IdentityNotRenewed, IdentityRenewed,
};
use crate::live::Live;
use course::{Line, course};
use entryway_tunnel::connector::{Answerer, Dialing, Identity, NodeStatus, Phase, keep};
use entryway_tunnel::{Endpoint, EndpointError, Pace};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A hub's clock that is further off is told.
const CLOCK_MS: u64 = 5 * 60 * 1000;

/// The tunnels of this connector.
pub(crate) struct Nodes {
    identity: Arc<Identity>,
    facts: Facts,
    shelf: Arc<Shelf>,
    answerer: Arc<dyn Answerer>,
    live: Arc<Live>,
    ways: Ways,
    running: Mutex<Running>,
    stopping: watch::Sender<bool>,
}

/// Each node that is dialled, by its URL.
#[derive(Default)]
struct Running {
    /// Those that the hub listed last.
    listed: Vec<String>,
    nodes: BTreeMap<String, Node>,
}

struct Node {
    endpoint: Endpoint,
    status: watch::Receiver<NodeStatus>,
    stop: watch::Sender<bool>,
    tending: JoinHandle<()>,
}

impl Nodes {
    pub(crate) fn new(
        identity: Arc<Identity>,
        facts: Facts,
        shelf: Arc<Shelf>,
        answerer: Arc<dyn Answerer>,
        live: Arc<Live>,
    ) -> Arc<Self> {
        Arc::new(Self {
            identity,
            facts,
            shelf,
            answerer,
            live,
            ways: Ways::default(),
            running: Mutex::default(),
            stopping: watch::Sender::new(false),
        })
    }
    /// Who this connector is now.
    pub(crate) fn identity(&self) -> &Arc<Identity> {
        &self.identity
    }
    /// What people call it.
    pub(crate) fn name(&self) -> &str {
        &self.facts.name
    }
    /// Each node, by its URL.
    pub(crate) fn statuses(&self) -> Vec<(String, NodeStatus)> {
        let running = self.running.lock();
        let nodes = running.nodes.iter();
        nodes
            .map(|(node, kept)| (node.clone(), kept.status.borrow().clone()))
            .collect()
    }
    /// Whether a tunnel stands.
    pub(crate) fn is_any_up(&self) -> bool {
        let running = self.running.lock();
        let mut nodes = running.nodes.values();
        nodes.any(|node| node.status.borrow().is_up())
    }

    /// Where browsers go back to, as the hub says: that of the tunnel which came to stand last.
    pub(crate) fn issuer(&self) -> Option<String> {
        let statuses = self.statuses().into_iter();
        let standing = statuses.filter_map(|(_, status)| {
            let Phase::Up { since } = status.phase else {
                return None;
            };
            Some((since, status.certificates?.issuer?.as_str().to_owned()))
        });
        standing
            .max_by_key(|(since, _)| *since)
            .map(|(_, issuer)| issuer)
    }

    /// Dials the nodes that the identity names. Needs a tokio runtime.
    pub(crate) fn start(self: &Arc<Self>) {
        self.dial(&self.facts.nodes);
    }

    /// Wants a tunnel to each of these and to no other.
    fn dial(self: &Arc<Self>, nodes: &[String]) {
        self.running.lock().listed = nodes.to_vec();
        for node in nodes {
            if let Err(error) = self.endpoint(node) {
                HubUnreached {
                    hub: node,
                    step: None,
                    problem: &error.to_string(),
                    remedy: None,
                }
                .emit();
            }
        }
        self.settle();
    }

    /// Dials what is to be dialled as things stand, and gives up the rest.
    fn settle(self: &Arc<Self>) {
        let mut running = self.running.lock();
        let Running { listed, nodes } = &mut *running;
        if *self.stopping.borrow() {
            return;
        }
        let home = Endpoint::parse(&self.facts.url).ok();
        let lines: Vec<_> = nodes
            .iter()
            .map(|(node, kept)| {
                let status = kept.status.borrow();
                Line {
                    node,
                    is_home: Some(&kept.endpoint) == home.as_ref(),
                    is_up: status.is_up(),
                    fails: !status.is_up() && status.trouble.is_some(),
                }
            })
            .collect();
        // What cannot be dialled stands never.
        let able: Vec<_> = listed
            .iter()
            .filter(|node| self.endpoint(node).is_ok())
            .cloned()
            .collect();
        let wanted = course(&able, &self.facts.url, &lines);
        nodes.retain(|node, kept| {
            let stays = wanted.contains(node);
            if !stays {
                // What is under way there is finished.
                kept.stop.send_replace(true);
            }
            stays
        });
        for node in wanted {
            if nodes.contains_key(&node) {
                continue;
            }
            if let Ok(endpoint) = self.endpoint(&node) {
                nodes.insert(node.clone(), self.begin(node, endpoint));
            }
        }
    }

    /// Where a node is, or the hub where the connector enrolled.
    fn endpoint(&self, node: &str) -> Result<Endpoint, EndpointError> {
        let home = Endpoint::parse(&self.facts.url)?;
        match node == self.facts.url {
            true => Ok(home),
            false => home.at_node(node),
        }
    }

    fn begin(self: &Arc<Self>, node: String, endpoint: Endpoint) -> Node {
        let (status, seen) = watch::channel(NodeStatus::new(endpoint.to_string()));
        let (stop, stopped) = watch::channel(false);
        let at = endpoint.clone();
        let dialling = Arc::clone(self);
        let dialing = move || Dialing {
            endpoint: endpoint.clone(),
            outside: dialling.ways.of(dialling.live.now().connector()),
            identity: Arc::clone(&dialling.identity),
            software: SOFTWARE.to_owned(),
            pace: Pace::default(),
        };
        let keeping = keep(dialing, Arc::clone(&self.answerer), status, stopped);
        let watching = Arc::clone(self).watch(node, seen.clone());
        let tending = tokio::spawn(async move {
            tokio::join!(keeping, watching);
        });
        Node {
            endpoint: at,
            status: seen,
            stop,
            tending,
        }
    }

    /// Tells what changes, until the tunnel is kept no more.
    async fn watch(self: Arc<Self>, node: String, mut seen: watch::Receiver<NodeStatus>) {
        let mut before = seen.borrow_and_update().clone();
        while seen.changed().await.is_ok() {
            let now = seen.borrow_and_update().clone();
            tell(&node, &before, &now, &self.identity);
            if let Some(stores) = now.stores.filter(|_| now.stores != before.stores) {
                self.keep(move |facts| facts.stores = stores).await;
            }
            if now.ups > before.ups
                && let Some(welcome) = &now.welcome
                && !welcome.nodes.is_empty()
            {
                let nodes: Vec<String> = welcome
                    .nodes
                    .iter()
                    .map(|node| node.as_str().to_owned())
                    .collect();
                self.dial(&nodes);
                self.keep(|facts| facts.nodes = nodes).await;
            } else if now.phase != before.phase {
                self.settle();
            }
            before = now;
        }
    }

    /// Has the next start know what the hub has said.
    async fn keep(&self, change: impl FnOnce(&mut Facts) + Send + 'static) {
        let shelf = Arc::clone(&self.shelf);
        let kept = tokio::task::spawn_blocking(move || shelf.change(change));
        if let Ok(Err(error)) = kept.await {
            let problem = format!("{error:#}");
            IdentityNotKept { problem: &problem }.emit();
        }
    }

    /// Finishes what is under way, and ends every tunnel.
    pub(crate) async fn stop(&self) {
        self.stopping.send_replace(true);
        let running = std::mem::take(&mut self.running.lock().nodes);
        for node in running.values() {
            node.stop.send_replace(true);
        }
        for (_, node) in running {
            let _ = node.tending.await;
        }
    }
}

fn tell(node: &str, before: &NodeStatus, now: &NodeStatus, identity: &Identity) {
    if now.ups > before.ups {
        let welcome = now.welcome.as_ref();
        HubUp {
            hub: node,
            node: welcome.map_or("", |welcome| welcome.node.as_str()),
            standing: welcome.map(|welcome| welcome.standing),
        }
        .emit();
        if let Some(ahead) = now.hub_ahead_ms
            && ahead.unsigned_abs() > CLOCK_MS
        {
            let ahead_s = ahead / 1000;
            HubClock { hub: node, ahead_s }.emit();
        }
    }
    let waits = matches!(now.phase, Phase::Waiting { .. } | Phase::Stopped);
    if before.is_up() && waits {
        let trouble = now.trouble.as_ref();
        HubDown {
            hub: node,
            problem: trouble.map(|trouble| trouble.problem.as_str()),
            remedy: trouble.and_then(|trouble| trouble.remedy),
            issuer: now.shown.as_ref().map(|shown| shown.issuer.as_str()),
        }
        .emit();
    } else if waits
        && let Some(trouble) = &now.trouble
        && before.trouble.as_ref().map(|trouble| &trouble.problem) != Some(&trouble.problem)
    {
        // Once for each problem: it is tried again and again.
        HubUnreached {
            hub: node,
            step: trouble.step.map(entryway_tunnel::Step::name),
            problem: &trouble.problem,
            remedy: trouble.remedy,
        }
        .emit();
    }
    if now.renewed > before.renewed {
        let until = identity.current().not_after();
        IdentityRenewed { until }.emit();
    }
    if now.not_renewed != before.not_renewed
        && let Some(problem) = &now.not_renewed
    {
        IdentityNotRenewed { problem }.emit();
    }
}
