//! What a running hub says of its tunnels, and what a command says of where it heard that.

use crate::hub::{ConnectorJson, SiteJson};
use serde::{Deserialize, Serialize};

/// The hub of one node, with the tunnels to that node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubStatus {
    /// What the node is called.
    pub node: String,
    /// Every site.
    pub sites: Vec<SiteJson>,
    /// Every connector that the node's store holds.
    pub connectors: Vec<ConnectorJson>,
}

/// Whether what is shown beside the store's content comes from a running node, and from which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveJson {
    /// Whether a running hub was asked: without that no `tunnel`, `tunnels`, `ready` or `not_offered` means anything.
    pub known: bool,
    /// The node that was asked, whose tunnels are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Why none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}
