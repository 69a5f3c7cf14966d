//! Public keys of accounts: as JWK (RFC 7517, RFC 7518 §6), with thumbprint (RFC 7638) and verification.

use crate::base64url;
use crate::problem::{Kind, Problem};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};
use certwright_pki::issue::PublicKey;
use serde::Deserialize;
use serde_json::{Value, json};

/// What requests may be signed with (RFC 7518 §3.1).
pub(crate) const ALGORITHMS: &[&str] = &["ES256", "ES384", "RS256"];

/// RSA keys of accounts have at most 4096 bits: a larger one costs us more than its owner.
const LONGEST_MODULUS: usize = 512;

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Jwk(PublicKey);

#[derive(Deserialize)]
struct Members {
    kty: String,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
    d: Option<Value>,
}

impl Jwk {
    /// Reads one of a kind that accounts may have.
    pub(crate) fn read(value: &Value) -> Result<Self, Problem> {
        let members =
            Members::deserialize(value).map_err(|_| Problem::malformed("the key is no JWK (RFC 7517)"))?;
        if members.d.is_some() {
            // Whoever sends it has shown it to us, and should not use it again.
            return Err(bad_key("it is a private key; make another one and keep it to yourself"));
        }
        let part = |text: &Option<String>| {
            text.as_deref().and_then(base64url::decode).ok_or_else(|| {
                bad_key("a part of it is missing or not base64url without padding (RFC 7515 §2)")
            })
        };
        let width = |_| bad_key("a coordinate does not have the width of its curve (RFC 7518 §6.2.1.2)");
        let key = match (members.kty.as_str(), members.crv.as_deref()) {
            ("EC", Some("P-256")) => PublicKey::P256 {
                x: part(&members.x)?.try_into().map_err(width)?,
                y: part(&members.y)?.try_into().map_err(width)?,
            },
            ("EC", Some("P-384")) => PublicKey::P384 {
                x: part(&members.x)?.try_into().map_err(width)?,
                y: part(&members.y)?.try_into().map_err(width)?,
            },
            ("RSA", _) => rsa(part(&members.n)?, part(&members.e)?)?,
            _ => return Err(bad_key("use EC with P-256 or P-384, or RSA")),
        };
        Ok(Self(key))
    }

    /// The key of a certificate or a request, as a JWK.
    pub(crate) fn of(key: PublicKey) -> Self {
        Self(key)
    }

    /// The required members alone, in the order of RFC 7638 §3.2: what the thumbprint is made of.
    pub(crate) fn to_value(&self) -> Value {
        let text = |bytes: &[u8]| base64url::encode(bytes);
        match &self.0 {
            PublicKey::P256 { x, y } => json!({"crv": "P-256", "kty": "EC", "x": text(x), "y": text(y)}),
            PublicKey::P384 { x, y } => json!({"crv": "P-384", "kty": "EC", "x": text(x), "y": text(y)}),
            PublicKey::Rsa { modulus, exponent } => {
                json!({"e": text(exponent), "kty": "RSA", "n": text(modulus)})
            }
        }
    }

    /// The thumbprint (RFC 7638), in base64url.
    pub(crate) fn thumbprint(&self) -> String {
        // `serde_json` writes members in the order of their names, without spaces: what RFC 7638 §3 wants.
        base64url::encode(digest(&SHA256, self.to_value().to_string().as_bytes()))
    }

    /// Whether the message is signed by this key, with the algorithm that goes with it.
    pub(crate) fn verify(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> Result<(), Problem> {
        let verified = match (&self.0, algorithm) {
            (PublicKey::P256 { x, y }, "ES256") => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, [&[4], &x[..], y].concat())
                    .verify(message, signature)
            }
            (PublicKey::P384 { x, y }, "ES384") => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, [&[4], &x[..], y].concat())
                    .verify(message, signature)
            }
            (PublicKey::Rsa { modulus, exponent }, "RS256") => {
                PublicKeyComponents { n: modulus, e: exponent }.verify(
                    &RSA_PKCS1_2048_8192_SHA256,
                    message,
                    signature,
                )
            }
            _ => return Err(Problem::malformed("the signature algorithm does not go with the key")),
        };
        verified.map_err(|_| Problem::malformed("the request is not signed by its key"))
    }
}

fn rsa(modulus: Vec<u8>, exponent: Vec<u8>) -> Result<PublicKey, Problem> {
    // RFC 7518 §6.3.1: no leading zeros.
    let bits_at_top = modulus.first().is_some_and(|first| *first >= 0x80);
    let length =
        if bits_at_top { modulus.len() * 8 } else { modulus.len() * 8 - usize::from(!modulus.is_empty()) };
    if length < 2048 || modulus.len() > LONGEST_MODULUS || modulus.first() == Some(&0) {
        return Err(bad_key("its RSA modulus must have 2048 to 4096 bits, without leading zeros"));
    }
    let odd = exponent.last().is_some_and(|last| last & 1 == 1);
    if !(3..=4).contains(&exponent.len()) || exponent[0] == 0 || !odd {
        return Err(bad_key("its RSA exponent must be odd and from 65537 to 32 bits"));
    }
    Ok(PublicKey::Rsa { modulus, exponent })
}

fn bad_key(why: &str) -> Problem {
    Problem::new(Kind::BadPublicKey, format!("the key is not accepted: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_is_that_of_rfc_7638() {
        // RFC 7638 §3.1.
        let value = json!({"kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRX\
                  jBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqz\
                  s8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-\
                  G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"});
        let key = Jwk::read(&value).unwrap();
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn keys_that_are_refused() {
        let coordinate = base64url::encode([1; 32]);
        let ec = |change: Value| {
            let mut key = json!({"kty": "EC", "crv": "P-256", "x": coordinate, "y": coordinate});
            for (name, value) in change.as_object().unwrap() {
                key[name] = value.clone();
            }
            key
        };
        let rsa = |length: usize, first: u8, exponent: &[u8]| {
            let mut modulus = vec![0xff; length];
            if let Some(byte) = modulus.first_mut() {
                *byte = first;
            }
            json!({"kty": "RSA", "n": base64url::encode(modulus), "e": base64url::encode(exponent)})
        };
        assert!(Jwk::read(&ec(json!({}))).is_ok());
        assert!(Jwk::read(&rsa(256, 0x80, &[1, 0, 1])).is_ok());
        for value in [
            ec(json!({"d": "AQ"})),
            ec(json!({"crv": "P-521"})),
            ec(json!({"crv": "secp256k1"})),
            ec(json!({"kty": "oct", "k": "AQAB"})),
            ec(json!({"kty": "OKP", "crv": "Ed25519"})),
            ec(json!({"x": base64url::encode([1; 31])})),
            ec(json!({"x": base64url::encode([1; 33])})),
            ec(json!({"x": format!("{coordinate}=")})),
            ec(json!({"y": null})),
            ec(json!({"y": 7})),
            rsa(256, 0x7f, &[1, 0, 1]),
            rsa(255, 0xff, &[1, 0, 1]),
            rsa(513, 0xff, &[1, 0, 1]),
            rsa(256, 0, &[1, 0, 1]),
            rsa(0, 0, &[1, 0, 1]),
            rsa(256, 0xff, &[3]),
            rsa(256, 0xff, &[1, 0, 0]),
            rsa(256, 0xff, &[0, 1, 0, 1]),
            rsa(256, 0xff, &[1, 0, 0, 0, 1]),
            rsa(256, 0xff, &[]),
            json!({}),
            json!("EC"),
            json!([]),
        ] {
            assert!(Jwk::read(&value).is_err(), "{value}");
        }
    }
}
