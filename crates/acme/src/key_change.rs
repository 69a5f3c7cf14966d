//! Changing an account's key (RFC 8555 §7.3.5).

use crate::answered::Answered;
use crate::error::Error;
use crate::jws::Signer;
use crate::key::AccountKey;
use crate::post::JSON;
use crate::session::Session;
use serde_json::json;
use std::sync::Arc;

impl Session {
    /// Moves the account to `new_key`, which the caller has stored already: if the answer is lost,
    /// [`crate::Client::find_account`] with either key tells which one holds. Returns the session of the new key.
    pub async fn change_key(&self, new_key: Arc<AccountKey>) -> Result<Answered<Self>, Error> {
        let account = &self.account_url;
        let attempted = format!("change the key of the account {account}");
        let directory = self.client.directory().await?;
        let Some(url) = directory.key_change.as_deref() else {
            return Err(Error::NotOffered { attempted, missing: "keyChange" });
        };
        let consent = json!({"account": account, "oldKey": self.key.jwk().to_value()});
        let inner = Signer::bare(&new_key).sign(url, None, &consent.to_string())?;
        let answer = self.post(&attempted, url, Some(&inner), JSON).await?;
        let session = Self { key: new_key, ..self.clone() };
        Ok(Answered::new(url, &answer, session))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;
    use crate::key::KeyAlgorithm;
    use crate::script::{Script, client, reply};
    use serde_json::Value;

    #[tokio::test]
    async fn the_old_key_vouches_for_a_request_of_the_new_one() {
        let script = Script::opened([reply(200, &[], "")]);
        let old = Arc::new(AccountKey::generate(KeyAlgorithm::Es256).unwrap());
        let new = Arc::new(AccountKey::generate(KeyAlgorithm::Es384).unwrap());
        let session = Session::new(client(&script), Arc::clone(&old), "https://ca.example/acct/1").unwrap();
        let changed = session.change_key(Arc::clone(&new)).await.unwrap().value;
        assert_eq!(changed.key().thumbprint(), new.thumbprint());
        let (outer, inner) = script.last();
        assert_eq!(outer["kid"], "https://ca.example/acct/1");
        let part = |name: &str| -> Value {
            serde_json::from_slice(&base64url::decode(inner[name].as_str().unwrap()).unwrap()).unwrap()
        };
        let expected = json!({"alg": "ES384", "jwk": new.jwk().to_value(), "url": "https://ca.example/key"});
        assert_eq!(part("protected"), expected, "no nonce inside (RFC 8555 §7.3.5)");
        assert_eq!(
            part("payload"),
            json!({"account": "https://ca.example/acct/1", "oldKey": old.jwk().to_value()})
        );
    }
}
