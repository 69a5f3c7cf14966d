//! Addresses: what each of ours is, and how it is written. Nothing is decoded, joined or tidied: an address is
//! one of these, byte for byte, or none.

/// What is at an address below an authority's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    Directory,
    NewNonce,
    NewAccount,
    NewOrder,
    RevokeCertificate,
    KeyChange,
    Account(&'a str),
    /// With the id after which the list goes on.
    Orders(&'a str, Option<&'a str>),
    Order(&'a str),
    Finalize(&'a str),
    Authorization(&'a str),
    Challenge(&'a str),
    Certificate(&'a str),
    RenewalInformation(&'a str),
    RevocationList,
    RootPem,
    RootDer,
}

impl<'a> Route<'a> {
    /// Reads what stands after `/acme/<name>/`, with the query.
    pub(crate) fn read(rest: &'a str) -> Option<Self> {
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (rest, None),
        };
        let parts: Vec<&str> = path.splitn(4, '/').collect();
        let route = match parts[..] {
            ["directory"] => Self::Directory,
            ["new-nonce"] => Self::NewNonce,
            ["new-account"] => Self::NewAccount,
            ["new-order"] => Self::NewOrder,
            ["revoke-cert"] => Self::RevokeCertificate,
            ["key-change"] => Self::KeyChange,
            ["account", id] => Self::Account(word(id)?),
            ["account", id, "orders"] => {
                let after = match query {
                    None => None,
                    Some(query) => Some(word(query.strip_prefix("after=")?)?),
                };
                return Some(Self::Orders(word(id)?, after));
            }
            ["order", id] => Self::Order(word(id)?),
            ["order", id, "finalize"] => Self::Finalize(word(id)?),
            ["authorization", id] => Self::Authorization(word(id)?),
            ["challenge", id] => Self::Challenge(word(id)?),
            ["certificate", serial] => Self::Certificate(word(serial)?),
            ["renewal-info", id] => Self::RenewalInformation(id),
            ["crl"] => Self::RevocationList,
            ["root.pem"] => Self::RootPem,
            ["root.der"] => Self::RootDer,
            _ => return None,
        };
        query.is_none().then_some(route)
    }

    /// The methods that it takes.
    pub(crate) fn methods(self) -> &'static str {
        match self {
            // RFC 8555 §6.3: these two also by POST-as-GET.
            Self::Directory | Self::NewNonce => "GET, HEAD, POST",
            Self::RenewalInformation(_) | Self::RevocationList | Self::RootPem | Self::RootDer => "GET, HEAD",
            _ => "POST",
        }
    }
}

/// An id or serial number: base64url or hex, not longer than any of ours.
fn word(text: &str) -> Option<&str> {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    ((1..=40).contains(&text.len()) && text.bytes().all(fine)).then_some(text)
}

/// Writes addresses, all of them below the authority's own, which ends without a slash.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    own: String,
    /// What of `own` is the path.
    path: String,
}

impl Addresses {
    /// From the address of the service, such as `https://ca.home.arpa:8443`, and the authority's name.
    pub(crate) fn new(service: &str, name: &str) -> Self {
        let path = format!("/acme/{name}");
        Self { own: format!("{}{path}", service.trim_end_matches('/')), path }
    }

    /// The path that all of ours begin with.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The address of a path and query as they came in, which begin with [`Self::path`].
    pub(crate) fn absolute(&self, target: &str) -> String {
        format!("{}{}", self.own, target.strip_prefix(self.path.as_str()).unwrap_or(target))
    }

    pub(crate) fn to(&self, rest: &str) -> String {
        format!("{}/{rest}", self.own)
    }

    pub(crate) fn account(&self, id: &str) -> String {
        self.to(&format!("account/{id}"))
    }

    pub(crate) fn order(&self, id: &str) -> String {
        self.to(&format!("order/{id}"))
    }

    pub(crate) fn authorization(&self, id: &str) -> String {
        self.to(&format!("authorization/{id}"))
    }

    pub(crate) fn challenge(&self, id: &str) -> String {
        self.to(&format!("challenge/{id}"))
    }

    pub(crate) fn certificate(&self, serial: &str) -> String {
        self.to(&format!("certificate/{serial}"))
    }

    /// The id of the account at an address of ours.
    pub(crate) fn account_id<'a>(&self, address: &'a str) -> Option<&'a str> {
        match Route::read(address.strip_prefix(self.own.as_str())?.strip_prefix('/')?)? {
            Route::Account(id) => Some(id),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_of_ours_or_none() {
        for (rest, route) in [
            ("directory", Some(Route::Directory)),
            ("order/abc_-9", Some(Route::Order("abc_-9"))),
            ("order/abc/finalize", Some(Route::Finalize("abc"))),
            ("account/a/orders", Some(Route::Orders("a", None))),
            ("account/a/orders?after=b", Some(Route::Orders("a", Some("b")))),
            ("renewal-info/a.b", Some(Route::RenewalInformation("a.b"))),
            ("", None),
            ("directory/", None),
            ("directory?", None),
            ("directory?a=b", None),
            ("Directory", None),
            ("/directory", None),
            ("../home/directory", None),
            ("./directory", None),
            ("order/", None),
            ("order/a/", None),
            ("order/../account/a", None),
            ("order/..", None),
            ("order/%2e%2e", None),
            ("order/a%00", None),
            ("order/a\\b", None),
            ("order/a/finalize/x", None),
            ("order/a/finalize?x", None),
            ("account/a/orders?after=", None),
            ("account/a/orders?after=b&after=c", None),
            ("account/a/orders?before=b", None),
            (&format!("order/{}", "a".repeat(41)), None),
        ] {
            assert_eq!(Route::read(rest), route, "{rest}");
        }
    }

    #[test]
    fn an_account_is_known_by_its_own_address_alone() {
        let addresses = Addresses::new("http://127.0.0.1:80/", "home");
        assert_eq!(addresses.account_id("http://127.0.0.1:80/acme/home/account/a"), Some("a"));
        for other in [
            "a",
            "/acme/home/account/a",
            "https://127.0.0.1:80/acme/home/account/a",
            "http://127.0.0.1:80/acme/homeaccount/a",
            "http://127.0.0.1:80/acme/home/order/a",
            "http://127.0.0.1:80/acme/home/account/a?x",
            "http://127.0.0.1:80/acme/other/account/a",
        ] {
            assert_eq!(addresses.account_id(other), None, "{other}");
        }
    }
}
