//! The nonces that answers bring along (RFC 8555 §6.5), kept for the next requests.

use crate::base64url;
use http::HeaderMap;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// More than this are not kept: CAs let unused nonces expire.
const POOL_CAP: usize = 64;

/// A longer value is no nonce.
const LENGTH_CAP: usize = 1024;

/// Nonces of one directory, shared by everything that uses one client.
#[derive(Debug, Default)]
pub(crate) struct NoncePool(Mutex<VecDeque<String>>);

impl NoncePool {
    /// The newest first: the older one is, the likelier the CA has forgotten it.
    pub(crate) fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_back()
    }

    /// Keeps one, and drops the oldest when full.
    pub(crate) fn put(&self, nonce: String) {
        let mut nonces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if nonces.len() == POOL_CAP {
            nonces.pop_front();
        }
        nonces.push_back(nonce);
    }
}

/// The nonce of an answer; one outside the alphabet must be ignored (RFC 8555 §6.5.1).
pub(crate) fn of(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("replay-nonce")?.to_str().ok()?;
    let good = !value.is_empty() && value.len() <= LENGTH_CAP && base64url::is_alphabet(value);
    good.then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn the_pool_is_bounded_and_gives_the_newest() {
        let pool = NoncePool::default();
        for number in 0..100 {
            pool.put(number.to_string());
        }
        assert_eq!(pool.take().as_deref(), Some("99"));
        let rest = std::iter::from_fn(|| pool.take()).collect::<Vec<_>>();
        assert_eq!(rest.len(), POOL_CAP - 1);
        assert_eq!(rest.last().map(String::as_str), Some("36"));
    }

    #[test]
    fn only_base64url_is_a_nonce() {
        for (value, good) in [("abc-_1", true), ("", false), ("a b", false), ("a=", false), ("a\tb", false)] {
            let mut headers = HeaderMap::new();
            headers.insert("replay-nonce", HeaderValue::from_static(value));
            assert_eq!(of(&headers).is_some(), good, "{value:?}");
        }
    }
}
