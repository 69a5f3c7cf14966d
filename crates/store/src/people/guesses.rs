//! Tries to sign in that are nobody's: of addresses, and by names that nobody has.

use crate::StoreResult;
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::lockout::Tries;

/// Tries of subjects that are no users, known by a digest.
#[async_trait]
pub trait Guesses: Send + Sync {
    /// Stores a subject that is locked. Of very many those whose last try is the oldest go.
    async fn store_guesses(&self, subject: &[u8; 32], tries: &Tries) -> StoreResult<()>;

    /// All that failed after this moment.
    async fn guesses(&self, after: Timestamp) -> StoreResult<Vec<([u8; 32], Tries)>>;
}
