//! The only SQL: durable rows of certificates, runs, versions, events.
//!
//! [`Store`] is what the rest of the program sees: short functions, each one transaction at most, each with its
//! promises written at its declaration. [`sqlite`] implements it; a second database will implement the same
//! trait and be told the same story (`story.rs`).

mod accounts;
mod audit;
mod authorities;
mod certificates;
mod challenges;
mod copies;
mod counts;
mod defaults;
mod deployments;
mod error;
mod events;
mod gathering;
mod history;
mod idempotency;
mod incidents;
pub mod issuer;
mod keys;
mod leases;
mod ledger;
mod listing;
mod meta;
mod observations;
mod page;
pub mod people;
mod revocations;
mod runs;
#[cfg(test)]
mod samples;
mod schedule;
pub mod sqlite;
#[cfg(test)]
mod story;
#[cfg(test)]
mod story_aside;
#[cfg(test)]
mod story_authorities;
#[cfg(test)]
mod story_gathering;
#[cfg(test)]
mod story_incidents;
#[cfg(test)]
mod story_issuer;
#[cfg(test)]
mod story_lanes;
#[cfg(test)]
mod story_ledger;
#[cfg(test)]
mod story_people;
#[cfg(test)]
mod story_put_back;
#[cfg(test)]
mod story_revocation;
#[cfg(test)]
mod story_suggestion;
mod upkeep;
mod versions;

pub use accounts::{AccountRow, Accounts};
pub use audit::{AuditFilter, AuditLine, AuditLog, NewAudit};
pub use authorities::{Authorities, AuthorityRow, AuthoritySettingsRow};
pub use certificates::{CertificateEdit, CertificateRow, Certificates, NewCertificate};
pub use challenges::Challenges;
pub use copies::{CopyFacts, CopyValues, Copying};
pub use counts::{Counting, Counts, WriteTimes};
pub use defaults::StoredDefaults;
pub use deployments::{Conclusion, DeploymentFailure, Deployments};
pub use error::{StoreError, StoreResult};
pub use events::{EventFilter, Events};
pub use gathering::{Bucket, Choices, Counted, Gathering, TimeLine};
pub use history::{History, PruningPage};
pub use idempotency::{Admission, Idempotency, REMEMBERED_FOR};
pub use incidents::Incidents;
pub use keys::{Keys, OwnKeyChange};
pub use leases::{Fence, Leases};
pub use ledger::{Ledger, LedgerOrder, UsedSubject};
pub use listing::{CertificateFilter, CertificateQuery, CertificateSort};
pub use meta::Meta;
pub use observations::Observations;
pub use page::{Listing, MOST_PER_PAGE, Page};
pub use revocations::{Revocations, Watched};
pub use runs::{RunFilter, RunWrite, Runs, UnreadableEnd};
pub use schedule::{Lane, LaneState, Schedule, Work};
pub use sqlite::SqliteStore;
pub use upkeep::Upkeep;
pub use versions::{NewChain, ObtainEnd, Publication, QueuedDeployment, RollBack, Suggestion, Versions};

/// Everything that is stored, as one object: `Arc<dyn Store>`.
///
/// Promises of every function:
/// - A write is one transaction, durable when the call returns (it survives a power cut), or nothing at all.
///   Dropping the future before it is ready leaves one or the other, never half of it.
/// - No transaction is open between two calls; slow work happens between calls.
/// - Moments are kept to the millisecond (what is finer is cut off); everything else is given back as it came.
/// - Time and chance are arguments: the store never looks at a clock.
/// - Secrets come and go sealed: the store never sees one.
pub trait Store:
    Meta
    + Authorities
    + Accounts
    + Certificates
    + Keys
    + Schedule
    + Leases
    + Runs
    + Versions
    + Revocations
    + Deployments
    + Challenges
    + StoredDefaults
    + Observations
    + Events
    + AuditLog
    + Idempotency
    + Ledger
    + Incidents
    + issuer::IssuerStore
    + people::PeopleStore
    + Upkeep
    + Copying
    + Counting
    + Gathering
    + History
{
}

impl<S> Store for S where
    S: Meta
        + Authorities
        + Accounts
        + Certificates
        + Keys
        + Schedule
        + Leases
        + Runs
        + Versions
        + Revocations
        + Deployments
        + Challenges
        + StoredDefaults
        + Observations
        + Events
        + AuditLog
        + Idempotency
        + Ledger
        + Incidents
        + issuer::IssuerStore
        + people::PeopleStore
        + Upkeep
        + Copying
        + Counting
        + Gathering
        + History
{
}
