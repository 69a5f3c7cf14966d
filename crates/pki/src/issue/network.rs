//! Ranges of IP addresses, as people write them: `10.0.0.0/8`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A range of addresses: all that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Why a text is no range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// No address, or no number after the slash.
    #[error("is no range of addresses; expected such as 10.0.0.0/8, fd00::/8 or 192.0.2.7")]
    NotANetwork,
    /// More bits than the address has.
    #[error("has more bits after the slash than the address has")]
    PrefixTooLong,
    /// Bits after the prefix that are not zero: likely a typing error.
    #[error("has bits set after its prefix; write the first address of the range")]
    BitsAfterPrefix,
}

impl Network {
    /// A range; the address must be the first of it.
    pub fn new(address: IpAddr, prefix: u8) -> Result<Self, NetworkError> {
        if prefix > width(address) {
            return Err(NetworkError::PrefixTooLong);
        }
        let network = Self { address, prefix };
        if network.masked(address) != bits(address) {
            return Err(NetworkError::BitsAfterPrefix);
        }
        Ok(network)
    }

    /// Its first address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// How many bits all its addresses have in common.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    /// Whether the address is in it. An IPv4 address is in no IPv6 range, however it is written.
    pub fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.address.is_ipv4() && self.masked(address) == bits(self.address)
    }

    /// The first bits of the address, the others zero.
    fn masked(&self, address: IpAddr) -> u128 {
        let after = u32::from(width(address) - self.prefix);
        bits(address).checked_shr(after).and_then(|kept| kept.checked_shl(after)).unwrap_or(0)
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError::NotANetwork)?;
        let prefix = match prefix {
            Some(prefix) => prefix.parse().map_err(|_| NetworkError::NotANetwork)?,
            None => width(address),
        };
        Self::new(address, prefix)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.address, self.prefix)
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error| serde::de::Error::custom(format!("{text:?} {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_what_begins_with_its_bits() {
        for (network, address, held) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "::1", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.6", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "::ffff:10.0.0.1", true),
            ("10.0.0.0/8", "::ffff:10.0.0.1", false),
            ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fe80::1", false),
        ] {
            let network: Network = network.parse().unwrap();
            assert_eq!(network.contains(address.parse().unwrap()), held, "{network} {address}");
        }
    }

    #[test]
    fn what_is_no_range_is_said() {
        for (text, why) in [
            ("10.0.0.0/33", NetworkError::PrefixTooLong),
            ("10.0.0.1/8", NetworkError::BitsAfterPrefix),
            ("10.0.0.0/", NetworkError::NotANetwork),
            ("10/8", NetworkError::NotANetwork),
            ("", NetworkError::NotANetwork),
            ("::/129", NetworkError::PrefixTooLong),
        ] {
            assert_eq!(text.parse::<Network>(), Err(why), "{text}");
        }
    }
}
