//! Certificate versions: key first, then the chain, then publication in one transaction.

use crate::{Fence, Listing, NewAudit, Page, RunWrite, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::certificate::{Certificate, Standing};
use certwright_core::event::NewEvent;
use certwright_core::facts::{CertificateFacts, Trust};
use certwright_core::id::{CertificateId, DeploymentId, RunId, VersionId};
use certwright_core::renewal_information::RenewalInformation;
use certwright_core::run::Stop;
use certwright_core::version::Version;

/// A deployment that shall serve the published version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedDeployment {
    /// Which.
    pub id: DeploymentId,
    /// The fingerprint of the plan that a person approved for it; `None` is the standing permission.
    pub approved: Option<String>,
    /// Whether a person asked for it: it waits for no maintenance window.
    pub by_hand: bool,
}

/// Everything that changes when a version becomes the newest one.
#[derive(Clone, Debug)]
pub struct Publication<'a> {
    /// The version; it must have been obtained.
    pub version: &'a VersionId,
    /// The run, with the publishing step marked done.
    pub write: RunWrite<'a>,
    /// The certificate as the worker read it; see [`set_standing`](crate::Certificates::set_standing).
    pub before: &'a Certificate,
    /// Where the certificate stands from now on. Its `current` becomes the version, whatever it says.
    pub standing: &'a Standing,
    /// Which deployments shall serve it, from now on.
    pub deployments: &'a [QueuedDeployment],
    /// The revocation list that the certificate names, and when it is looked into if it was not known yet.
    pub watch: Option<(&'a str, Timestamp)>,
    /// The moment.
    pub now: Timestamp,
}

/// Another chain for a published version.
#[derive(Clone, Copy, Debug)]
pub struct NewChain<'a> {
    /// The version.
    pub version: &'a VersionId,
    /// The chain that it had when the new one was chosen.
    pub before: &'a str,
    /// The new one (PEM), the certificate first.
    pub chain: &'a str,
    /// What was read off its certificate.
    pub facts: &'a CertificateFacts,
    /// The verdict on it.
    pub trust: &'a Trust,
    /// The moment.
    pub now: Timestamp,
    /// What to tell.
    pub events: &'a [NewEvent],
    /// Who asked.
    pub audit: &'a NewAudit,
}

/// Everything that changes when an obtain run ends without a published version.
#[derive(Clone, Copy, Debug)]
pub struct ObtainEnd<'a> {
    /// The version it made, if it came that far.
    pub version: Option<&'a VersionId>,
    /// The certificate as the worker read it; see [`set_standing`](crate::Certificates::set_standing).
    pub before: &'a Certificate,
    /// Where the certificate stands from now on.
    pub standing: &'a Standing,
    /// The run, which is over.
    pub write: RunWrite<'a>,
}

/// What an authority answered about renewing a version, and everything that changes by it.
#[derive(Clone, Debug)]
pub struct Suggestion<'a> {
    /// The version.
    pub version: &'a VersionId,
    /// What is known now.
    pub known: &'a RenewalInformation,
    /// When the authority is asked again; `None` is never.
    pub ask_at: Option<Timestamp>,
    /// The certificate as the worker read it; see [`set_standing`](crate::Certificates::set_standing).
    pub before: &'a Certificate,
    /// Where the certificate stands from now on.
    pub standing: &'a Standing,
    /// The worker's lease.
    pub fence: Fence,
    /// What to tell.
    pub events: &'a [NewEvent],
}

/// A person wants an earlier version to be served again.
#[derive(Clone, Debug)]
pub struct RollBack<'a> {
    /// The version; it must have been published.
    pub version: &'a VersionId,
    /// The lease of its certificate.
    pub fence: Fence,
    /// The certificate as it was read.
    pub before: &'a Certificate,
    /// Where it stands from now on. Its `current` becomes the version, whatever it says.
    pub standing: &'a Standing,
    /// Who wants it, for the audit.
    pub who: &'a str,
    /// The moment.
    pub now: Timestamp,
    /// What to tell.
    pub events: &'a [NewEvent],
}

