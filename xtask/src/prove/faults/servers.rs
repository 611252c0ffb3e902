//! The servers of a domain, of which the first one fails.

use crate::prove::gateway::Daemon;
use anyhow::Result;

/// What a case does to its servers.
pub(super) trait Servers {
    /// Their URLs, the preferred one first.
    fn urls(&self) -> Result<Vec<String>>;
    /// PEM of who is trusted.
    fn trust(&self) -> String;
    /// Whether the fault is there before the daemon is.
    fn fails_from_the_start(&self) -> bool {
        false
    }
    /// The fault happens.
    fn fail(&mut self) -> Result<()>;
    /// The fault is over, the gateway's part in it too.
    fn mend(&mut self, daemon: &Daemon) -> Result<()>;
    /// Whether the first server binds people again, since it was mended.
    fn is_back(&mut self) -> Result<bool>;
    /// Waits until everything that was asked has been counted.
    fn settle(&mut self) -> Result<()>;
    /// Binds that all servers together received with this name.
    fn binds(&self, dn: &str) -> usize;
    /// Binds as Entryway's own account that were refused, all servers together.
    fn refused_service_binds(&self) -> usize;
}
