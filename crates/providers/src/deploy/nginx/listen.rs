//! What a `listen` directive says.

use super::scan::Directive;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// One `listen` directive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listen {
    /// Addresses and ports; several for a port range, none for what is no TCP address.
    pub(crate) sockets: Vec<SocketAddr>,
    /// The address as written, where it is a host name that only nginx resolves.
    pub(crate) unresolved: Option<String>,
    pub(crate) ssl: bool,
    pub(crate) default_server: bool,
    pub(crate) http2: bool,
    pub(crate) quic: bool,
    pub(crate) proxy_protocol: bool,
    /// As written: `on` or `off`.
    pub(crate) ipv6only: Option<String>,
}

const ANY_V4: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

impl Listen {
    /// What nginx does for a server block without any.
    pub(super) fn implied() -> Self {
        Self { sockets: vec![SocketAddr::new(ANY_V4, 80)], ..Self::default() }
    }

    /// Reads the directive.
    pub(super) fn read(directive: &Directive) -> Self {
        let mut listen = Self::default();
        listen.read_address(directive.argument());
        for option in directive.arguments().skip(1) {
            match option {
                "ssl" => listen.ssl = true,
                "default_server" | "default" => listen.default_server = true,
                "http2" => listen.http2 = true,
                "quic" => listen.quic = true,
                "proxy_protocol" => listen.proxy_protocol = true,
                _ => {
                    if let Some(value) = option.strip_prefix("ipv6only=") {
                        listen.ipv6only = Some(value.to_owned());
                    }
                }
            }
        }
        listen
    }

    fn read_address(&mut self, text: &str) {
        if text.starts_with("unix:") {
            return;
        }
        let (host, ports) = split(text);
        let ip = match host {
            "" | "*" => Some(ANY_V4),
            "localhost" => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            _ => match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
                Some(inner) => inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
                None => host.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
            },
        };
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        match (ip, first.parse::<u16>(), last.parse::<u16>()) {
            (Some(ip), Ok(first), Ok(last)) => {
                self.sockets = (first..=last).map(|port| SocketAddr::new(ip, port)).collect();
            }
            _ => self.unresolved = Some(text.to_owned()),
        }
    }
}

/// Host and port of an address, either of which may be left out.
fn split(text: &str) -> (&str, &str) {
    if text.starts_with('[') {
        return match text.split_once("]:") {
            Some((host, port)) => (&text[..=host.len()], port),
            None => (text, "80"),
        };
    }
    match text.rsplit_once(':') {
        Some(parts) => parts,
        None if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => {
            ("", text)
        }
        None => (text, "80"),
    }
}

/// A socket as it is written in a `listen` directive.
pub(super) fn written(socket: SocketAddr) -> String {
    if socket.ip() == ANY_V4 { socket.port().to_string() } else { socket.to_string() }
}

#[cfg(test)]
mod tests {
    use super::super::scan::scan;
    use super::*;

    #[test]
    fn reads_every_spelling() {
        for (text, sockets) in [
            ("80", "0.0.0.0:80"),
            ("*:8080 default_server", "0.0.0.0:8080"),
            ("127.0.0.1", "127.0.0.1:80"),
            ("localhost:81", "127.0.0.1:81"),
            ("[::]:443 ssl http2", "[::]:443"),
            ("[::1]", "[::1]:80"),
            ("8000-8002", "0.0.0.0:8000 0.0.0.0:8001 0.0.0.0:8002"),
            ("unix:/run/x.sock", ""),
            ("example.com:80", ""),
        ] {
            let directives = scan(&format!("listen {text};"), 0).unwrap();
            let found: Vec<_> =
                Listen::read(&directives[0]).sockets.iter().map(ToString::to_string).collect();
            assert_eq!(found.join(" "), sockets, "{text}");
        }
    }

    #[test]
    fn reads_options_and_keeps_names_it_cannot_resolve() {
        let directives =
            scan("listen h:443 ssl http2 proxy_protocol default_server ipv6only=off;", 0).unwrap();
        let listen = Listen::read(&directives[0]);
        assert!(listen.ssl && listen.http2 && listen.proxy_protocol && listen.default_server && !listen.quic);
        assert_eq!(listen.ipv6only.as_deref(), Some("off"));
        assert_eq!(listen.unresolved.as_deref(), Some("h:443"));
    }
}
