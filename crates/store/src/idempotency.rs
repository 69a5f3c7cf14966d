//! Idempotency keys: a request that is sent again gets the answer of the first time.

use crate::StoreResult;
use async_trait::async_trait;
use certwright_core::{SignedDuration, Timestamp};

/// How long an answer is remembered.
pub const REMEMBERED_FOR: SignedDuration = SignedDuration::from_hours(24);

/// What to do with a request that carries a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Never seen: perform it, then call [`finish_request`](Idempotency::finish_request).
    New,
    /// Done before: give this answer.
    Replay {
        /// The HTTP status.
        status: u16,
        /// The body.
        answer: Vec<u8>,
    },
    /// The key was used for another request.
    Mismatch,
    /// The same request is being performed right now.
    InProgress,
}

/// Idempotency keys, each for one route.
#[async_trait]
pub trait Idempotency: Send + Sync {
    /// Decides what to do with a request. Of several at once exactly one is `New`. What is older than
    /// [`REMEMBERED_FOR`] counts as never seen.
    async fn begin_request(
        &self,
        key: &str,
        route: &str,
        hash: &str,
        now: Timestamp,
    ) -> StoreResult<Admission>;

    /// Stores the answer, to be given again.
    async fn finish_request(&self, key: &str, route: &str, status: u16, answer: &[u8]) -> StoreResult<()>;

    /// Forgets a request that changed nothing, so that it may be tried again with the same key. One that was
    /// answered stays.
    async fn forget_request(&self, key: &str, route: &str) -> StoreResult<()>;

    /// Forgets what is older than [`REMEMBERED_FOR`]; gives the number.
    async fn prune_requests(&self, now: Timestamp) -> StoreResult<u64>;

    /// Forgets requests that were begun and never answered. For the start of the only process on this database.
    async fn forget_unanswered_requests(&self) -> StoreResult<u64>;
}
