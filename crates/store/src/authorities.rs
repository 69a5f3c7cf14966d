//! Certificate authorities that the user added, and what is set of those that came with the program: their entries are
//! not stored.

use crate::{NewAudit, StoreResult};
use async_trait::async_trait;
use certwright_core::authority::Authority;
use certwright_core::authority_settings::AuthoritySettings;
use certwright_core::id::AuthorityId;
use certwright_core::probe::Probe;
use serde::{Deserialize, Serialize};

/// A custom authority with its revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorityRow {
    /// The entry.
    pub authority: Authority,
    /// Grows with every change; the API's ETag.
    pub revision: i64,
}

/// What is set of an authority that came with the program, with its revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthoritySettingsRow {
    /// Of which.
    pub authority: AuthorityId,
    /// What is set.
    pub settings: AuthoritySettings,
    /// Grows with every change; the API's ETag.
    pub revision: i64,
}

/// Custom authorities.
#[async_trait]
pub trait Authorities: Send + Sync {
    /// All of them, by id.
    async fn authorities(&self) -> StoreResult<Vec<AuthorityRow>>;

    /// One of them; `NotFound` for an id that is built in or unknown.
    async fn authority(&self, id: &AuthorityId) -> StoreResult<AuthorityRow>;

    /// Adds it (`expected` is `None`) or replaces it (`expected` is the revision the caller read), and writes
    /// the audit line with it. `Conflict` when it is there already, `Outdated` when it was changed meanwhile,
    /// `NotFound` when it is gone. With another directory, what was found at the old one is forgotten. Its certificates
    /// are graded anew where that matters to them.
    async fn put_authority(
        &self,
        authority: &Authority,
        expected: Option<i64>,
        audit: &NewAudit,
    ) -> StoreResult<AuthorityRow>;

    /// What is set of this authority, or of all that came with the program, by id; nothing where nothing ever was.
    async fn authority_settings(&self, of: Option<&AuthorityId>) -> StoreResult<Vec<AuthoritySettingsRow>>;

    /// Replaces what is set of an authority that came with the program, and writes the audit line with it; `expected` is 0
    /// where nothing ever was. `Outdated` when it was changed meanwhile. Its certificates are graded anew where that
    /// matters to them.
    async fn put_authority_settings(
        &self,
        id: &AuthorityId,
        settings: &AuthoritySettings,
        expected: i64,
        audit: &NewAudit,
    ) -> StoreResult<AuthoritySettingsRow>;

    /// Every authority that an account or a certificate names.
    async fn authorities_in_use(&self) -> StoreResult<Vec<AuthorityId>>;

    /// What is known of the directories that were looked at.
    async fn probes(&self) -> StoreResult<Vec<Probe>>;

    /// Stores what a look at a directory found. Where the authority is retired by that, or is no more, its certificates
    /// are graded anew.
    async fn store_probe(&self, probe: &Probe) -> StoreResult<()>;

    /// Removes it. `InUse` while an account or a certificate names it, saying which; `Outdated` when it was
    /// changed meanwhile.
    async fn delete_authority(&self, id: &AuthorityId, expected: i64, audit: &NewAudit) -> StoreResult<()>;
}
