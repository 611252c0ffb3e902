//! How a connector comes to its certificate, and to the next one.

use super::connection::{NODES_MAX, NodeUrl, few};
use crate::{ConnectorId, Octets, Opaque, SiteName, Text};
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroize;

/// A certificate, or a request for one (PKCS#10), in DER.
pub type Der = Opaque<4096>;

/// A connector without a certificate asks for one. All that it may say.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrol {
    /// Of the ticket ([`Ticket::secret`](crate::Ticket::secret)).
    pub secret: Octets<16>,
    /// For the key that it made.
    pub request: Der,
    /// What people call the connector.
    pub name: Text<64>,
    /// For people: `entryway 0.1.0`.
    pub software: Text<64>,
}

/// Whoever has the secret may enrol.
impl fmt::Debug for Enrol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Enrol({:?})", self.name)
    }
}

impl Drop for Enrol {
    fn drop(&mut self) {
        self.secret.0.zeroize();
    }
}

/// All that a connector keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolled {
    /// Its site.
    pub site: SiteName,
    /// Its id.
    pub connector: ConnectorId,
    /// Its certificate, and what leads from there to the authority.
    #[serde(deserialize_with = "few::<_, _, 2>")]
    pub chain: Vec<Der>,
    /// The site's authority at the hub.
    pub authority: Der,
    /// Every node of the hub.
    #[serde(deserialize_with = "few::<_, _, NODES_MAX>")]
    pub nodes: Vec<NodeUrl>,
}

/// A request for the next certificate, for a new key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renew {
    /// PKCS#10.
    pub request: Der,
}

/// The next certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renewed {
    /// As in [`Enrolled`].
    #[serde(deserialize_with = "few::<_, _, 2>")]
    pub chain: Vec<Der>,
}
