//! External account binding (RFC 8555 §7.3.4): a MAC by a key that a person here gave out.

use crate::authority::Shared;
use crate::jwk::Jwk;
use crate::jws::{Jws, KeyReference};
use crate::problem::Problem;
use crate::vault::Secret;
use aws_lc_rs::hmac;
use serde_json::Value;

const ALGORITHMS: &[&str] = &["HS256", "HS384", "HS512"];

impl Shared {
    /// The id of the external key that binds this account key, for a newAccount request to `url`. Whether it is used
    /// already is for the store to say, in the transaction that uses it.
    pub(crate) async fn external_key_of(
        &self,
        binding: &Value,
        key: &Jwk,
        url: &str,
    ) -> Result<String, Problem> {
        let jws = Jws::read_inner(binding)?;
        let header = jws.header()?;
        let algorithm = match header.alg.as_str() {
            "HS256" => hmac::HMAC_SHA256,
            "HS384" => hmac::HMAC_SHA384,
            "HS512" => hmac::HMAC_SHA512,
            _ => return Err(Problem::bad_algorithm(ALGORITHMS)),
        };
        let KeyReference::Kid(id) = header.key()? else {
            return Err(Problem::malformed("the external account binding must name its key by kid"));
        };
        // RFC 8555 §7.3.4: no nonce, the same url, the account's key as payload.
        if header.nonce.is_some() || header.url.as_deref() != Some(url) {
            return Err(Problem::malformed(
                "the external account binding must have the url of the request, and no nonce",
            ));
        }
        let bound = serde_json::from_slice(&jws.payload).ok().and_then(|value: Value| Jwk::read(&value).ok());
        if bound.as_ref() != Some(key) {
            return Err(Problem::malformed("the external account binding is for another key"));
        }
        // One answer for a key that nobody gave out and for a wrong MAC: ids are not to be guessed.
        let refused =
            || Problem::unauthorized("the external account binding is not by a key of this authority");
        if id.len() > 128 {
            return Err(refused());
        }
        let (_, sealed) = self.parts.store.external_key(self.name(), id).await?.ok_or_else(refused)?;
        let secret = Secret::External(self.name(), id)
            .open(&self.parts.data_key, &sealed)
            .map_err(|error| Problem::internal("open an external key", &error))?;
        let mac_key = hmac::Key::new(algorithm, &secret);
        hmac::verify(&mac_key, &jws.signing_input(), jws.signature()).map_err(|_| refused())?;
        Ok(id.to_owned())
    }
}
