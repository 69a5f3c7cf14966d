//! Incidents: what happens to many for the same cause.

use crate::{Listing, Page, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::event::NewEvent;
use certwright_core::id::IncidentId;
use certwright_core::incident::{Incident, Member, Members};

/// Incidents.
#[async_trait]
pub trait Incidents: Send + Sync {
    /// One transaction: stores an incident, new or changed, with those that join it (again, where they have another
    /// version since) and the event that tells of it, if it is one to tell. A closed one has no members any more.
    /// `Conflict` when another one of the same cause is open.
    async fn save_incident(
        &self,
        incident: &Incident,
        joining: &[Member],
        event: Option<&NewEvent>,
    ) -> StoreResult<()>;

    /// What has become of the certificates of an incident.
    async fn incident_members(&self, id: &IncidentId, now: Timestamp) -> StoreResult<Members>;

    /// Those that are open: at most one of each cause.
    async fn open_incidents(&self) -> StoreResult<Vec<Incident>>;

    /// A page of incidents, the newest first; only open or only closed ones, if that is given.
    async fn incidents(&self, open: Option<bool>, page: Page) -> StoreResult<Listing<Incident>>;

    /// One of them.
    async fn incident(&self, id: &IncidentId) -> StoreResult<Incident>;

    /// Deletes those that were closed before the moment. Gives how many went.
    async fn prune_incidents(&self, before: Timestamp) -> StoreResult<u64>;
}
