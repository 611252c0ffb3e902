//! What a program holds and has used.

use crate::bench::{cpu, memory_kib};
use anyhow::{Context, Result};
use std::fs;
use std::time::Duration;

/// At one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) memory_kib: u64,
    pub(super) descriptors: usize,
    /// The descriptors that are sockets: connections, and a listener or two.
    pub(super) sockets: usize,
    /// Since its start.
    pub(super) cpu: Duration,
}

impl Reading {
    pub(super) fn of(pid: u32) -> Result<Self> {
        let folder = format!("/proc/{pid}/fd");
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot read `{folder}`"))?;
        // One may be closed between its listing and its reading.
        let targets: Vec<_> = entries
            .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
            .collect();
        let is_socket =
            |target: &&std::path::PathBuf| target.to_string_lossy().starts_with("socket:");
        Ok(Self {
            memory_kib: memory_kib(pid, "VmRSS")?,
            descriptors: targets.len(),
            sockets: targets.iter().filter(is_socket).count(),
            cpu: cpu(pid)?,
        })
    }

    pub(super) fn mib(&self) -> f64 {
        self.memory_kib as f64 / 1024.0
    }
}

#[cfg(test)]
mod tests {
    use super::Reading;
    use std::net::TcpListener;

    #[test]
    fn a_listener_is_a_descriptor_and_a_socket() {
        let pid = std::process::id();
        let before = Reading::of(pid).unwrap();
        let listeners: Vec<_> = (0..40)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let after = Reading::of(pid).unwrap();
        // Other tests of this process open and close some as well.
        assert!(
            after.descriptors >= before.descriptors + 20,
            "{before:?} {after:?}"
        );
        assert!(after.sockets >= before.sockets + 20, "{before:?} {after:?}");
        assert!(after.mib() > 1.0);
        drop(listeners);
    }
}
