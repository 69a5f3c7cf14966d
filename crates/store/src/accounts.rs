//! Accounts with certificate authorities, each with its sealed key.

use crate::{NewAudit, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::account::Account;
use certwright_core::id::{AccountId, AuthorityId};
use serde::{Deserialize, Serialize};

/// An account with its revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    /// The account.
    pub account: Account,
    /// Grows with every change; the API's ETag.
    pub revision: i64,
}

/// Accounts.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Stores a new account with its sealed key, before the authority hears of it. `Conflict` when the id is
    /// taken.
    async fn insert_account(
        &self,
        account: &Account,
        sealed_key: &[u8],
        audit: &NewAudit,
    ) -> StoreResult<AccountRow>;

    /// Replaces what is known of the account; its key, authority and moment of creation stay. With `expected`,
    /// `Outdated` when it was changed since that revision.
    async fn update_account(
        &self,
        account: &Account,
        expected: Option<i64>,
        audit: &NewAudit,
    ) -> StoreResult<AccountRow>;

    /// One account.
    async fn account(&self, id: &AccountId) -> StoreResult<AccountRow>;

    /// All accounts, or those of one authority; the newest first.
    async fn accounts(&self, authority: Option<&AuthorityId>) -> StoreResult<Vec<AccountRow>>;

    /// The account's key, sealed as it was stored.
    async fn account_key(&self, id: &AccountId) -> StoreResult<Vec<u8>>;

    /// Stores the sealed new key of a change that begins, beside the one that holds. `Outdated` when the account was
    /// changed since that revision; `InUse` while a live run orders with it, saying which: answers to challenges are
    /// made with the key that the authority knew.
    async fn begin_key_change(
        &self,
        account: &Account,
        sealed_next_key: &[u8],
        expected: i64,
        audit: &NewAudit,
    ) -> StoreResult<AccountRow>;

    /// Ends a change of the key: with `sealed_key`, that is the account's key from now on; without, the old one stays.
    /// The key that was stored beside it is gone. `Outdated` when the account was changed since that revision.
    async fn end_key_change(
        &self,
        account: &Account,
        sealed_key: Option<&[u8]>,
        expected: i64,
        audit: &NewAudit,
    ) -> StoreResult<AccountRow>;

    /// The new key of a change that has begun, sealed as it was stored.
    async fn account_next_key(&self, id: &AccountId) -> StoreResult<Option<Vec<u8>>>;

    /// Certificates that could not be ordered with this account because of a failure of one of these kinds are due at
    /// `now`, their failures forgotten. How many.
    async fn forgive(&self, account: &Account, kinds: &[&str], now: Timestamp) -> StoreResult<u64>;

    /// Removes the account and its key. `InUse` while a certificate names it or a live run orders with it,
    /// saying which.
    async fn delete_account(&self, id: &AccountId, audit: &NewAudit) -> StoreResult<()>;
}
