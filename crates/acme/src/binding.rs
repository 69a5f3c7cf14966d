//! External account binding (RFC 8555 §7.3.4): a MAC that ties a new account to one the CA knows already.

use crate::base64url;
use crate::error::Error;
use crate::jws::flattened;
use crate::key::AccountKey;
use aws_lc_rs::hmac;
use serde_json::{Map, Value, json};
use std::fmt;
use zeroize::Zeroizing;

/// The MAC algorithm; CAs that name none mean HS256.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MacAlgorithm {
    /// HMAC with SHA-256.
    #[default]
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
}

impl MacAlgorithm {
    /// The name in a JWS header.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    const fn implementation(self) -> hmac::Algorithm {
        match self {
            Self::Hs256 => hmac::HMAC_SHA256,
            Self::Hs384 => hmac::HMAC_SHA384,
            Self::Hs512 => hmac::HMAC_SHA512,
        }
    }
}

/// The credentials that the CA gave out for one new account.
#[derive(Clone)]
pub struct ExternalAccountBinding {
    key_id: String,
    algorithm: MacAlgorithm,
    mac_key: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for ExternalAccountBinding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ExternalAccountBinding")
            .field("key_id", &self.key_id)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

impl ExternalAccountBinding {
    /// Takes the MAC key as CAs show it: base64url; padding, the other base64 alphabet and surrounding
    /// whitespace are forgiven, since people paste it.
    pub fn new(key_id: impl Into<String>, mac_key: &str, algorithm: MacAlgorithm) -> Result<Self, Error> {
        let attempted = "read the external account binding";
        let key_id = key_id.into().trim().to_owned();
        if key_id.is_empty() {
            return Err(Error::invalid(attempted, "the key identifier is empty"));
        }
        let tidy = Zeroizing::new(mac_key.trim().trim_end_matches('=').replace('+', "-").replace('/', "_"));
        let mac_key = Zeroizing::new(
            base64url::decode(&tidy)
                .ok_or_else(|| Error::invalid(attempted, "the MAC key is not base64url (RFC 4648 §5)"))?,
        );
        if mac_key.is_empty() {
            return Err(Error::invalid(attempted, "the MAC key is empty"));
        }
        Ok(Self { key_id, algorithm, mac_key })
    }

    /// The key identifier, which is not a secret.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The binding of `key`, for the newAccount request to `url`.
    pub(crate) fn bind(&self, key: &AccountKey, url: &str) -> Result<Value, Error> {
        let mut header = Map::new();
        header.insert("alg".to_owned(), json!(self.algorithm.name()));
        header.insert("kid".to_owned(), json!(self.key_id));
        header.insert("url".to_owned(), json!(url));
        flattened(&header, &key.jwk().to_value().to_string(), |message| {
            let mac_key = hmac::Key::new(self.algorithm.implementation(), &self.mac_key);
            Ok(hmac::sign(&mac_key, message).as_ref().to_vec())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::KeyAlgorithm;

    #[test]
    fn the_binding_is_a_mac_over_the_account_key() {
        let key = AccountKey::generate(KeyAlgorithm::Es256).unwrap();
        for (algorithm, implementation) in [
            (MacAlgorithm::Hs256, hmac::HMAC_SHA256),
            (MacAlgorithm::Hs384, hmac::HMAC_SHA384),
            (MacAlgorithm::Hs512, hmac::HMAC_SHA512),
        ] {
            let binding = ExternalAccountBinding::new("kid-1", "c2VjcmV0LW1hYw", algorithm).unwrap();
            let bound = binding.bind(&key, "https://ca.example/new").unwrap();
            let text = |name: &str| bound[name].as_str().unwrap().to_owned();
            let header: Value =
                serde_json::from_slice(&base64url::decode(&text("protected")).unwrap()).unwrap();
            assert_eq!(
                header,
                json!({"alg": algorithm.name(), "kid": "kid-1", "url": "https://ca.example/new"})
            );
            let payload: Value =
                serde_json::from_slice(&base64url::decode(&text("payload")).unwrap()).unwrap();
            assert_eq!(payload, key.jwk().to_value());
            let mac_key = hmac::Key::new(implementation, b"secret-mac");
            let input = format!("{}.{}", text("protected"), text("payload"));
            hmac::verify(&mac_key, input.as_bytes(), &base64url::decode(&text("signature")).unwrap())
                .unwrap();
        }
    }

    #[test]
    fn pasted_keys_are_forgiven_and_wrong_ones_named() {
        for pasted in ["-_-_", "+/+/", " -_-_\n"] {
            let binding = ExternalAccountBinding::new("kid", pasted, MacAlgorithm::Hs256).unwrap();
            assert_eq!(*binding.mac_key, [0xfb, 0xff, 0xbf]);
        }
        for padded in ["c2VjcmV0LW1hYw==", "c2VjcmV0LW1hYx"] {
            assert!(ExternalAccountBinding::new("kid", padded, MacAlgorithm::Hs256).is_ok(), "{padded}");
        }
        for (key_id, mac_key, expected) in [
            ("kid", "not base64!", "not base64url"),
            ("kid", "A", "not base64url"),
            ("kid", "==", "is empty"),
            (" ", "AAAA", "identifier is empty"),
        ] {
            let said =
                ExternalAccountBinding::new(key_id, mac_key, MacAlgorithm::Hs256).unwrap_err().to_string();
            assert!(said.contains(expected), "{said}");
            assert!(!said.contains("base64!"), "the key is not quoted");
        }
    }

    #[test]
    fn the_mac_key_is_not_in_debug() {
        let binding = ExternalAccountBinding::new("kid", "AQID", MacAlgorithm::Hs256).unwrap();
        assert_eq!(
            format!("{binding:?}"),
            "ExternalAccountBinding { key_id: \"kid\", algorithm: Hs256, .. }"
        );
    }
}
