//! Single values of the whole store: the sealing check value, the wrapped data key.

use crate::StoreResult;
use async_trait::async_trait;

/// Single values by key.
#[async_trait]
pub trait Meta: Send + Sync {
    /// The value of `key`, if it was ever set.
    async fn meta(&self, key: &str) -> StoreResult<Option<Vec<u8>>>;

    /// Sets `key`, whether it was set before or not.
    async fn set_meta(&self, key: &str, value: &[u8]) -> StoreResult<()>;

    /// Sets `key` unless it is set, and gives what holds now: of several callers at once one wins and all see
    /// its value.
    async fn set_meta_once(&self, key: &str, value: &[u8]) -> StoreResult<Vec<u8>>;
}
