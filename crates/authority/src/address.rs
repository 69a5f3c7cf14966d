//! Which addresses the authority connects to when it looks at a challenge.

use crate::settings::Reach;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why it does not connect to the address, if it does not.
///
/// A private authority certifies what is inside, so private addresses are its business. Never its business are the
/// machine it runs on (unless that is all it serves), link-local addresses, where cloud machines hand out
/// credentials to whoever asks, and what is no single host.
pub(crate) fn refusal(address: IpAddr, reach: Reach) -> Option<&'static str> {
    let address = embedded(address);
    match reach {
        Reach::Loopback { .. } if address.is_loopback() => None,
        Reach::Loopback { .. } => Some("this authority looks at this machine only"),
        Reach::Network if is_refused(address) => Some("this authority does not look at such an address"),
        Reach::Network => None,
    }
}

/// The IPv4 address that an IPv6 address leads to, where it does: mapped (RFC 4291 §2.5.5.2) or translated
/// (RFC 6052 §2.1).
fn embedded(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(translated) if translated.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0] => {
            let [.., a, b, c, d] = translated.octets();
            Ipv4Addr::new(a, b, c, d).into()
        }
        address => address,
    }
}

fn is_refused(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_loopback()
                || address.is_link_local()
                || address.is_multicast()
                || address.is_broadcast()
                // "This network" (RFC 6890), and what is reserved for nobody knows what.
                || address.octets()[0] == 0
                || address.octets()[0] >= 240
        }
        IpAddr::V6(address) => {
            address.is_loopback()
                || address.is_unspecified()
                || address.is_multicast()
                || address.is_unicast_link_local()
                || is_tunnel(address)
        }
    }
}

/// 6to4 (RFC 3056), Teredo (RFC 4380), local translation (RFC 8215) and the old compatible form lead to IPv4
/// addresses that nobody looked at.
fn is_tunnel(address: Ipv6Addr) -> bool {
    let [first, second, third, fourth, fifth, sixth, ..] = address.segments();
    first == 0x2002
        || (first, second) == (0x2001, 0)
        || (first, second, third) == (0x64, 0xff9b, 1)
        || (first, second, third, fourth, fifth, sixth) == (0, 0, 0, 0, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_looks_where_its_clients_can_be_and_nowhere_else() {
        let loopback = Reach::Loopback { challenge_port: 5002 };
        for (address, from_network, from_loopback) in [
            ("127.0.0.1", false, true),
            ("127.9.9.9", false, true),
            ("::1", false, true),
            ("::ffff:127.0.0.1", false, true),
            ("64:ff9b::7f00:1", false, true),
            ("10.0.0.1", true, false),
            ("192.168.1.1", true, false),
            ("::ffff:10.0.0.1", true, false),
            ("64:ff9b::a00:1", true, false),
            ("203.0.113.7", true, false),
            ("fd00::1", true, false),
            ("2001:db8::1", true, false),
            ("169.254.169.254", false, false),
            ("::ffff:169.254.169.254", false, false),
            ("64:ff9b::a9fe:a9fe", false, false),
            ("fe80::1", false, false),
            ("0.0.0.0", false, false),
            ("::", false, false),
            ("::127.0.0.1", false, false),
            ("2002:7f00:1::1", false, false),
            ("2001:0:1::1", false, false),
            ("64:ff9b:1::1", false, false),
            ("224.0.0.1", false, false),
            ("ff02::1", false, false),
            ("255.255.255.255", false, false),
        ] {
            let parsed = address.parse().unwrap();
            assert_eq!(refusal(parsed, Reach::Network).is_none(), from_network, "{address}");
            assert_eq!(refusal(parsed, loopback).is_none(), from_loopback, "{address} from loopback");
        }
    }
}
