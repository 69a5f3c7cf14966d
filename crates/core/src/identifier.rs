//! Identifiers: the DNS names, wildcard names and IP addresses that appear in a certificate.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::net::IpAddr;

/// A name in ASCII (A-label) form, lower case, without a trailing dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DnsName(String);

impl DnsName {
    /// The ASCII form, as it goes into a certificate.
    pub fn ascii(&self) -> &str {
        &self.0
    }

    /// The Unicode form, for people; the ASCII form where there is none.
    pub fn unicode(&self) -> String {
        let (text, result) = idna::domain_to_unicode(&self.0);
        if result.is_ok() { text } else { self.0.clone() }
    }

    /// The registered domain by the public suffix list, such as `example.co.uk`; `None` when the name
    /// ends in no known public suffix or is itself one.
    pub fn registered_domain(&self) -> Option<&str> {
        let domain = psl::domain(self.0.as_bytes())?;
        domain.suffix().is_known().then(|| std::str::from_utf8(domain.as_bytes()).ok()).flatten()
    }

    fn parse(text: &str) -> Result<Self, IdentifierError> {
        let text = text.strip_suffix('.').unwrap_or(text);
        // UTS 46 with STD3 rules: letters, digits and hyphens only, as the Baseline Requirements demand.
        let ascii = idna::domain_to_ascii_strict(text).map_err(|_| IdentifierError::NotAName)?;
        if ascii.is_empty()
            || ascii.len() > 253
            || ascii.split('.').any(|label| label.is_empty() || label.len() > 63)
        {
            return Err(IdentifierError::NotAName);
        }
        // A last label of digits only is an IP address to browsers (WHATWG URL, "ends in a number").
        if ascii.rsplit('.').next().is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(IdentifierError::EndsInNumber);
        }
        Ok(Self(ascii))
    }
}

/// One identifier of a certificate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identifier {
    /// One host name.
    Dns(DnsName),
    /// Every host name one label below the name held here: `*.example.com` holds `example.com`.
    Wildcard(DnsName),
    /// An IPv4 or IPv6 address (RFC 8738).
    Ip(IpAddr),
}

/// Why a text is no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// Nothing was typed.
    #[error("is empty")]
    Empty,
    /// A whole address of a page was pasted.
    #[error("is an address of a page, not a name; type only the host name, without https:// and path")]
    Address,
    /// A port was typed with the name.
    #[error("has a port; certificates name hosts, not ports: leave the port out")]
    Port,
    /// A star somewhere else than as the whole first label.
    #[error("has a * in the wrong place; a wildcard is *. followed by a name, and covers one label")]
    MisplacedWildcard,
    /// The last label is a number.
    #[error("ends in a number but is no IP address")]
    EndsInNumber,
    /// Letters that no host name may have, or an empty or too long label.
    #[error("is not a host name: letters, digits and hyphens, parts of at most 63 characters, 253 in all")]
    NotAName,
}

/// A label that stands for any label below a wildcard name.
pub const UNUSED_LABEL: &str = "certwright-check";

