//! What holds for every certificate that does not say otherwise.

use crate::{NewAudit, StoreResult};
use async_trait::async_trait;
use certwright_core::defaults::Defaults;
use certwright_core::id::CertificateId;

/// The defaults.
#[async_trait]
pub trait StoredDefaults: Send + Sync {
    /// The defaults and their revision; those of the program, and 0, while nobody has set any.
    async fn defaults(&self) -> StoreResult<(Defaults, i64)>;

    /// Replaces them and writes the audit line with it; answers the new revision. `Outdated` when they were changed
    /// since the caller read revision `expected`.
    async fn put_defaults(&self, defaults: &Defaults, expected: i64, audit: &NewAudit) -> StoreResult<i64>;

    /// A certificate whose own settings name this maintenance window, if there is one.
    async fn window_user(&self, window: &str) -> StoreResult<Option<CertificateId>>;
}
