//! Keys for external account binding (RFC 8555 §7.3.4): given out by a person, good for one account.

use crate::{Listing, NewAudit, Page, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use serde_json::Value;

/// A key for external account binding, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalKey {
    /// Whose.
    pub issuer: String,
    /// Its identifier, which is no secret.
    pub id: String,
    /// What an account bound with it may ask for; the store does not look into it.
    pub policy: Value,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it binds no more, if it ends; an account that is bound stays.
    pub expires_at: Option<Timestamp>,
    /// The account that was bound with it.
    pub account: Option<String>,
    /// When that was.
    pub used_at: Option<Timestamp>,
}

/// Keys for external account binding.
#[async_trait]
pub trait ExternalKeys: Send + Sync {
    /// Stores a new key, its secret sealed. `Conflict` when the id is taken, `NotFound` without such an issuer.
    async fn add_external_key(
        &self,
        key: &ExternalKey,
        sealed_key: &[u8],
        audit: &NewAudit,
    ) -> StoreResult<()>;

    /// One key with its sealed secret.
    async fn external_key(&self, issuer: &str, id: &str) -> StoreResult<Option<(ExternalKey, Vec<u8>)>>;

    /// The keys of an issuer, the newest first.
    async fn external_keys(&self, issuer: &str, page: Page) -> StoreResult<Listing<ExternalKey>>;

    /// Removes a key. An account bound with it stays, but has no more to ask for.
    async fn remove_external_key(&self, issuer: &str, id: &str, audit: &NewAudit) -> StoreResult<()>;
}
