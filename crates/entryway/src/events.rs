//! Changes of state of what this process shares, as they stand in the log. Names and fields are an
//! interface: `docs/events.md` has them all.

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
