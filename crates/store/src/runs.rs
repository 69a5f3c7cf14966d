//! Runs: saved before and after every act, so that one that was cut off goes on from what is stored.

use crate::{Fence, Listing, Page, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::event::NewEvent;
use certwright_core::id::{CertificateId, DeploymentId, RunId};
use certwright_core::run::Run;

/// A run to be stored, with what is told in the same transaction.
#[derive(Clone, Copy, Debug)]
pub struct RunWrite<'a> {
    /// The run, as it is now.
    pub run: &'a Run,
    /// The lease under which it is performed.
    pub fence: Fence,
    /// When a live run is to be taken up by whoever is free; `None` is at once. Means nothing for a run that is
    /// over. While the lease is held nobody else takes it up.
    pub wake_at: Option<Timestamp>,
    /// What to tell.
    pub events: &'a [NewEvent],
}

/// Which runs to list; everything given must hold.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RunFilter {
    /// Of this certificate.
    pub certificate: Option<CertificateId>,
    /// Of this deployment.
    pub deployment: Option<DeploymentId>,
    /// Active or waiting (`true`), or over (`false`).
    pub live: Option<bool>,
}

/// Runs.
#[async_trait]
pub trait Runs: Send + Sync {
    /// Stores a new run. `Stale` when the fence has moved on; `Busy` when the certificate has a live obtain run
    /// already (or the deployment a live deploy run): there is never a second one.
    async fn open_run(&self, write: RunWrite<'_>) -> StoreResult<()>;

    /// Stores how far the run has come, with its events. Answers whether somebody has asked to cancel it: a
    /// cancel is never taken back by saving, and wakes the run at once even when the worker that saved it had
    /// not heard of it. `Stale` when the fence has moved on.
    async fn save_run(&self, write: RunWrite<'_>) -> StoreResult<bool>;

    /// One run.
    async fn run(&self, id: &RunId) -> StoreResult<Run>;

    /// A page of runs, the newest first.
    async fn runs(&self, filter: &RunFilter, page: Page) -> StoreResult<Listing<Run>>;

    /// The oldest run of the certificate that is active or waiting.
    async fn live_run(&self, certificate: &CertificateId) -> StoreResult<Option<Run>>;

    /// All runs of the certificate that are active or waiting, the oldest first: at most one that obtains, and
    /// one for each deployment.
    async fn live_runs(&self, certificate: &CertificateId) -> StoreResult<Vec<Run>>;

    /// Ends a live run whose row cannot be read (it was damaged, or written by a program that knew other steps): it
    /// has failed at `now`, with a plan of no steps, and nobody takes it up again. `Stale` when the fence has moved on.
    async fn end_unreadable_run(
        &self,
        id: &RunId,
        certificate: &CertificateId,
        fence: Fence,
        now: Timestamp,
        events: &[NewEvent],
    ) -> StoreResult<()>;

    /// Asks the run to stop and wakes it at once, with an audit line. Its worker finds out when it saves or
    /// reads it. Gives the run as it is now; asking a run that is over changes nothing.
    async fn request_cancel(&self, id: &RunId, who: &str, now: Timestamp) -> StoreResult<Run>;
}