impl Identifier {
    /// Reads what a person types: Unicode or A-labels, any case, a trailing dot, IPv6 with or without brackets.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(IdentifierError::Empty);
        }
        if let Ok(address) = text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            return Ok(Self::Ip(address));
        }
        if text.contains("://") || text.contains('/') {
            return Err(IdentifierError::Address);
        }
        if text.contains(':') {
            return Err(IdentifierError::Port);
        }
        if let Some(rest) = text.strip_prefix("*.") {
            if rest.contains('*') {
                return Err(IdentifierError::MisplacedWildcard);
            }
            return DnsName::parse(rest).map(Self::Wildcard);
        }
        if text.contains('*') {
            return Err(IdentifierError::MisplacedWildcard);
        }
        DnsName::parse(text).map(Self::Dns)
    }

    /// As it goes into a certificate and into an order: `*.xn--…` for wildcards.
    pub fn ascii(&self) -> String {
        match self {
            Self::Dns(name) => name.ascii().to_owned(),
            Self::Wildcard(name) => format!("*.{}", name.ascii()),
            Self::Ip(address) => address.to_string(),
        }
    }

    /// The host name to ask a server by: for a wildcard one that it covers and that nobody uses.
    pub fn host(&self) -> String {
        match self {
            Self::Wildcard(name) => format!("{UNUSED_LABEL}.{}", name.ascii()),
            other => other.ascii(),
        }
    }

    /// As people read it.
    pub fn unicode(&self) -> String {
        match self {
            Self::Dns(name) => name.unicode(),
            Self::Wildcard(name) => format!("*.{}", name.unicode()),
            Self::Ip(address) => address.to_string(),
        }
    }

    /// The DNS name in it, without the star; `None` for addresses.
    pub fn name(&self) -> Option<&DnsName> {
        match self {
            Self::Dns(name) | Self::Wildcard(name) => Some(name),
            Self::Ip(_) => None,
        }
    }

    /// Whether it is a wildcard name.
    pub fn is_wildcard(&self) -> bool {
        matches!(self, Self::Wildcard(_))
    }

    /// Whether a certificate with this identifier is good for the host (RFC 6125: a star covers exactly one label).
    pub fn covers(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        match self {
            Self::Dns(name) => name.ascii().eq_ignore_ascii_case(host),
            Self::Wildcard(name) => host
                .split_once('.')
                .is_some_and(|(first, rest)| !first.is_empty() && name.ascii().eq_ignore_ascii_case(rest)),
            Self::Ip(address) => host.parse() == Ok(*address),
        }
    }

    /// Whether a public certificate authority may certify it: a registered name below a public suffix,
    /// or a globally reachable address.
    pub fn is_public(&self) -> bool {
        match self {
            Self::Dns(name) | Self::Wildcard(name) => name.registered_domain().is_some(),
            Self::Ip(IpAddr::V4(address)) => {
                !(address.is_private()
                    || address.is_loopback()
                    || address.is_link_local()
                    || address.is_broadcast()
                    || address.is_documentation()
                    || address.is_unspecified()
                    || address.is_multicast()
                    || address.octets()[0] == 0
                    || address.octets()[0] >= 240
                    // Shared address space of carrier-grade NAT (RFC 6598).
                    || (address.octets()[0] == 100 && address.octets()[1] & 0xc0 == 64))
            }
            Self::Ip(IpAddr::V6(address)) => {
                let first = address.segments()[0];
                // Global unicast is 2000::/3; 2001:db8::/32 is for documentation (RFC 3849).
                first & 0xe000 == 0x2000 && !(first == 0x2001 && address.segments()[1] == 0xdb8)
            }
        }
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.unicode())
    }
}

impl Serialize for Identifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.ascii())
    }
}

impl<'de> Deserialize<'de> for Identifier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(|error| serde::de::Error::custom(format!("{text:?} {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type() {
        for (typed, ascii, unicode) in [
            ("Shop.Example.COM.", "shop.example.com", "shop.example.com"),
            (" bücher.example ", "xn--bcher-kva.example", "bücher.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example", "bücher.example"),
            ("*.例え.jp", "*.xn--r8jz45g.jp", "*.例え.jp"),
            ("192.0.2.1", "192.0.2.1", "192.0.2.1"),
            ("[2001:DB8::1]", "2001:db8::1", "2001:db8::1"),
        ] {
            let identifier = Identifier::parse(typed).unwrap();
            assert_eq!(
                (identifier.ascii().as_str(), identifier.unicode().as_str()),
                (ascii, unicode),
                "{typed}"
            );
            assert_eq!(Identifier::parse(&identifier.ascii()), Ok(identifier));
        }
    }

    #[test]
    fn explains_what_is_no_identifier() {
        use IdentifierError::*;
        for (typed, why) in [
            ("", Empty),
            ("https://shop.example.com/", Address),
            ("shop.example.com:443", Port),
            ("www.*.example.com", MisplacedWildcard),
            ("*example.com", MisplacedWildcard),
            ("*.*.example.com", MisplacedWildcard),
            ("1.2.3", EndsInNumber),
            ("under_score.example.com", NotAName),
            ("-a.example.com", NotAName),
            ("a..example.com", NotAName),
            ("space name.example", NotAName),
        ] {
            assert_eq!(Identifier::parse(typed), Err(why), "{typed}");
        }
        assert!(Identifier::parse(&format!("{}.com", "a".repeat(64))).is_err());
    }

    #[test]
    fn a_star_covers_exactly_one_label() {
        let wildcard = Identifier::parse("*.example.com").unwrap();
        assert!(wildcard.covers("www.example.com") && wildcard.covers("WWW.example.com"));
        assert!(!wildcard.covers("example.com") && !wildcard.covers("a.b.example.com"));
    }

    #[test]
    fn public_means_a_registered_name_or_a_global_address() {
        for (typed, public) in [
            ("shop.example.com", true),
            ("*.example.co.uk", true),
            ("co.uk", false),
            ("srv01", false),
            ("x.local", false),
            ("shop.example.test", false),
            ("10.0.0.1", false),
            ("8.8.8.8", true),
            ("100.64.0.1", false),
            ("fd00::1", false),
            ("2606:4700::1111", true),
        ] {
            assert_eq!(Identifier::parse(typed).unwrap().is_public(), public, "{typed}");
        }
    }
}
