//! Figures for metrics and health: their cost grows with what is wrong or going on, never with what is stored.

use crate::StoreResult;
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::health::Health;

/// How the store's contents are at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Counts {
    /// How many certificates are of each health; every health is there.
    pub healths: Vec<(Health, u64)>,
    /// Certificates and deployments whose moment has come.
    pub due: u64,
    /// Certificates that failed and wait for the end of their back-off.
    pub backing_off: u64,
    /// Runs that are being performed, or can be at once.
    pub runs_active: u64,
    /// Runs that wait for the other side.
    pub runs_waiting: u64,
    /// The end of the newest version that ends first.
    pub earliest_expiry: Option<Timestamp>,
    /// The end of what is served, as handshakes showed it, that ends first.
    pub earliest_served_expiry: Option<Timestamp>,
}

impl Counts {
    /// All certificates.
    pub fn certificates(&self) -> u64 {
        self.healths.iter().map(|(_, count)| count).sum()
    }
}

/// How long writes took since the store was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct WriteTimes {
    /// How many there were.
    pub count: u64,
    /// How long all of them took together, from the beginning of the transaction to the durable end.
    pub total: std::time::Duration,
}

/// Figures.
#[async_trait]
pub trait Counting: Send + Sync {
    /// The figures of the moment. No table and no index is read as a whole.
    async fn counts(&self, now: Timestamp) -> StoreResult<Counts>;

    /// How long writes took so far.
    fn write_times(&self) -> WriteTimes;
}
