//! Changes of state of what this process shares, as they stand in the log. Names and fields are an
//! interface: `docs/events.md` has them all.

pub(crate) mod hub;

use std::net::SocketAddr;
use std::path::Path;

/// Somebody can connect from now on.
pub(crate) struct ListenerStarted<'a> {
    /// `metrics` or `control`; the API's own is `server.started`.
    pub(crate) serves: &'static str,
    /// The address, or the socket's path.
    pub(crate) listen: Listen<'a>,
}

/// Nobody can any more.
pub(crate) struct ListenerStopped<'a> {
    pub(crate) serves: &'static str,
    pub(crate) listen: Listen<'a>,
}

/// Where it is listened.
pub(crate) enum Listen<'a> {
    Address(SocketAddr),
    Socket(&'a Path),
}

impl std::fmt::Display for Listen<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Socket(path) => path.display().fmt(f),
        }
    }
}

impl ListenerStarted<'_> {
    pub(crate) fn emit(&self) {
        let (serves, listen) = (self.serves, &self.listen);
        tracing::info!(target: "listener.started", serves, %listen);
    }
}

impl ListenerStopped<'_> {
    pub(crate) fn emit(&self) {
        let (serves, listen) = (self.serves, &self.listen);
        tracing::info!(target: "listener.stopped", serves, %listen);
    }
}

/// Nobody can show a certificate to this connector, though its configuration has it.
pub(crate) struct CertificatesUnready<'a> {
    pub(crate) problem: &'a str,
}

impl CertificatesUnready<'_> {
    pub(crate) fn emit(&self) {
        let problem = self.problem;
        tracing::warn!(target: "certificates.unready", problem);
    }
}

/// There is no control socket: the daemon serves, and cannot be asked by commands.
pub(crate) struct ControlUnavailable<'a> {
    pub(crate) problem: &'a str,
}

impl ControlUnavailable<'_> {
    pub(crate) fn emit(&self) {
        let problem = self.problem;
        tracing::warn!(target: "control.unavailable", problem);
    }
}

/// The control socket takes nobody at the moment.
pub(crate) struct ControlAcceptFailed<'a> {
    pub(crate) problem: &'a str,
}

impl ControlAcceptFailed<'_> {
    pub(crate) fn emit(&self) {
        let problem = self.problem;
        tracing::warn!(target: "control.accept_failed", problem);
    }
}

/// Somebody who is neither root nor the daemon's user got as far as the control socket.
pub(crate) struct ControlRefused {
    pub(crate) uid: u32,
    pub(crate) pid: Option<i32>,
}

impl ControlRefused {
    pub(crate) fn emit(&self) {
        let (uid, pid) = (self.uid, self.pid);
        tracing::warn!(target: "control.refused", uid, pid);
    }
}

/// Another configuration is in force.
pub(crate) struct ConfigApplied {
    pub(crate) generation: u64,
    pub(crate) domains: usize,
    pub(crate) callers: usize,
    pub(crate) files: usize,
}

impl ConfigApplied {
    pub(crate) fn emit(&self) {
        let Self {
            generation,
            domains,
            callers,
            files,
        } = *self;
        tracing::info!(target: "config.applied", generation, domains, callers, files);
    }
}

/// A configuration was read and is not in force: the one before it is.
pub(crate) struct ConfigRefused<'a> {
    /// The generation that stays.
    pub(crate) kept: u64,
    pub(crate) problem: &'a str,
}

impl ConfigRefused<'_> {
    pub(crate) fn emit(&self) {
        let (kept, problem) = (self.kept, self.problem);
        tracing::error!(target: "config.refused", kept, problem);
    }
}

/// A configuration in force differs from what runs in a setting that only a restart changes.
pub(crate) struct ConfigRestartNeeded<'a> {
    pub(crate) setting: &'a str,
    /// What runs, where it is an address or a scheme.
    pub(crate) running: Option<&'a str>,
    /// What is written.
    pub(crate) configured: Option<&'a str>,
}

impl ConfigRestartNeeded<'_> {
    pub(crate) fn emit(&self) {
        let Self {
            setting,
            running,
            configured,
        } = *self;
        tracing::warn!(target: "config.restart_needed", setting, running, configured);
    }
}

