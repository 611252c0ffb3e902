//! Addresses on this machine's loopback that nobody uses.

use anyhow::{Context, Result, bail};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process;

/// A port on 127.0.0.1 that was free a moment ago. Whoever starts a server on it tries again
/// with another when somebody was quicker.
pub fn free_port() -> Result<u16> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot find a free port")?;
    Ok(listener.local_addr()?.port())
}

/// An address where nobody listens: a connection to it is refused at once.
pub fn closed_address() -> Result<SocketAddr> {
    Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?)))
}

/// A loopback address of which all the given ports are free, for servers whose ports are fixed.
pub fn free_loopback(ports: &[u16]) -> Result<Ipv4Addr> {
    // Begins at a place of this run's own, so that two runs rarely want the same.
    let start = process::id();
    for step in 0..2000u32 {
        let number = start.wrapping_add(step).wrapping_mul(7919);
        let [_, b, c, d] = number.to_be_bytes();
        let address = Ipv4Addr::new(127, b.max(1), c, d.clamp(2, 254));
        if ports
            .iter()
            .all(|port| TcpListener::bind((address, *port)).is_ok())
        {
            return Ok(address);
        }
    }
    bail!("no loopback address has the ports {ports:?} free, or this user may not listen on them")
}
