//! Challenges: what is owed is stored before it is shown, and stays owed until it was removed.

use crate::{Fence, StoreResult};
use async_trait::async_trait;
use certwright_core::challenge::Challenge;
use certwright_core::id::RunId;
use certwright_core::identifier::Identifier;

/// Answers that are owed to authorities, and to be removed in any case.
#[async_trait]
pub trait Challenges: Send + Sync {
    /// Stores them before anything is shown. Owing twice is owing once, with the newer token. `Stale` when the
    /// fence has moved on.
    async fn owe(&self, challenges: &[Challenge], fence: Fence) -> StoreResult<()>;

    /// They are shown no more. Needs no fence: removing is always right, also when the certificate is gone.
    async fn challenges_removed(&self, run: &RunId, identifiers: &[Identifier]) -> StoreResult<()>;

    /// What is owed, by run and identifier, at most `limit` of it: after `after`, if that is given. For the sweep
    /// at start.
    async fn owed(&self, after: Option<(&RunId, &Identifier)>, limit: u32) -> StoreResult<Vec<Challenge>>;

    /// What this run owes.
    async fn owed_of(&self, run: &RunId) -> StoreResult<Vec<Challenge>>;

    /// What to answer to whoever asks for this token, while it is owed.
    async fn key_authorization(&self, token: &str) -> StoreResult<Option<String>>;
}
