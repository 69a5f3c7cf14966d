//! The session's cookie: for scripts unreadable, for other sites unsendable, with TLS bound to this host.

use crate::caller::Origin;
use axum::http::{HeaderMap, HeaderValue, header};
use certwright_core::session::LONGEST;
use zeroize::Zeroizing;

/// A cookie that is set or cleared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cookie(HeaderValue);

/// Its name: browsers send cookies to every port of a host, so each port has its own.
fn name(origin: &Origin) -> String {
    let prefix = if origin.secure { "__Host-" } else { "" };
    format!("{prefix}certwright-{}", origin.port)
}

impl Cookie {
    fn new(origin: &Origin, value: &str, seconds: i64) -> Self {
        let secure = if origin.secure { "; Secure" } else { "" };
        let text = Zeroizing::new(format!(
            "{}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{secure}",
            name(origin)
        ));
        let mut value = HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""));
        value.set_sensitive(true);
        Self(value)
    }

    /// Sets it.
    pub(super) fn set(origin: &Origin, secret: &str) -> Self {
        Self::new(origin, secret, LONGEST.as_secs())
    }

    /// Clears it.
    pub(crate) fn clear(origin: &Origin) -> Self {
        Self::new(origin, "", 0)
    }

    /// The header's value.
    pub(crate) fn value(self) -> HeaderValue {
        self.0
    }

    /// What a browser shows.
    pub(crate) fn shown(origin: &Origin, headers: &HeaderMap) -> Option<Zeroizing<String>> {
        let name = name(origin);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| Zeroizing::new(value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(secure: bool) -> Origin {
        Origin { address: None, agent: String::new(), secure, port: 9644 }
    }

    #[test]
    fn its_flags_are_those_that_browsers_want() {
        assert_eq!(
            Cookie::set(&origin(false), "abc").value().to_str().unwrap(),
            "certwright-9644=abc; Max-Age=604800; Path=/; HttpOnly; SameSite=Strict"
        );
        assert_eq!(
            Cookie::set(&origin(true), "abc").value().to_str().unwrap(),
            "__Host-certwright-9644=abc; Max-Age=604800; Path=/; HttpOnly; SameSite=Strict; Secure"
        );
        assert!(
            Cookie::clear(&origin(false))
                .value()
                .to_str()
                .unwrap()
                .starts_with("certwright-9644=; Max-Age=0")
        );
    }

    #[test]
    fn it_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=b; certwright-8000=no; certwright-9644=yes".parse().unwrap());
        assert_eq!(Cookie::shown(&origin(false), &headers).as_deref().map(String::as_str), Some("yes"));
        assert_eq!(Cookie::shown(&origin(true), &headers), None);
        assert_eq!(Cookie::shown(&origin(false), &HeaderMap::new()), None);
    }
}
