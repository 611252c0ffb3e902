//! Where a request comes from: the peer of its connection, or the client that a trusted proxy names in
//! `x-forwarded-for`. What anybody else writes there is ignored.

use entryway_login::AddressRange;
use http::request::Parts;
use std::net::{IpAddr, SocketAddr};

/// Who is at the other end of a request's connection: an extension of every request that came by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PeerAddress(pub(crate) SocketAddr);

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of the client: the peer's, unless the peer is a trusted proxy. Each proxy appends the address that it
/// was reached from, so the list is read from its end, past the proxies that are trusted; the first that is not is the
/// client, and what stands before it is what that client says. Where an address is looked for and something else
/// stands, nothing of the list is believed. `None` for a request that came by no connection.
pub(crate) fn client_address(head: &Parts, trusted: &[AddressRange]) -> Option<IpAddr> {
    let PeerAddress(peer) = head.extensions.get()?;
    let peer = peer.ip().to_canonical();
    let is_trusted = |address| trusted.iter().any(|range| range.contains(address));
    if !is_trusted(peer) {
        return Some(peer);
    }
    let mut client = peer;
    let lines = head.headers.get_all(FORWARDED_FOR).iter().rev();
    // By bytes: a client that writes nonsense in front must not make the whole line unreadable.
    for hop in lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')) {
        let Some(address) = address(hop.trim_ascii()) else {
            return Some(peer);
        };
        client = address;
        if !is_trusted(address) {
            break;
        }
    }
    Some(client)
}

/// Whether a trusted proxy is at the other end of the connection itself.
pub(crate) fn is_trusted_peer(head: &Parts, trusted: &[AddressRange]) -> bool {
    head.extensions.get().is_some_and(|PeerAddress(peer)| {
        let peer = peer.ip().to_canonical();
        trusted.iter().any(|range| range.contains(peer))
    })
}

/// An address, perhaps with a port, an IPv6 address perhaps in brackets.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(hop).ok()?;
    let bracketed = || {
        text.strip_prefix('[')?
            .strip_suffix(']')?
            .parse()
            .ok()
            .map(IpAddr::V6)
    };
    let alone = text.parse::<IpAddr>().ok();
    let address = alone
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(bracketed)?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests;
