//! Events: rows with ids that grow, replayed to whoever asks for what came after one.

use crate::StoreResult;
use async_trait::async_trait;
use certwright_core::event::{Event, NewEvent};
use certwright_core::id::{CertificateId, RunId};

/// Which events; everything given must hold.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct EventFilter {
    /// Of this certificate.
    pub certificate: Option<CertificateId>,
    /// Of this run.
    pub run: Option<RunId>,
}

/// Events.
#[async_trait]
pub trait Events: Send + Sync {
    /// Stores events that belong to no other write.
    async fn append_events(&self, events: &[NewEvent]) -> StoreResult<()>;

    /// Events with ids above `id`, oldest first, at most `limit`. An event with a smaller id never turns up
    /// after one with a greater id was given: nothing is missed by asking for what came after the last one.
    async fn events_after(&self, id: i64, filter: &EventFilter, limit: u32) -> StoreResult<Vec<Event>>;

    /// The newest `limit` events, oldest first.
    async fn recent_events(&self, filter: &EventFilter, limit: u32) -> StoreResult<Vec<Event>>;

    /// The greatest id so far; 0 when nothing ever happened.
    async fn latest_event(&self) -> StoreResult<i64>;
}
