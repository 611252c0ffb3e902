//! The throttle: how many failures are counted, for whom, and until when nobody is asked.

use crate::StoreUnavailable;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// Count failures beforehand: parallel guesses cannot overrun what is counted before they are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReserveOperation {
    /// One failure for the address alone, before anything is asked.
    Address {
        /// Where the person is; `None` when nobody knows, which is never throttled by address.
        address: Option<IpAddr>,
        /// When.
        at: SystemTime,
        /// Answer before this: so long it waits for logins under way.
        deadline: Instant,
    },
    /// Failures for the identity, before a password is shown to anybody.
    Identity(IdentityReserve),
}

/// Failures counted for one identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityReserve {
    /// Who: a session's subject, `local:<id>` or `os:<name>`. Every spelling of a login name that reaches one
    /// entry has the same one.
    pub identity: Arc<str>,
    /// Where the person is. Counted by its network: the IPv4 address, the IPv6 /64; nowhere is a network too.
    pub address: Option<IpAddr>,
    /// A browser that this identity logged in from before: counted by itself, so that nobody else can shut it out.
    pub device: Option<DeviceId>,
    /// Failures after which the directory locks the account, where it says so. At most one fewer are let through.
    pub threshold: Option<u32>,
    /// How long it remembers a failure. `None`: until the next right password, or it does not say.
    pub window: Option<Duration>,
    /// How many: 1, or 1 more for a bind that is repeated.
    pub failures: u32,
    /// When.
    pub at: SystemTime,
    /// Answer before this: so long it waits for logins under way.
    pub deadline: Instant,
}

/// A browser or application that a person logged in from before; from a token that Entryway signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeviceId(pub [u8; 16]);

/// What came of a reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReserveAnswer {
    /// Counted.
    Reserved,
    /// Too many: nothing was counted, and nobody is asked before `until`.
    Throttled {
        /// From then on there is room again.
        until: SystemTime,
        /// Which limit was reached.
        bucket: Bucket,
        /// That limit: failures.
        limit: u32,
    },
    /// Failures leave room, and logins under way took it; none of them ended in time, or too many wait already.
    /// Nothing was counted.
    UnderWay,
    /// Nothing can be counted, so nobody may be asked.
    Unavailable(StoreUnavailable),
}

/// What failures are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// An address, whoever is tried from there.
    Address,
    /// An identity, from one network.
    IdentityAndNetwork,
    /// An identity, from anywhere.
    Identity,
    /// An identity, from a browser that it used before.
    IdentityAndDevice,
}

impl Bucket {
    /// `address`, `identity_and_network`, `identity` or `identity_and_device`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::IdentityAndNetwork => "identity_and_network",
            Self::Identity => "identity",
            Self::IdentityAndDevice => "identity_and_device",
        }
    }
}

/// How a reservation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Settled {
    /// The password was right, and whoever said so begins to count anew, as a directory does at a bind that
    /// succeeds: what was reserved is given back, and what the network (or the device) had counted for this identity
    /// is forgotten.
    Passed,
    /// Nothing reached the directory, or it gave no verdict that counts: what was reserved is given back.
    NotCounted,
    /// The password was wrong, or may have been: what was reserved is a failure.
    Failed,
}

/// The throttle. Between reservation and settlement a login is under way: it takes a place, and is no failure that
/// others are refused for.
pub trait Throttle: Send + Sync {
    /// Reserves, unless there is no room. Where logins under way took it, waits for them. Dropped before its
    /// answer, it has counted nothing.
    fn reserve(&self, operation: &ReserveOperation) -> impl Future<Output = ReserveAnswer> + Send;
    /// Ends a reservation that was [`ReserveAnswer::Reserved`]. Each is ended once, whatever becomes of its login.
    fn settle(&self, operation: &ReserveOperation, settled: Settled);
}
