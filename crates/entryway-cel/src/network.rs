//! An address block, as it stands in `in_network(client.address, "10.0.0.0/8")`.

use std::net::IpAddr;

/// A block of addresses of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    first: u128,
    prefix: u32,
    bits: u32,
}

/// An address as a number, with how many bits it has. An IPv4 address in IPv6 clothes is an IPv4 address:
/// a listener on both families would otherwise make every IPv4 block miss.
fn number(address: IpAddr) -> (u128, u32) {
    match address.to_canonical() {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

impl Network {
    /// `10.0.0.0/8`, `2001:db8::/32`, or a single address; the reason in words otherwise.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let Ok(address) = address.parse::<IpAddr>() else {
            return Err("expected an address such as `10.0.0.0/8`".to_owned());
        };
        let (first, bits) = number(address);
        let prefix = match prefix {
            None => bits,
            Some(digits) => digits
                .parse()
                .ok()
                .filter(|prefix| *prefix <= bits && digits.bytes().all(|b| b.is_ascii_digit()))
                .ok_or_else(|| format!("expected a prefix from 0 to {bits}"))?,
        };
        let network = Self {
            first,
            prefix,
            bits,
        };
        // Bits that the prefix does not cover are a slip: somebody meant another block, or another prefix.
        if network.rest(first) != 0 {
            return Err(format!("expected no bits behind the prefix `/{prefix}`"));
        }
        Ok(network)
    }
    /// Whether an address lies in the block.
    pub(crate) fn holds(&self, address: IpAddr) -> bool {
        let (address, bits) = number(address);
        bits == self.bits && self.cut(address) == self.cut(self.first)
    }
    /// The bits that the prefix covers.
    fn cut(&self, address: u128) -> u128 {
        address.checked_shr(self.bits - self.prefix).unwrap_or(0)
    }
    /// The bits that it does not.
    fn rest(&self, address: u128) -> u128 {
        let covered = self.cut(address);
        address - covered.checked_shl(self.bits - self.prefix).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
