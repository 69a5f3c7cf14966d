//! Signed requests: flattened JWS JSON with a protected header and nothing else (RFC 7515 §7.2.2, RFC 8555 §6.2).

use crate::base64url;
use crate::problem::Problem;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

/// A JWS, taken apart; nothing is verified.
#[derive(Debug)]
pub(crate) struct Jws {
    protected: String,
    payload_text: String,
    signature: Vec<u8>,
    /// The payload, decoded.
    pub(crate) payload: Vec<u8>,
}

#[derive(Deserialize)]
struct Flattened {
    protected: String,
    payload: String,
    signature: String,
    header: Option<IgnoredAny>,
    signatures: Option<IgnoredAny>,
}

/// A protected header. Members that nobody knows are passed over, unless they are said to be critical.
#[derive(Debug, Deserialize)]
pub(crate) struct Header {
    pub(crate) alg: String,
    pub(crate) url: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) kid: Option<String>,
    pub(crate) jwk: Option<Value>,
    crit: Option<IgnoredAny>,
    b64: Option<IgnoredAny>,
}

/// Which key a header names.
#[derive(Debug)]
pub(crate) enum KeyReference<'a> {
    /// The one it carries.
    Jwk(&'a Value),
    /// That of the account at this address.
    Kid(&'a str),
}

impl Jws {
    /// Reads a body.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Problem> {
        let read: Flattened = serde_json::from_slice(body).map_err(|_| {
            Problem::malformed("the body is no flattened JWS: an object of protected, payload and signature")
        })?;
        Self::take_apart(read)
    }

    /// Reads one that stands inside a payload.
    pub(crate) fn read_inner(value: &Value) -> Result<Self, Problem> {
        let read = Flattened::deserialize(value)
            .map_err(|_| Problem::malformed("the inner object is no flattened JWS"))?;
        Self::take_apart(read)
    }

    fn take_apart(read: Flattened) -> Result<Self, Problem> {
        // RFC 8555 §6.2: no unprotected header, one signature.
        if read.header.is_some() || read.signatures.is_some() {
            return Err(Problem::malformed("the JWS has an unprotected header or several signatures"));
        }
        let decode = |part: &str, name: &str| {
            base64url::decode(part)
                .ok_or_else(|| Problem::malformed(format!("the {name} is not base64url without padding")))
        };
        Ok(Self {
            signature: decode(&read.signature, "signature")?,
            payload: decode(&read.payload, "payload")?,
            protected: read.protected,
            payload_text: read.payload,
        })
    }

    /// Reads the protected header.
    pub(crate) fn header(&self) -> Result<Header, Problem> {
        let bytes = base64url::decode(&self.protected)
            .ok_or_else(|| Problem::malformed("the protected header is not base64url without padding"))?;
        let header: Header = serde_json::from_slice(&bytes)
            .map_err(|_| Problem::malformed("the protected header is no JSON object with alg"))?;
        // RFC 7515 §4.1.11: what is critical and unknown must be refused; RFC 7797's `b64` changes what is signed.
        if header.crit.is_some() || header.b64.is_some() {
            return Err(Problem::malformed("the protected header has members that are not understood here"));
        }
        Ok(header)
    }

    /// What the signature is over (RFC 7515 §5.1).
    pub(crate) fn signing_input(&self) -> Vec<u8> {
        [self.protected.as_bytes(), b".", self.payload_text.as_bytes()].concat()
    }

    /// The signature.
    pub(crate) fn signature(&self) -> &[u8] {
        &self.signature
    }
}

impl Header {
    /// The one key that it names: `jwk` or `kid`, not both (RFC 8555 §6.2).
    pub(crate) fn key(&self) -> Result<KeyReference<'_>, Problem> {
        match (&self.jwk, &self.kid) {
            (Some(jwk), None) => Ok(KeyReference::Jwk(jwk)),
            (None, Some(kid)) => Ok(KeyReference::Kid(kid)),
            _ => Err(Problem::malformed("the protected header must have jwk or kid, and not both")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn jws(header: &Value) -> Value {
        json!({"protected": base64url::encode(header.to_string()), "payload": "", "signature": "AA"})
    }

    fn header(value: &Value) -> Result<Header, Problem> {
        Jws::read(jws(value).to_string().as_bytes())?.header()
    }

    #[test]
    fn exactly_one_form_is_read() {
        let good = jws(&json!({"alg": "ES256", "url": "u", "nonce": "n", "kid": "k", "more": [1]}));
        let read = Jws::read(good.to_string().as_bytes()).unwrap();
        assert_eq!(read.header().unwrap().nonce.as_deref(), Some("n"));
        assert!(read.signing_input().ends_with(b"."));
        let with = |name: &str, value: Value| {
            let mut changed = good.clone();
            changed[name] = value;
            changed.to_string()
        };
        let text = good.to_string();
        for body in [
            String::new(),
            "null".to_owned(),
            "[]".to_owned(),
            "\"a.b.c\"".to_owned(),
            text[..text.len() - 1].to_owned(),
            format!("{text}{text}"),
            text.replace("{\"pay", "{\"signature\":\"AA\",\"pay"),
            with("header", json!({"kid": "k"})),
            with("signatures", json!([])),
            with("signature", json!("AA==")),
            with("signature", json!("A+")),
            with("signature", json!(7)),
            with("payload", json!(null)),
            with("payload", json!("e30=")),
            with("payload", json!("e3 0")),
            "[".repeat(100_000),
        ] {
            assert!(Jws::read(body.as_bytes()).is_err(), "{body:.200}");
        }
        assert!(
            Jws::read(with("unknown", json!({"a": 1})).as_bytes()).is_ok(),
            "unknown members are passed over"
        );
    }

    #[test]
    fn headers_that_are_refused() {
        assert!(header(&json!({"alg": "ES256"})).is_ok());
        for value in [
            json!({}),
            json!([]),
            json!("ES256"),
            json!({"alg": 7}),
            json!({"alg": "ES256", "crit": ["exp"]}),
            json!({"alg": "ES256", "b64": false}),
            json!({"alg": "ES256", "nonce": 7}),
            json!({"alg": "ES256", "kid": {}}),
        ] {
            assert!(header(&value).is_err(), "{value}");
        }
        for (value, fine) in [
            (json!({"alg": "x", "jwk": {}}), true),
            (json!({"alg": "x", "kid": "k"}), true),
            (json!({"alg": "x", "kid": "k", "jwk": {}}), false),
            (json!({"alg": "x"}), false),
        ] {
            assert_eq!(header(&value).unwrap().key().is_ok(), fine, "{value}");
        }
    }
}
