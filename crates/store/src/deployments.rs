//! Deployments: how far each target has come, apart from obtaining.

use crate::{Fence, RunWrite, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::certificate::Deployment;
use certwright_core::endpoint::Observation;
use certwright_core::event::NewEvent;
use certwright_core::failure::Failure;
use certwright_core::id::{CertificateId, DeploymentId, VersionId};
use certwright_core::run::Stop;

/// A deployment that serves its version.
#[derive(Clone, Debug)]
pub struct Conclusion<'a> {
    /// Which.
    pub deployment: &'a DeploymentId,
    /// The version it serves.
    pub version: &'a VersionId,
    /// When every binding showed it; `None` when the target has no place where a handshake could.
    pub verified_at: Option<Timestamp>,
    /// The run, with the concluding step marked done.
    pub write: RunWrite<'a>,
    /// What the handshakes showed.
    pub observations: &'a [Observation],
}

/// A deployment that did not work out.
#[derive(Clone, Debug)]
pub struct DeploymentFailure<'a> {
    /// Which.
    pub deployment: &'a DeploymentId,
    /// Runs that failed in a row, this one included.
    pub failures: u32,
    /// The next try; `None` waits for a person.
    pub next_at: Option<Timestamp>,
    /// What went wrong.
    pub failure: &'a Failure,
    /// The run.
    pub write: RunWrite<'a>,
    /// What handshakes showed, where there were any.
    pub observations: &'a [Observation],
}

/// Deployments.
#[async_trait]
pub trait Deployments: Send + Sync {
    /// One deployment.
    async fn deployment(&self, id: &DeploymentId) -> StoreResult<Deployment>;

    /// The certificate's deployments, in the order of its settings.
    async fn deployments(&self, certificate: &CertificateId) -> StoreResult<Vec<Deployment>>;

    /// Another certificate than `besides` that is deployed to this kind of target, if there is one. It looks through all
    /// deployments: for saving settings, and only where a target can show but one certificate.
    async fn deployed_to(
        &self,
        target: &str,
        besides: Option<&CertificateId>,
    ) -> StoreResult<Option<CertificateId>>;

    /// One transaction: the deployment serves the version, its failures and approval are forgotten, nothing is
    /// due unless a newer version is wanted by now; run, events and observations are saved. A deployment that
    /// was removed from the settings meanwhile is passed over, the rest is saved. Answers like
    /// [`save_run`](crate::Runs::save_run). `Stale` when the fence has moved on.
    async fn conclude_deployment(&self, conclusion: &Conclusion<'_>) -> StoreResult<Stop>;

    /// One transaction: failures, next try and failure of the deployment, its approval used up; run, events and
    /// observations saved. If a person asked for it again since the run began, the earlier moment and the new
    /// approval stay. A removed deployment is passed over. Answers like [`save_run`](crate::Runs::save_run).
    /// `Stale` when the fence has moved on.
    async fn fail_deployment(&self, failure: &DeploymentFailure<'_>) -> StoreResult<Stop>;

    /// The deployment is not due before `until` (its maintenance window), unless a person has asked for it by hand
    /// meanwhile. `Stale` when the fence has moved on.
    async fn postpone_deployment(
        &self,
        id: &DeploymentId,
        certificate: &CertificateId,
        until: Timestamp,
        fence: Fence,
        events: &[NewEvent],
    ) -> StoreResult<()>;

    /// Somebody wants the deployment (again): it is due at `now`, wants the certificate's current version, its
    /// failures are forgotten, and `approved` is the fingerprint of the plan that was shown, if one was. With
    /// an audit line. `Conflict` when nothing was issued yet.
    async fn ask_deployment(
        &self,
        id: &DeploymentId,
        approved: Option<&str>,
        now: Timestamp,
        who: &str,
        events: &[NewEvent],
    ) -> StoreResult<Deployment>;
}
