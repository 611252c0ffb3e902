//! What a decision is told with, where that is signed: made before the record is written, so that both sides' records
//! name the same.

use entryway_bridge::Proof;
use entryway_login::Decided;
use entryway_tunnel::hub::Later;

/// By what a signed reply is found in both records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// SHA-256 of the statement.
    pub(crate) digest: [u8; 32],
    /// By what it is the connector's.
    pub(crate) proof: Proof,
}

/// Tells a hub what was decided.
pub(crate) trait Telling: Send + Sync {
    /// Makes the reply; called once, when all is decided and nothing is written down.
    fn tell(&self, decided: &Decided) -> Later<'_, Option<Told>>;
}
