//! How often one network may have a site's connectors asked for a challenge. A challenge is had without a password, so no
//! throttle hears of it, and each is work for another company's machine.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, Instant};

/// For how long a network may have been still, and then ask for everything at once.
const WINDOW: Duration = Duration::from_secs(60);
/// Networks that are remembered.
const NETWORKS: usize = 65_536;

/// Who asked for how many. It outlives a configuration.
#[derive(Default)]
pub struct ChallengePace {
    /// When each network will have its whole minute again: one question is a step of that minute.
    whole: Mutex<HashMap<IpAddr, Instant>>,
}

impl ChallengePace {
    /// Counts a challenge for somebody from there; how long to wait where that is one too many. Nowhere is a network too.
    pub(crate) fn take(
        &self,
        from: Option<IpAddr>,
        per_minute: u32,
        now: Instant,
    ) -> Result<(), Duration> {
        let network = network(from.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
        let mut networks = self.whole.lock();
        if networks.len() >= NETWORKS && !networks.contains_key(&network) {
            networks.retain(|_, whole| *whole > now);
            // Whoever has so many networks is not bounded by one: nobody else is kept out for them, and no request pays for
            // a look at all of them again.
            if networks.len() > NETWORKS / 2 {
                networks.clear();
            }
        }
        let whole = networks.entry(network).or_insert(now);
        let next = (*whole).max(now) + WINDOW / per_minute.max(1);
        match next.checked_duration_since(now + WINDOW) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => {
                *whole = next;
                Ok(())
            }
        }
    }
}

/// As the throttle's: the IPv4 address, the IPv6 /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (!0 << 64)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn from(address: &str) -> Option<IpAddr> {
        Some(address.parse().unwrap())
    }

    #[test]
    fn a_network_has_its_minute_and_then_its_pace() {
        let (pace, now) = (ChallengePace::default(), Instant::now());
        for _ in 0..60 {
            assert_eq!(pace.take(from("192.0.2.7"), 60, now), Ok(()));
        }
        assert_eq!(pace.take(from("192.0.2.7"), 60, now), Err(SECOND));
        // Who was refused has taken nothing.
        assert_eq!(pace.take(from("192.0.2.7"), 60, now), Err(SECOND));
        assert_eq!(pace.take(from("192.0.2.8"), 60, now), Ok(()));
        assert_eq!(pace.take(None, 60, now), Ok(()));
        assert_eq!(pace.take(from("192.0.2.7"), 60, now + SECOND), Ok(()));
        let next = pace.take(from("192.0.2.7"), 60, now + SECOND);
        assert_eq!(next, Err(SECOND));
        let hour = now + 3600 * SECOND;
        let asked = (0..100).filter(|_| pace.take(from("192.0.2.7"), 60, hour).is_ok());
        assert_eq!(asked.count(), 60);
    }

    #[test]
    fn an_ipv6_network_is_one_and_a_mapped_address_is_itself() {
        let (pace, now) = (ChallengePace::default(), Instant::now());
        assert_eq!(pace.take(from("2001:db8::1"), 1, now), Ok(()));
        assert!(pace.take(from("2001:db8::ffff:2"), 1, now).is_err());
        assert_eq!(pace.take(from("2001:db8:0:1::1"), 1, now), Ok(()));
        assert_eq!(pace.take(from("::ffff:192.0.2.7"), 1, now), Ok(()));
        assert!(pace.take(from("192.0.2.7"), 1, now).is_err());
        assert_eq!(pace.take(from("::ffff:192.0.2.8"), 1, now), Ok(()));
    }

    #[test]
    fn so_many_networks_are_remembered_and_no_more() {
        let (pace, now) = (ChallengePace::default(), Instant::now());
        for number in 0..200_000_u32 {
            let from = IpAddr::V4(Ipv4Addr::from_bits(number));
            assert_eq!(pace.take(Some(from), 1, now), Ok(()));
            assert!(pace.whole.lock().len() <= NETWORKS);
        }
        // One that came last is still known.
        let last = IpAddr::V4(Ipv4Addr::from_bits(199_999));
        assert!(pace.take(Some(last), 1, now).is_err());
    }
}
