//! Signed requests: flattened JWS JSON (RFC 7515 §7.2.2) with the header members of RFC 8555 §6.2.

use crate::base64url;
use crate::error::Error;
use crate::key::AccountKey;
use serde_json::{Map, Value, json};

/// Who signs, and how the CA is told which key it was.
#[derive(Clone, Copy)]
pub(crate) struct Signer<'a> {
    key: &'a AccountKey,
    account_url: Option<&'a str>,
}

impl<'a> Signer<'a> {
    /// Names the account (`kid`): everything that is done within an account.
    pub(crate) const fn account(key: &'a AccountKey, account_url: &'a str) -> Self {
        Self { key, account_url: Some(account_url) }
    }

    /// Shows the public key (`jwk`): new accounts, key changes, revocation by the certificate's key.
    pub(crate) const fn bare(key: &'a AccountKey) -> Self {
        Self { key, account_url: None }
    }

    /// Signs a payload for one URL; an empty payload is POST-as-GET (RFC 8555 §6.3). Without a nonce, the
    /// result can only stand inside another one (RFC 8555 §7.3.5).
    pub(crate) fn sign(&self, url: &str, nonce: Option<&str>, payload: &str) -> Result<Value, Error> {
        let mut header = Map::new();
        header.insert("alg".to_owned(), json!(self.key.algorithm().name()));
        match self.account_url {
            Some(account_url) => header.insert("kid".to_owned(), json!(account_url)),
            None => header.insert("jwk".to_owned(), self.key.jwk().to_value()),
        };
        if let Some(nonce) = nonce {
            header.insert("nonce".to_owned(), json!(nonce));
        }
        header.insert("url".to_owned(), json!(url));
        flattened(&header, payload, |message| self.key.sign(message))
    }
}

/// Assembles the three parts; `sign` sees the signing input (RFC 7515 §5.1).
pub(crate) fn flattened(
    header: &Map<String, Value>,
    payload: &str,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, Error>,
) -> Result<Value, Error> {
    let protected = base64url::encode(Value::Object(header.clone()).to_string());
    let payload = base64url::encode(payload);
    let signature = sign(format!("{protected}.{payload}").as_bytes())?;
    Ok(json!({"protected": protected, "payload": payload, "signature": base64url::encode(signature)}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::KeyAlgorithm;
    use aws_lc_rs::rsa::PublicKeyComponents;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    };

    fn part(signed: &Value, name: &str) -> Vec<u8> {
        base64url::decode(signed[name].as_str().unwrap()).unwrap()
    }

    /// Verifies with nothing but what the request itself carries.
    fn verify(signed: &Value) {
        let header: Value = serde_json::from_slice(&part(signed, "protected")).unwrap();
        let member = |name: &str| base64url::decode(header["jwk"][name].as_str().unwrap()).unwrap();
        let input =
            format!("{}.{}", signed["protected"].as_str().unwrap(), signed["payload"].as_str().unwrap());
        let signature = part(signed, "signature");
        match header["alg"].as_str().unwrap() {
            "RS256" => PublicKeyComponents { n: member("n"), e: member("e") }
                .verify(&RSA_PKCS1_2048_8192_SHA256, input.as_bytes(), &signature)
                .unwrap(),
            name => {
                let algorithm =
                    if name == "ES256" { &ECDSA_P256_SHA256_FIXED } else { &ECDSA_P384_SHA384_FIXED };
                let point = [vec![4], member("x"), member("y")].concat();
                UnparsedPublicKey::new(algorithm, point).verify(input.as_bytes(), &signature).unwrap();
            }
        }
    }

    #[test]
    fn every_algorithm_verifies_with_the_key_that_is_shown() {
        for algorithm in [KeyAlgorithm::Es256, KeyAlgorithm::Es384, KeyAlgorithm::Rs256] {
            let key = AccountKey::generate(algorithm).unwrap();
            let signed =
                Signer::bare(&key).sign("https://ca.example/new", Some("abc"), r#"{"a":1}"#).unwrap();
            verify(&signed);
            assert_eq!(part(&signed, "payload"), br#"{"a":1}"#);
        }
    }

    #[test]
    fn the_header_names_account_nonce_and_url() {
        let key = AccountKey::generate(KeyAlgorithm::Es256).unwrap();
        let signed = Signer::account(&key, "https://ca.example/a/1")
            .sign("https://ca.example/o", Some("n"), "")
            .unwrap();
        let header: Value = serde_json::from_slice(&part(&signed, "protected")).unwrap();
        assert_eq!(
            header,
            json!({"alg": "ES256", "kid": "https://ca.example/a/1", "nonce": "n", "url": "https://ca.example/o"})
        );
        assert_eq!(signed["payload"], "", "POST-as-GET has an empty payload");
    }
}
