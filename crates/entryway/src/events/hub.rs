//! What becomes of connectors and their tunnels, at the hub.

use entryway_bridge::message::Ability;
use std::net::IpAddr;

/// A connector is connected.
pub(crate) struct TunnelUp<'a> {
    pub(crate) site: &'a str,
    pub(crate) connector: &'a str,
    pub(crate) software: &'a str,
    pub(crate) from: Option<IpAddr>,
    /// For what the site has a connector now.
    pub(crate) ready: &'a [Ability],
}

impl TunnelUp<'_> {
    pub(crate) fn emit(&self) {
        let Self {
            site,
            connector,
            software,
            ..
        } = self;
        let from = self.from.map(|from| from.to_string());
        let ready: Vec<_> = self.ready.iter().map(|ability| ability.as_str()).collect();
        let ready = ready.join(" ");
        tracing::info!(target: "tunnel.up", site, connector, software, from, ready);
    }
}

/// Its clock has gone wrong, or is right again.
pub(crate) struct TunnelClock<'a> {
    pub(crate) site: &'a str,
    pub(crate) connector: &'a str,
    /// Where it is wrong by more than anybody should bear; below zero: behind.
    pub(crate) wrong_by_ms: Option<i64>,
}

impl TunnelClock<'_> {
    pub(crate) fn emit(&self) {
        let Self {
            site, connector, ..
        } = self;
        match self.wrong_by_ms {
            Some(ahead_ms) => {
                let remedy =
                    "set the clock of the connector's machine, or of this one, as with NTP";
                tracing::warn!(target: "tunnel.clock_skew", site, connector, ahead_ms, remedy);
            }
            None => tracing::info!(target: "tunnel.clock_right", site, connector),
        }
    }
}

/// It is not any more.
pub(crate) struct TunnelDown<'a> {
    pub(crate) site: &'a str,
    pub(crate) connector: &'a str,
    pub(crate) why: &'a str,
}

impl TunnelDown<'_> {
    pub(crate) fn emit(&self) {
        let Self {
            site,
            connector,
            why,
        } = self;
        tracing::info!(target: "tunnel.down", site, connector, why);
    }
}

/// Somebody dialled, and was not let in.
pub(crate) struct TunnelRefused<'a> {
    pub(crate) site: &'a str,
    pub(crate) from: Option<IpAddr>,
    pub(crate) problem: &'a str,
}

impl TunnelRefused<'_> {
    pub(crate) fn emit(&self) {
        let Self { site, problem, .. } = self;
        let from = self.from.map(|from| from.to_string());
        tracing::info!(target: "tunnel.refused", site, from, problem);
    }
}

/// A tunnel is closed because its site is not configured any more.
pub(crate) struct SiteClosed<'a> {
    pub(crate) site: &'a str,
    pub(crate) connector: &'a str,
}

impl SiteClosed<'_> {
    pub(crate) fn emit(&self) {
        let Self { site, connector } = self;
        tracing::info!(target: "site.closed", site, connector);
    }
}

/// A ticket let a connector in.
pub(crate) struct ConnectorEnrolled<'a> {
    pub(crate) site: &'a str,
    pub(crate) connector: &'a str,
    pub(crate) name: &'a str,
    pub(crate) from: Option<IpAddr>,
}

impl ConnectorEnrolled<'_> {
    pub(crate) fn emit(&self) {
        let Self {
            site,
            connector,
            name,
            ..
        } = self;
        let from = self.from.map(|from| from.to_string());
        tracing::info!(target: "connector.enrolled", site, connector, name, from);
    }
}

/// A connector has its next certificate.
pub(crate) struct ConnectorRenewed<'a> {
    pub(crate) site: &'a str,
    pub(crate) connector: &'a str,
}

impl ConnectorRenewed<'_> {
    pub(crate) fn emit(&self) {
        let Self { site, connector } = self;
        tracing::info!(target: "connector.renewed", site, connector);
    }
}

/// A connector may do something else than before.
pub(crate) struct ConnectorChanged<'a> {
    pub(crate) site: &'a str,
    pub(crate) connector: &'a str,
    pub(crate) standing: &'a str,
    /// On whose behalf.
    pub(crate) by: &'a str,
}

impl ConnectorChanged<'_> {
    pub(crate) fn emit(&self) {
        let Self {
            site,
            connector,
            standing,
            by,
        } = self;
        tracing::info!(target: "connector.changed", site, connector, standing, by);
    }
}

