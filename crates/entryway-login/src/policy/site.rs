//! Sites: company networks whose people are logged in by a connector there.

use super::RuleId;
use std::sync::Arc;

/// Index of a site in [`LoginPolicy::sites`](super::LoginPolicy::sites).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SiteId(pub usize);

/// A company network whose people log in there and nowhere else. What decides about them is its own configuration.
#[derive(Debug, Clone)]
pub struct SitePolicy {
    /// The configured name, compared without case. No domain has it, and it is neither `local` nor `os`.
    pub name: Arc<str>,
    /// `user@suffix` means this site; compared without case.
    pub suffixes: Vec<String>,
    /// Applications all of whose people are the site's: ids of clients, names of callers of the API. A bare name that
    /// comes from one of them means this site.
    pub clients: Vec<String>,
    /// Where `[site.X]` was written, for the trace.
    pub rule: RuleId,
}

/// How logs call a client of single sign-on.
const CLIENT: &str = "client ";

impl SitePolicy {
    /// Whether everybody who comes from this caller, as logs call it, is of this site.
    pub(crate) fn has_client(&self, caller: &str) -> bool {
        let client = caller.strip_prefix(CLIENT).unwrap_or(caller);
        self.clients.iter().any(|own| own == client)
    }
}
