//! What a peer may cost before it has shown a token.

use std::time::Duration;

/// Bounds on connections, waits and sizes. The default suits a login API behind a few applications.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at once; further ones wait in the kernel's queue.
    pub connections: usize,
    /// Tunnels of connectors at once; they are none of those connections.
    pub tunnels: usize,
    /// How long the handshake of TLS may take.
    pub handshake: Duration,
    /// How long the head of a request may take, how long a connection may stay unused, and how long a
    /// peer may take nothing of what it is sent.
    pub head: Duration,
    /// How long the body of a request may take once its head has arrived.
    pub body: Duration,
    /// Largest body, in bytes. A name and a password need two kilobytes.
    pub body_bytes: usize,
    /// Largest body of a request that resolves many names, in bytes.
    pub resolve_bytes: usize,
    /// How long answers in flight may take once the server is told to stop.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            tunnels: 4096,
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            body: Duration::from_secs(10),
            body_bytes: 16 * 1024,
            resolve_bytes: 64 * 1024,
            drain: Duration::from_secs(15),
        }
    }
}
