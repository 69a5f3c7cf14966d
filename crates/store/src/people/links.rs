//! One-time links, known by the digest of their code.

use super::{NewSession, User};
use crate::{NewAudit, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::UserId;

/// A one-time link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Who signs in by it; `None` makes the first administrator.
    pub owner: Option<UserId>,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

/// What came of making the first administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetUp {
    /// Done.
    Done,
    /// The link is used, too old, or none of ours.
    NoLink,
    /// There is an administrator already.
    NotTheFirst,
}

/// One-time links.
#[async_trait]
pub trait Links: Send + Sync {
    /// Stores a link. Of very many the oldest go.
    async fn add_link(&self, link: &Link, digest: &[u8; 32], audit: &NewAudit) -> StoreResult<()>;

    /// The link of this digest, unless it is used or too old. It stays.
    async fn link(&self, digest: &[u8; 32], now: Timestamp) -> StoreResult<Option<Link>>;

    /// Uses a link of this user up and stores the session, both or neither: `false` when there is none (any more), or the
    /// user is gone or disabled.
    async fn sign_in_by_link(
        &self,
        digest: &[u8; 32],
        new: NewSession<'_>,
        audit: &NewAudit,
    ) -> StoreResult<bool>;

    /// Uses a link up, makes the first administrator and stores the session: all or nothing. All links of its kind go.
    async fn set_up(
        &self,
        digest: &[u8; 32],
        user: &User,
        password: &str,
        new: NewSession<'_>,
        audit: &NewAudit,
    ) -> StoreResult<SetUp>;

    /// Ends every session and link: what a backup holds of them is not to live again.
    async fn end_all_sessions(&self) -> StoreResult<u64>;

    /// Removes sessions and links that have ended; gives how many.
    async fn prune_sessions(&self, now: Timestamp) -> StoreResult<u64>;
}
