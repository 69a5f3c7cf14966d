//! Accounts of an issuer's clients.

use crate::StoreResult;
use async_trait::async_trait;
use certwright_core::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The state of an account (RFC 8555 §7.1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountStatus {
    /// It may order.
    Valid,
    /// Given up by its client.
    Deactivated,
    /// Taken away by a person here.
    Revoked,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// Whose client it is.
    pub issuer: String,
    /// RFC 7638 thumbprint of its key: an issuer has one account for a key.
    pub thumbprint: String,
    /// Its public key as a JWK.
    pub jwk: Value,
    /// Its state.
    pub status: AccountStatus,
    /// Contact URLs.
    pub contacts: Vec<String>,
    /// The id of the external key that it was bound with.
    pub external_key: Option<String>,
    /// Whether its client agreed to the terms.
    pub terms_agreed: bool,
    /// When it was opened.
    pub created_at: Timestamp,
}

/// How opening an account came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountOpening {
    /// It is stored, and its external key is used.
    Opened,
    /// There is one for that key already; nothing was changed.
    Exists(Account),
    /// The issuer has as many as it takes.
    Full,
    /// The external key is gone, over, or bound another account.
    ExternalKeyUsed,
}

/// How changing the key came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyChange {
    /// The account has the new key.
    Changed,
    /// The new key has an account already: this one.
    Taken(String),
    /// The account has not the key any more that it was to be changed from, or is over.
    Outdated,
}

/// Accounts of an issuer's clients.
#[async_trait]
pub trait IssuerAccounts: Send + Sync {
    /// Opens an account unless there is one for its key, and binds its external key to it, if it names one. `limit`
    /// is how many accounts the issuer has at most. One transaction: of two clients with one external key, one is
    /// bound.
    async fn open_account(&self, account: &Account, limit: u32) -> StoreResult<AccountOpening>;

    /// The account with this id, if the issuer has one.
    async fn issuer_account(&self, issuer: &str, id: &str) -> StoreResult<Option<Account>>;

    /// The account with this key, if the issuer has one.
    async fn account_by_thumbprint(&self, issuer: &str, thumbprint: &str) -> StoreResult<Option<Account>>;

    /// Replaces the contacts.
    async fn set_contacts(&self, issuer: &str, id: &str, contacts: &[String]) -> StoreResult<()>;

    /// Ends the account, with its open orders and its authorizations (RFC 8555 §7.3.6). Certificates stay.
    async fn end_account(&self, issuer: &str, id: &str, status: AccountStatus) -> StoreResult<()>;

    /// Gives the account another key, if it still has the old one.
    async fn change_key(
        &self,
        issuer: &str,
        id: &str,
        old_thumbprint: &str,
        new_thumbprint: &str,
        jwk: &Value,
    ) -> StoreResult<KeyChange>;
}
