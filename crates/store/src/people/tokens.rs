//! API tokens, known by the digest of what programs send.

use crate::{Listing, NewAudit, Page, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::TokenId;
use certwright_core::role::{Role, Scope};

/// An API token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The id.
    pub id: TokenId,
    /// What people call it; letter case does not count.
    pub name: String,
    /// As far as it goes.
    pub role: Role,
    /// What it may be used for; none is all that the role permits.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// Tokens.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// Stores a token. `Conflict` when the name is taken.
    async fn create_token(&self, token: &Token, digest: &[u8; 32], audit: &NewAudit) -> StoreResult<()>;

    /// The token of this digest, whether it has ended or not.
    async fn token(&self, digest: &[u8; 32]) -> StoreResult<Option<Token>>;

    /// A token by id or name.
    async fn find_token(&self, id_or_name: &str) -> StoreResult<Token>;

    /// A page of tokens, by name.
    async fn tokens(&self, page: Page) -> StoreResult<Listing<Token>>;

    /// Stores that it was used.
    async fn note_token(&self, id: &TokenId, at: Timestamp) -> StoreResult<()>;

    /// Deletes a token.
    async fn delete_token(&self, id: &TokenId, audit: &NewAudit) -> StoreResult<()>;
}
