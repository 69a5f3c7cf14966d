//! The issuers themselves: certificates, settings, and keys as they were sealed.

use crate::{NewAudit, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use serde_json::Value;

/// An issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Its name, as in its addresses.
    pub name: String,
    /// Its settings, which the store does not look into.
    pub settings: Value,
    /// Whether it answers at all.
    pub enabled: bool,
    /// The root's certificate (DER).
    pub root: Vec<u8>,
    /// The intermediate's certificate (DER).
    pub intermediate: Vec<u8>,
    /// Grows with every change; the API's ETag.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The private keys of an issuer, each sealed to its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedKeys {
    /// The root's.
    pub root: Vec<u8>,
    /// The intermediate's.
    pub intermediate: Vec<u8>,
}

/// An issuer that is to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewIssuer<'a> {
    /// The issuer; its revision does not count.
    pub issuer: &'a Issuer,
    /// Its keys.
    pub keys: &'a SealedKeys,
}

/// Issuers.
#[async_trait]
pub trait Issuers: Send + Sync {
    /// Stores a new issuer with its sealed keys. `Conflict` when the name is taken.
    async fn create_issuer(&self, new: NewIssuer<'_>, audit: &NewAudit) -> StoreResult<Issuer>;

    /// Replaces settings and the enabled flag; certificates and keys stay. `Outdated` when it was changed since
    /// `expected`.
    async fn update_issuer(
        &self,
        name: &str,
        settings: &Value,
        enabled: bool,
        expected: i64,
        audit: &NewAudit,
    ) -> StoreResult<Issuer>;

    /// Replaces the certificate of the intermediate by another one for the same key. Whoever changes settings meanwhile
    /// loses nothing by it: the revision stays.
    async fn replace_intermediate(
        &self,
        name: &str,
        intermediate: &[u8],
        audit: &NewAudit,
    ) -> StoreResult<Issuer>;

    /// One issuer.
    async fn issuer(&self, name: &str) -> StoreResult<Issuer>;

    /// Issuers by name, after `after` if that is given, at most `limit`.
    async fn issuers(&self, after: Option<&str>, limit: u32) -> StoreResult<Vec<Issuer>>;

    /// Its keys, sealed as they were stored.
    async fn issuer_keys(&self, name: &str) -> StoreResult<SealedKeys>;

    /// Removes it with everything it ever stored. `InUse` while it is enabled, `Outdated` when it was changed.
    async fn delete_issuer(&self, name: &str, expected: i64, audit: &NewAudit) -> StoreResult<()>;

    /// The number of the next revocation list. It is given once, whether the list gets out or not.
    async fn next_list_number(&self, name: &str) -> StoreResult<u64>;

    /// Forgets orders that expired before `orders_before` (never one that is being issued), certificates that ended
    /// before `certificates_before`, and accounts that are over and have nothing left: at most `limit` of each.
    /// Answers how many rows went; a caller goes on until there are none.
    async fn prune_issuer(
        &self,
        name: &str,
        orders_before: Timestamp,
        certificates_before: Timestamp,
        limit: u32,
    ) -> StoreResult<u64>;
}
