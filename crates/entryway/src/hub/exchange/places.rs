//! Places for those on their way in: nobody has said yet who they are, and each costs two signatures.
//!
//! A place is held from the request for a tunnel until the tunnel stands, or does not. One network has a share of them:
//! it keeps nobody out but itself.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// Places in all.
const ALL: usize = 256;
/// Those of one network: the connectors of a company come from one address, and all of them when a hub has started.
const SHARE: usize = 32;

/// Who is on the way in.
#[derive(Default)]
pub(super) struct Places(Mutex<Taken>);

#[derive(Default)]
struct Taken {
    all: usize,
    shares: HashMap<IpAddr, usize>,
}

/// A place; free again when dropped.
pub(super) struct Place {
    places: Arc<Places>,
    network: Option<IpAddr>,
}

impl Places {
    /// A place, if there is one for somebody from there.
    pub(super) fn take(self: &Arc<Self>, from: Option<IpAddr>) -> Option<Place> {
        let network = from.map(network);
        let mut taken = self.0.lock();
        if taken.all >= ALL {
            return None;
        }
        if let Some(network) = network {
            let share = taken.shares.entry(network).or_default();
            if *share >= SHARE {
                return None;
            }
            *share += 1;
        }
        taken.all += 1;
        Some(Place {
            places: Arc::clone(self),
            network,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.0.lock();
        taken.all = taken.all.saturating_sub(1);
        let Some(network) = self.network else {
            return;
        };
        if let Some(share) = taken.shares.get_mut(&network) {
            *share = share.saturating_sub(1);
            if *share == 0 {
                taken.shares.remove(&network);
            }
        }
    }
}

/// What one machine can have all addresses of: an IPv4 /24, an IPv6 /64.
pub(in crate::hub) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & (!0 << 8)).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (!0 << 64)).into(),
    }
}

#[cfg(test)]
mod tests;
