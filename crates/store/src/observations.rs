//! Observations: the last thing a handshake at each endpoint showed.

use crate::StoreResult;
use async_trait::async_trait;
use certwright_core::endpoint::{Endpoint, Observation};
use certwright_core::id::CertificateId;

/// Observed endpoints of certificates.
#[async_trait]
pub trait Observations: Send + Sync {
    /// Stores what was observed; of two observations of one endpoint the later one stays, whichever comes last.
    async fn put_observations(
        &self,
        certificate: &CertificateId,
        observations: &[Observation],
    ) -> StoreResult<()>;

    /// The certificate's endpoints as they were last observed, by address and host.
    async fn observations(&self, certificate: &CertificateId) -> StoreResult<Vec<Observation>>;

    /// Forgets endpoints that are no longer the certificate's.
    async fn forget_observations(
        &self,
        certificate: &CertificateId,
        endpoints: &[Endpoint],
    ) -> StoreResult<()>;
}
