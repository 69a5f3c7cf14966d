//! From where a browser may ask: only pages of our own, and only by a name that cannot be rebound (F38).

use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, header};
use std::net::IpAddr;

/// Refuses what a web page of somebody else could have sent: a `Host` that is not this machine (a name
/// rebound to its address), or an `Origin` that is not that host. With TLS (`secure`) an address is as good as
/// `localhost`, because nobody can rebind it, and so are the names that are ours.
pub(crate) fn refusal(
    uri: &Uri,
    headers: &HeaderMap,
    secure: bool,
    is_ours: impl Fn(&str) -> bool,
) -> Option<&'static str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()),
        _ => return Some("there must be exactly one Host header"),
    };
    let Some(host) = host.filter(|host| is_this_machine(host, secure, is_ours)) else {
        return Some("the Host header names another machine");
    };
    if uri.authority().is_some_and(|asked| *asked != host) {
        return Some("the address in the request line is not the one in the Host header");
    }
    let mut origins = headers.get_all(header::ORIGIN).iter();
    if origins.any(|origin| origin.to_str().ok().is_none_or(|origin| !is_same(origin, &host, secure))) {
        return Some("the request comes from a web page of another origin");
    }
    None
}

fn is_this_machine(host: &Authority, secure: bool, is_ours: impl Fn(&str) -> bool) -> bool {
    let name = host.host();
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    !host.as_str().contains('@')
        && (name.eq_ignore_ascii_case("localhost")
            || bare.parse::<IpAddr>().is_ok_and(|address| secure || address.is_loopback())
            || is_ours(name))
}

fn is_same(origin: &str, host: &Authority, secure: bool) -> bool {
    let Ok(origin) = origin.parse::<Uri>() else {
        return false;
    };
    let (scheme, usual) = if secure { ("https", 443) } else { ("http", 80) };
    origin.scheme_str() == Some(scheme)
        && origin.host().is_some_and(|name| name.eq_ignore_ascii_case(host.host()))
        && origin.port_u16().unwrap_or(usual) == host.port_u16().unwrap_or(usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(uri: &str, host: &[&str], origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        for host in host {
            headers.append(header::HOST, host.parse().unwrap());
        }
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        refusal(&uri.parse().unwrap(), &headers, false, |_| false).is_none()
    }

    #[test]
    fn only_this_machine_and_its_own_pages_may_ask() {
        for (host, origin, permitted) in [
            ("127.0.0.1:9644", None, true),
            ("127.8.8.8", None, true),
            ("localhost:9644", None, true),
            ("LOCALHOST", None, true),
            ("[::1]:9644", None, true),
            ("rebound.example:9644", None, false),
            ("localhost.example", None, false),
            ("192.168.1.5:9644", None, false),
            ("me@localhost", None, false),
            ("127.0.0.1:9644", Some("http://127.0.0.1:9644"), true),
            ("localhost", Some("http://localhost"), true),
            ("localhost:80", Some("http://localhost"), true),
            ("127.0.0.1:9644", Some("http://127.0.0.1:8080"), false),
            ("127.0.0.1:9644", Some("https://127.0.0.1:9644"), false),
            ("127.0.0.1:9644", Some("http://localhost:9644"), false),
            ("127.0.0.1:9644", Some("http://evil.example"), false),
            ("127.0.0.1:9644", Some("null"), false),
        ] {
            assert_eq!(asked("/api/v1/runs", &[host], origin), permitted, "{host} {origin:?}");
        }
        assert!(!asked("/", &[], None));
        assert!(!asked("/", &["localhost", "localhost"], None));
        assert!(!asked("http://evil.example/", &["localhost"], None));
    }

    #[test]
    fn with_tls_the_names_of_the_certificate_and_addresses_are_ours() {
        for (host, origin, permitted) in [
            ("certs.example.com:9643", None, true),
            ("certs.example.com:9643", Some("https://certs.example.com:9643"), true),
            ("certs.example.com:9643", Some("http://certs.example.com:9643"), false),
            ("certs.example.com", Some("https://evil.example"), false),
            ("192.168.1.5:9643", None, true),
            ("[fe80::1]:9643", None, true),
            ("localhost", None, true),
            ("rebound.example:9643", None, false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            let refused = refusal(&"/".parse().unwrap(), &headers, true, |name| name == "certs.example.com");
            assert_eq!(refused.is_none(), permitted, "{host} {origin:?}");
        }
    }
}
