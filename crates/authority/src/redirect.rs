//! Where a look goes on when it is redirected: pure, because it is the one place where a client leads us.
//!
//! RFC 8555 §8.3 lets the server follow redirects, and §10.4 warns of it. Here the path of the challenge is asked for
//! first, always. Then a redirect may lead to another path, to https, or to another host that this client may ask
//! certificates for; the ports stay 80 and 443. So nobody makes the authority look at what is not theirs.

use crate::policy::{NamePolicy, is_localhost};
use certwright_core::identifier::Identifier;
use http::Uri;
use std::net::IpAddr;

/// As browsers and Let's Encrypt have it.
pub(crate) const MOST_REDIRECTS: usize = 10;

const LONGEST: usize = 2000;

/// A place to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) tls: bool,
    pub(crate) host: Host,
    pub(crate) port: u16,
    /// Path and query.
    pub(crate) path: String,
}

/// The host of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    Name(String),
    Address(IpAddr),
}

impl Target {
    /// Where the answer to a challenge is (RFC 8555 §8.3, RFC 8738 §4); `None` for wildcards.
    pub(crate) fn first(identifier: &Identifier, port: u16, token: &str) -> Option<Self> {
        let host = match identifier {
            Identifier::Dns(name) => Host::Name(name.ascii().to_owned()),
            Identifier::Ip(address) => Host::Address(*address),
            Identifier::Wildcard(_) => return None,
        };
        Some(Self { tls: false, host, port, path: format!("/.well-known/acme-challenge/{token}") })
    }

    /// The Host header: with the port, unless it is the one that goes without saying.
    pub(crate) fn host_header(&self) -> String {
        let host = match &self.host {
            Host::Name(name) => name.clone(),
            Host::Address(IpAddr::V6(address)) => format!("[{address}]"),
            Host::Address(address) => address.to_string(),
        };
        let default = if self.tls { 443 } else { 80 };
        if self.port == default { host } else { format!("{host}:{}", self.port) }
    }

    /// Where a redirect leads, or why it is not followed. All policies must permit it: the authority's, and the
    /// client's own. `challenge_port` is the port of the first look.
    pub(crate) fn follow(
        &self,
        location: &str,
        policies: &[NamePolicy],
        challenge_port: u16,
    ) -> Result<Self, &'static str> {
        if location.len() > LONGEST || !location.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("its address is too long, or has spaces or letters beyond ASCII");
        }
        let location = location.split('#').next().unwrap_or_default();
        // A backslash is a slash to some and not to others.
        if location.contains('\\') {
            return Err("its address has a backslash");
        }
        if location.starts_with('/') && !location.starts_with("//") {
            return Ok(Self { path: location.to_owned(), ..self.clone() });
        }
        let location = match location.strip_prefix("//") {
            Some(rest) => format!("{}://{rest}", if self.tls { "https" } else { "http" }),
            None => location.to_owned(),
        };
        let uri: Uri = location.parse().map_err(|_| "its address is no URL")?;
        let tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err("it leads to something else than http and https"),
        };
        let authority = uri.authority().ok_or("its address names no host")?.as_str();
        if authority.contains('@') {
            return Err("its address has a user or a password in it");
        }
        let (host, port) = host_and_port(authority).ok_or("its address names no host, or no port")?;
        let port = port.unwrap_or(if tls { 443 } else { 80 });
        if !is_port_allowed(tls, port, challenge_port) {
            return Err("it leads to another port than 80 and 443");
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Self { tls, host: permitted(host, policies)?, port, path })
    }

    /// Whether the host is this machine by its name.
    pub(crate) fn is_localhost(&self) -> bool {
        matches!(&self.host, Host::Name(name) if is_localhost(name))
    }
}

fn is_port_allowed(tls: bool, port: u16, challenge_port: u16) -> bool {
    match (tls, port) {
        (true, 443) | (false, 80) => true,
        // What answers the challenge may redirect to itself, wherever a loopback-only authority looks.
        (false, port) => port == challenge_port,
        (true, _) => false,
    }
}

fn host_and_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, rest) = if authority.starts_with('[') {
        authority.split_at(authority.find(']')? + 1)
    } else {
        authority.split_at(authority.find(':').unwrap_or(authority.len()))
    };
    match rest.strip_prefix(':') {
        None if rest.is_empty() => Some((host, None)),
        // `parse` would take a plus sign.
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some((host, Some(port.parse().ok()?)))
        }
        _ => None,
    }
}

