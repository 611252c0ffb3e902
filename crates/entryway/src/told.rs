//! What a decision is told with, where that is signed: made before the record is written, so that both sides' records
//! name the same.

use entryway_login::Decided;

/// By what a signed reply is found in both records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// SHA-256 of the statement.
    pub(crate) digest: [u8; 32],
    /// Over the statement, by the connector's key.
    pub(crate) signature: [u8; 64],
}

/// Tells a hub what was decided.
pub(crate) trait Telling: Send + Sync {
    /// Makes the reply; called once, when all is decided and nothing is written down.
    fn tell(&self, decided: &Decided) -> Option<Told>;
}
