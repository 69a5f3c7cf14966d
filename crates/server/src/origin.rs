//! From where a browser may ask: only pages of our own, and only by a name that cannot be rebound (F38).

use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, header};
use std::net::IpAddr;

/// Refuses what a web page of somebody else could have sent: a `Host` that is not this machine (a name
/// rebound to 127.0.0.1), or an `Origin` that is not that host.
pub(crate) fn refusal(uri: &Uri, headers: &HeaderMap) -> Option<&'static str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()),
        _ => return Some("there must be exactly one Host header"),
    };
    let Some(host) = host.filter(is_loopback) else {
        return Some("the Host header names another machine");
    };
    if uri.authority().is_some_and(|asked| *asked != host) {
        return Some("the address in the request line is not the one in the Host header");
    }
    let mut origins = headers.get_all(header::ORIGIN).iter();
    if origins.any(|origin| origin.to_str().ok().is_none_or(|origin| !is_same(origin, &host))) {
        return Some("the request comes from a web page of another origin");
    }
    None
}

fn is_loopback(host: &Authority) -> bool {
    let name = host.host();
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    !host.as_str().contains('@')
        && (name.eq_ignore_ascii_case("localhost")
            || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()))
}

fn is_same(origin: &str, host: &Authority) -> bool {
    let Ok(origin) = origin.parse::<Uri>() else {
        return false;
    };
    // There is no TLS yet, so a page of ours came by http.
    origin.scheme_str() == Some("http")
        && origin.host().is_some_and(|name| name.eq_ignore_ascii_case(host.host()))
        && origin.port_u16().unwrap_or(80) == host.port_u16().unwrap_or(80)
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
        refusal(&uri.parse().unwrap(), &headers).is_none()
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
}
