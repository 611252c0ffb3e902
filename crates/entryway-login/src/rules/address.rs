//! Addresses and CIDR blocks, as user classes name them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address or a CIDR block. IPv4 addresses in their IPv6 form (`::ffff:10.0.0.1`) are IPv4 addresses; so
/// `::/0` holds every IPv6 address and no IPv4 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressRange {
    network: IpAddr,
    prefix: u8,
}

/// Why a text is not an address range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No address stands there.
    #[error("expected an address or a block like `10.0.0.0/8`, found `{}`", .0.escape_debug())]
    NotAnAddress(String),
    /// What stands after `/` is not a number of bits.
    #[error("expected a number from 0 to {max} after `/`, found `{}`", .found.escape_debug())]
    Prefix {
        /// The bits of such an address.
        max: u8,
        /// What was there.
        found: String,
    },
    /// Bits behind the prefix are set: perhaps one address was meant, perhaps the block.
    #[error("expected the first address of the block, `{block}`, found `{found}`")]
    InsideBlock {
        /// The block that holds it.
        block: AddressRange,
        /// What was there.
        found: String,
    },
}

impl AddressRange {
    /// Reads `10.0.0.0/8`, `2001:db8::/32` or an address alone.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let Ok(address) = address.parse::<IpAddr>() else {
            return Err(AddressError::NotAnAddress(text.to_owned()));
        };
        let max = bits(address);
        let prefix = match prefix {
            None => max,
            Some(digits) => number(digits)
                .filter(|prefix| *prefix <= max)
                .ok_or_else(|| AddressError::Prefix {
                    max,
                    found: digits.to_owned(),
                })?,
        };
        let network = first(address, prefix);
        let block = Self { network, prefix }.canonical();
        if network != address {
            let found = text.to_owned();
            return Err(AddressError::InsideBlock { block, found });
        }
        Ok(block)
    }

    /// Whether an address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        Self::around(address, self.prefix) == Some(*self)
    }

    /// Whether there is an address in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contains(other.network) || other.contains(self.network)
    }

    /// Its first address: the bits behind the prefix are zero.
    pub fn network(&self) -> IpAddr {
        self.network
    }

    /// 0 to 32, or to 128.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    /// The block of that many bits that holds an address; `None` for more bits than it has.
    pub(crate) fn around(address: IpAddr, prefix: u8) -> Option<Self> {
        let address = address.to_canonical();
        (prefix <= bits(address)).then(|| Self {
            network: first(address, prefix),
            prefix,
        })
    }

    /// A block of IPv4 addresses in their IPv6 form is one of IPv4 addresses.
    fn canonical(self) -> Self {
        match (self.network.to_canonical(), self.prefix.checked_sub(96)) {
            (network @ IpAddr::V4(_), Some(prefix)) if self.network.is_ipv6() => {
                Self { network, prefix }
            }
            _ => self,
        }
    }
}

/// As it is written: a block of one address without its prefix.
impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prefix == bits(self.network) {
            return self.network.fmt(f);
        }
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Digits alone: no sign, and no zero before a number, which other programs read as octal.
fn number(digits: &str) -> Option<u8> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let padded = digits.len() > 1 && digits.starts_with('0');
    (plain && !padded).then(|| digits.parse().ok()).flatten()
}

fn first(address: IpAddr, prefix: u8) -> IpAddr {
    let prefix = u32::from(prefix);
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(prefix));
            Ipv4Addr::from_bits(address.to_bits() & mask.unwrap_or(0)).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(prefix));
            Ipv6Addr::from_bits(address.to_bits() & mask.unwrap_or(0)).into()
        }
    }
}

#[cfg(test)]
mod tests;
