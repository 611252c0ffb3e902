//! Changes of state of a domain, as they stand in the log. Names and fields are an interface:
//! `docs/events.md` has them all.

/// Logins go to another server than before.
pub(crate) struct DomainMoved<'a> {
    pub(crate) domain: &'a str,
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    /// Back to the one that is written first.
    pub(crate) preferred: bool,
}

impl DomainMoved<'_> {
    pub(crate) fn emit(&self) {
        let Self {
            domain,
            from,
            to,
            preferred,
        } = *self;
        // The level of an event is part of its code, so there is one event for each level.
        if preferred {
            tracing::info!(target: "domain.moved", domain, from, to, preferred);
        } else {
            tracing::warn!(target: "domain.moved", domain, from, to, preferred);
        }
    }
}

/// No server of a domain is left.
pub(crate) struct DomainDown<'a> {
    pub(crate) domain: &'a str,
    pub(crate) servers: usize,
}

impl DomainDown<'_> {
    pub(crate) fn emit(&self) {
        let (domain, servers) = (self.domain, self.servers);
        tracing::error!(target: "domain.down", domain, servers);
    }
}

/// A domain without a server has one again.
pub(crate) struct DomainUp<'a> {
    pub(crate) domain: &'a str,
    /// Where logins go from now on.
    pub(crate) server: &'a str,
}

impl DomainUp<'_> {
    pub(crate) fn emit(&self) {
        let (domain, server) = (self.domain, self.server);
        tracing::info!(target: "domain.up", domain, server);
    }
}
