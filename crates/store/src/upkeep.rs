//! The store as a whole: can it be written, is it sound, has it changed.

use crate::StoreResult;
use async_trait::async_trait;
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

    /// Changes its value after every write that may move a moment or add an event. Several writes may be
    /// told as one.
    fn subscribe(&self) -> watch::Receiver<u64>;

    /// Ends all connections when running calls are done. Later calls fail.
    async fn close(&self);
}
