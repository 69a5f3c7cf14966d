//! The store as a whole: can it be written, is it sound, has it changed.

use crate::StoreResult;
use async_trait::async_trait;
use certwright_core::Timestamp;
use tokio::sync::watch;

/// The store as a whole.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// Writes a row durably, reads it back and removes it. To be called before an order: never order what
    /// cannot be saved.
    async fn prove_writable(&self) -> StoreResult<()>;

    /// Reads the whole database and answers `Damaged` with what is wrong. Slow, hinders nobody: for the
    /// background.
    async fn check_integrity(&self) -> StoreResult<()>;

    /// The clock was put back to `now`: moments that no right clock has stored at it (of what was made and changed, of
    /// questions, of lists, of what was counted, of sessions and links) are brought back to where one has them at most.
    /// When certificates, runs and deployments are due stays: that is decided elsewhere. Gives how many rows that were.
    async fn bring_back_to(&self, now: Timestamp) -> StoreResult<u64>;

    /// Changes its value after every write that may move a moment or add an event. Several writes may be
    /// told as one.
    fn subscribe(&self) -> watch::Receiver<u64>;

    /// Ends all connections when running calls are done. Later calls fail.
    async fn close(&self);
}