/// Certificate versions.
#[async_trait]
pub trait Versions: Send + Sync {
    /// Stores a version whose key and request (DER) were just made, before anybody is asked for anything.
    /// `Conflict` when the run has a version already: the key that is stored is the key to use. `Stale` when
    /// the fence has moved on.
    async fn store_key(
        &self,
        version: &Version,
        sealed_key: &[u8],
        request: &[u8],
        fence: Fence,
    ) -> StoreResult<()>;

    /// Stores the chain (PEM) with what was read off it and the verdict: the version is obtained. Twice is once.
    /// `Stale` when the fence has moved on.
    async fn store_chain(
        &self,
        version: &VersionId,
        chain: &str,
        facts: &CertificateFacts,
        trust: &Trust,
        fence: Fence,
    ) -> StoreResult<()>;

    /// Keeps a chain (as it came) that was issued for the version and must not be served, for people to look at.
    /// `Stale` when the fence has moved on; `Conflict` when the version has a chain that may be served.
    async fn keep_refused_chain(&self, version: &VersionId, chain: &str, fence: Fence) -> StoreResult<()>;

    /// One transaction: the version is abandoned, the certificate's standing is stored as by
    /// [`set_standing`](crate::Certificates::set_standing), the run and its events are saved. A failure is
    /// counted once, however often the process stops meanwhile. A published version is not abandoned: `Conflict`.
    /// `Stale` when the fence has moved on.
    async fn end_obtain(&self, end: &ObtainEnd<'_>) -> StoreResult<()>;

    /// One transaction: the version is published and the certificate's newest, its authority is to be asked at once
    /// when it suggests to renew it (and about no earlier version any more), its standing is stored, the
    /// deployments want it and are due at `now` with their failures forgotten, the run and its events are
    /// saved. Deployments that were removed meanwhile are passed over. Answers like
    /// [`save_run`](crate::Runs::save_run). `Stale` when the fence has moved on.
    async fn publish(&self, publication: &Publication<'_>) -> StoreResult<Stop>;

    /// One transaction: what the authority suggests for the version is stored, and when it is asked again, the
    /// certificate's standing as by [`set_standing`](crate::Certificates::set_standing), and the events. A version that
    /// is no longer the certificate's newest is never asked about again (RFC 9773 §4.3). `Stale` when the fence has
    /// moved on.
    async fn store_suggestion(&self, suggestion: &Suggestion<'_>) -> StoreResult<()>;
    /// One transaction: the published version has this chain now, and every deployment that shall serve it is due.
    /// `Conflict` when it is not published, or its chain is not the one that was there before.
    async fn replace_chain(&self, new: &NewChain<'_>) -> StoreResult<()>;

    /// One transaction: an earlier version is the certificate's current one again, its standing is stored, every
    /// deployment wants the version and is due at `now` with its failures and approvals forgotten; with an audit line.
    /// `Busy` while a run of the certificate is live; `Conflict` when the version was never published or is another
    /// certificate's. `Stale` when the fence has moved on.
    async fn roll_back(&self, roll_back: &RollBack<'_>) -> StoreResult<()>;

    /// One version.
    async fn version(&self, id: &VersionId) -> StoreResult<Version>;

    /// The version that this run made, if it has made its key.
    async fn version_of_run(&self, run: &RunId) -> StoreResult<Option<Version>>;

    /// A page of the certificate's versions, the newest first.
    async fn versions(&self, certificate: &CertificateId, page: Page) -> StoreResult<Listing<Version>>;

    /// The version's key, sealed as it was stored.
    async fn version_key(&self, id: &VersionId) -> StoreResult<Vec<u8>>;

    /// The version's certificate request (DER).
    async fn version_request(&self, id: &VersionId) -> StoreResult<Vec<u8>>;

    /// The version's chain (PEM), the certificate first; `None` until it was obtained.
    async fn version_chain(&self, id: &VersionId) -> StoreResult<Option<String>>;
}
