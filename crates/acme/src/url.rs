//! Which URLs of a CA are followed: http(s), with a host, without anything that could mislead a reader.

use http::Uri;

/// Longer URLs are refused: nothing legitimate comes near, and they are stored and logged.
const LENGTH_CAP: usize = 2048;

/// Says what is wrong with a URL, if anything.
pub(crate) fn check(url: &str) -> Result<(), &'static str> {
    if url.len() > LENGTH_CAP {
        return Err("a URL longer than 2,048 characters");
    }
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    if !url.bytes().all(plain) {
        return Err("a URL with characters that do not belong in one");
    }
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err("a URL that is neither https nor http");
    }
    let Ok(parsed) = url.parse::<Uri>() else {
        return Err("something that is not a URL");
    };
    match parsed.authority() {
        None => Err("a URL without a host"),
        Some(authority) if authority.as_str().contains('@') => Err("a URL with a user name in it"),
        Some(authority) if authority.host().is_empty() => Err("a URL without a host"),
        Some(_) => Ok(()),
    }
}

/// Whether following `url` would leave the encryption that `origin` had (RFC 8555 §6.1 wants https).
pub(crate) fn is_downgrade(origin: &str, url: &str) -> bool {
    scheme_is_https(origin) && !scheme_is_https(url)
}

fn scheme_is_https(url: &str) -> bool {
    url.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"))
}

/// A reference of a header made absolute; RFC 9110 §10.2.2 lets a server leave scheme and host out.
pub(crate) fn absolute(base: &str, reference: &str) -> String {
    if !reference.starts_with('/') || reference.starts_with("//") {
        return reference.to_owned();
    }
    let parsed = base.parse::<Uri>().ok();
    let origin = parsed.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.authority()?)));
    origin.map_or_else(
        || reference.to_owned(),
        |(scheme, authority)| format!("{scheme}://{authority}{reference}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_that_are_followed() {
        for url in [
            "https://ca.example/acme/order/1",
            "http://127.0.0.1:14000/dir",
            "https://[::1]:14000/a?b=c&d=%20",
            "HTTPS://ca.example/",
        ] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn urls_that_are_refused() {
        let long = format!("https://ca.example/{}", "a".repeat(3000));
        for url in [
            "",
            "/acme/order/1",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "ftp://ca.example/",
            "https://user:secret@ca.example/",
            "https://ca.example/\r\nHost: evil",
            "https://ca.example/ space",
            "https://ca.example/\u{202e}",
            "https://ca.example/`id`",
            "https:///path",
            &long,
        ] {
            assert!(check(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_downgrade_is_seen() {
        assert!(is_downgrade("https://ca.example/dir", "http://ca.example/order"));
        assert!(!is_downgrade("http://ca.example/dir", "http://ca.example/order"));
        assert!(!is_downgrade("https://ca.example/dir", "HTTPS://ca.example/order"));
    }

    #[test]
    fn a_relative_reference_is_made_absolute() {
        let base = "https://ca.example:14000/acme/new";
        assert_eq!(absolute(base, "/acme/1"), "https://ca.example:14000/acme/1");
        assert_eq!(absolute(base, "https://other.example/1"), "https://other.example/1");
    }
}