/// A machine has enrolled again, and its connector from before was never revoked.
pub(crate) struct ConnectorReplaced<'a> {
    pub(crate) site: &'a str,
    pub(crate) connector: &'a str,
    /// What the machine is called.
    pub(crate) name: &'a str,
    /// The one from before.
    pub(crate) before: &'a str,
}

impl ConnectorReplaced<'_> {
    pub(crate) fn emit(&self) {
        let Self {
            site,
            connector,
            name,
            before,
        } = self;
        tracing::warn!(
            target: "connector.replaced",
            site,
            connector,
            name,
            before,
            remedy = format!("if it is gone for good: `entryway hub connector revoke {before}`"),
        );
    }
}

/// Somebody made a ticket.
pub(crate) struct TicketMade<'a> {
    pub(crate) site: &'a str,
    pub(crate) ticket: &'a str,
    pub(crate) by: &'a str,
    pub(crate) expires: &'a str,
}

impl TicketMade<'_> {
    pub(crate) fn emit(&self) {
        let Self {
            site,
            ticket,
            by,
            expires,
        } = self;
        tracing::info!(target: "ticket.made", site, ticket, by, expires);
    }
}

/// Somebody took one back.
pub(crate) struct TicketRevoked<'a> {
    pub(crate) site: &'a str,
    pub(crate) ticket: &'a str,
    pub(crate) by: &'a str,
}

impl TicketRevoked<'_> {
    pub(crate) fn emit(&self) {
        let Self { site, ticket, by } = self;
        tracing::info!(target: "ticket.revoked", site, ticket, by);
    }
}

/// A connector that had a tunnel here was revoked.
pub(crate) struct ConnectorRevoked<'a> {
    pub(crate) site: &'a str,
    pub(crate) connector: &'a str,
}

impl ConnectorRevoked<'_> {
    pub(crate) fn emit(&self) {
        let Self { site, connector } = self;
        tracing::warn!(target: "connector.revoked", site, connector);
    }
}

/// A connector is not ready any more for something.
pub(crate) struct ConnectorDegraded<'a> {
    pub(crate) site: &'a str,
    pub(crate) connector: &'a str,
    pub(crate) ability: &'a str,
    pub(crate) reason: &'a str,
}

impl ConnectorDegraded<'_> {
    pub(crate) fn emit(&self) {
        let Self {
            site,
            connector,
            ability,
            reason,
        } = self;
        tracing::warn!(target: "connector.degraded", site, connector, ability, reason);
    }
}

/// It is again.
pub(crate) struct ConnectorReady<'a> {
    pub(crate) site: &'a str,
    pub(crate) connector: &'a str,
    pub(crate) ability: &'a str,
}

impl ConnectorReady<'_> {
    pub(crate) fn emit(&self) {
        let Self {
            site,
            connector,
            ability,
        } = self;
        tracing::info!(target: "connector.ready", site, connector, ability);
    }
}

/// What came back was not signed by the connector that was asked.
pub(crate) struct ReplyInvalid<'a> {
    pub(crate) site: &'a str,
    pub(crate) connector: &'a str,
}

impl ReplyInvalid<'_> {
    pub(crate) fn emit(&self) {
        let Self { site, connector } = self;
        tracing::error!(target: "site.reply_invalid", site, connector);
    }
}

/// Browsers of a site are offered to show their certificates from now on.
pub(crate) struct SiteCertificatesReady<'a> {
    pub(crate) site: &'a str,
    /// Where they go.
    pub(crate) url: &'a str,
}

impl SiteCertificatesReady<'_> {
    pub(crate) fn emit(&self) {
        let Self { site, url } = self;
        tracing::info!(target: "site.certificates_ready", site, url);
    }
}

/// They are not, though the configuration has it: they get the page with the password.
pub(crate) struct SiteCertificatesUnready<'a> {
    pub(crate) site: &'a str,
    pub(crate) reason: &'a str,
}

impl SiteCertificatesUnready<'_> {
    pub(crate) fn emit(&self) {
        let Self { site, reason } = self;
        tracing::warn!(target: "site.certificates_unready", site, reason);
    }
}

/// What a browser came back with from a site does not count.
pub(crate) struct AssertionRefused<'a> {
    pub(crate) site: &'a str,
    pub(crate) problem: &'a str,
}

impl AssertionRefused<'_> {
    pub(crate) fn emit(&self) {
        let Self { site, problem } = self;
        tracing::warn!(target: "site.assertion_refused", site, problem);
    }
}
