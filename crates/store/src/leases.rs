//! Leases: one holder per certificate, with a number that grows at every claim and guards every write.

use crate::StoreResult;
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::CertificateId;

/// The number of a lease. Every write that carries an older one is refused as `Stale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fence(pub i64);

/// Leases on certificates.
#[async_trait]
pub trait Leases: Send + Sync {
    /// Takes the lease until `until` if nobody holds it at `now`, and makes every older fence stale; `None`
    /// while another holds it. Of several callers at once exactly one gets it. A holder that claims again
    /// before its lease ends gets nothing either: it renews.
    async fn claim(
        &self,
        certificate: &CertificateId,
        holder: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> StoreResult<Option<Fence>>;

    /// Moves the end of the lease. `Stale` when the lease was released, voided or taken over.
    async fn renew(&self, certificate: &CertificateId, fence: Fence, until: Timestamp) -> StoreResult<()>;

    /// Gives the lease back. Giving back what another holds by now changes nothing and is no error, and so is
    /// giving back the lease of a deleted certificate.
    async fn release(&self, certificate: &CertificateId, fence: Fence) -> StoreResult<()>;

    /// Ends every lease that was not given back, expired or not, and makes its fence stale. For the start of the
    /// only process on this database; gives the number of leases that were open.
    async fn void_leases(&self) -> StoreResult<u64>;
}
