//! Sessions: browsers that are signed in, known by the digest of what they show.

use super::User;
use crate::{Listing, NewAudit, Page, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::{SessionId, UserId};

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The id, which opens nothing.
    pub id: SessionId,
    /// Whose it is.
    pub owner: UserId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// From where it began.
    pub address: String,
    /// What the browser called itself.
    pub user_agent: String,
}

/// A session that is to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    /// The session.
    pub session: &'a Session,
    /// The digest of what the browser will show.
    pub digest: &'a [u8; 32],
}

/// Sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Stores a session; failures to sign in are forgotten, and of very many sessions of one user the oldest end.
    /// `NotFound` when the user is gone or disabled.
    async fn open_session(&self, new: NewSession<'_>, audit: &NewAudit) -> StoreResult<()>;

    /// The session of this digest with its user, unless it has ended or the user is disabled.
    async fn session(&self, digest: &[u8; 32], now: Timestamp) -> StoreResult<Option<(Session, User)>>;

    /// Stores that it was used, and when it ends now.
    async fn note_session(&self, id: &SessionId, at: Timestamp, ends_at: Timestamp) -> StoreResult<()>;

    /// A page of sessions with the names of their users, those used last first; only those of `owner`, if given.
    async fn sessions(
        &self,
        owner: Option<&UserId>,
        now: Timestamp,
        page: Page,
    ) -> StoreResult<Listing<(Session, String)>>;

    /// Ends a session; only one of `owner`, if given.
    async fn end_session(&self, id: &SessionId, owner: Option<&UserId>, audit: &NewAudit) -> StoreResult<()>;

    /// Ends the sessions of a user but this one; gives how many.
    async fn end_sessions(
        &self,
        owner: &UserId,
        but: Option<&SessionId>,
        audit: &NewAudit,
    ) -> StoreResult<u64>;
}
