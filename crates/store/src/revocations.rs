//! Revocation: what was asked for and is not answered, what is known, and the lists that are looked into.

use crate::{NewAudit, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::event::NewEvent;
use certwright_core::id::{CertificateId, VersionId};
use certwright_core::revocation::{Revocation, RevocationOrder};
use serde::{Deserialize, Serialize};

/// A current version that is looked up in a revocation list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// The version.
    pub version: VersionId,
    /// Whose version it is.
    pub certificate: CertificateId,
    /// Its serial number, as in its facts.
    pub serial: String,
    /// Its issuer, as in its facts.
    pub issuer: String,
}

/// Revocation.
#[async_trait]
pub trait Revocations: Send + Sync {
    /// Stores that the version is to be revoked, before the authority is asked. `Conflict` when it has no certificate
    /// or is known to be revoked; asked for twice, the newer word holds.
    async fn order_revocation(
        &self,
        version: &VersionId,
        order: &RevocationOrder,
        audit: &NewAudit,
    ) -> StoreResult<()>;

    /// Forgets that the version is to be revoked: the authority has refused.
    async fn drop_revocation(&self, version: &VersionId, audit: &NewAudit) -> StoreResult<()>;

    /// Versions whose revocation was asked for and is not answered, by id, after this one.
    async fn ordered_revocations(&self, after: Option<&VersionId>, limit: u32)
    -> StoreResult<Vec<VersionId>>;

    /// One transaction: the version is revoked, for good; nothing is asked or looked up for it any more; its
    /// certificate is due at `now`, if that is its current version. False, and nothing changed, when it was known.
    async fn record_revocation(
        &self,
        version: &VersionId,
        revocation: &Revocation,
        now: Timestamp,
        events: &[NewEvent],
        audit: Option<&NewAudit>,
    ) -> StoreResult<bool>;

    /// Revocation lists that are to be looked into at `now`, the earliest first.
    async fn due_lists(&self, now: Timestamp, limit: u32) -> StoreResult<Vec<String>>;

    /// Versions that are looked up in this list, by id, after this one.
    async fn watched(&self, list: &str, after: Option<&VersionId>, limit: u32) -> StoreResult<Vec<Watched>>;

    /// The list was looked into, or could not be; it is again at `next_at`. A list that no version names any more is
    /// forgotten.
    async fn list_looked_into(
        &self,
        list: &str,
        next_at: Timestamp,
        failure: Option<&str>,
    ) -> StoreResult<()>;

    /// Why the list could not be looked into the last time; `None` where it could, or was not yet.
    async fn list_failure(&self, list: &str) -> StoreResult<Option<String>>;
}
