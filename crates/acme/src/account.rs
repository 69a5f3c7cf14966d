//! Accounts (RFC 8555 §7.3): made, and found again by their key alone.

use crate::answered::Answered;
use crate::binding::ExternalAccountBinding;
use crate::client::Client;
use crate::error::Error;
use crate::failure::unexpected;
use crate::fields::Fields;
use crate::jws::Signer;
use crate::key::AccountKey;
use crate::post::JSON;
use crate::transport::Answer;
use serde_json::{Value, json};

/// The state of an account (RFC 8555 §7.1.6).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AccountStatus {
    /// Usable.
    Valid,
    /// Given up by its owner.
    Deactivated,
    /// Withdrawn by the CA.
    Revoked,
    /// Anything else, including none at all.
    Unknown(String),
}

/// An account as the CA sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account's URL, by which it signs.
    pub url: String,
    /// The state.
    pub status: AccountStatus,
    /// Contact URLs, such as `mailto:`; CAs may leave them out.
    pub contacts: Vec<String>,
    /// Whether the CA noted the agreement to its terms.
    pub terms_agreed: Option<bool>,
    /// Where the account's orders are listed.
    pub orders: Option<String>,
}

/// What to make an account with.
#[derive(Clone, Debug, Default)]
pub struct NewAccount {
    /// Whether somebody agreed to the terms in [`crate::DirectoryMeta::terms_of_service`].
    pub terms_agreed: bool,
    /// Contact URLs, such as `mailto:admin@example.org`.
    pub contacts: Vec<String>,
    /// Credentials, for CAs that want them.
    pub binding: Option<ExternalAccountBinding>,
}

impl Account {
    /// An answer without a body (as to a key lookup, by some CAs) is an account of unknown state.
    pub(crate) fn read(attempted: &str, url: String, answer: &Answer) -> Result<Self, Error> {
        let fields = if answer.body.is_empty() {
            Fields::empty(attempted, answer)
        } else {
            Fields::read(attempted, answer)?
        };
        let status = match fields.word("status").unwrap_or_default().as_str() {
            "valid" => AccountStatus::Valid,
            "deactivated" => AccountStatus::Deactivated,
            "revoked" => AccountStatus::Revoked,
            other => AccountStatus::Unknown(other.to_owned()),
        };
        let contacts = fields.list("contact", 100)?.iter().filter_map(Value::as_str);
        Ok(Self {
            url,
            status,
            contacts: contacts.map(|contact| crate::text::clean(contact, 512)).collect(),
            terms_agreed: fields.flag("termsOfServiceAgreed"),
            orders: fields.url("orders")?,
        })
    }
}

impl Client {
    /// Makes an account for `key`. If there is one already, the CA answers 200 and changes nothing.
    pub async fn create_account(
        &self,
        key: &AccountKey,
        new: &NewAccount,
    ) -> Result<Answered<Account>, Error> {
        let url = self.directory().await?.new_account.clone();
        let mut payload = json!({"termsOfServiceAgreed": new.terms_agreed});
        if !new.contacts.is_empty() {
            payload["contact"] = json!(new.contacts);
        }
        if let Some(binding) = &new.binding {
            payload["externalAccountBinding"] = binding.bind(key, &url)?;
        }
        self.new_account(&format!("create an account at {url}"), &url, key, &payload).await
    }

    /// Finds the account of `key` without ever making one (RFC 8555 §7.3.1); `accountDoesNotExist` if
    /// there is none.
    pub async fn find_account(&self, key: &AccountKey) -> Result<Answered<Account>, Error> {
        let url = self.directory().await?.new_account.clone();
        let payload = json!({"onlyReturnExisting": true});
        self.new_account(&format!("find the account of the key at {url}"), &url, key, &payload).await
    }

    async fn new_account(
        &self,
        attempted: &str,
        url: &str,
        key: &AccountKey,
        payload: &Value,
    ) -> Result<Answered<Account>, Error> {
        let answer = self.post(attempted, url, Signer::bare(key), Some(payload), JSON).await?;
        let answered = Answered::new(url, &answer, ());
        let account_url = answered.location.clone().ok_or_else(|| {
            unexpected(attempted, &answer, "without the account's URL in a Location header")
        })?;
        let account = Account::read(attempted, account_url, &answer)?;
        Ok(answered.map(|()| account))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binding::MacAlgorithm;
    use crate::key::KeyAlgorithm;
    use crate::problem_kind::ProblemKind;
    use crate::script::{Script, client, reply};

    #[tokio::test]
    async fn an_account_is_made_with_a_binding() {
        let body = r#"{"status": "valid", "contact": ["mailto:a@b.example"], "orders": "https://ca.example/orders/1"}"#;
        let script = Script::opened([reply(201, &[("location", "/acct/1")], body)]);
        let key = AccountKey::generate(KeyAlgorithm::Es256).unwrap();
        let new = NewAccount {
            terms_agreed: true,
            contacts: vec!["mailto:a@b.example".to_owned()],
            binding: Some(ExternalAccountBinding::new("kid-1", "AQID", MacAlgorithm::Hs256).unwrap()),
        };
        let answered = client(&script).create_account(&key, &new).await.unwrap();
        assert_eq!(answered.status, 201);
        assert_eq!(answered.value.url, "https://ca.example/acct/1");
        assert_eq!(answered.value.status, AccountStatus::Valid);
        let (header, payload) = script.last();
        assert_eq!(header["jwk"], key.jwk().to_value());
        assert_eq!(header.get("kid"), None);
        assert_eq!(payload["termsOfServiceAgreed"], true);
        assert!(payload["externalAccountBinding"]["signature"].is_string());
    }

    #[tokio::test]
    async fn an_account_is_found_by_its_key_or_said_to_be_missing() {
        let problem = r#"{"type": "urn:ietf:params:acme:error:accountDoesNotExist", "detail": "no"}"#;
        let script = Script::opened([
            reply(200, &[("location", "https://ca.example/acct/1"), ("replay-nonce", "x")], ""),
            reply(400, &[("replay-nonce", "y")], problem),
            reply(200, &[], "{}"),
        ]);
        let client = client(&script);
        let key = AccountKey::generate(KeyAlgorithm::Es256).unwrap();
        assert_eq!(client.find_account(&key).await.unwrap().value.url, "https://ca.example/acct/1");
        assert_eq!(script.last().1, json!({"onlyReturnExisting": true}));
        let missing = client.find_account(&key).await.unwrap_err();
        assert_eq!(missing.kind(), Some(&ProblemKind::AccountDoesNotExist));
        assert!(!missing.is_passing());
        let odd = client.find_account(&key).await.unwrap_err();
        assert!(odd.to_string().contains("Location"), "{odd}");
    }
}
