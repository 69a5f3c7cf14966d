//! Managed certificates: what people want (guarded by revisions) and where they stand (guarded by fences).

use crate::listing::CertificateQuery;
use crate::{Fence, Listing, OwnKeyChange, StoreResult};
use async_trait::async_trait;
use certwright_core::certificate::{Certificate, CertificateSettings, Deployment, Standing};
use certwright_core::event::NewEvent;
use certwright_core::health::{Graded, Health};
use certwright_core::id::{CertificateId, DeploymentId, RunId};
use certwright_core::version::Version;
use certwright_core::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A certificate to create.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCertificate {
    /// Its id.
    pub id: CertificateId,
    /// What the user wants.
    pub settings: CertificateSettings,
    /// The private key that a person gave, sealed.
    pub own_key: Option<Vec<u8>>,
    /// When something is first to be decided.
    pub next_at: Option<Timestamp>,
    /// Why then, in words.
    pub next_why: Option<String>,
    /// How much later than its usual first moment it is requested.
    pub spread: SignedDuration,
    /// Who creates it, for the audit.
    pub who: String,
    /// The moment.
    pub now: Timestamp,
    /// What to tell.
    pub events: Vec<NewEvent>,
}

/// A change of a certificate's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct CertificateEdit {
    /// Which certificate.
    pub id: CertificateId,
    /// The revision the caller read.
    pub expected_revision: i64,
    /// All settings as they shall be.
    pub settings: CertificateSettings,
    /// What becomes of the private key that a person gave.
    pub own_key: OwnKeyChange,
    /// When something is next to be decided, by the new settings.
    pub next_at: Option<Timestamp>,
    /// Why then, in words.
    pub next_why: Option<String>,
    /// How much later than its usual first moment it is requested.
    pub spread: SignedDuration,
    /// Whether identifiers, authority, account, profile, key type or challenge changed: failures and back-off
    /// of the old settings say nothing about the new ones.
    pub reset_failures: bool,
    /// Whether a certificate by the new settings is another one than by the old: authority, profile, key or lifetime.
    pub changes_order: bool,
    /// Whether a run that is ordering by the old settings is asked to stop, in the same transaction: a process that
    /// dies in between leaves no run going that nobody wants.
    pub cancel_ordering: bool,
    /// Deployments, new or changed ones, that shall be deployed again at once if there is a version.
    pub queue: Vec<DeploymentId>,
    /// Who changes it, for the audit.
    pub who: String,
    /// The moment.
    pub now: Timestamp,
    /// What to tell.
    pub events: Vec<NewEvent>,
}

/// A certificate with everything a list or a page shows of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CertificateRow {
    /// The certificate.
    pub certificate: Certificate,
    /// Its newest published version.
    pub version: Option<Version>,
    /// Its deployments, in the order of the settings.
    pub deployments: Vec<Deployment>,
    /// Its oldest run that is active or waiting.
    pub live_run: Option<RunId>,
    /// How it is.
    pub graded: Graded,
}

impl CertificateRow {
    /// Until when the newest version is valid.
    pub fn not_after(&self) -> Option<Timestamp> {
        self.version.as_ref().and_then(|version| version.facts.as_ref()).map(|facts| facts.not_after)
    }

    /// How it is, in one word.
    pub fn health(&self, now: Timestamp) -> Health {
        self.graded.at(now).0
    }
}

/// Managed certificates.
#[async_trait]
pub trait Certificates: Send + Sync {
    /// Creates a certificate: settings, search words, a deployment row for each target, moment, events and an
    /// audit line, all or nothing. `Conflict` names the field: `name` when the name is taken (letter case does
    /// not make a difference), `account` when there is no such account, `deployments` when an id is taken.
    async fn create_certificate(&self, new: &NewCertificate) -> StoreResult<Certificate>;

    /// One certificate.
    async fn certificate(&self, id: &CertificateId) -> StoreResult<Certificate>;

    /// One certificate with its version, deployments and live run, all of one moment.
    async fn certificate_row(&self, id: &CertificateId) -> StoreResult<CertificateRow>;

    /// The certificate with this id, else the one with this name (letter case does not make a difference).
    async fn find_certificate(&self, id_or_name: &str) -> StoreResult<CertificateRow>;

    /// A page of certificates. The total and the page are of one moment; the number of statements does not
    /// depend on the number of rows.
    async fn list_certificates(&self, query: &CertificateQuery) -> StoreResult<Listing<CertificateRow>>;

    /// Replaces the settings if nobody else did since `expected_revision`; else `Revision` with the certificate
    /// as it is now, and nothing is changed. Deployment rows follow the settings: new ones are made (wanting the
    /// current version), missing ones removed, kept ones keep their state. A run that is going on is not
    /// touched: cancelling it is the caller's decision.
    async fn update_certificate(&self, edit: &CertificateEdit) -> StoreResult<Certificate>;

    /// Deletes the certificate with its runs, versions (and their keys), deployments and observations. Events
    /// and audit stay; challenges that are owed stay owed. `Busy` while a run of it is live, naming the run.
    async fn delete_certificate(
        &self,
        id: &CertificateId,
        expected_revision: i64,
        who: &str,
        now: Timestamp,
        events: &[NewEvent],
    ) -> StoreResult<()>;

    /// Somebody wants a new version: `asked_at` and `next_at` become `now`, with an audit line. Asking twice is
    /// asking once.
    async fn ask(
        &self,
        id: &CertificateId,
        now: Timestamp,
        who: &str,
        events: &[NewEvent],
    ) -> StoreResult<Certificate>;

    /// Failures, back-off and last failure of the certificate and of its deployments are forgotten, and stay so against
    /// a worker that read it before; the revision grows. Of `standing` the next moment is taken. A deployment that does
    /// not serve what it should is due at `now`. With an audit line.
    async fn reset_failures(
        &self,
        id: &CertificateId,
        standing: &Standing,
        who: &str,
        now: Timestamp,
        events: &[NewEvent],
    ) -> StoreResult<Certificate>;

    /// Stores where the certificate stands, decided by a worker who read it as `before`. What a person did
    /// since then is kept: an [`ask`](Self::ask) stays asked, the earlier moment wins over the later one, and
    /// failures that an edit reset stay reset. `Stale` when the fence has moved on.
    async fn set_standing(&self, before: &Certificate, fence: Fence, after: &Standing) -> StoreResult<()>;
}