fn permitted(host: &str, policies: &[NamePolicy]) -> Result<Host, &'static str> {
    let identifier = Identifier::parse(host).map_err(|_| "the host it leads to is no name and no address")?;
    if !policies.iter().all(|policy| policy.permits(&identifier)) {
        return Err("it leads to a host that this authority does not certify for you");
    }
    match identifier {
        Identifier::Dns(name) => Ok(Host::Name(name.ascii().to_owned())),
        Identifier::Ip(address) => Ok(Host::Address(address)),
        Identifier::Wildcard(_) => Err("the host it leads to is no name and no address"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_that_are_followed_and_that_are_not() {
        let policy = NamePolicy {
            names: vec!["home.arpa".to_owned()],
            networks: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
            wildcards: true,
            anything: false,
        };
        let start = Target::first(&Identifier::parse("a.home.arpa").unwrap(), 80, "token").unwrap();
        for (location, followed) in [
            ("/elsewhere?x=1", Some("http a.home.arpa /elsewhere?x=1")),
            ("/a#fragment", Some("http a.home.arpa /a")),
            ("http://b.home.arpa/x", Some("http b.home.arpa /x")),
            ("https://b.home.arpa/x", Some("https b.home.arpa /x")),
            ("https://b.home.arpa:443/x", Some("https b.home.arpa /x")),
            ("http://b.home.arpa:80", Some("http b.home.arpa /")),
            ("HTTP://B.home.arpa/", Some("http b.home.arpa /")),
            ("//b.home.arpa/x", Some("http b.home.arpa /x")),
            ("http://b.home.arpa?x", Some("http b.home.arpa /?x")),
            ("http://10.0.0.1/", Some("http 10.0.0.1 /")),
            ("http://[fd00::1]/", Some("http [fd00::1] /")),
            ("http://a.home.arpa./", Some("http a.home.arpa /")),
            ("", None),
            ("x", None),
            ("?x", None),
            ("http:///x", None),
            ("ftp://b.home.arpa/", None),
            ("file:///etc/passwd", None),
            ("gopher://10.0.0.1:80/", None),
            ("http://b.home.arpa:8080/", None),
            ("http://b.home.arpa:443/", None),
            ("https://b.home.arpa:80/", None),
            ("http://b.home.arpa:/", None),
            ("http://b.home.arpa:+80/", None),
            ("http://b.home.arpa:99999/", None),
            ("http://user@b.home.arpa/", None),
            ("http://user:password@b.home.arpa/", None),
            ("http://example.com@b.home.arpa/", None),
            ("http://example.com/", None),
            ("http://example.com\\@b.home.arpa/", None),
            ("http://127.0.0.1/", None),
            ("http://[::1]/", None),
            ("http://[::ffff:10.0.0.1]/", None),
            ("http://169.254.169.254/latest/meta-data/", None),
            ("http://localhost/", None),
            ("http://0x7f000001/", None),
            ("http://2130706433/", None),
            ("http://*.home.arpa/", None),
            ("http://b.home.arpa/ x", None),
            ("http://b.home.arpa/\r\nHost: x", None),
            ("http://bücher.home.arpa/", None),
            (&format!("/{}", "a".repeat(2000)), None),
        ] {
            let found = start.follow(location, std::slice::from_ref(&policy), 80).ok().map(|target| {
                format!(
                    "{} {} {}",
                    if target.tls { "https" } else { "http" },
                    target.host_header(),
                    target.path
                )
            });
            assert_eq!(found.as_deref(), followed, "{location:.100}");
        }
    }

    #[test]
    fn a_client_is_not_led_to_what_another_one_may_ask_for() {
        let policy = |name: &str| NamePolicy { names: vec![name.to_owned()], ..NamePolicy::default() };
        let start = Target::first(&Identifier::parse("a.home.arpa").unwrap(), 80, "token").unwrap();
        for (own, fine) in [("home.arpa", true), ("b.home.arpa", true), ("a.home.arpa", false)] {
            let followed = start.follow("http://b.home.arpa/", &[policy("home.arpa"), policy(own)], 80);
            assert_eq!(followed.is_ok(), fine, "{own}");
        }
    }

    #[test]
    fn the_first_look_is_at_the_challenge_and_nothing_else() {
        let first = |text: &str, port| {
            let identifier = Identifier::parse(text).unwrap();
            Target::first(&identifier, port, "t").map(|it| format!("{}{}", it.host_header(), it.path))
        };
        let path = "/.well-known/acme-challenge/t";
        assert_eq!(first("a.example", 80), Some(format!("a.example{path}")));
        assert_eq!(first("a.localhost", 5002), Some(format!("a.localhost:5002{path}")));
        assert_eq!(first("::1", 80), Some(format!("[::1]{path}")));
        assert_eq!(first("::1", 5002), Some(format!("[::1]:5002{path}")));
        assert_eq!(first("*.a.example", 80), None);
    }

    #[test]
    fn a_loopback_authority_may_be_redirected_to_its_own_challenge_port() {
        let policy = [NamePolicy { anything: true, ..NamePolicy::default() }];
        let start = Target::first(&Identifier::parse("a.localhost").unwrap(), 5002, "t").unwrap();
        assert!(start.is_localhost());
        assert!(start.follow("http://b.localhost:5002/", &policy, 5002).is_ok());
        assert!(start.follow("http://b.localhost:5003/", &policy, 5002).is_err());
        assert!(start.follow("https://b.localhost:5002/", &policy, 5002).is_err());
    }
}
