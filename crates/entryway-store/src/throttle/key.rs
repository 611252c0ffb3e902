//! Names and addresses as keyed hashes: what is held and stored tells nobody who was tried.

use entryway_login::DeviceId;
use siphasher::sip::SipHasher24;
use std::hash::{BuildHasherDefault, Hasher};
use std::net::IpAddr;

/// A bucket, within its kind. Everything that counts for one identity has the same `who`, and so the same lock.
///
/// 128 bits of SipHash under a key of the store: two halves of 64 bits. Nobody without the key can choose names
/// that meet, and a million of them meet by chance once in some ten million stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// The identity, or the address.
    pub(super) who: u64,
    /// The network or the device; zero for what has neither.
    pub(super) what: u64,
}

/// Spreads keys, which are spread already.
#[derive(Default)]
pub(super) struct AsItIs(u64);

pub(super) type Spread = BuildHasherDefault<AsItIs>;

impl std::hash::Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.who ^ self.what.rotate_left(32));
    }
}

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// Makes keys. The secret outlives the process, because stored keys do.
pub(super) struct Keys {
    secret: [u8; 16],
}

impl Keys {
    /// From the store's key for the throttle; the half that SipHash takes.
    pub(super) fn new(secret: &[u8; 32]) -> Self {
        let mut half = [0; 16];
        half.iter_mut()
            .zip(secret)
            .for_each(|(to, from)| *to = *from);
        Self { secret: half }
    }

    pub(super) fn address(&self, address: IpAddr) -> Key {
        let (family, network) = prefix(address);
        Key {
            who: self.hash(b'a', |hash| hash_network(hash, family, network)),
            what: 0,
        }
    }

    pub(super) fn identity(&self, identity: &str) -> Key {
        Key {
            who: self.hash(b'i', |hash| hash.write(identity.as_bytes())),
            what: 0,
        }
    }

    /// `None` is a network too: nobody knows where.
    pub(super) fn network(&self, identity: Key, address: Option<IpAddr>) -> Key {
        let what = self.hash(b'n', |hash| {
            hash.write_u64(identity.who);
            if let Some(address) = address {
                let (family, network) = prefix(address);
                hash_network(hash, family, network);
            }
        });
        Key { what, ..identity }
    }

    pub(super) fn device(&self, identity: Key, device: DeviceId) -> Key {
        let what = self.hash(b'd', |hash| {
            hash.write_u64(identity.who);
            hash.write(&device.0);
        });
        Key { what, ..identity }
    }

    fn hash(&self, kind: u8, write: impl FnOnce(&mut SipHasher24)) -> u64 {
        let mut hash = SipHasher24::new_with_key(&self.secret);
        hash.write(&[kind]);
        write(&mut hash);
        hash.finish()
    }
}

fn hash_network(hash: &mut SipHasher24, family: u8, network: u64) {
    hash.write(&[family]);
    hash.write_u64(network);
}

/// The IPv4 address, or the first 64 bits of the IPv6 one. An IPv4 address that is mapped into IPv6
/// (RFC 4291 §2.5.5.2) is itself: else all of IPv4 would share one /64.
fn prefix(address: IpAddr) -> (u8, u64) {
    match address.to_canonical() {
        IpAddr::V4(address) => (4, u64::from(u32::from(address))),
        IpAddr::V6(address) => {
            let prefix = u128::from(address) >> 64;
            (6, u64::try_from(prefix).unwrap_or_default())
        }
    }
}
