//! Who sent a request: from a body to a verified payload (RFC 8555 §6.2 to §6.5).

use crate::authority::Shared;
use crate::jwk::{ALGORITHMS, Jwk};
use crate::jws::{Jws, KeyReference};
use crate::payload;
use crate::problem::{Kind, Problem};
use bytes::Bytes;
use certwright_store::issuer::{Account, AccountStatus};
use http::{HeaderMap, header::CONTENT_TYPE};
use serde::de::DeserializeOwned;

/// A verified request.
pub(crate) struct Signed {
    pub(crate) signer: Signer,
    payload: Vec<u8>,
    /// The address that it was signed for, which is the one it came to.
    pub(crate) url: String,
}

/// Whose key it was signed by.
pub(crate) enum Signer {
    /// That of an account, which is valid.
    Account(Account),
    /// One that it carries, of whomever.
    Key(Jwk),
}

impl Signed {
    /// Whether it only asks (RFC 8555 §6.3).
    pub(crate) fn is_post_as_get(&self) -> bool {
        self.payload.is_empty()
    }

    /// Refuses what is more than a question.
    pub(crate) fn asks_only(&self) -> Result<(), Problem> {
        if self.is_post_as_get() {
            return Ok(());
        }
        Err(Problem::malformed("this is fetched by POST-as-GET: with an empty payload (RFC 8555 §6.3)"))
    }

    /// The payload, read.
    pub(crate) fn payload<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        payload::read(&self.payload)
    }

    /// The account it was signed by.
    pub(crate) fn account(self) -> Result<Account, Problem> {
        match self.signer {
            Signer::Account(account) => Ok(account),
            Signer::Key(_) => Err(needs_account()),
        }
    }

    /// The account it was signed by, to look at.
    pub(crate) fn account_ref(&self) -> Result<&Account, Problem> {
        match &self.signer {
            Signer::Account(account) => Ok(account),
            Signer::Key(_) => Err(needs_account()),
        }
    }
}

fn needs_account() -> Problem {
    Problem::malformed("this request must name an account by kid, not carry a key")
}

impl Shared {
    /// Verifies a request to an address of ours. The nonce comes last: a request that is not its sender's does not
    /// use it up.
    pub(crate) async fn verify(
        &self,
        headers: &HeaderMap,
        body: &Bytes,
        url: String,
    ) -> Result<Signed, Problem> {
        check_content_type(headers)?;
        let jws = Jws::read(body)?;
        let header = jws.header()?;
        if !ALGORITHMS.contains(&header.alg.as_str()) {
            return Err(Problem::bad_algorithm(ALGORITHMS));
        }
        if header.url.as_deref() != Some(url.as_str()) {
            // RFC 8555 §6.4.
            return Err(Problem::unauthorized(
                "the url in the protected header is not the one this request was sent to",
            ));
        }
        let (key, account) = match header.key()? {
            KeyReference::Jwk(value) => (Jwk::read(value)?, None),
            KeyReference::Kid(kid) => {
                let account = self.account_at(kid).await?;
                (stored_key(&account)?, Some(account))
            }
        };
        key.verify(&header.alg, &jws.signing_input(), jws.signature())?;
        let Some(nonce) = &header.nonce else {
            return Err(Problem::new(Kind::BadNonce, "the protected header has no nonce"));
        };
        if !self.nonces.take(nonce) {
            return Err(Problem::new(Kind::BadNonce, "the nonce was not given out here, or was used"));
        }
        let signer = match account {
            Some(account) if account.status == AccountStatus::Valid => Signer::Account(account),
            Some(_) => return Err(Problem::unauthorized("the account is not valid any more")),
            None => Signer::Key(key),
        };
        Ok(Signed { signer, payload: jws.payload, url })
    }

    async fn account_at(&self, kid: &str) -> Result<Account, Problem> {
        let missing = || Problem::new(Kind::AccountDoesNotExist, "there is no account at the kid's address");
        let id = self.addresses.account_id(kid).ok_or_else(missing)?;
        self.parts.store.issuer_account(self.name(), id).await?.ok_or_else(missing)
    }
}

/// The key of an account, as it was stored.
pub(crate) fn stored_key(account: &Account) -> Result<Jwk, Problem> {
    Jwk::read(&account.jwk)
        .map_err(|problem| Problem::internal("read the key of an account", &problem.detail))
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    let found = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = found.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/jose+json") {
        return Ok(());
    }
    Err(Problem::malformed("the content type must be application/jose+json").with_status(415))
}
