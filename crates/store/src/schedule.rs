//! What is due, found by index: the cost grows with what is due, not with what is stored.

use crate::StoreResult;
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::{AccountId, AuthorityId, CertificateId, DeploymentId, RunId, VersionId};

/// Something to be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Decide about a certificate.
    Certificate(CertificateId),
    /// Go on with a run.
    Run {
        /// The run.
        run: RunId,
        /// Whose lease to claim.
        certificate: CertificateId,
    },
    /// Deploy.
    Deployment {
        /// The deployment.
        deployment: DeploymentId,
        /// Whose lease to claim.
        certificate: CertificateId,
    },
    /// Ask the authority when it suggests to renew.
    RenewalInformation {
        /// The certificate's newest version.
        version: VersionId,
        /// Whose lease to claim.
        certificate: CertificateId,
    },
}

impl Work {
    /// Whose lease to claim before doing it.
    pub fn certificate(&self) -> &CertificateId {
        match self {
            Self::Certificate(certificate)
            | Self::Run { certificate, .. }
            | Self::Deployment { certificate, .. }
            | Self::RenewalInformation { certificate, .. } => certificate,
        }
    }
}

/// Certificates that are ordered from one authority by one account: who may order at the same time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lane {
    /// The authority.
    pub authority: AuthorityId,
    /// The account that the certificates name; `None` is the authority's usual one.
    pub account: Option<AccountId>,
}

/// How a lane is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneState {
    /// The lane.
    pub lane: Lane,
    /// Its runs that are obtaining something.
    pub live: u32,
    /// Whether a certificate of it is due, or would be if nobody worked on it.
    pub due: bool,
}

/// What is due.
#[async_trait]
pub trait Schedule: Send + Sync {
    /// The earliest moment at which [`due`](Self::due) will have something to give, as far as is known now;
    /// `None` when nothing ever will. Something that is leased counts from the lease's end: asking `due` at the
    /// moment given here always gives something, unless the store was changed meanwhile.
    async fn next_moment(&self) -> StoreResult<Option<Timestamp>>;

    /// What is due at `now`, the earliest first, at most `limit`. A certificate is due when its moment has come,
    /// unless it is paused or has a live obtain run; a live run when its moment has come; a deployment when its
    /// moment has come and no live run deploys it; a question about a version when its moment has come, unless the
    /// certificate is paused. Nothing of a leased certificate is due.
    async fn due(&self, now: Timestamp, limit: u32) -> StoreResult<Vec<Work>>;

    /// The same without certificates to decide about; each with the authority that its certificate names.
    async fn due_beside(&self, now: Timestamp, limit: u32) -> StoreResult<Vec<(Work, AuthorityId)>>;

    /// Every lane that has a certificate with a moment or a live obtain run.
    async fn lanes(&self, now: Timestamp) -> StoreResult<Vec<LaneState>>;

    /// Certificates of the lane that are due, by the rules of [`due`](Self::due), at most `limit`: those that somebody
    /// asked for first, then those whose served version ends first. One that was never issued counts as if it had
    /// a month from its creation. What is long due or ends soon is found whatever else waits.
    async fn due_in_lane(&self, lane: &Lane, now: Timestamp, limit: u32) -> StoreResult<Vec<CertificateId>>;
}
