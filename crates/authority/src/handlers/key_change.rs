//! An account gets another key (RFC 8555 §7.3.5).

use crate::answer::Answer;
use crate::authority::Shared;
use crate::jwk::{ALGORITHMS, Jwk};
use crate::jws::{Jws, KeyReference};
use crate::payload::{self, KeyChange as Payload};
use crate::problem::Problem;
use crate::signed::{Signed, stored_key};
use certwright_store::issuer::{Account, KeyChange};
use serde_json::Value;

impl Shared {
    pub(crate) async fn change_key(&self, signed: Signed) -> Result<Answer, Problem> {
        let inner = Jws::read_inner(&signed.payload::<Value>()?)?;
        let header = inner.header()?;
        if !ALGORITHMS.contains(&header.alg.as_str()) {
            return Err(Problem::bad_algorithm(ALGORITHMS));
        }
        let KeyReference::Jwk(value) = header.key()? else {
            return Err(Problem::malformed("the inner JWS must carry the new key as jwk"));
        };
        let new_key = Jwk::read(value)?;
        new_key.verify(&header.alg, &inner.signing_input(), inner.signature())?;
        if header.url.as_deref() != Some(signed.url.as_str()) || header.nonce.is_some() {
            return Err(Problem::malformed("the inner JWS must have the url of the outer one, and no nonce"));
        }
        let request: Payload = payload::read(&inner.payload)?;
        let account = signed.account()?;
        if self.addresses.account_id(&request.account) != Some(account.id.as_str()) {
            return Err(Problem::malformed("the inner JWS is about another account"));
        }
        if Jwk::read(&request.old_key)? != stored_key(&account)? {
            return Err(Problem::malformed("the oldKey of the inner JWS is not the account's key"));
        }
        self.store_new_key(account, &new_key).await
    }

    async fn store_new_key(&self, account: Account, new_key: &Jwk) -> Result<Answer, Problem> {
        let (jwk, thumbprint) = (new_key.to_value(), new_key.thumbprint());
        let changed = self
            .parts
            .store
            .change_key(self.name(), &account.id, &account.thumbprint, &thumbprint, &jwk)
            .await?;
        match changed {
            KeyChange::Changed => {
                let location = self.addresses.account(&account.id);
                let account = Account { jwk, thumbprint, ..account };
                Ok(Answer::json(200, &self.account(&account)).at(location))
            }
            KeyChange::Taken(other) => {
                let mut problem = Problem::malformed("the new key has an account already").with_status(409);
                problem.location = Some(self.addresses.account(&other));
                Err(problem)
            }
            KeyChange::Outdated => {
                Err(Problem::malformed("the account's key was changed meanwhile").with_status(409))
            }
        }
    }
}
