//! Servers that are none.

use anyhow::{Context, Result};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// Accepts connections and says nothing: the kernel completes the handshake of what waits in the
/// listen queue, and nobody ever reads.
#[derive(Debug)]
pub struct SilentServer(TcpListener);

impl SilentServer {
    /// Listens on a free port.
    pub fn start() -> Result<Self> {
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .map(Self)
            .context("cannot listen")
    }

    /// Where.
    pub fn address(&self) -> Result<SocketAddr> {
        Ok(self.0.local_addr()?)
    }
}
