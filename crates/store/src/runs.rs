//! Runs: saved before and after every act, so that one that was cut off goes on from what is stored.

use crate::{Fence, Listing, Page, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::certificate::{Certificate, Standing};
use certwright_core::event::NewEvent;
use certwright_core::failure::Failure;
use certwright_core::id::{CertificateId, DeploymentId, RunId};
use certwright_core::run::{Run, Stop};

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

/// The end of a live run whose row cannot be read: what is stored of it is its id, and what it means for the
/// certificate or the deployment it was for.
#[derive(Clone, Copy, Debug)]
pub struct UnreadableEnd<'a> {
    /// Which run.
    pub run: &'a RunId,
    /// The lease under which it is ended.
    pub fence: Fence,
    /// The moment.
    pub now: Timestamp,
    /// Its certificate, as the worker read it.
    pub before: &'a Certificate,
    /// Where the certificate stands if it was to obtain a version: one failure more.
    pub standing: &'a Standing,
    /// The failure, for a deployment's row.
    pub failure: &'a Failure,
    /// When the deployment is tried again, if it was for one.
    pub next_at: Timestamp,
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

    /// The same for a run that obtains a version by the settings of a certificate as they were at `revision`: `Stale`
    /// when somebody has changed them since, so that nobody's edit or pause is passed over while a plan is made. Where a
    /// person asked for it, what [`ask`](crate::Certificates::ask) stores, with its audit line, is stored in the same
    /// transaction: nothing is asked for unless it is begun.
    async fn open_obtain_run(
        &self,
        write: RunWrite<'_>,
        revision: i64,
        asked_by: Option<&str>,
    ) -> StoreResult<()>;

    /// Stores how far the run has come, with its events. Answers whether it was asked to stop: that is never taken
    /// back by saving, and wakes the run at once even when the worker that saved it had not heard of it. `Stale`
    /// when the fence has moved on.
    async fn save_run(&self, write: RunWrite<'_>) -> StoreResult<Stop>;

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
    /// has failed, with a plan of no steps, and nobody takes it up again. In the same transaction its version is
    /// abandoned and the failure counted, or that of its deployment. `Stale` when the fence has moved on.
    async fn end_unreadable_run(&self, end: &UnreadableEnd<'_>) -> StoreResult<()>;

    /// Asks the run to stop and wakes it at once, with an audit line. Its worker finds out when it saves or
    /// reads it. Gives the run as it is now; asking a run that is over changes nothing.
    async fn request_cancel(&self, id: &RunId, stop: Stop, who: &str, now: Timestamp) -> StoreResult<Run>;
}