/// A domain believes any server that answers in its name. Told again with each configuration.
pub(crate) struct TlsUnverified<'a> {
    pub(crate) domain: &'a str,
}

impl TlsUnverified<'_> {
    pub(crate) fn emit(&self) {
        let domain = self.domain;
        tracing::warn!(target: "tls.unverified", domain);
    }
}

/// A tunnel to a node of the hub stands.
pub(crate) struct HubUp<'a> {
    /// The node, as it is dialled.
    pub(crate) hub: &'a str,
    /// As it calls itself.
    pub(crate) node: &'a str,
    pub(crate) standing: Option<entryway_bridge::message::Standing>,
}

impl HubUp<'_> {
    pub(crate) fn emit(&self) {
        use entryway_bridge::message::Standing;
        let (hub, node) = (self.hub, self.node);
        let standing = match self.standing {
            Some(Standing::Draining) => "draining",
            _ => "active",
        };
        tracing::info!(target: "hub.up", hub, node, standing);
    }
}

/// One that stood has ended; it is dialled again.
pub(crate) struct HubDown<'a> {
    pub(crate) hub: &'a str,
    pub(crate) problem: Option<&'a str>,
    pub(crate) remedy: Option<&'static str>,
    /// Who issued the certificate that the outer TLS has shown.
    pub(crate) issuer: Option<&'a str>,
}

impl HubDown<'_> {
    pub(crate) fn emit(&self) {
        let (hub, problem, remedy) = (self.hub, self.problem, self.remedy);
        let issuer = self.issuer;
        tracing::warn!(target: "hub.down", hub, problem, remedy, issuer);
    }
}

/// A node cannot be reached, or does not let this connector in; once for each problem.
pub(crate) struct HubUnreached<'a> {
    pub(crate) hub: &'a str,
    pub(crate) step: Option<&'static str>,
    pub(crate) problem: &'a str,
    pub(crate) remedy: Option<&'static str>,
}

impl HubUnreached<'_> {
    pub(crate) fn emit(&self) {
        let (hub, step, problem, remedy) = (self.hub, self.step, self.problem, self.remedy);
        tracing::warn!(target: "hub.unreached", hub, step, problem, remedy);
    }
}

/// The hub's clock and this machine's are far apart.
pub(crate) struct HubClock<'a> {
    pub(crate) hub: &'a str,
    pub(crate) ahead_s: i64,
}

impl HubClock<'_> {
    pub(crate) fn emit(&self) {
        let (hub, ahead_s) = (self.hub, self.ahead_s);
        tracing::warn!(target: "hub.clock", hub, ahead_s);
    }
}

/// So many stores count failures of one directory that one each is as many as it locks at.
pub(crate) struct ThrottleCrowded<'a> {
    pub(crate) domain: &'a str,
    pub(crate) threshold: u32,
    pub(crate) stores: u32,
}

impl ThrottleCrowded<'_> {
    pub(crate) fn emit(&self) {
        let (domain, threshold, stores) = (self.domain, self.threshold, self.stores);
        tracing::warn!(
            target: "throttle.crowded",
            domain,
            threshold,
            stores,
            "strangers can have an account locked: have the connectors of the site share one PostgreSQL, or raise the directory's threshold"
        );
    }
}

/// A connector has its next certificate.
pub(crate) struct IdentityRenewed {
    pub(crate) until: Option<std::time::SystemTime>,
}

impl IdentityRenewed {
    pub(crate) fn emit(&self) {
        let until = self
            .until
            .map(|until| entryway_wire::Rfc3339(until).to_string());
        tracing::info!(target: "identity.renewed", until);
    }
}

/// What a hub said last of itself and of the site is not on disk: the next start knows what was said before.
pub(crate) struct IdentityNotKept<'a> {
    pub(crate) problem: &'a str,
}

impl IdentityNotKept<'_> {
    pub(crate) fn emit(&self) {
        let problem = self.problem;
        tracing::warn!(target: "identity.not_kept", problem);
    }
}

/// A connector has none, or cannot keep what the hub gives it.
pub(crate) struct IdentityNotRenewed<'a> {
    pub(crate) problem: &'a str,
}

impl IdentityNotRenewed<'_> {
    pub(crate) fn emit(&self) {
        let problem = self.problem;
        tracing::warn!(target: "identity.not_renewed", problem);
    }
}
