//! History: what is kept of it. State never depends on it, so that pruning changes nothing but what can be read.

use crate::{Fence, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::history::Cut;
use certwright_core::id::{CertificateId, VersionId};

/// A look at some certificates, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PruningPage {
    /// Where to go on; `None` at the end.
    pub next: Option<i64>,
    /// Those of them that have something to prune.
    pub certificates: Vec<CertificateId>,
}

/// Pruning, and what a person does with versions of the past.
#[async_trait]
pub trait History: Send + Sync {
    /// Looks at the next certificates after `after` (0 in the beginning): which have something to prune. Reads only.
    async fn prunable(&self, after: i64, cut: &Cut) -> StoreResult<PruningPage>;

    /// The certificate's versions that may go, at most a handful. Never one that is current, that a deployment wants or
    /// serves, or that is among the newest published ones; none at all while a run of the certificate is live.
    async fn prunable_versions(&self, certificate: &CertificateId, cut: &Cut) -> StoreResult<Vec<VersionId>>;

    /// One transaction: deletes these versions with their sealed keys, as far as they may still go, and runs and events
    /// of the certificate beyond the cut, a bounded number of each. Gives how many rows went. `Stale` when the fence
    /// has moved on.
    async fn prune(
        &self,
        certificate: &CertificateId,
        versions: &[VersionId],
        cut: &Cut,
        fence: Fence,
    ) -> StoreResult<u64>;

    /// Deletes events before the moment, whosever they are, a bounded number of them. Gives how many went.
    async fn prune_events(&self, before: Timestamp) -> StoreResult<u64>;
}
